"""One level as a player remembers it: the ground under things, and what was tried where."""

from dataclasses import dataclass, field

import numpy as np
from nle import nethack as nh
from numpy.typing import NDArray

from yendor.belief import planes
from yendor.belief import terrain as t

_LASTING = planes.codes(range(t.UNKNOWN + 1, t.PASSING))
_COVERING = planes.codes((t.ITEM, t.MONSTER))
_DOUBTFUL = planes.codes((t.UNKNOWN, t.CLOSED_DOOR, t.BOULDER))
_THEFT, _STREAK = 6, 1000
"""Turns that a theft takes at most, and after which the next one is by somebody else."""
_FOR_GOOD = 10**8
_UNSTEADY = frozenset((t.UNKNOWN, t.CLOSED_DOOR, t.BOULDER, t.WALL))

Square = tuple[int, int]
"""(row, column) on the map: row 0 to 20, column 0 to 78."""


@dataclass
class Level:
    """Arrays are [21, 79].

    Attributes:
        terrain: uint8 codes of the ground itself.
        shown: uint8 codes of what the last observation showed.
        visited: Squares stood on.
        seen: Squares stood on or next to: what is still unknown there is rock, or hidden.
        searched: How often each square was searched for hidden things.
        blocked: Turn until which a square counts as not walkable, since a step there failed.
        straight: Turn until which no diagonal step into or out of a square is tried, since one failed.
        failures: How often a step onto a square failed.
        doubts: Goals not to be gone for, until a turn: the player we shadow does not want them, or we
            ran to and fro on the way.
        things: Glyph of the thing seen last on each square that the hero has stepped on.
        left: Squares whose things were looked at and left lying, with the turn.
        heaps: Squares where something lies under what is shown, and nobody has looked at it since.
        stones: Squares with a gray stone, which may be a loadstone: a single thing is taken up without a question.
        left_glyph: int16, what such squares showed since: -1 for nothing yet, -2 where nothing was left.
        lay: int16, the glyph of the thing that each square showed when no creature stood there; -1 for none.
        laid: The codes from which that was read.
        fallen: Turn of the first corpse of a kind on a square.
        given_up: How often the way to a goal was given up, since we ran to and fro.
        mistrusted: How often a goal was not gone for by the player we shadow.
        passed: Frontier squares that the player we shadow does not go for.
        rooted: Where slow or rooted creatures were seen last, with their kind.
        rooted_turn: When.
        lure: Where to wait for a slow creature that bars the way, until which turn, and since when.
        dropped: Squares where the hero's own things fell, under whatever else lies there.
        kicks: Kicks a locked door got.
        locked: Doors that are.
        furniture: Squares with an altar, a fountain, a throne and the like, on which nobody can write.
        lasting: Squares where Elbereth is burned or cut into the floor.
        falls: Squares with a trap that takes who steps on it to another level, or shape.
        fountains: Squares with a fountain; those that dried up left out.
        dips: How often something was dipped on a square.
        hard: Squares through which nobody can dig.
        shop: Squares of shops: left alone.
        goods: Squares where something was said to be for sale.
        fresh: Corpses seen to fall, with their kind and turn.
        leads: Where stairs lead, as (dungeon, level).
        surveyed: There was nothing left to explore, once.
        first_turn: When the level was first seen.
        peril: When it was left with enemies beside the hero; far in the past for never.
        robbed: When a thief took something here; far in the past for never.
        thefts: How often in a row, without a thousand turns between.
        wrath: When a shopkeeper was angry here.
        no_teleport: Nobody is taken elsewhere on this level, the game said.
        pushed: Where the floating eye was last that is driven back, and the turn until which it is.
        shut_in: How often the hero has waited for one to go back.
    """

    terrain: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), np.uint8))
    shown: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), np.uint8))
    visited: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), bool))
    seen: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), bool))
    searched: NDArray[np.int16] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), np.int16))
    blocked: NDArray[np.int32] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), np.int32))
    straight: NDArray[np.int32] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), np.int32))
    furniture: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), bool))
    falls: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), bool))
    fountains: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), bool))
    lasting: set[Square] = field(default_factory=set)
    dips: dict[Square, int] = field(default_factory=dict)
    hard: set[Square] = field(default_factory=set)
    shop: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), bool))
    goods: set[Square] = field(default_factory=set)
    failures: dict[Square, int] = field(default_factory=dict)
    doubts: dict[tuple[str, Square], int] = field(default_factory=dict)
    things: dict[Square, int] = field(default_factory=dict)
    left: dict[Square, int] = field(default_factory=dict)
    heaps: set[Square] = field(default_factory=set)
    stones: set[Square] = field(default_factory=set)
    left_glyph: NDArray[np.int16] = field(default_factory=lambda: np.full((t.ROWS, t.COLUMNS), -2, np.int16))
    lay: NDArray[np.int16] = field(default_factory=lambda: np.full((t.ROWS, t.COLUMNS), -1, np.int16))
    laid: NDArray[np.uint8] | None = None
    fallen: dict[tuple[Square, int], int] = field(default_factory=dict)
    rooted: dict[Square, int] = field(default_factory=dict)
    rooted_turn: dict[Square, int] = field(default_factory=dict)
    lure: tuple[Square, int, int] | None = None
    passed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((t.ROWS, t.COLUMNS), bool))
    given_up: dict[tuple[str, Square], int] = field(default_factory=dict)
    mistrusted: dict[tuple[str, Square], int] = field(default_factory=dict)
    dropped: set[Square] = field(default_factory=set)
    kicks: dict[Square, int] = field(default_factory=dict)
    locked: set[Square] = field(default_factory=set)
    fresh: dict[Square, tuple[int, int]] = field(default_factory=dict)
    leads: dict[Square, tuple[int, int]] = field(default_factory=dict)
    surveyed: bool = False
    first_turn: int = 0
    peril: int = -10_000
    robbed: int = -10_000
    thefts: int = 0
    wrath: int = -10_000
    no_teleport: bool = False
    pushed: tuple[Square, int] | None = None
    shut_in: int = 0

    def show(self, codes: NDArray[np.uint8]) -> None:
        """Take in what the map shows now. Lasting features replace the memory, the rest covers it."""
        # Whatever a thing lies on can be walked on, unless we know better.
        planes.cover(codes, self.terrain, _LASTING, _COVERING, _DOUBTFUL, t.FLOOR)
        self.shown = codes

    def lie(self, glyphs: NDArray[np.int16], codes: NDArray[np.uint8]) -> None:
        """Remember what lies where, under whoever will step on it."""
        np.copyto(self.lay, np.where(codes == t.ITEM, glyphs, -1), where=codes != t.MONSTER)
        self.laid = codes

    def leave(self, square: Square, turn: int) -> None:
        """Leave what lies on a square, until something else lies there."""
        self.left[square] = turn
        self.left_glyph[square] = -1
        self.heaps.discard(square)

    def look_again(self) -> None:
        """Take nothing for looked at: what was left lying may be of use now."""
        self.left.clear()
        self.left_glyph.fill(-2)

    def notice(self, glyphs: NDArray[np.int16], codes: NDArray[np.uint8]) -> None:
        """Look again at squares left before where another thing lies on top now: a dagger that was thrown, say."""
        if not self.left:
            return
        for square in planes.notice(glyphs, codes, self.left_glyph, t.MONSTER, t.ITEM):
            self.left.pop(square, None)

    def heap(self, specials: NDArray[np.uint8] | None, codes: NDArray[np.uint8]) -> None:
        """Remember where several things lie: a corpse hides what its owner wore.

        Args:
            specials: NLE's flags of each square, which tell of piles as NetHack's option `hilite_pile` does on a
                terminal; None where they were not observed.
            codes: What the map shows.
        """
        if specials is None:
            return
        gone = {square for square in self.heaps if codes[square] not in (t.ITEM, t.MONSTER)}
        found = planes.where(((specials & nh.MG_OBJPILE) > 0) & (codes == t.ITEM))
        known = self.left.keys() | self.stones
        self.heaps = (self.heaps - gone) | {square for square in found if square not in known}

    def stand(self, row: int, column: int) -> None:
        """Note that the hero stands on a square."""
        if not self.visited[row, column]:
            self.visited[row, column] = True
            self.seen[t.box(row, column)] = True
        if int(self.terrain[row, column]) in _UNSTEADY:
            self.terrain[row, column] = t.FLOOR

    def note_theft(self, turn: int) -> None:
        """Count a theft; what is told of one takes several messages, and some turns."""
        if turn - self.robbed > _STREAK:
            self.thefts = 0
        self.thefts += turn - self.robbed > _THEFT
        self.robbed = turn

    def close_shop(self, square: Square) -> None:
        """Leave the doors beside a square alone for good: the sign there says the shop is closed."""
        around = t.box(*square)
        closed = self.terrain[around] == t.CLOSED_DOOR
        self.blocked[around][closed] = _FOR_GOOD
        self.failures[square] = 1

    def open_shop(self) -> None:
        """Take the doors of closed shops for passable again."""
        self.blocked[(self.terrain == t.CLOSED_DOOR) & (self.blocked >= _FOR_GOOD)] = 0

    def doubt(self, kind: str, goal: Square, until: int) -> None:
        """Leave a goal alone until a turn."""
        self.doubts[kind, goal] = until

    def take_for_done(self, squares: NDArray[np.bool_]) -> None:
        """Leave frontier squares out: the player we shadow passes them over."""
        self.passed |= squares

    def forgive(self, kinds: tuple[str, ...]) -> None:
        """Trust again the goals of some kinds: the player we shadow does move."""
        self.doubts = {key: until for key, until in self.doubts.items() if key[0] not in kinds}

    def reopen(self, squares: NDArray[np.bool_]) -> None:
        """Take squares into the frontier again: the player we shadow walks their way."""
        self.passed &= ~squares

    def mistrust(self, kind: str, goal: Square, turn: int) -> None:
        """Leave alone a goal that the player we shadow does not go for, longer each time."""
        times = self.mistrusted.get((kind, goal), 0) + 1
        self.mistrusted[kind, goal] = times
        self.doubt(kind, goal, turn + 100 * 2 ** min(times, 8))

    def fail(self, origin: Square, target: Square, turn: int) -> None:
        """Note that a step did not succeed: first distrust the diagonal, then the square."""
        times = self.failures.get(target, 0) + 1
        self.failures[target] = times
        if origin[0] != target[0] and origin[1] != target[1] and self.straight[target] <= turn:
            self.straight[target] = turn + 20 * 2 ** min(times, 8)
        elif times >= 2:
            self.blocked[target] = turn + 20 * 2 ** min(times, 8)
