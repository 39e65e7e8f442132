"""Names of glyphs, and their plurals."""

from collections import defaultdict

import numpy as np
import pytest
from nle import nethack as nh

from yendor.nethack import glyphs as g
from yendor.nethack.objects import table
from yendor.text.names import Names, names

CLEAN, COMPAT = names(True), names(False)

# As NetHack's `makeplural` writes them.
PLURALS = {
    "newt": "newts", "jackal": "jackals", "wolf": "wolves", "winter wolf cub": "winter wolf cubs", "dwarf": "dwarves",
    "elf": "elves", "Woodland-elf": "Woodland-elves", "fox": "foxes", "lynx": "lynxes", "lich": "liches",
    "arch-lich": "arch-liches", "cockatrice": "cockatrices", "sasquatch": "sasquatches", "homunculus": "homunculi",
    "incubus": "incubi", "erinys": "erinyes", "dust vortex": "dust vortices", "violet fungus": "violet fungi",
    "mumak": "mumakil", "djinni": "djinn", "manes": "manes", "tengu": "tengu", "Nazgul": "Nazgul",
    "Uruk-hai": "Uruk-hai", "ki-rin": "ki-rin", "roshi": "roshi", "ninja": "ninja", "samurai": "samurai",
    "piranha": "piranha", "jellyfish": "jellyfish", "lurker above": "lurkers above", "dingo": "dingoes",
    "baluchitherium": "baluchitheria", "wumpus": "wumpuses", "human": "humans", "orc shaman": "orc shamans",
    "watchman": "watchmen", "caveman": "cavemen", "cavewoman": "cavewomen", "pony": "ponies", "monkey": "monkeys",
    "valkyrie": "valkyries", "giant mummy": "giant mummies", "knife": "knives", "worm tooth": "worm teeth",
    "staff": "staves", "candelabrum": "candelabra", "eucalyptus leaf": "eucalyptus leaves",
    "jackboots": "jackboots", "lenses": "lenses", "gray dragon scales": "gray dragon scales",
    "gray dragon scale mail": "gray dragon scale mails", "chain mail": "chain mails",
    "looking glass": "looking glasses",
    "old gloves": "old gloves", "can of grease": "cans of grease", "sprig of wolfsbane": "sprigs of wolfsbane",
    "lump of royal jelly": "lumps of royal jelly", "scroll labeled FOOBIE BLETCH": "scrolls labeled FOOBIE BLETCH",
    "piece of cloth": "pieces of cloth", "milky potion": "milky potions", "gold piece": "gold pieces",
    "Master of Thieves": "Masters of Thieves", "newt corpse": "newt corpses", "tame pony": "tame ponies",
    "ice": "areas of ice", "bars": "bars", "altar": "altars", "doorway": "doorways", "ladder up": "ladders up",
    "Wizard of Yendor statue": "Wizard of Yendor statues", "lurker above corpse": "lurker above corpses",
    "tame lurker above": "tame lurkers above", "explosion top left": "explosions top left",
    "unknown creature causing you worry": "unknown creatures causing you worry", "stairs down": "stairs down",
}  # fmt: skip


def plural(table: Names, name: str) -> str:
    return table.text[table.plural[table.text.index(name)]]


@pytest.mark.parametrize("table", [CLEAN, COMPAT])
def test_the_tables_fit_the_glyphs(table: Names) -> None:
    assert len(set(table.text)) == len(table.text) == len(table.plural)
    assert len(table.anywhere) == len(table.nearby) == len(table.blocks) == nh.MAX_GLYPH + 1
    assert not ((table.anywhere >= 0) & (table.nearby >= 0)).any()
    for told in (table.anywhere, table.nearby):
        assert told.min() == -1
        assert told.max() < len(table.text)
    assert not ((table.blocks == 1) & (table.nearby < 0)).any()
    assert (table.nearby[g.IS_CMAP[: nh.MAX_GLYPH + 1].nonzero()] >= 0).sum() > 60
    assert (table.anywhere[: nh.MAX_GLYPH][~g.IS_CMAP[: nh.MAX_GLYPH]] >= 0).all()
    assert table.anywhere[nh.MAX_GLYPH] == table.nearby[nh.MAX_GLYPH] == -1
    assert all(text == text.strip() and text for text in table.text)


@pytest.mark.parametrize("name", list(PLURALS))
def test_clean_plurals_are_the_game_s(name: str) -> None:
    assert plural(CLEAN, name) == PLURALS[name]


def test_no_plural_is_another_thing_s_name() -> None:
    used = np.unique(np.concatenate([CLEAN.anywhere, CLEAN.nearby]))
    singular = {int(number) for number in used if number >= 0}
    same = {CLEAN.text[n] for n in singular if CLEAN.plural[n] in singular and CLEAN.plural[n] != n}
    assert same == set()


def test_clean_names_do_not_tell_apart_what_looks_alike() -> None:
    alike = defaultdict(set)
    for glyph in np.flatnonzero(g.IS_OBJECT[: nh.MAX_GLYPH]):
        thing = table()[int(g.OBJECT_OF[glyph])]
        if thing.appearance:
            alike[thing.kind, thing.appearance].add(CLEAN.text[CLEAN.anywhere[glyph]])
    assert {looks: told for looks, told in alike.items() if len(told) > 1} == {}
    assert len(alike) > 200


def test_clean_names_say_nothing_a_player_does_not_know() -> None:
    told = " | ".join(CLEAN.text)
    for word in ("worthless", "alter", "luckstone", "loadstone", "touchstone", "flint", "elven dagger", "mattock"):
        assert word not in told
    assert {"white gem", "gray stone", "crude dagger", "altar", "broad pick"} <= set(CLEAN.text)
    assert {"worthless piece of white glass", "gray luckstone", "orcish dagger", "alter"} <= set(COMPAT.text)


def test_compat_keeps_the_wrapper_s_plurals() -> None:
    wrong = {"ice": "area of ice", "wolf": "wolves", "manes": "maneses", "homunculus": "homunculuses", "lich": "lichs",
             "watchman": "watchmans", "mumak": "mumaks", "stairs up": "stairs ups"}  # fmt: skip
    assert {name: plural(COMPAT, name) for name in wrong} == wrong
