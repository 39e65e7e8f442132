"""What a player knows in mid-game: hero, levels, creatures, corpses, prayer; updated by each observation."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from yendor.belief import planes, shops
from yendor.belief import terrain as t
from yendor.belief.creatures import Creature, Peaceful, read_creatures
from yendor.belief.hearing import MEMORY, hear
from yendor.belief.level import Level, Square
from yendor.belief.prayer import Luck, odds
from yendor.belief.stomach import Stomach
from yendor.core.agent import Observation
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack.bottomline import Condition, Hero, Hunger, read_role, read_welcome
from yendor.nethack.items import ARMOR, FOOD, WEAPON, Item, read_inventory
from yendor.nethack.monsters import NUMBER, WERE, monster
from yendor.nethack.prompts import COMMAND, Kind, Prompt, read_message, read_prompt

T = TypeVar("T")
DIGITS = frozenset(a.index_of(str(n)) for n in range(10))
"""The keys of a count."""
AIMING = "Where do you want to be teleported?"
"""What is asked of a hero who can steer; asked still while the cursor is moved."""
ZAP = a.index_by_name("Command.ZAP")
SLOW = frozenset(i for i in range(NUMBER) if monster(i).speed <= 1)
"""Kinds that hardly ever move."""
_STAIRS = re.compile(r"There is a (?:staircase|ladder) (up|down) here")
FALLS = g.cmap(*g.HOLE_LIKE, g.LEVEL_TELEPORTER, g.POLYMORPH_TRAP)
"""Traps that take who steps on them to another level, or shape."""
_FURNITURE = g.cmap(g.ALTAR, g.GRAVE, g.THRONE, g.SINK, g.FOUNTAIN)
_WET = g.IS_WATER | g.IS_LAVA
_LASTING = re.compile("want to (?:burn into|engrave in|melt into)")
"""Asked of who writes with a wand of fire, lightning or digging: what is written so does not wear off (engrave.c)."""
_BESIDE = 3
"""Squares within which enemies make a level perilous to come back to."""
_MEAL = 20
"""Turns for which a kind that died nearby may have left the corpse that comes into view."""
_ABOUT = 30
"""Turns after an unseen blow for which marks of unseen ones count at a distance: they stand until one goes there."""
_BEREFT = 100
"""Turns for which what lies about is not looked at anew after each loss: a thief takes one piece after the other."""
_FRIENDS = ("pet", "peaceful")
_NEWS = ("dungeon", "level", "hunger", "condition", "burden", "xl", "ac", "gold")
"""Numbers of the bottom line that change when something has happened."""
_HELD = ("pit", "trap", "stuck", "web", "crawl", "You stop", "door", "held", "You swap", "hole", "stumble")
"""Words of messages that explain why the hero stayed where it was, without blaming the square."""


def _armour(items: tuple[Item, ...]) -> set[tuple[str, str]]:
    """Return letter and name of each piece of armour worn."""
    return {(i.letter, i.name) for i in items if i.kind == ARMOR and i.in_use}


@dataclass
class Belief:
    """All that one game taught so far. Plain data: it pickles.

    Attributes:
        hero: The bottom line's numbers.
        prompt: What the game waits for.
        message: The last message.
        levels: Memory of each level by (dungeon, level).
        creatures: Who is seen now, nearest first.
        inventory: The pack.
        derived: What was worked out from the pack, until it changes.
        role, race: Three letters each, "" while unknown.
        prayed: Turn of the last prayer; None when none is known of.
        slighted: When a god was displeased, and no more than that, last; -1 for never. Bad Luck, which fades, sounds
            the same as anger, which does not.
        forsaken: Turn until which prayer is not to be trusted.
        luck: What the hero's deeds cost of its Luck.
        command: The last key pressed as a command, not as an answer.
        tries: How often each command was given since the clock or the hero moved.
        trail: The squares of the last steps.
        empty: Wands that do nothing any more, by letter and name: one that was dropped gets its letter again.
        zapped, zap_turn: Letter of the wand zapped last, or of the camera, and when.
        refused: When things were tried on last, by letter and name: whatever is not worn by now does not fit.
        quick: Whether a wand of speed was zapped at the hero.
        flashed: When one of a kind was blinded by the hero's camera last.
        pen, scribe: Letter and name of what was written with last.
        bereft: When armour worn or the weapon in hand was lost last.
        inklings: What wands must be that the game does not name, by their names.
        tried: Things that need no trying any more, by letter and name: wands that were written with, and the like.
        engraved: Level and square where Elbereth was written.
        pit: Level and square of the pit dug last.
        read_turn: When it was read since, without a fault; -1 for never.
        read_hp: Hit points then.
        handless: Turn until which the hero is taken to be something without hands.
        welded: Turn until which a cursed weapon is taken to keep the hands from other tools.
        immune: The hero came to resist poison.
        lycanthrope: The hero was bitten by a were creature.
        shifted: Turn until which the hero is taken to have another's shape, unless it returned to its own.
        trained: The game said that a skill may be advanced.
        struck: When something unseen made itself felt last.
        fierce: When a kind attacked last, by name.
        killed: When one of a kind was last told to have died, by name.
        shot, shooter: When somebody zapped or breathed at the hero last, and its kind, "" when nobody was seen.
        debt: A shopkeeper wants gold for what was used up, taken up or stolen.
        escorted: When a vault's guard last told the hero to come along, or to drop the gold.
        arrow: When an arrow or a bolt flew at the hero last: one in thirty of the poisoned ones kills.
        smell: What the tin opened last smelled of.
        hurt: When the hero lost hit points last.
        weakened: When the hero last became weak from hunger.
        stomach: How much the hero may eat yet.
        starved: When a pet was last told to be mad with hunger.
        punished: A ball is chained to the hero.
        caught: Something holds the hero where it stands: steps fail, and that is not the ground's fault.
        heavy: When the hero was too laden to squeeze through last.
        fumbles: Doors do not open by walking into them.
        miscast: Spells that failed since one succeeded.
        arrivals: While the hero hallucinates, the turn since which somebody stands on a square.
        learnt: When the spells were learnt last: they are remembered for 20,000 turns (spell.c).
        waited: Turns spent on this square since the hero came to it.
        set_out: When the hero set out for Sokoban; None before.
        forgone: Sokoban is done with, or given up for good.
        oracle: The level of the Oracle, once seen; None before.
        idle: Observations since the game turn last changed, those that ask for a letter of a text left out.
        uneventful: Nothing but the hero's place and the clock has changed, and nobody is seen but friends.
    """

    hero: Hero = field(default_factory=lambda: Hero(*[0] * 27))
    prompt: Prompt = field(default_factory=lambda: Prompt(Kind.COMMAND))
    message: str = ""
    glyphs: NDArray[np.int16] = field(default_factory=lambda: np.zeros((21, 79), np.int16))
    levels: dict[tuple[int, int], Level] = field(default_factory=dict)
    level: Level = field(default_factory=Level)
    creatures: list[Creature] = field(default_factory=list)
    inventory: tuple[Item, ...] = ()
    derived: dict[object, Any] = field(default_factory=dict)
    peaceful: Peaceful = field(default_factory=Peaceful)
    role: str = ""
    race: str = ""
    prayed: int | None = None
    slighted: int = -1
    forsaken: int = 0
    luck: Luck = field(default_factory=Luck)
    welded: int = 0
    lycanthrope: bool = False
    immune: bool = False
    shifted: int = 0
    trained: bool = False
    handless: int = 0
    struck: int = -1000
    fierce: dict[str, int] = field(default_factory=dict)
    killed: dict[str, int] = field(default_factory=dict)
    shot: int = -1000
    shooter: str = ""
    gripped: int = -1000
    arrow: int = -1000
    debt: bool = False
    escorted: int = -1000
    smell: str = ""
    hurt: int = -1000
    weakened: int = -1000
    stomach: Stomach = field(default_factory=Stomach)
    starved: int = -1000
    punished: bool = False
    caught: bool = False
    heavy: int = -1000
    fumbles: bool = False
    miscast: int = 0
    learnt: int = 0
    arrivals: dict[Square, int] = field(default_factory=dict)
    set_out: int | None = None
    forgone: bool = False
    oracle: int | None = None
    idle: int = 0
    uneventful: bool = False
    waited: int = 0
    steps: int = 0
    swallowed: bool = False
    last_action: int = -1
    command: int = -1
    tries: dict[int, int] = field(default_factory=dict)
    trail: list[Square] = field(default_factory=list)
    empty: set[tuple[str, str]] = field(default_factory=set)
    zapped: str = ""
    zap_turn: int = -100
    refused: dict[tuple[str, str], int] = field(default_factory=dict)
    tried: set[tuple[str, str]] = field(default_factory=set)
    quick: bool = False
    flashed: dict[str, int] = field(default_factory=dict)
    bereft: int = -1000
    pen: str = ""
    scribe: str = ""
    inklings: dict[str, str] = field(default_factory=dict)
    engraved: tuple[tuple[int, int], Square] | None = None
    pit: tuple[tuple[int, int], Square] | None = None
    read_turn: int = -1
    read_hp: int = 0
    _last_creatures: list[Creature] = field(default_factory=list)
    inventory_bytes: bytes = b""
    _last_glyphs: NDArray[np.int16] = field(default_factory=lambda: np.zeros((21, 79), np.int16))
    _codes: NDArray[np.uint8] = field(default_factory=lambda: np.full((21, 79), t.UNKNOWN, np.uint8))
    _searching: bool = False
    _looking: bool = False
    _stepped: bool = False
    _aiming: bool = False

    @property
    def square(self) -> Square:
        """Where the hero stands."""
        return self.hero.y, self.hero.x

    @property
    def key(self) -> tuple[int, int]:
        """(dungeon, level) of the hero."""
        return self.hero.dungeon, self.hero.level

    def update(self, observation: Observation) -> None:
        """Take in one observation. Call once for each, in order."""
        before = self.hero if self.steps else None
        self.uneventful = False
        self.hero = hero = Hero(*observation["blstats"].tolist())
        self.message = read_message(observation)
        self.prompt = read_prompt(observation, self.message)
        if self._aiming and self.prompt.kind is Kind.COMMAND:
            self.prompt = Prompt(Kind.POSITION, AIMING)  # the cursor's square is described in the question's place
        self.steps += 1
        if before is not None and hero.hp < before.hp:
            self.hurt = hero.turn
        if hero.hunger >= Hunger.WEAK and (before is None or before.hunger < Hunger.WEAK):
            self.weakened = hero.turn
        self.stomach.update(hero.hunger, self.prompt, hero.turn, escaped=self.last_action == a.ESC)
        if before is None or before.turn != hero.turn:
            self.idle = 0
        elif self.prompt.kind is not Kind.TEXT:  # the quick may write twice in a turn, letter by letter
            self.idle += 1
        if before is None or (before.turn, before.x, before.y) != (hero.turn, hero.x, hero.y):
            self.tries = {}
        moved = before is None or (before.x, before.y, before.level) != (hero.x, hero.y, hero.level)
        if moved:
            self.caught = False
        self.waited = 0 if before is None or moved else self.waited + hero.turn - before.turn
        self._read_inventory(observation)
        if self.role == "":
            self._read_character(observation)
        hear(self)
        if self._looking and self.prompt.kind is Kind.COMMAND:
            self._looking = False
            if self.read_turn != hero.turn:
                self.unwrite()  # nothing is written there any more: a pit wipes it out
        if self.prompt is not COMMAND:
            if self.prompt.kind is Kind.ITEM and "want to eat" in self.prompt.text:
                self.level.fresh.pop(self.square, None)  # there was nothing on the floor to eat
            if self.prompt.kind is Kind.YES_NO and "Really attack" in self.prompt.text and 0 <= self.last_action < 8:
                self.spare(self.last_action)
            if self.prompt.kind in (Kind.MENU, Kind.TEXT):
                return  # the map may be covered, and nothing has moved
        self._last_glyphs, last_codes = self.glyphs, self._codes
        glyphs = observation["glyphs"]
        if glyphs.tobytes() == self.glyphs.tobytes():
            glyphs, codes = self.glyphs, self._codes
        else:
            self.glyphs = glyphs = np.array(glyphs, np.int16, order="C")
            self._codes = codes = planes.look_up(t.CODE_OF, glyphs)
            self.swallowed = t.has(codes, t.SWALLOWED)
        if self.swallowed:
            self.creatures = []
            return
        self._enter_level(before)
        level = self.level
        self._note_things(codes)
        if level.shown is not codes:
            level.show(codes)
            if not hero.condition & Condition.HALLUCINATING:
                things = codes
                if self.punished:  # what the ball or the chain covers is hidden, as under a creature
                    things = np.where(g.IS_CHAINED[glyphs], np.uint8(t.MONSTER), codes)
                level.notice(glyphs, things)
                level.heap(observation.get("specials"), things)
            planes.mark(level.furniture, _FURNITURE, glyphs)
            planes.mark(level.fountains, g.IS_FOUNTAIN, glyphs)
            planes.mark(level.falls, FALLS, glyphs)
        level.stand(hero.y, hero.x)
        if level.lasting and moved and self.square in level.lasting:
            self.engraved, self.read_turn, self.read_hp = (self.key, self.square), -1, hero.hp
        if "You see here" in self.message:
            level.heaps.discard(self.square)  # a single thing
            if "gray stone" in self.message:
                level.stones.add(self.square)
        self._last_creatures = self.creatures
        self.creatures = read_creatures(glyphs, codes, hero.y, hero.x, hero.turn, self.peaceful)
        if hero.condition & Condition.HALLUCINATING:  # nobody is what it looks like
            self.creatures = [c._replace(species=-1, kind="unseen") for c in self.creatures]
            self.arrivals = {(c.row, c.column): self.arrivals.get((c.row, c.column), hero.turn) for c in self.creatures}
        elif self.arrivals:
            self.arrivals = {}
        if before is not None and (before.dungeon, before.level) == self.key:
            self._learn_from_step(before)
        self._note_stairs()
        self._note_rooted()
        self._note_corpses()
        shops.see(self)
        if level.laid is not codes:
            level.lie(glyphs, codes)
        self.uneventful = before is not None and self._is_uneventful(before, last_codes)

    def _is_uneventful(self, before: Hero, shown: NDArray[np.uint8]) -> bool:
        """Tell whether nothing happened since: no word, no loss, no news on the map, no stranger in sight."""
        hero = self.hero
        if self.message or self.prompt is not COMMAND or any(c.kind not in _FRIENDS for c in self.creatures):
            return False
        if hero.hp < before.hp or any(getattr(hero, name) != getattr(before, name) for name in _NEWS):
            return False
        codes = self._codes
        return not np.any((codes != shown) & (codes != t.MONSTER) & ((shown != t.MONSTER) | (codes == t.ITEM)))

    def note_key(self, action: int) -> None:
        """Learn which key was pressed on the last observation."""
        kind, turn = self.prompt.kind, self.hero.turn
        self.last_action = action
        self._aiming = kind is Kind.POSITION and action == a.UP
        self._stepped = kind is Kind.COMMAND and action < 8
        if kind is Kind.COMMAND:
            if action not in DIGITS:
                self.command = action
                self.tries[action] = self.tries.get(action, 0) + 1
            if action < 8 and not self._strikes(action):
                self.trail = [*self.trail[-23:], self.square]
            elif action == a.PRAY:
                self.prayed = turn
            elif action == a.SEARCH:
                self._searching = True
            elif action == a.LOOK:
                self._looking = True
            elif action == a.ENHANCE:
                self.trained = False
            elif action == a.PICKUP:
                self.level.leave(self.square, turn)
                self.level.dropped.discard(self.square)
        elif kind is Kind.DIRECTION and self.command == a.KICK and action < 8:
            dr, dc = a.OFFSETS[action]
            door = (self.hero.y + dr, self.hero.x + dc)
            self.level.kicks[door] = self.level.kicks.get(door, 0) + 1
        elif kind is Kind.TEXT and action == a.MORE and "Elbereth" in self.prompt.text:
            self.engraved = (self.key, self.square)
            self.read_turn, self.read_hp = -1, self.hero.hp
            if _LASTING.search(self.prompt.text):
                self.level.lasting.add(self.square)
        elif kind is Kind.ITEM and self.command == a.DIP:
            self.level.dips[self.square] = self.level.dips.get(self.square, 0) + 1
        elif kind is Kind.ITEM and (self.command == ZAP or (self.command == a.APPLY and self._is_camera(action))):
            self.zapped, self.zap_turn = chr(a.KEYS[action]), turn
        elif kind is Kind.ITEM and self.command == a.DROP:
            self.level.leave(self.square, turn)
            if self.beast:
                self.level.dropped.add(self.square)  # what a beast is crushed by, the hero wants back
        elif kind is Kind.ITEM and self.command == a.ENGRAVE:
            self.tried.add(self._named(action))
            self.pen, self.scribe = self._named(action)
        elif kind is Kind.ITEM and self.command in (a.WEAR, a.WIELD, a.TAKE_OFF):
            self.refused[self._named(action)] = turn
        elif kind is Kind.ITEM and self.command == a.THROW and self._is_food(action):
            self.starved = Belief.starved  # the pet is fed

    def _is_camera(self, action: int) -> bool:
        return self._named(action)[1] == "expensive camera"

    def _is_food(self, action: int) -> bool:
        """Tell whether a key names something to eat."""
        return any(i.kind == FOOD and i.letter == chr(a.KEYS[action]) for i in self.inventory)

    def _strikes(self, direction: int) -> bool:
        """Tell whether a step in a direction (action index 0 to 7) is a blow at whoever stands there."""
        return any(c.kind in ("hostile", "unseen") for c in self._beside(direction))

    def _beside(self, direction: int) -> list[Creature]:
        dr, dc = a.OFFSETS[direction]
        return [c for c in self.creatures if (c.row, c.column) == (self.hero.y + dr, self.hero.x + dc)]

    def derive(self, key: object, make: Callable[[], T]) -> T:
        """Return what follows from the inventory, worked out once for each state of it."""
        if key not in self.derived:
            self.derived[key] = make()
        found: T = self.derived[key]
        return found

    def prayer_odds(self, ahead: int = 0) -> float:
        """Return the chance that a prayer in great trouble is heard now, or some turns ahead."""
        return 0.0 if self.luck.below(self.hero.turn + ahead) else self.patience_odds(ahead)

    def patience_odds(self, ahead: int = 0) -> float:
        """Return the chance that the god may be asked again, be the hero's Luck what it may."""
        return 0.0 if self.hero.turn < self.forsaken else odds(self.hero.turn + ahead, self.prayed)

    def in_pit(self) -> bool:
        """Tell whether the hero stands in a pit that it dug."""
        return self.pit == (self.key, self.square)

    def hidden_on_elbereth(self) -> bool:
        """Tell whether the hero stands where it wrote, as far as it knows."""
        return self.engraved == (self.key, self.square)

    def unwrite(self) -> None:
        """Learn that Elbereth no longer stands where the hero does, whatever it was written with."""
        self.engraved = None
        self.level.lasting.discard(self.square)

    @property
    def capacity(self) -> int:
        """The weight that the hero carries without being burdened (weight_cap in hack.c)."""
        return min(25 * (self.hero.strength + self.hero.constitution) + 50, 1000)

    @property
    def forgetful(self) -> bool:
        """Whether the spells were learnt too long ago to be cast."""
        return self.hero.turn - self.learnt >= MEMORY

    @property
    def beast(self) -> bool:
        """Whether the hero has another's shape: when that dies, it is itself again, with the hit points it had."""
        return self.hero.turn < self.shifted

    @property
    def wet(self) -> NDArray[np.bool_]:
        """Squares [21, 79] that show water or lava: what is dug beside them floods."""
        return _WET[self.glyphs]

    @property
    def legible(self) -> bool:
        """Whether the engraving was read this turn: dust wears off under the feet, one turn in 80 or so (allmain.c)."""
        return self.read_turn == self.hero.turn and self.hero.hp >= self.read_hp

    def spent(self, item: Item) -> bool:
        """Tell whether a wand or a camera is known to do nothing any more."""
        return (item.letter, item.name) in self.empty

    def hostiles(self, within: int = 99) -> list[Creature]:
        """List the hostile ones within a distance, and the unseen that may be about, nearest first."""
        kinds = ("hostile", "unseen") if self._haunted else ("hostile",)
        near = [c for c in self.creatures if c.distance <= within]
        return [c for c in near if c.kind in kinds or (c.kind == "unseen" and c.distance <= 1)]

    @property
    def _haunted(self) -> bool:
        """Whether unseen ones are more than old marks, or numbers behind walls: one struck, or all look like others."""
        return bool(self.hero.condition & Condition.HALLUCINATING) or self.hero.turn - self.struck < _ABOUT

    def _read_inventory(self, observation: Observation) -> None:
        raw = observation["inv_strs"].tobytes()
        if raw != self.inventory_bytes:
            self.inventory_bytes = raw
            self.derived = {}
            items = read_inventory(observation)
            worn = {(i.letter, i.name) for i in self.inventory if i.in_use}
            for item in items:
                if not item.in_use and (item.letter, item.name) in worn:
                    self.refused.pop((item.letter, item.name), None)  # it came off: it may be put on again
            self._miss({i.letter for i in items})
            if _armour(items) != _armour(self.inventory):
                self.miscast = 0  # what was to blame may be gone
            known = self.inklings
            self.inventory = tuple(replace(i, name=known[i.name]) if i.name in known else i for i in items)

    def _miss(self, letters: set[str]) -> None:
        """Look again at what was left lying everywhere when armour worn or the weapon in hand is lost."""
        if self.command in (a.THROW, a.FIRE, a.DROP) or self.beast or self.hero.turn - self.bereft < _BEREFT:
            return
        arms = (WEAPON, ARMOR)
        if any(i.in_use and i.kind in arms and i.letter not in letters for i in self.inventory):
            self.bereft = self.hero.turn
            for level in self.levels.values():
                level.look_again()

    def _read_character(self, observation: Observation) -> None:
        character = read_welcome(self.message)
        if character:
            self.role, self.race = character[:3], character[4:7]
        else:
            self.role = read_role(observation) or ""
        self.derived = {}  # what the pack is good for depends on whose it is

    def spare(self, direction: int) -> None:
        """Count whoever stands in a direction (action index 0 to 7) as peaceful."""
        for c in self._beside(direction):
            self.peaceful.mark(c, self.hero.turn)

    def _named(self, action: int) -> tuple[str, str]:
        """Return letter and name of the thing that a key names."""
        letter = chr(a.KEYS[action])
        return letter, next((item.name for item in self.inventory if item.letter == letter), "")

    def _enter_level(self, before: Hero | None) -> None:
        key = self.key
        if before is not None and (before.dungeon, before.level) == key and key in self.levels:
            return
        if any(c.kind == "hostile" and (c.distance <= _BESIDE or c.species in WERE) for c in self.creatures):
            self.level.peril = self.hero.turn
        self.level = self.levels.setdefault(key, Level(first_turn=self.hero.turn))
        self.peaceful.forget()
        self.creatures = []
        square = self.square
        if before is not None:
            if self.command == a.DOWN and before.depth == self.hero.depth - 1:
                self.level.terrain[square] = t.UP
            elif self.command == a.UP and before.depth == self.hero.depth + 1:
                self.level.terrain[square] = t.DOWN
            else:
                return
            self.level.leads[square] = (before.dungeon, before.level)
            self.levels[before.dungeon, before.level].leads[before.y, before.x] = key

    def _learn_from_step(self, before: Hero) -> None:
        hero, level, action = self.hero, self.level, self.last_action
        if self._searching:
            self._searching = False
            around = level.searched[t.box(before.y, before.x)]
            np.minimum(around + max(1, min(hero.turn - before.turn, 30)), 999, out=around)
        if not self._stepped or self.caught or (before.y, before.x) != (hero.y, hero.x):
            return
        dr, dc = a.OFFSETS[action]
        target = (hero.y + dr, hero.x + dc)
        if not (0 <= target[0] < t.ROWS and 0 <= target[1] < t.COLUMNS):
            return
        if "locked" in self.message:
            level.locked.add(target)
        if "diagonally" in self.message:
            where = self.square if "out of" in self.message else target
            level.straight[where] = hero.turn + 2000
            return
        if self.prompt.kind is not Kind.COMMAND or any(word in self.message for word in _HELD):
            return
        if any((c.row, c.column) == target for c in self._last_creatures):
            return
        if level.shown[target] == t.MONSTER or ("You " in self.message and "attack" in self.message):
            return
        level.fail((hero.y, hero.x), target, hero.turn)

    def _note_stairs(self) -> None:
        """Learn of stairs that a thing covers: only who stands on them is told."""
        if found := _STAIRS.search(self.message):
            self.level.terrain[self.square] = t.DOWN if found[1] == "down" else t.UP

    def _note_rooted(self) -> None:
        """Remember who does not move from its place: out of sight it is not shown."""
        rooted = self.level.rooted
        if self.hero.condition & Condition.HALLUCINATING:
            return  # nothing is what it looks like
        if rooted and not self.hero.condition & Condition.BLIND:
            y, x = self.square
            gone = [s for s in rooted if max(abs(s[0] - y), abs(s[1] - x)) <= 1]  # more is not seen in a corridor
            for square in gone:
                del rooted[square]
        shown = {(c.row, c.column) for c in self.creatures}
        for c in self._last_creatures:  # killed from afar: the square is not seen from beside
            square = (c.row, c.column)
            if rooted.get(square) == c.species and square not in shown and self._just_killed(c.species):
                del rooted[square]
        for c in self.creatures:
            if c.kind == "hostile" and c.species in SLOW:
                rooted[c.row, c.column] = c.species
                self.level.rooted_turn[c.row, c.column] = self.hero.turn

    def _note_corpses(self) -> None:
        level, turn = self.level, self.hero.turn
        for c in self._last_creatures:
            if c.species >= 0 and c.distance <= 8:
                square = (c.row, c.column)
                glyph = self.glyphs[square]
                if g.IS_BODY[glyph] and g.MONSTER_OF[glyph] == c.species:
                    if turn - self.killed.get(monster(c.species).name, -_MEAL) > _MEAL or level.lay[square] == glyph:
                        continue  # it walked off an old corpse of its kind, or fell beside one
                    # An older corpse of the kind on the square cannot be told from the new one.
                    first = level.fallen.setdefault((square, c.species), turn)
                    level.fresh[square] = (c.species, first)
                elif self._shot_down(square, c.species):
                    level.fresh[square] = (c.species, level.fallen.setdefault((square, c.species), turn))
        if level.fresh:
            level.fresh = {s: k for s, k in level.fresh.items() if turn - k[1] < 48}

    def _shot_down(self, square: Square, species: int) -> bool:
        """Tell whether a corpse may lie under the missile that has just killed one of a kind, and nothing else does."""
        if not g.IS_WEAPON[self.glyphs[square]]:
            return False
        alone = bool(self.level.lay[square] < 0) and (square, species) not in self.level.fallen
        return alone and self._just_killed(species)

    def _just_killed(self, species: int) -> bool:
        """Tell whether one of a kind was told to have died this turn or the last."""
        return self.hero.turn - self.killed.get(monster(species).name, -_MEAL) <= 1

    def _note_things(self, codes: NDArray[np.uint8]) -> None:
        """Keep what lies on the square that the hero steps on: its own glyph will hide it, if it sees itself."""
        square = self.square
        invisible = codes[square] == t.ITEM
        if invisible or (self.level.shown[square] == t.ITEM and codes[square] == t.MONSTER):
            self.level.things[square] = int((self.glyphs if invisible else self._last_glyphs)[square])
            self.level.left.pop(square, None) if self.level.left.get(square, 0) < self.hero.turn - 300 else None
        elif self.level.shown[square] != t.MONSTER:
            self.level.things.pop(square, None)
