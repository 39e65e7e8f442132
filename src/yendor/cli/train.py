"""`yendor train`: learn a policy from recorded games, or a language model from chunks of text."""

import logging
import os
import tempfile
from pathlib import Path
from typing import Any

from yendor.cli.options import parse
from yendor.core.config import write_json
from yendor.core.errors import YendorError, did_you_mean
from yendor.core.registry import find, names

USAGE = """\
usage: yendor train LEARNER --data DIR --run DIR (--steps N | --minutes M | --cpu-minutes M) [options]

{learners}

`yendor train LEARNER --help` lists all options; --config FILE reads them from TOML or JSON, flags come after.
`yendor list models` names the networks for --model.
--data is a folder of recorded games; for lm it is a folder of text chunks, made of them by `yendor data text`:
  yendor train lm --data chunks --run runs/lm --epochs 4
"""
ABOUT = {
    "bc": "behavioural cloning: names the recorded keys",
    "hbc": "hierarchical: names the strategy first; games need labels",
    "dagger": "the learner plays, the bot says what should have been done, in rounds",
    "inverse": "no policy: which key was pressed between two frames",
    "bco": "cloning of games without keys, which an inverse model names",
    "lm": "a language model that names the next action in a text of observations and actions",
}
_LEFT = ("Connection closed by peer", "Connection reset by peer", "Broken pipe")
"""What gloo says when another process has left."""


def main(argv: list[str]) -> int:
    """Train and print the held-out numbers."""
    learners = names("learner")
    if not argv or argv[0] in ("-h", "--help"):
        width = max(map(len, learners))
        lines = "\n".join(f"  {name:<{width}}  {ABOUT.get(name, '')}".rstrip() for name in learners)
        print(USAGE.format(learners=lines), end="")
        return 0 if argv else 2
    if argv[0] not in learners:
        raise YendorError(f"unknown learner {argv[0]!r}", did_you_mean(argv[0], learners))
    try:
        from yendor.learners.cloning_config import TrainConfig
        from yendor.learners.cloning_loop import train
    except ImportError as error:
        raise YendorError(f"learning needs {error.name}", "pip install 'yendor[learn]'") from error
    learner = find("learner", argv[0])
    settings = getattr(learner, "settings", TrainConfig)
    config = parse(settings, ["--learner", argv[0], *argv[1:]], "yendor train")
    if config.processes > 1 and "WORLD_SIZE" not in os.environ:
        return _together(config)
    if config.profile:
        from yendor.learners.profile import profile

        print(getattr(learner, "profile", profile)(config))
        return 0
    follows = int(os.environ.get("RANK", 0)) > 0
    try:
        numbers = getattr(learner, "train", train)(config)
    except RuntimeError as error:
        if follows and any(words in str(error) for words in _LEFT):
            return 1  # another process has left, and said why
        raise
    if follows:
        return 0  # the first process speaks for all
    width = max(map(len, numbers), default=0)
    for name, value in numbers.items():
        print(f"{name:<{width}}  {value:.4f}")
    print(f"run: {config.run}")
    return 0


def _together(config: Any) -> int:
    """Start the processes of a training by torchrun; each reads the same config, and says itself what is wrong."""
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import parse_args, run

    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # or torchrun sets it, with a warning; --threads counts later
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.json"
        write_json(file, config)
        words = ["--standalone", "--nproc-per-node", str(config.processes), "-m", "yendor.cli.main"]
        try:
            run(parse_args([*words, "train", config.learner, "--config", str(file)]))
        except ChildFailedError as error:
            codes = [failure.exitcode for failure in error.failures.values()]
            return next((code for code in (2, 130) if code in codes), 1)
        except SignalException:
            return 130
    return 0
