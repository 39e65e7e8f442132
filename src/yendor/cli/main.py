"""The command `yendor`: finds the verb, runs it, and turns failures into clear words and exit codes.

Nothing heavy is imported here: `yendor --help` loads neither torch nor nle nor ray.
"""

import atexit
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from yendor.core.errors import YendorError, did_you_mean

VERBS: dict[str, str] = {
    "play": "watch an agent play, play yourself, or replay a recording",
    "record": "let an agent play many games and keep them",
    "data": "import, list, show, count and verify recorded games",
    "train": "learn a policy from recorded games",
    "study": "learn a grid of sizes and budgets, and fit what compute buys",
    "eval": "judge an agent on fixed games",
    "report": "turn results into one HTML page",
    "bench": "measure the bot per version, compare versions game by game, keep positions",
    "export": "write the bot as a folder that plays without Yendor",
    "demo": "all of the above at small size",
    "doctor": "check the installation, seeding and kernels",
    "list": "list agents, envs, models, learners, protocols",
}

USAGE = """\
yendor: play, record, store, learn, judge and look at NetHack agents

usage: yendor VERB [options]        yendor VERB --help explains a verb

{verbs}

first steps
  yendor doctor                                     is everything in order?
  yendor play --agent bot                           watch a game, with a reason for each key
  yendor record --agent bot --seeds dev:20 --out games
  yendor eval --agent bot --seeds valid:16 --out results/bot
  yendor report results/bot --out report.html

options
  --help, --version
  --debug     show the traceback of a user's error too (before the verb)
"""


def usage() -> str:
    """Return the text of `yendor --help`."""
    width = max(map(len, VERBS))
    return USAGE.format(verbs="\n".join(f"  {verb:<{width}}  {what}" for verb, what in VERBS.items()))


def main(argv: Sequence[str]) -> int:
    """Run a command line.

    Returns:
        The exit code: 0, 1 (a check failed or a defect), 2 (a user's error), 130 (Ctrl-C).
    """
    words = list(argv)
    debug = bool(words) and words[0] == "--debug"
    words = words[1:] if debug else words
    if not words or words[0] in ("-h", "--help", "help"):
        print(usage(), end="")
        return 0
    if words[0] == "--version":
        from yendor import __version__

        print(f"yendor {__version__}")
        return 0
    try:
        if words[0] not in VERBS:
            raise YendorError(f"unknown verb {words[0]!r}", did_you_mean(words[0], VERBS))
        # Threads of torch that spin while they wait for each other cost busy cores many times the CPU time: here they
        # sleep. It must stand in the environment before torch is loaded.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        verb = importlib.import_module(f"yendor.cli.{words[0]}")
        return int(verb.main(words[1:]))
    except YendorError as error:
        if debug:
            traceback.print_exc()
        print(f"yendor: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("yendor: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has left
        sys.stderr.close()
        return 0
    except SystemExit as end:  # from the option parser
        return end.code if isinstance(end.code, int) else int(end.code is not None)


def run() -> None:
    """Entry point of the installed command."""
    code = main(sys.argv[1:])
    if "WORLD_SIZE" in os.environ:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """End a process of a `torchrun` without taking the interpreter down, which a thread of gloo's can abort.

    Such threads outlive `destroy_process_group` where anything keeps the group, as defaults of torch's own functions
    do; a run that was saved in full then counted as failed. See https://github.com/pytorch/pytorch/pull/179291.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
