"""Lead a floating eye away from the only way: whoever waits beside it until it goes, waits until he starves."""

import numpy as np

from yendor.belief import planes
from yendor.belief import terrain as t
from yendor.belief.level import Square
from yendor.bot.combat.threat import FLOATING_EYE
from yendor.bot.state import State
from yendor.bot.walking import walk
from yendor.skills import commands
from yendor.skills.plan import Plan


def propose(state: State) -> Plan | None:
    """Leave a floating eye that bars the only way: it follows, slowly, into the open, where one can walk around it.

    Once one was killed there is nobody to wait for.
    """
    level, turn = state.level, state.hero.turn
    eye = next((c for c in state.belief.creatures if c.species == FLOATING_EYE and c.distance <= 3), None)
    if level.lure is not None and state.belief.killed.get("floating eye", -1) >= level.lure[2]:
        level.lure = None
    if level.lure is None or turn > level.lure[1]:
        if eye is None or not state.blocks((eye.row, eye.column)):
            return None
        spot = _open_ground(state, (eye.row, eye.column))
        if spot is None:
            return None
        level.lure = (spot, turn + 60 + 14 * int(state.distances[spot]), turn)
    spot = level.lure[0]
    if eye is not None and state.square == spot:
        level.lure = None
        return None
    if state.square != spot:
        return walk(state, spot, "lure", "wait/lure", "lure the floating eye away")
    return commands.search(10, "wait/lure", "wait for the floating eye to come")


def _open_ground(state: State, eye: Square) -> Square | None:
    """Return a near square with room around it, some way from the eye; the farthest one where there is none."""
    walkable = state.masks[0].astype(np.float64)
    away = state.distances.astype(np.int64)
    far = (away >= 5) & (away <= 40)
    rows, columns = np.indices(away.shape)
    far &= np.maximum(abs(rows - eye[0]), abs(columns - eye[1])) >= 4
    roomy = far & (planes.box_sum(walkable, 1) >= 8)
    for mask, sign in ((roomy, 1), (far, -1)):
        where = np.flatnonzero(mask)
        if where.size:
            best = int(where[np.argmin(sign * away.ravel()[where])])
            return divmod(best, t.COLUMNS)
    return None
