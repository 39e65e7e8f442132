"""What a language model is told, and how its answer is read.

The task is told once, with every action in a line. Then comes the game as a conversation: the oldest observation kept,
whole (the anchor); the model's action; what that changed; and so on. The last message ends with the present. History
by diff is diff history's (Piterbarg et al. 2023), the actions' list, the answer between marks and the word to a model
whose answer held no action are BALROG's (Paglieri et al. 2024, its robust agents); texts are our own.

Deviation: BALROG moves its window of 16 observations at every step. Here the anchor stays for as many steps as the
window is long, so that a request begins as the last one did and services need not read it again.
"""

import re

from yendor.agents.llm_client import Messages
from yendor.text.actions import ACTION_NAMES, action_index, key_text
from yendor.text.history import OBSERVATION, Encoding

OPEN, CLOSE = "<|ACTION|>", "<|END|>"
NOW = "<|now|>"
"""Parts the history from the present in the last message."""

_TASK = """\
You are playing NetHack, the classic dungeon game. You are the hero, written '@' on the map. Explore each level, \
find the stairs down ('>') and go as deep as you can while you grow in experience, and above all stay alive: fight or \
avoid monsters, eat when hungry, pray when your hit points are below a seventh or you are weak with hunger, though not \
before turn 300 and not again within 1000 turns.

Each message begins with {observation}. The first one holds a whole observation: statistics; glyphs (what is seen, how \
far and in which direction); message; inventory; cursor. The next ones hold {update}; none at all means that nothing \
changed. The last message goes on with {now} and the present.

Some actions ask back: eat, for example, asks what to eat, and kick in which direction. Answer with your next action: \
a direction by its name, a letter of your pack or of a menu by the letter itself, yes by y. 'esc' leaves any question \
or menu. Walls and doorways matter: one cannot walk diagonally through doors. To attack, move towards the monster. \
'far' actions run until something interesting comes up.

Actions, with their keys:
{actions}

{answer}"""
_UPDATES = {
    "diff": "the lines that the action changed, as a unified diff without context",
    "diff-marked": "the lines that the action changed, as a unified diff without context",
    "fields": "the fields that the action changed, each by name and as a unified diff without context",
    "full": "whole observations",
}
_PLAINLY = f"Answer with one action and nothing else, in this form: {OPEN}name{CLOSE}"
_REASONING = (
    f"Think in a few sentences about what matters now, then end your answer with one action in this form: "
    f"{OPEN}name{CLOSE}"
)

_MEANINGS: dict[str, str] = {
    "up": "climb stairs", "down": "descend stairs", "wait": "rest a turn", "more": "go on at --More--; enter",
    "extcmd": "extended command by name", "extlist": "list extended commands", "adjust": "give an item another letter",
    "annotate": "name this level", "apply": "use a tool", "attributes": "show your attributes",
    "autopickup": "switch picking up on or off", "call": "name a monster or item", "cast": "cast a spell",
    "chat": "talk to someone", "close": "close a door", "conduct": "list challenges kept", "dip": "dip an item",
    "drop": "drop an item", "droptype": "drop several items", "eat": "eat something", "engrave": "write on the floor",
    "enhance": "advance weapon skills", "esc": "leave a question or menu", "fight": "attack, even what is not seen",
    "fire": "fire what is in the quiver", "force": "force a lock", "glance": "what is at a place on the map",
    "history": "about NetHack's history", "inventory": "list your pack", "inventtype": "list one kind of item",
    "invoke": "invoke an artifact's power", "jump": "jump to a place", "kick": "kick a door or thing",
    "known": "list discoveries", "knownclass": "list discoveries of a kind", "look": "look at what is here",
    "loot": "open a box on the floor", "monster": "use a monster's power",
    "move": "move without fighting or picking up", "movefar": "the same, far", "offer": "sacrifice at an altar",
    "open": "open a door", "options": "set options", "overview": "list levels seen", "pay": "pay a shopkeeper",
    "pickup": "pick up what is here", "pray": "pray to your god", "puton": "put on a ring or amulet",
    "quaff": "drink", "quit": "give up the game", "quiver": "choose what to fire",
    "read": "read a scroll or book", "redraw": "draw the screen anew", "remove": "take off a ring or amulet",
    "ride": "mount or dismount", "rub": "rub a lamp", "rush": "move until something is near", "rush2": "the same",
    "save": "leave the game", "search": "search for hidden doors and traps, or pass a turn",
    "seeall": "list what you wear and wield", "seeamulet": "show your amulet", "seearmor": "show your armour",
    "seegold": "count your gold", "seerings": "show your rings", "seespells": "list your spells",
    "seetools": "show tools in use", "seetrap": "name a trap next to you", "seeweapon": "show your weapon",
    "shell": "nothing here", "sit": "sit down", "swap": "swap weapons", "takeoff": "take armour off",
    "takeoffall": "take several things off", "teleport": "teleport, if you can", "throw": "throw an item",
    "tip": "empty a box", "travel": "travel to a place: then '<' or '>' for stairs, '_' to choose, '.' to go",
    "turnundead": "turn undead", "twoweapon": "fight with two weapons", "untrap": "disarm a trap",
    "version": "NetHack's version", "versionshort": "NetHack's version, short", "wear": "put armour on",
    "whatdoes": "what a key does", "whatis": "what a symbol means", "wield": "wield a weapon", "wipe": "wipe your face",
    "zap": "zap a wand", "plus": "the character +", "minus": "the character -; your hands, where asked for an item",
    "space": "the space bar", "apos": "the character '", "quote": 'the character "', "dollar": "the character $",
    **dict.fromkeys(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), "a digit"),
}  # fmt: skip


def instruction(encoding: str, reason: bool) -> str:
    """Return the task in words.

    Args:
        encoding: How the history is written.
        reason: Whether the model may think before it answers.
    """
    return _TASK.format(
        observation=OBSERVATION, now=NOW, update=_UPDATES.get(encoding, _UPDATES["full"]), actions=_action_list(),
        answer=_REASONING if reason else _PLAINLY,
    )  # fmt: skip


def _action_list() -> str:
    lines = []
    for index, name in enumerate(ACTION_NAMES):
        if index < 16:  # the compass needs no words but these
            meaning = "run" if name.startswith("far ") else "one step"
            lines.append(f"{name} ({key_text(index)}): {meaning}")
        else:
            lines.append(f"{name} ({key_text(index)}): {_MEANINGS[name]}")
    return "\n".join(lines)


class Conversation:
    """The messages of a game, from an anchor on.

    Args:
        instruction: The task.
        encoding: How a step is told.
        history: Steps kept at least; with twice as many the oldest half is dropped. 0 keeps none.
    """

    def __init__(self, instruction: str, encoding: Encoding, history: int) -> None:
        self._instruction, self._encoding = instruction, encoding
        self._history = history if encoding.remembers else 0
        self.reset()

    def reset(self) -> None:
        """Begin a game."""
        self._texts: list[str] = []
        self._updates: list[str] = []
        self._actions: list[str] = []

    def messages(self, text: str, present: str) -> Messages:
        """Return the messages that ask for the next action.

        Args:
            text: The present observation; it follows the history as an update, or whole where there is none.
            present: What else is told of the present; "" for nothing.
        """
        if self._texts:
            told = [self._texts[0], *self._updates, self._encoding.update(self._texts[-1], text)]
        else:
            told = [text]
        found = [{"role": "system", "content": self._instruction}]
        for update, action in zip(told[:-1], self._actions, strict=True):
            found += [_user(update), {"role": "assistant", "content": f"{OPEN}{action}{CLOSE}"}]
        last = _user(told[-1])
        last["content"] += f"\n{NOW}\n{present}" if present else ""
        return [*found, last]

    def press(self, text: str, action: str) -> None:
        """Note that an action was taken at an observation."""
        if not self._history:
            return
        if self._texts:
            self._updates.append(self._encoding.update(self._texts[-1], text))
        self._texts.append(text)
        self._actions.append(action)
        if len(self._texts) >= 2 * self._history:
            dropped = len(self._texts) - self._history
            del self._texts[:dropped], self._updates[:dropped], self._actions[:dropped]

    @property
    def begins_here(self) -> bool:
        """Tell whether nothing is kept: the present observation will be told whole."""
        return not self._texts


def _user(update: str) -> dict[str, str]:
    return {"role": "user", "content": f"{OBSERVATION}\n{update}"}


_THOUGHT = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL)
_MARKED = re.compile(r"<\|ACTION\|>(.*?)(?:<\|END\|>|$)", re.DOTALL | re.IGNORECASE)
_NAMED = re.compile(r"(?:action|answer|move)\s*(?:is)?\s*[:=]\s*(.+)", re.IGNORECASE)
_QUOTED = re.compile(r"""(?<!\w)(?:"([^"\n]+)"|'([^'\n]+)'|`([^`\n]+)`|\*\*([^*\n]+)\*\*)""")
_DRESS = " \t\"'`*.,:;!()[]"


def read_action(answer: str) -> int | None:
    """Find the action in an answer; None when there is none.

    Tried in this order: what stands between the last marks (and if there are marks, nothing else), the whole answer,
    its last line, what that line calls the action, and the last thing in quotes or bold. An action is given by its
    name or its key.
    """
    text = _THOUGHT.sub("", answer).strip()
    marked = _MARKED.findall(text)
    if marked:
        return _action(marked[-1])
    lines = text.splitlines()
    if not lines:
        return None
    named = _NAMED.search(lines[-1])
    quoted = ["".join(groups) for groups in _QUOTED.findall(text)]
    for candidate in (text, lines[-1], named[1] if named else "", quoted[-1] if quoted else ""):
        found = _action(candidate)
        if found is not None:
            return found
    return None


def thoughts(answer: str) -> str:
    """Return an answer without the marked action: "" for an action alone."""
    return _MARKED.sub("", answer).strip()


def _action(words: str) -> int | None:
    """Read a name or key, bare or dressed in quotes and stops."""
    words = words.strip()
    found = action_index(words) if words else None
    if found is None and (bare := words.strip(_DRESS)):
        found = action_index(bare if len(bare) == 1 else bare.replace("_", " "))
    return found
