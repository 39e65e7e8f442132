"""Strategy labels: paths in a strategy tree, and their projection on HiHack's 13 strategies."""

import re

from yendor.core.errors import YendorError

HIHACK_STRATEGIES: tuple[str, ...] = (
    "explore",
    "fight",
    "ground_eat",
    "wait_out",
    "emergency",
    "inventory_eat",
    "offer_corpses",
    "init",
    "solve_sokoban",
    "engulfed_fight",
    "follow_guard",
    "cure_disease",
    "error",
)
"""HiHack's strategies (Piterbarg et al. 2023). Ordinals are 0 to 11; the file's -1 is `error`, here 12."""

_PROJECTION: dict[str, str] = {
    "explore": "explore",
    "descend": "explore",
    "items": "explore",
    "fight": "fight",
    "fight/engulfed": "engulfed_fight",
    "flee": "emergency",
    "eat": "inventory_eat",
    "eat/ground": "ground_eat",
    "eat/inventory": "inventory_eat",
    "wait": "wait_out",
    "survive": "emergency",
    "survive/cure": "cure_disease",
    "offer": "offer_corpses",
    "sokoban": "solve_sokoban",
    "follow_guard": "follow_guard",
    "init": "init",
    "error": "error",
}

_PATH = re.compile(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*")


def check_label(path: str) -> str:
    """Return the path if it is well formed ("" or lower-case words joined by `/`).

    Raises:
        YendorError: It is not.
    """
    if path and not _PATH.fullmatch(path):
        raise YendorError(
            f"not a strategy label: {path!r}",
            "A label is a path of lower-case words, such as 'fight/melee'.",
        )
    return path


def hihack_strategy(path: str) -> int:
    """Project a label path on HiHack's strategies: the longest known prefix decides.

    Args:
        path: A label path; a bare HiHack name is accepted too.

    Returns:
        Index into `HIHACK_STRATEGIES`; 12 (`error`) for a path without a projection.
    """
    if path in HIHACK_STRATEGIES:
        return HIHACK_STRATEGIES.index(path)
    words = path.split("/")
    for end in range(len(words), 0, -1):
        name = _PROJECTION.get("/".join(words[:end]))
        if name is not None:
            return HIHACK_STRATEGIES.index(name)
    return HIHACK_STRATEGIES.index("error")


_ASKED = re.compile(r"(?:^|/)key_(\d+)$")


def asked_label(path: str, action: int) -> str:
    """Return the label of a step on which an expert was asked: its strategy, and its key as the last word."""
    return f"{path}/key_{action}" if path else f"key_{action}"


def asked_action(path: str) -> int:
    """Return the key that an expert named in `asked_label`; -1 when the label holds none."""
    found = _ASKED.search(path)
    return int(found[1]) if found else -1
