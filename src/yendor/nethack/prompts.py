"""What the game waits for: a command, a letter, a direction, a yes or no, a line of text, a key to go on."""

import enum
import re
from typing import NamedTuple

from yendor.core.agent import Observation


class Kind(enum.Enum):
    """What kind of answer is wanted."""

    COMMAND = "command"
    MORE = "more"
    MENU = "menu"
    YES_NO = "yes_no"
    CHOICE = "choice"
    ITEM = "item"
    DIRECTION = "direction"
    TEXT = "text"
    POSITION = "position"


class Prompt(NamedTuple):
    """A question of the game.

    Attributes:
        kind: What it waits for.
        text: The question, or the message that `--More--` interrupts.
        choices: The characters it names in brackets (`ynq`, or item letters), ranges spelled out.
    """

    kind: Kind
    text: str = ""
    choices: str = ""


_BRACKETS = re.compile(r"\[([^\]]*)\]")
_MENU_END = re.compile(r"\((end|\d+ of \d+)\)\s*$")
CORPSE_STATE = r"(?:(?:un)?cursed |blessed )?(?:partly eaten )?"
"""What may stand before the kind where the game asks whether to eat a corpse (objnam.c)."""
COMMAND = Prompt(Kind.COMMAND)


def read_message(observation: Observation) -> str:
    """Return NLE's message, blanks trimmed; "" when there is none."""
    raw: bytes = observation["message"].tobytes()
    end = raw.find(b"\0")
    return raw[: end if end >= 0 else None].decode("latin-1").strip()


def screen_lines(observation: Observation) -> list[str]:
    """Return the terminal's 24 lines."""
    return [bytes(row).decode("latin-1") for row in observation["tty_chars"]]


def read_prompt(observation: Observation, message: str | None = None) -> Prompt:
    """Tell what the game waits for. Never raises, whatever the screen shows.

    NLE's `misc` says for sure whether a yes/no-like question, a line of text or a key to go on is
    wanted; the screen says the rest.

    Args:
        observation: NLE's.
        message: Its message, where that has been read already.
    """
    in_yn, in_getlin, waits = observation["misc"].tolist()
    if in_getlin:
        return Prompt(Kind.TEXT, _top(observation))
    if in_yn:
        return _question(_top(observation))
    if waits:
        return _waiting(observation)
    row, column = observation["tty_cursor"].tolist()
    if row == 0 and column > 0:
        text = _top(observation)
        if _is_direction(text):
            return Prompt(Kind.DIRECTION, text)
    if message is None:
        message = read_message(observation)
    if "For instructions type a" in message or message.startswith(
        ("Pick an object", "Where do you want to travel")
    ):
        return Prompt(Kind.POSITION, message)
    return COMMAND


def _top(observation: Observation) -> str:
    """The question stands in the top lines, up to the cursor."""
    row = int(observation["tty_cursor"][0])
    lines = observation["tty_chars"][: min(row, 2) + 1]
    return " ".join(bytes(line).decode("latin-1").strip() for line in lines).strip()


def _is_direction(text: str) -> bool:
    return "n what direction" in text and "?" in text


def _question(text: str) -> Prompt:
    if _is_direction(text):
        return Prompt(Kind.DIRECTION, text)
    found = _BRACKETS.findall(text)
    choices = spell_out(found[-1].split(" or ")[0]) if found else ""
    if "What do you want to" in text or (found and "or ?*" in found[-1]) or "?*" in text:
        return Prompt(Kind.ITEM, text, choices)
    if set(choices) & set("yn") >= {"y", "n"}:
        return Prompt(Kind.YES_NO, text, choices)
    return Prompt(Kind.CHOICE, text, choices)


def _waiting(observation: Observation) -> Prompt:
    row = int(observation["tty_cursor"][0])
    line = bytes(observation["tty_chars"][min(row, 23)]).decode("latin-1")
    if _MENU_END.search(line.rstrip()) and "--More--" not in line:
        return Prompt(Kind.MENU, line.strip())
    return Prompt(Kind.MORE, read_message(observation) or line.strip())


def spell_out(letters: str) -> str:
    """Spell out ranges of letters: `a-cF` is `abcF`. A leading `-` or `$` stays what it is."""
    out = ""
    at = 0
    while at < len(letters):
        if at + 2 < len(letters) and letters[at + 1] == "-" and letters[at].isalpha() and letters[at + 2].isalpha():
            out += "".join(map(chr, range(ord(letters[at]), ord(letters[at + 2]) + 1)))
            at += 3
        else:
            out += letters[at]
            at += 1
    return out
