"""Shops: known by what is said in them; what is owed there, and when it is settled."""

import numpy as np
import pytest

from yendor.belief import shops
from yendor.belief import terrain as t
from yendor.belief.belief import Belief
from yendor.belief.creatures import Creature

HERE = (9, 20)
KEEPER = Creature(9, 21, shops.SHOPKEEPER, "peaceful", 1, 0)


def inside(stairs: bool = False) -> Belief:
    """A hero in a room of 5 x 9 squares, with a door on the left."""
    belief = Belief()
    belief.level.terrain[:] = t.WALL
    belief.level.terrain[7:12, 16:25] = t.FLOOR
    belief.level.terrain[9, 15] = t.OPEN_DOOR
    belief.level.terrain[9, 5:15] = t.CORRIDOR
    if stairs:
        belief.level.terrain[7, 16] = t.UP
    belief.hero = belief.hero._replace(y=HERE[0], x=HERE[1], turn=3000)
    return belief


@pytest.mark.parametrize(
    "message",
    [
        '"Hello, Agent!  Welcome again to Narodnaja\'s liquor emporium!"',
        "You see here a sky blue potion (for sale, 100 zorkmids).",
        '"For you, most gracious lady; only 75 zorkmids for this yellow potion."',
        "Y - a yellow potion (unpaid, 75 zorkmids).",
    ],
)
def test_a_room_where_something_is_for_sale_is_a_shop(message: str) -> None:
    belief = inside()
    shops.hear(belief, message)
    assert np.argwhere(belief.level.shop).min(axis=0).tolist() == [7, 16]
    assert belief.level.shop.sum() == 45
    assert (HERE in belief.level.goods) == ("for sale" in message)
    walked_in = inside(stairs=True)
    shops.hear(walked_in, message)
    assert not walked_in.level.shop.any(), "no shop has stairs"


def test_other_rooms_are_none() -> None:
    for message in (
        "Welcome to David's Treasure Zoo!", "You see here a sky blue potion.", "Hello Agent, welcome to NetHack!",
        "You kill the newt!  Welcome to experience level 2.",
    ):  # fmt: skip
        belief = inside()
        shops.hear(belief, message)
        assert not belief.level.shop.any()


@pytest.mark.parametrize(
    ("owed", "settled"),
    [
        ('"Agent!  Please pay before leaving."', "You pay that debt."),
        ('"Usage fee, 10 zorkmids."', "Thank you for shopping in Gomel's liquor emporium!"),
        ("You owe Sneem 75 zorkmids for goods lost.", "But you don't have enough gold."),
        ("You bit it, you bought it!", "You do not owe Sneem anything."),
    ],
)
def test_what_is_owed_until_it_is_settled(owed: str, settled: str) -> None:
    belief = inside()
    shops.hear(belief, owed)
    assert belief.debt
    shops.hear(belief, settled)
    assert not belief.debt


@pytest.mark.parametrize("content", ["Satisfied, Skibbereen suddenly disappears!", "Sneem calms down."])
def test_a_robbed_keeper_is_angry_until_paid(content: str) -> None:
    belief = inside()
    shops.hear(belief, "You stole 75 zorkmids worth of merchandise.  An alarm sounds!")
    assert belief.debt
    assert "shopkeeper" in belief.peaceful.angry
    assert belief.level.wrath == 3000
    shops.hear(belief, content)
    assert not belief.debt
    assert "shopkeeper" not in belief.peaceful.angry
    assert belief.level.wrath < 0


def test_a_keeper_who_strikes_is_angry_but_owed_nothing() -> None:
    belief = inside()
    shops.hear(belief, "Asidonhopo thrusts his dagger.  Asidonhopo hits!")
    assert "shopkeeper" not in belief.peaceful.angry, "nobody of the trade is about"
    belief.creatures = [KEEPER]
    shops.hear(belief, "Asidonhopo thrusts his dagger.  Asidonhopo hits!")
    assert "shopkeeper" in belief.peaceful.angry
    assert not belief.debt
