"""`yendor list`: the names that every other verb accepts."""

import sys

from yendor.core.errors import YendorError, did_you_mean
from yendor.core.registry import KINDS, names

USAGE = """\
usage: yendor list [agents|envs|models|learners|protocols|launchers]

Lists the registered parts, plug-ins included. Without a kind, lists them all.
An agent may also be a bot's folder, a run or checkpoint folder, or module:Class.
"""


def main(argv: list[str]) -> int:
    """Print the names of one kind of part, or of all."""
    if argv and argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0
    plural = {f"{kind}s": kind for kind in KINDS}
    for word in argv:
        if word not in plural and word not in KINDS:
            raise YendorError(f"unknown kind {word!r}", did_you_mean(word, plural))
    wanted = [plural.get(word, word) for word in argv] or list(KINDS)
    for kind in wanted:
        found = _env_names() if kind == "env" else names(kind)
        if len(wanted) == 1:
            print("\n".join(found))
        else:
            print(f"{kind + 's':<10} {', '.join(found)}", file=sys.stdout)
    return 0


def _env_names() -> list[str]:
    from yendor.envs.make import TASKS

    return sorted(set(names("env")) | set(TASKS))
