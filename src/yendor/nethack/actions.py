"""The 121 actions: their keys, names, and which of two twins a key stands for.

121 actions share 118 key codes: `+`, `"` and `$` each stand twice in NLE's list, as a command
(SEESPELLS, SEEAMULET, SEEGOLD) and as a text character (PLUS, QUOTE, DOLLAR). The engine cannot tell
them apart, so one of each pair must be chosen when a key is turned into an index: here the command,
the first in the list, so that a table keyed by key code and one keyed by action agree.
"""

from nle import nethack

_ENUMS = tuple(nethack.ACTIONS)

KEYS: tuple[int, ...] = tuple(int(action) for action in _ENUMS)
"""Key code by action index."""

NAMES: tuple[str, ...] = tuple(f"{type(action).__name__}.{action.name}" for action in _ENUMS)
"""Name by action index, such as `CompassDirection.N`."""

_BY_KEY: dict[int, int] = {}
for _index, _key in enumerate(KEYS):
    _BY_KEY.setdefault(_key, _index)
_BY_NAME: dict[str, int] = {name: index for index, name in enumerate(NAMES)}
TWINS: dict[int, int] = {index: _BY_KEY[key] for index, key in enumerate(KEYS) if _BY_KEY[key] != index}
"""The second twins, each with the index that stands for both."""


def index_of(key: int | str) -> int:
    """Return the action index that presses a key (code or one character); of twins, the command.

    Raises:
        KeyError: No action presses it.
    """
    return _BY_KEY[ord(key) if isinstance(key, str) else key]


def has_key(key: int) -> bool:
    """Tell whether any action presses this key code."""
    return key in _BY_KEY


def index_by_name(name: str) -> int:
    """Return the index of an action by its name, such as `Command.EAT`."""
    return _BY_NAME[name]


def key_of(index: int) -> int:
    """Return the key code of an action."""
    return KEYS[index]


def name_of(index: int) -> str:
    """Return the name of an action."""
    return NAMES[index]


ESC = index_by_name("Command.ESC")
MORE = index_by_name("MiscAction.MORE")
SPACE = index_by_name("TextCharacters.SPACE")
SEARCH = index_by_name("Command.SEARCH")
WAIT = index_by_name("MiscDirection.WAIT")
UP = index_by_name("MiscDirection.UP")
DOWN = index_by_name("MiscDirection.DOWN")
PRAY = index_by_name("Command.PRAY")
PAY = index_by_name("Command.PAY")
EAT = index_by_name("Command.EAT")
KICK = index_by_name("Command.KICK")
OPEN = index_by_name("Command.OPEN")
FIGHT = index_by_name("Command.FIGHT")
FIRE = index_by_name("Command.FIRE")
THROW = index_by_name("Command.THROW")
QUAFF = index_by_name("Command.QUAFF")
ENGRAVE = index_by_name("Command.ENGRAVE")
CAST = index_by_name("Command.CAST")
WEAR = index_by_name("Command.WEAR")
WIELD = index_by_name("Command.WIELD")
TAKE_OFF = index_by_name("Command.TAKEOFF")
ENHANCE = index_by_name("Command.ENHANCE")
DROP = index_by_name("Command.DROP")
DIP = index_by_name("Command.DIP")
PICKUP = index_by_name("Command.PICKUP")
APPLY = index_by_name("Command.APPLY")
LOOK = index_by_name("Command.LOOK")
MOVE = index_by_name("Command.MOVE")
TRAVEL = index_by_name("Command.TRAVEL")

DIRECTIONS: dict[tuple[int, int], int] = {
    (-1, 0): 0,
    (0, 1): 1,
    (1, 0): 2,
    (0, -1): 3,
    (-1, 1): 4,
    (1, 1): 5,
    (1, -1): 6,
    (-1, -1): 7,
}
"""(row, column) offset of a step to its action index."""

OFFSETS: tuple[tuple[int, int], ...] = tuple(DIRECTIONS)
"""Offset by action index, 0 to 7."""
