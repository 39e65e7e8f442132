"""The five task classes of BabyAI-Text as levels of minigrid; only `babyai_text` imports this file.

The classes, their objects and what is excluded are those of `BabyAI-MixedTrainLocal` (Carta et al. 2023, "Grounding
large language models in interactive environments with online reinforcement learning"), which minigrid lacks. As there,
a level is drawn again when an object cannot be reached, when two objects to be put together already are, or when its
mission names one of the excluded objects. minigrid's own text for that is not printed.
"""

from typing import Any

from minigrid.core.roomgrid import RoomGrid
from minigrid.envs.babyai.core.roomgrid_level import RejectSampling, RoomGridLevel
from minigrid.envs.babyai.core.verifier import (
    AfterInstr,
    BeforeInstr,
    GoToInstr,
    ObjDesc,
    OpenInstr,
    PickupInstr,
    PutNextInstr,
)
from minigrid.utils.baby_ai_bot import BabyAIBot

ROOM = 8
"""Cells along a side of a room, its walls included."""

EXCLUDED = ("yellow box", "red key", "red door", "green ball", "grey door")
"""What no mission may name: Carta et al. keep these apart to test generalisation."""

DOOR_COLOURS = ("yellow", "green", "blue", "purple")


class TaskLevel(RoomGridLevel):
    """A level of one task class.

    The step limit is minigrid's: 64 for each place to go to and each room, so 64 for `goto` and `pickup`, 128 for
    `putnext` and `seq`, and 128 for `open`, which has two rooms.

    Args:
        kind: `goto`, `pickup`, `open`, `putnext` or `seq`.
        num_dists: Objects besides those that the mission needs.
    """

    def __init__(self, kind: str, num_dists: int) -> None:
        self.kind, self.num_dists = kind, num_dists
        self.instrs: Any = None
        super().__init__(room_size=ROOM, num_rows=1, num_cols=2 if kind == "open" else 1)

    def gen_mission(self) -> None:
        """Draw objects, agent and mission until they are acceptable."""
        while not self._drawn():
            RoomGrid._gen_grid(self, self.width, self.height)

    def _drawn(self) -> bool:
        try:
            self.instrs = getattr(self, f"_{self.kind}")()
            self.validate_instrs(self.instrs)
        except (RejectSampling, RecursionError):  # the second is minigrid's word for "no place was found"
            return False
        mission = self.instrs.surface(self)
        return self.check_objs_reachable(raise_exc=False) and not any(name in mission for name in EXCLUDED)

    def _goto(self) -> Any:
        return GoToInstr(_described(self._rand_elem(self._objects(1))))

    def _pickup(self) -> Any:
        return PickupInstr(_described(self._rand_elem(self._objects(1))))

    def _putnext(self) -> Any:
        return PutNextInstr(*self._two())

    def _seq(self) -> Any:
        taken, reached = self._two()
        first, second = PickupInstr(taken), GoToInstr(reached)
        if self._rand_elem(("before", "after")) == "before":
            return BeforeInstr(first, second)
        return AfterInstr(second, first)

    def _open(self) -> Any:
        """A locked door between two rooms; the agent, the key and all else are on one side of it."""
        colour = self._rand_elem(DOOR_COLOURS)
        locked = self._rand_int(0, 2)
        self.add_door(locked, 0, door_idx=2 if locked else 0, color=colour, locked=True)
        self.add_object(1 - locked, 0, "key", colour)
        self.add_distractors(1 - locked, 0, num_distractors=self.num_dists, all_unique=False)
        self.place_agent(1 - locked, 0)
        return OpenInstr(ObjDesc("door", self._rand_elem((None, colour))))

    def _objects(self, needed: int) -> list[Any]:
        self.place_agent()
        return list(self.add_distractors(num_distractors=self.num_dists + needed, all_unique=False))

    def _two(self) -> tuple[ObjDesc, ObjDesc]:
        """Two objects, described alike only when the level has two of them."""
        objects = self._objects(2)
        first = _described(self._rand_elem(objects))
        alike = [thing for thing in objects if (thing.type, thing.color) == (first.type, first.color)]
        others = objects if len(alike) > 1 else [thing for thing in objects if thing not in alike]
        return first, _described(self._rand_elem(others))


def bot(level: TaskLevel) -> Any:
    """Return minigrid's bot for a level that has just been reset."""
    return BabyAIBot(level)


def _described(thing: Any) -> ObjDesc:
    return ObjDesc(thing.type, thing.color)
