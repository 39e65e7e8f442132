"""The belief: what it takes from observations, and from the keys pressed."""

import numpy as np
import pytest

from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature, Peaceful, read_creatures
from yendor.belief.hearing import hear
from yendor.belief.level import Level
from yendor.envs.make import make
from yendor.nethack import actions as a


def test_grow_reaches_the_eight_neighbours() -> None:
    mask = np.zeros((21, 79), bool)
    mask[5, 5] = mask[0, 0] = True
    grown = t.grow(mask)
    assert grown[4:7, 4:7].all()
    assert grown.sum() == 9 + 4


def test_things_hide_the_ground_but_do_not_replace_it() -> None:
    level = Level()
    codes = np.zeros((21, 79), np.uint8)
    codes[3, 3], codes[3, 4] = t.OPEN_DOOR, t.UNKNOWN
    level.show(codes)
    codes = codes.copy()
    codes[3, 3], codes[3, 4] = t.MONSTER, t.ITEM
    level.show(codes)
    assert level.terrain[3, 3] == t.OPEN_DOOR
    assert level.terrain[3, 4] == t.FLOOR


def test_a_failed_step_is_forgotten_after_a_while() -> None:
    level = Level()
    for _ in range(3):
        level.fail((5, 5), (5, 6), turn=10)
    assert level.blocked[5, 6] > 10
    assert level.blocked[5, 6] < 10_000


def test_one_known_peaceful_creature_explains_one_seen() -> None:
    peaceful = Peaceful()
    glyph = 58
    peaceful.mark(Creature(5, 6, 58, "hostile", 1, glyph), turn=1)
    glyphs = np.full((21, 79), 2359, np.int16)
    glyphs[5, 6] = glyphs[5, 7] = glyph
    found = read_creatures(glyphs, t.CODE_OF[glyphs], 5, 5, 2, peaceful)
    assert sorted(c.kind for c in found) == ["hostile", "peaceful"]


def test_the_first_observation_tells_the_hero_and_the_level() -> None:
    env = make(seeds=(1000, 2000))
    observation, _ = env.reset()
    belief = Belief()
    belief.update(observation)
    assert (belief.role, belief.hero.turn, belief.key) == ("sam", 1, (0, 1))
    assert belief.level.visited[belief.square]
    assert any(c.kind == "pet" for c in belief.creatures)
    assert belief.inventory[0].name == "katana"
    env.close()


def test_searching_is_counted_from_the_keys_pressed() -> None:
    env = make(seeds=(1000, 2000))
    observation, _ = env.reset()
    belief = Belief()
    for _ in range(5):
        belief.update(observation)
        belief.note_key(a.SEARCH)
        observation, *_ = env.step(a.SEARCH)
    belief.update(observation)
    assert belief.level.searched[belief.square] >= 3
    env.close()


@pytest.mark.parametrize(
    ("message", "angry"),
    [
        ("You feel that Amaterasu Omikami is displeased.", True),
        ('"Thou art arrogant, mortal."  "Thou must relearn thy lessons!"', True),
        ('"Thou hast strayed from the path, mortal."', True),
        ("Watch out!  Bad things can happen on Friday the 13th.", True),
        ('"Thou hast pleased me with thy progress,"', False),
        ("You feel that Kos is well-pleased.", False),
    ],
)
def test_only_anger_ends_praying(message: str, angry: bool) -> None:
    env = make(seeds=(1000, 2000))
    observation, _ = env.reset()
    env.close()
    told = np.zeros(256, np.uint8)
    told[: len(message)] = np.frombuffer(message.encode(), np.uint8)
    belief = Belief()
    belief.update({**observation, "message": told})
    belief.hero = belief.hero._replace(turn=500)
    assert (belief.prayer_odds() == 0.0) is angry


def test_stairs_that_are_none_are_forgotten() -> None:
    belief = Belief()
    belief.level.terrain[belief.square] = t.DOWN
    belief.message = "You can't go down here."
    hear(belief)
    assert belief.level.terrain[belief.square] == t.FLOOR
