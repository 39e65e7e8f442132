"""How games ended: those of one kind of death, with the last decisions before it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_ASIDE = re.compile(r"What do you want to|In what direction|Do you want to add|You wipe out the message|\[yn\]|\[ynq\]")
"""Questions, and what answers them: of a decision that took several keys, one line is enough."""


def ends(
    lines: Iterable[dict[str, Any]],
    kinds: Sequence[str] = (),
    killer: str = "",
    levels: range = range(1, 31),
    roles: Sequence[str] = (),
) -> Iterator[dict[str, Any]]:
    """Select games by how they ended.

    Args:
        lines: Result lines of whole games.
        kinds: Classes of death, as in `death.CLASSES`; none for all.
        killer: Regular expression, looked for in NetHack's words for the death and what the hero was at.
        levels: Experience levels at the end.
        roles: Three letters each; none for all.
    """
    pattern = re.compile(killer, re.IGNORECASE)
    for line in lines:
        wanted = (not kinds or line["class"] in kinds) and (not roles or line["role"] in roles)
        if wanted and line["xl"] in levels and pattern.search(words_of(line)):
            yield line


def words_of(line: dict[str, Any]) -> str:
    """Return how a game ended in NetHack's words, with what the hero was at; the env's word where nobody died."""
    return (line["death"] or line.get("ended", "")) + (f", while {line['death_while']}" if line["death_while"] else "")


def last_decisions(line: dict[str, Any], count: int) -> list[str]:
    """Return the last decisions of a game, oldest first, without the questions that came with them."""
    told: list[str] = [text for text in line["tail"] if not _ASIDE.search(text)]
    return told[-count:] if count else []
