"""What a player knows: levels, monsters, inventory, hero, prayer; updated by each observation and key."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yendor.belief.level import COLUMNS, ROWS, Level
from yendor.core.agent import Observation
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack.bottomline import Condition, Hero, read_hero, read_role, read_welcome
from yendor.nethack.items import Item, read_inventory
from yendor.nethack.monsters import KEEPERS
from yendor.nethack.prompts import Kind, Prompt, read_message, read_prompt

Glyphs = NDArray[np.int16]

_PEACEFUL_FOR = 200
"""Turns a monster is held to be peaceful after the game said so."""
_FRESH_FOR = 40
"""Turns after its death for which a corpse is held to be safe (NetHack's poison starts at about 50)."""


class Seen(NamedTuple):
    """A monster on the map."""

    y: int
    x: int
    glyph: int
    index: int
    """Into NetHack's monsters; -1 for a remembered unseen one."""
    pet: bool
    peaceful: bool


class Kill(NamedTuple):
    """A monster that died before the player's eyes."""

    y: int
    x: int
    index: int
    turn: int
    place: tuple[int, int]


class Belief:
    """Everything remembered of one game. Plain data: it pickles."""

    def __init__(self) -> None:
        self.levels: dict[tuple[int, int], Level] = {}
        self.hero: Hero = None  # type: ignore[assignment]
        self.prompt = Prompt(Kind.COMMAND)
        self.message = ""
        self.monsters: tuple[Seen, ...] = ()
        self.inventory: tuple[Item, ...] = ()
        self._inventory_bytes = b""
        self.role: str | None = None
        self.character: str | None = None
        self.keys: list[int] = []
        """The last 16 actions really pressed."""
        self.prayed: int | None = None
        """Turn of the last prayer; None when none was seen."""
        self.god_angry = False
        self.peacefuls: list[tuple[int, int, int, int]] = []
        """(y, x, monster index, turn last seen) of those the game called peaceful."""
        self.kills: list[Kill] = []
        self.idle = 0
        """Keys pressed since the clock last advanced."""
        self.meal: Kill | None = None
        """The corpse being eaten."""
        self.entered_at = -1

    @property
    def place(self) -> tuple[int, int]:
        """Return (dungeon, level)."""
        return self.hero.dungeon, self.hero.level

    @property
    def at(self) -> tuple[int, int]:
        """Return the hero's (row, column) on the map."""
        return self.hero.y, self.hero.x

    @property
    def level(self) -> Level:
        """Return the memory of the current level."""
        return self.levels[self.place]

    def update(self, observation: Observation) -> None:
        """Take in what is shown now."""
        before = self.hero
        self.hero = read_hero(observation)
        self.prompt = read_prompt(observation)
        self.message = read_message(observation)
        self.idle = self.idle + 1 if before is not None and before.turn == self.hero.turn else 0
        if before is None:
            self._enter(observation)
        raw = observation["inv_strs"].tobytes()
        if raw != self._inventory_bytes:
            self._inventory_bytes = raw
            self.inventory = read_inventory(observation)
        if self.prompt.kind in (Kind.MENU, Kind.TEXT, Kind.POSITION):
            return
        glyphs = observation["glyphs"]
        level = self.levels.get(self.place)
        new = level is None
        if level is None:
            level = self.levels[self.place] = Level(self.hero.turn)
        before_map = level.glyphs
        level.see(glyphs, self.at)
        if new and self.hero.turn == self.entered_at and self.hero.turn > 1:
            level.adopt()
        self._see_monsters(glyphs)
        self._read_kills(before_map, glyphs)
        self._read_meal()
        self._read_outcome(before)

    def note_key(self, action: int) -> None:
        """Take in which key was really pressed on what was shown."""
        if self.prompt.kind is Kind.COMMAND and action == a.SEARCH and self.hero is not None:
            count = self._typed_count()
            y, x = self.at
            box = (slice(max(y - 1, 0), y + 2), slice(max(x - 1, 0), x + 2))
            self.level.searched[box] += count
            self.level.version += 1
        if self.prompt.kind is Kind.YES_NO and "want to pray" in self.prompt.text and action == a.index_of("y"):
            self.prayed = self.hero.turn
        if self.prompt.kind is Kind.YES_NO and "eat it?" in self.prompt.text and action == a.index_of("y"):
            self.meal = next((k for k in self.kills if (k.y, k.x) == self.at), None)
            self.kills = [k for k in self.kills if (k.y, k.x) != self.at]
        self.keys = [*self.keys[-15:], action]

    def _typed_count(self) -> int:
        """Return the count typed before the command now pressed (1 when none)."""
        digits = ""
        for action in reversed(self.keys):
            key = a.key_of(action)
            if not 48 <= key <= 57:
                break
            digits = chr(key) + digits
        return min(int(digits), 100) if digits else 1

    def _enter(self, observation: Observation) -> None:
        self.entered_at = self.hero.turn
        self.character = read_welcome(self.message)
        self.role = self.character[:3] if self.character else read_role(observation)
        if self.hero.turn > 300:
            self.prayed = None

    def _see_monsters(self, glyphs: "Glyphs") -> None:
        turn = self.hero.turn
        self.peacefuls = [p for p in self.peacefuls if turn - p[3] < _PEACEFUL_FOR]
        out = []
        for flat in np.flatnonzero(_ALIVE[glyphs]).tolist():
            y, x = divmod(flat, COLUMNS)
            if (y, x) == self.at:
                continue
            glyph = int(glyphs[y, x])
            index = int(g.MONSTER_OF[glyph])
            pet = bool(g.IS_PET[glyph]) or bool(g.IS_RIDDEN[glyph])
            peaceful = not pet and (index in KEEPERS or self._is_peaceful(y, x, index))
            out.append(Seen(y, x, glyph, index, pet, peaceful))
        self.monsters = tuple(out)

    def _is_peaceful(self, y: int, x: int, index: int) -> bool:
        for i, (py, px, kind, seen) in enumerate(self.peacefuls):
            reach = min(4, 1 + self.hero.turn - seen)
            if kind == index and max(abs(py - y), abs(px - x)) <= reach:
                self.peacefuls[i] = (y, x, index, self.hero.turn)
                return True
        return False

    def call_peaceful(self, y: int, x: int) -> None:
        """Remember that the monster on this square is peaceful."""
        index = next((m.index for m in self.monsters if (m.y, m.x) == (y, x)), None)
        if index is not None:
            self.peacefuls.append((y, x, index, self.hero.turn))

    def _read_outcome(self, before: Hero | None) -> None:
        """Learn from the message what the last key did."""
        message, last = self.message, self.keys[-1] if self.keys else -1
        if self.prompt.kind is Kind.YES_NO and "Really attack" in self.prompt.text and 0 <= last < 8:
            dy, dx = a.OFFSETS[last]
            self.call_peaceful(self.hero.y + dy, self.hero.x + dx)
        if "You feel that" in message and "displeased" in message:
            self.god_angry = "is displeased." not in message or self.god_angry
        if any(words in message for words in ("You feel guilty", "smited", "Thou hast angered me", "You have strayed")):
            self.god_angry = True
        if before is None or not self.keys:
            return
        self._read_step(before, message, last)

    def _read_step(self, before: Hero, message: str, last: int) -> None:
        target = self._last_direction(last)
        if target is None or self.prompt.kind is not Kind.COMMAND:
            return
        y, x = before.y + target[0], before.x + target[1]
        if not (0 <= y < ROWS and 0 <= x < COLUMNS) or (before.dungeon, before.level) != self.place:
            return
        level = self.level
        if "This door is locked" in message or "WHAMM" in message:
            level.locked[y, x] = max(level.locked[y, x], 1)
            level.version += 1
        if "Closed for inventory" in message:
            level.locked[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3] = 2
            level.version += 1
        stayed = (before.y, before.x) == self.at
        if stayed and last < 8 and self.hero.turn == before.turn and not self._monster_at(y, x):
            level.blocked[y, x] += 1
            level.version += 1
        elif stayed and ("perhaps that's why you cannot move" in message or "You try to move the boulder" in message):
            level.blocked[y, x] = 9
            level.version += 1

    def _last_direction(self, last: int) -> tuple[int, int] | None:
        return a.OFFSETS[last] if 0 <= last < 8 else None

    def _monster_at(self, y: int, x: int) -> bool:
        return any((m.y, m.x) == (y, x) for m in self.monsters)

    def _read_kills(self, before: "Glyphs", now: "Glyphs") -> None:
        """A corpse is fresh where a living monster of its kind stood before, and something died."""
        turn = self.hero.turn
        self.kills = [k for k in self.kills if turn - k.turn <= _FRESH_FOR]
        if "kill" not in self.message:
            return
        fell = g.IS_BODY[now] & _ALIVE[before] & (g.MONSTER_OF[now] == g.MONSTER_OF[before])
        for flat in np.flatnonzero(fell).tolist():
            y, x = divmod(flat, COLUMNS)
            self.kills.append(Kill(y, x, int(g.MONSTER_OF[now[y, x]]), turn, self.place))

    def _read_meal(self) -> None:
        """Forget a corpse that is not there, or was eaten; keep one whose meal was interrupted."""
        prompt = self.prompt
        if prompt.kind is Kind.ITEM and "want to eat" in prompt.text:
            self.kills = [k for k in self.kills if (k.y, k.x) != self.at]
        if "stop eating" in self.message and self.meal is not None:
            self.kills.append(self.meal)
            self.meal = None

    def has(self, condition: Condition) -> bool:
        """Tell whether a condition is on the bottom line."""
        return bool(self.hero.condition & condition)

    def fresh_corpse_at(self, y: int, x: int) -> int | None:
        """Return the monster index of a corpse known to be fresh on this square."""
        for kill in self.kills:
            if (kill.y, kill.x) == (y, x) and kill.place == self.place:
                return kill.index
        return None


_ALIVE = g.IS_MONSTER.copy()
_ALIVE[g.IS_DETECTED] = False
