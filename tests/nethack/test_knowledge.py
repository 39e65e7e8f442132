"""The tables of monsters and objects: the engine's own table as the oracle, and well-known facts."""

import pytest
from nle import nethack as nh

from yendor.nethack.monsters import NUMBER, SESSILE, Attack, index_of, monster, safe_corpse
from yendor.nethack.objects import table, thing


def test_monsters_agree_with_the_engine() -> None:
    for index in range(NUMBER):
        ours, theirs = monster(index), nh.permonst(index)
        assert ours.name == theirs.mname
        assert (ours.level, ours.speed, ours.ac, ours.magic_resistance) == (
            theirs.mlevel, theirs.mmove, theirs.ac, theirs.mr,
        )  # fmt: skip
        assert (ours.weight, ours.nutrition) == (theirs.cwt, theirs.cnutrit)
        assert ("fly" in ours.flags) == bool(theirs.mflags1 & 0x1)
        assert ("poison" in ours.resists) == bool(theirs.mresists & 0x20)


def test_objects_agree_with_the_engine() -> None:
    assert len(table()) == nh.NUM_OBJECTS
    for index in range(nh.NUM_OBJECTS):
        ours, theirs = thing(index), nh.objclass(index)
        assert ours.name == (nh.OBJ_NAME(theirs) or "")
        assert (ours.weight, ours.cost) == (theirs.oc_weight, theirs.oc_cost)
        assert ours.kind == ord(theirs.oc_class)


def test_well_known_facts() -> None:
    assert monster(index_of("soldier ant")).attacks == (Attack("bite", "phys", 2, 4), Attack("stng", "drst", 3, 4))
    assert monster(index_of("soldier ant")).damage == pytest.approx(5 + 7.5)
    assert monster(index_of("floating eye")).passive == (Attack("none", "plys", 0, 70),)
    assert index_of("brown mold") in SESSILE
    assert "stone" in monster(index_of("cockatrice")).resists
    by_name = {t.name: t for t in table()}
    assert by_name["food ration"].nutrition == 800
    assert by_name["dagger"].damage == (2.5, 2.0)
    assert (by_name["plate mail"].armour, by_name["plate mail"].slot) == (7, "suit")
    assert by_name["elven mithril-coat"].armour == 5
    assert by_name["two-handed sword"].two_handed


@pytest.mark.parametrize(
    ("name", "race", "safe"),
    [
        ("newt", "hum", True),
        ("jackal", "hum", True),
        ("gnome", "hum", True),
        ("gnome", "gno", False),
        ("cockatrice", "hum", False),
        ("killer bee", "hum", False),
        ("acid blob", "hum", False),
        ("werejackal", "hum", False),
        ("dwarf", "dwa", False),
        ("hill orc", "orc", False),
        ("hill orc", "hum", True),
        ("shopkeeper", "hum", False),
        ("kitten", "hum", False),
    ],
)
def test_safe_corpses(name: str, race: str, safe: bool) -> None:
    assert safe_corpse(index_of(name), race) is safe


def test_no_such_kind() -> None:
    for index in (-1, NUMBER):
        with pytest.raises(IndexError):
            monster(index)
    with pytest.raises(IndexError):
        thing(-1)
