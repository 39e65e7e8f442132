"""`yendor train`: learn a policy from recorded games."""

from yendor.cli.options import parse
from yendor.core.errors import YendorError, did_you_mean
from yendor.core.registry import names

USAGE = """\
usage: yendor train LEARNER --data DIR --run DIR (--steps N | --minutes M) [options]

learners: {learners}
`yendor train LEARNER --help` lists all options; --config FILE reads them from TOML or JSON, flags come after.
"""


def main(argv: list[str]) -> int:
    """Train and print the held-out numbers."""
    learners = names("learner")
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE.format(learners=", ".join(learners)), end="")
        return 0 if argv else 2
    if argv[0] not in learners:
        raise YendorError(f"unknown learner {argv[0]!r}", did_you_mean(argv[0], learners))
    try:
        from yendor.learners.cloning_loop import TrainConfig, train
    except ImportError as error:
        raise YendorError(f"learning needs {error.name}", "pip install 'yendor[learn]'") from error
    config = parse(TrainConfig, ["--learner", argv[0], *argv[1:]], "yendor train")
    numbers = train(config)
    width = max(map(len, numbers), default=0)
    for name, value in numbers.items():
        print(f"{name:<{width}}  {value:.4f}")
    print(f"run: {config.run}")
    return 0
