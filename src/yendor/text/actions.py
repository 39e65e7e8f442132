"""The 121 actions as words, both ways.

The words are those of nle-language-wrapper (Goodger et al. 2023), which diff history's data use: `north`, `far east`,
`eat`, `turnundead`, `zero`. Three keys stand twice in NLE's list (`yendor.nethack.actions`): there the command keeps
the wrapper's word (`seespells`) and the character has its own (`plus`, `quote`, `dollar`), so that all differ.
A menu or question is answered by the word of the action that shares the key (`a` is `apply`); `action_index` also takes
the key itself (`a`, `<`, `^d`, `M-p`), so that a model may answer as a person would.
"""

from yendor.nethack.actions import KEYS, NAMES, has_key, index_of

_COMPASS = {
    "N": "north", "E": "east", "S": "south", "W": "west",
    "NE": "northeast", "SE": "southeast", "SW": "southwest", "NW": "northwest",
}  # fmt: skip
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _word(name: str) -> str:
    kind, member = name.split(".")
    if kind.startswith("Compass"):
        return f"far {_COMPASS[member]}" if kind.endswith("Longer") else _COMPASS[member]
    if member.startswith("NUM_"):
        return _DIGITS[int(member[4:])]
    return "turnundead" if member == "TURN" else member.lower()


ACTION_NAMES: tuple[str, ...] = tuple(_word(name) for name in NAMES)
"""The word of each action, by its index; all differ."""

_INDEX = {word: index for index, word in enumerate(ACTION_NAMES)}


def key_text(index: int) -> str:
    """Return an action's key as NetHack's guide writes it: `a`, `^d`, `M-p`, `esc`."""
    return _written(KEYS[index])


def _written(key: int) -> str:
    special = {27: "esc", 13: "enter", 32: "space", 127: "del"}
    if key in special:
        return special[key]
    if key >= 128:
        return f"M-{chr(key - 128)}"
    return chr(key) if key >= 32 else f"^{chr(key + 96)}"


_WRITTEN = {_written(key): index_of(key) for key in KEYS}


def action_index(name: str) -> int | None:
    """Return the index of an action by its word, or by its key as one writes it; None for anything else."""
    word = name if name == " " else name.strip()
    index = _INDEX.get(word.lower())
    if index is not None:
        return index
    if len(word) == 1:
        return index_of(word) if word.isascii() and has_key(ord(word)) else None  # codes above are M-x
    return _WRITTEN.get(word.lower() if word.startswith("^") else word)
