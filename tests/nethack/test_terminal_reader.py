"""The terminal read back: the engine's own observations are the truth that its screens are held against."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nle import nethack as nh

from yendor.belief import terrain as t
from yendor.core.agent import Observation
from yendor.envs.make import make
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack.bottomline import Condition, Hero, Hunger
from yendor.nethack.items import COIN, FOOD, POTION, WEAPON, read_inventory
from yendor.nethack.monsters import index_of
from yendor.nethack.prompts import Kind, read_prompt
from yendor.nethack.terminal.pack import Pack, kind_of
from yendor.nethack.terminal.reader import TerminalReader
from yendor.nethack.terminal.starting import starting_pack
from yendor.nethack.terminal.status import read_status
from yendor.nethack.terminal.symbols import candidates
from yendor.nethack.terminal.whereabouts import DOOM, MINES, QUEST, Whereabouts

EMPTY = Hero(*[0] * 27)
WIDE = np.full((24, 80), 32, np.uint8)


def play(games: int, steps: int) -> Iterator[tuple[int, Observation, int]]:
    """Odd keys: walking, commands that ask, menus, and often leaving them."""
    odd = [a.index_by_name(f"Command.{n}") for n in ("INVENTORY", "EAT", "KICK", "DROP", "THROW", "LOOK", "ENGRAVE",
           "QUAFF", "WIELD", "DROPTYPE", "TRAVEL", "SEARCH", "PICKUP", "ATTRIBUTES", "CAST")]  # fmt: skip
    keys = [*range(8), *range(8), *range(8), *[a.ESC] * 12, *[a.MORE] * 4, *odd]
    for game in range(games):
        env = make(seeds=(440 + game, 540 + game))
        observation, _ = env.reset()
        draw = np.random.default_rng(game)
        for _ in range(steps):
            key = int(draw.choice(keys))
            yield game, observation, key
            observation, _, terminated, truncated, _ = env.step(key)
            if terminated or truncated:
                break
        env.close()


def test_screens_of_real_play_give_back_what_the_engine_said() -> None:
    seen: Counter[str] = Counter()
    reader, last = TerminalReader(), -1
    for game, true, key in play(6, 400):
        if game != last:
            reader, last = TerminalReader(), game
        read = reader.read(true["tty_chars"], true["tty_colors"], true["tty_cursor"])
        reader.press(key)
        seen["screens"] += 1
        kind = read_prompt(true).kind
        seen["kind"] += read_prompt(read).kind is kind
        if kind is not Kind.COMMAND:
            continue
        drawn = true["glyphs"] != nh.GLYPH_CMAP_OFF + g.STONE
        monsters = g.IS_MONSTER[true["glyphs"]]
        seen["commands"] += 1
        seen["numbers"] += np.array_equal(true["blstats"], read["blstats"])
        seen["squares"] += int(drawn.sum())
        seen["exact"] += int((true["glyphs"] == read["glyphs"])[drawn].sum())
        seen["class"] += int((t.CODE_OF[true["glyphs"]] == t.CODE_OF[read["glyphs"]])[drawn].sum())
        seen["monsters"] += int(monsters.sum())
        seen["species"] += int((g.MONSTER_OF[true["glyphs"]] == g.MONSTER_OF[read["glyphs"]])[monsters].sum())
        for name, dtype in (("message", np.uint8), ("glyphs", np.int16), ("blstats", np.int64), ("inv_strs", np.uint8)):
            assert (read[name].shape, read[name].dtype) == (true[name].shape, dtype), name
    assert seen["commands"] > 500
    assert seen["kind"] >= 0.99 * seen["screens"], seen
    assert seen["numbers"] >= 0.99 * seen["commands"], seen
    assert seen["exact"] >= 0.95 * seen["squares"], seen
    assert seen["class"] >= 0.99 * seen["squares"], seen
    assert seen["species"] >= 0.97 * seen["monsters"], seen


def test_every_glyph_of_real_play_is_among_its_candidates() -> None:
    for _, true, _ in play(2, 150):
        if read_prompt(true).kind is not Kind.COMMAND:
            continue
        looks = zip(
            true["glyphs"].ravel().tolist(), true["tty_chars"][1:22, :79].ravel().tolist(),
            true["tty_colors"][1:22, :79].ravel().tolist(), strict=True,
        )  # fmt: skip
        for glyph, char, colour in set(looks):
            assert glyph in candidates(char, colour), (glyph, chr(char), colour)


def test_candidates() -> None:
    dogs = candidates(ord("d"), 15)
    assert {nh.GLYPH_MON_OFF + index_of("little dog"), nh.GLYPH_PET_OFF + index_of("dog")} <= set(dogs.tolist())
    assert nh.GLYPH_STATUE_OFF + index_of("jackal") in dogs
    assert nh.GLYPH_MON_OFF + index_of("jackal") not in dogs
    assert set(candidates(ord("."), 7).tolist()) >= {nh.GLYPH_CMAP_OFF + g.ROOM, nh.GLYPH_CMAP_OFF + g.DOORLESS}
    assert nh.GLYPH_MON_OFF + index_of("newt") in candidates(ord(":"), 6)  # no such colour: any that has the letter
    assert len(candidates(1, 7)) == 0
    assert g.BOULDER_GLYPH in candidates(ord("`"), 7)


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        ("A the Stripling  St:18/02 Dx:14 Co:18 In:8 Wi:7 Ch:6 Lawful S:123",
         "Dlvl:1  $:0  HP:16(16) Pw:1(1) AC:6  Xp:1/0  T:1",
         {"strength": 19, "strength_percent": 20, "dexterity": 14, "alignment": 1, "score": 123, "hp": 16, "turn": 1}),
        ("[Moo the Rhizotomist ] St:10 Dx:7 Co:15 In:8 Wi:18 Ch:17 Neutral",
         "Dlvl:12 $:1418 HP:10(12) Pw:7(7) AC:-8 Exp:1 T:199 Hungry Conf Burdened",
         {"depth": 12, "gold": 1418, "ac": -8, "xl": 1, "hunger": Hunger.HUNGRY, "burden": 1,
          "condition": Condition.CONFUSED}),
        ("X the Lord  St:18/** Dx:18 Co:18 In:9 Wi:9 Ch:9 Chaotic", "Home 3 $:5 HP:-2(90) Pw:9(9) AC:0 HD:4 FoodPois",
         {"strength_percent": 118, "hp": 0, "monster_level": 4, "condition": Condition.FOOD_POISONED, "depth": 3}),
        ("half a line", "HP", {}),
    ],
)  # fmt: skip
def test_bottom_lines(upper: str, lower: str, expected: dict[str, int]) -> None:
    status = read_status(upper, lower, EMPTY)
    assert {name: getattr(status.hero, name) for name in expected} == expected
    assert status.shown == bool(expected)


def test_a_score_cut_off_at_the_edge_is_not_believed() -> None:
    for width, before, score in ((31, 98, 98), (31, 7, 10), (30, 98, 10)):
        upper = "A the Troglodyte".ljust(width) + "St:18/03 Dx:16 Co:13 In:9 Wi:8 Ch:8 Neutral S:10"
        assert read_status(upper, "HP:9(9)", EMPTY._replace(score=before)).hero.score == score


def test_a_long_message_goes_on_in_the_second_line() -> None:
    reader, colours = TerminalReader(), np.full((24, 80), 7, np.int8)
    reader.read(screen("", " " * 40 + "#", "", "", "", " " * 10 + "@"), colours, np.array([5, 10]))
    first = "You have a little trouble lifting a heavy thing that lies here on the floor."
    read = reader.read(screen(first, "Continue? [ynq] (q)", "", "", "", " " * 10 + "@"), colours, np.array([1, 20]))
    prompt = read_prompt(read)
    assert (prompt.kind, prompt.choices) == (Kind.YES_NO, "ynq")
    assert bytes(read["message"]).split(b"\0")[0].decode() == f"{first} Continue? [ynq] (q)"
    assert read["glyphs"][0, 40] == nh.GLYPH_CMAP_OFF + g.CORRIDOR, "the map under it is remembered"


def test_the_places_of_a_bottom_line() -> None:
    rest = "$:5 HP:9(9) Pw:9(9) AC:0 Xp:14/0 T:9"
    for line, place in (("Dlvl:4", "depth"), ("Home 2", "quest"), ("Fort Ludios", "ludios"), ("Astral Plane", "end")):
        assert read_status("", f"{line} {rest}", EMPTY).place == place


def lines_of(pack: Pack) -> dict[str, str]:
    observation = {**pack.arrays()}
    return {item.letter: item.name for item in read_inventory(observation)}


def test_the_pack_is_pieced_together() -> None:
    pack = Pack()
    pack.start("val", "hum")
    assert lines_of(pack) == {"a": "long sword", "b": "dagger", "c": "small shield", "d": "food ration"}
    pack.hear("e - 3 uncursed potions of healing (in total). You see here a rock.")
    assert lines_of(pack)["e"] == "potions of healing"
    pack.hear("What do you want to eat? [e or ?*]")
    assert "d" not in lines_of(pack)
    page = [" Weapons", " a - a +1 long sword (weapon in hand)", " Potions", " e - a potion of healing"]
    pack.see(page, 1, 2, whole=True)
    assert "b" in lines_of(pack), "the second page is still to come"
    pack.see([" f - 2 lichen corpses", " $ - 12 gold pieces"], 2, 2, whole=True)
    assert set(lines_of(pack)) == {"a", "e", "f", "$"}
    items = {item.letter: item for item in read_inventory({**pack.arrays()})}
    assert items["f"].monster_index == index_of("lichen")


def test_what_is_eaten_read_or_dropped_is_gone() -> None:
    pack = Pack()
    for line in ("a - 3 apples.", "b - a lichen corpse.", "c - 2 scrolls of light.", "d - a spellbook of light."):
        pack.hear(line)
    for verb, letter in (("eat", "a"), ("eat", "b"), ("read", "c"), ("read", "d"), ("wield", "a")):
        pack.use(f"What do you want to {verb}? [abcd or ?*]", letter)
    items = {item.letter: item.count for item in read_inventory({**pack.arrays()})}
    assert items == {"a": 2, "c": 1, "d": 1}
    pack.use("What do you want to drop? [acd or ?*]", "a")
    assert set(lines_of(pack)) == {"c", "d"}


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("2 blessed +1 rusty daggers (in quiver)", WEAPON, "dagger"),
        ("3 uncursed food rations", FOOD, "food ration"),
        ("a partly eaten jackal corpse", FOOD, None),
        ("4 potions called juice", POTION, None),
        ("an uncursed +0 pair of leather gloves (being worn)", 3, "leather gloves"),
        ("2 cloves of garlic", FOOD, "clove of garlic"),
        ("311 gold pieces", COIN, "gold piece"),
    ],
)
def test_names_of_things(text: str, kind: int, name: str | None) -> None:
    found = kind_of(text)
    assert found.kind == kind
    if name:
        assert nh.OBJ_NAME(nh.objclass(int(g.OBJECT_OF[found.glyph]))) == name


def test_elves_begin_with_elven_things() -> None:
    assert starting_pack("ran", "elf")[0] == "a +1 elven dagger (weapon in hand)"
    assert starting_pack("xyz", "") == []


def room(at: int, inside: str = ".") -> np.ndarray:
    chars = np.full((21, 79), 32, np.uint8)
    chars[5 : 5 + 6, at : at + 12] = ord(inside)
    chars[5, at : at + 12] = chars[10, at : at + 12] = ord("-")
    return chars


def test_levels_are_known_again_and_gnomes_make_the_mines() -> None:
    where = Whereabouts()
    assert where.see("depth", 2, room(5)) == (DOOM, 2)
    assert where.see("depth", 3, room(30)) == (DOOM, 3)
    assert where.see("depth", 2, room(5)) == (DOOM, 2)
    mines = room(60)
    mines[7, 62:65] = ord("G")
    assert where.see("depth", 3, mines) == (MINES, 1)
    assert where.see("depth", 4, room(50)) == (MINES, 2)
    assert where.see("depth", 3, room(60)) == (MINES, 1)
    assert where.see("depth", 3, room(60)) == (MINES, 1)
    assert where.see("quest", 1, room(10)) == (QUEST, 1)
    assert where.see("depth", 3, room(30)) == (DOOM, 3)


def screen(*rows: str) -> np.ndarray:
    out = WIDE.copy()
    for number, row in enumerate(rows):
        out[number, : len(row)] = np.frombuffer(row.encode(), np.uint8)
    out[22, :60] = np.frombuffer(b"A the Stripling  St:18 Dx:14 Co:18 In:8 Wi:7 Ch:6 Lawful   ".ljust(60), np.uint8)
    out[23, :60] = np.frombuffer(b"Dlvl:5  $:0  HP:16(16) Pw:1(1) AC:6  Xp:6/0  T:100".ljust(60), np.uint8)
    return out


def test_inside_an_engulfer() -> None:
    colours = np.zeros((24, 80), np.int8)
    colours[9:12, 19:22] = 7  # a fog cloud is grey
    chars = screen(*[""] * 9, " " * 19 + "/-\\", " " * 19 + "|@|", " " * 19 + "\\-/")
    read = TerminalReader().read(chars, colours, np.array([10, 20]))
    assert g.IS_SWALLOW[read["glyphs"]].sum() == 8
    assert (read["glyphs"][8, 19] - nh.GLYPH_SWALLOW_OFF) // 8 == index_of("fog cloud")


def test_whom_the_hero_changes_places_with_is_a_pet() -> None:
    reader, colours = TerminalReader(), np.full((24, 80), 7, np.int8)
    colours[5, 10] = colours[5, 11] = 1  # the red h is a dwarf
    reader.read(screen("", "", "", "", "", " " * 10 + "@h"), colours, np.array([5, 10]))
    swapped = screen("You swap places with the dwarf.", "", "", "", "", " " * 10 + "h@")
    after = reader.read(swapped, colours, np.array([5, 11]))
    assert after["glyphs"][4, 10] == nh.GLYPH_PET_OFF + index_of("dwarf")
    assert tuple(after["blstats"][:2]) == (11, 4)


def test_a_window_over_the_map_leaves_it_as_it_was() -> None:
    reader, colours = TerminalReader(), np.full((24, 80), 7, np.int8)
    before = reader.read(screen("", "", "", "", "", " " * 10 + "@."), colours, np.array([5, 10]))
    listing = ("Coins", "$ - 7 gold pieces", "Weapons", "a - a dagger (weapon in hand)", "(end)")
    menu = reader.read(screen(*(" " * 20 + text for text in listing)), colours, np.array([4, 25]))
    assert np.array_equal(menu["glyphs"], before["glyphs"])
    assert read_prompt(menu).kind is Kind.MENU
    assert {item.letter: item.kind for item in read_inventory(menu)} == {"$": COIN, "a": WEAPON}


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_corpse_is_of_whom_it_replaces(interrupted: bool) -> None:
    reader, colours = TerminalReader(), np.full((24, 80), 7, np.int8)
    colours[5, 11] = 10  # a lichen; its corpse looks like a pear
    reader.read(screen("", "", "", "", "", " " * 10 + "@F"), colours, np.array([5, 10]))
    if interrupted:
        text = "You kill it!--More--"
        reader.read(screen(text, "", "", "", "", " " * 10 + "@"), colours, np.array([0, len(text)]))
    after = reader.read(screen("", "", "", "", "", " " * 10 + "@%"), colours, np.array([5, 10]))
    assert after["glyphs"][4, 11] == nh.GLYPH_BODY_OFF + index_of("lichen")


def test_what_the_hero_stood_on_is_known_when_it_steps_off() -> None:
    reader, colours = TerminalReader(), np.full((24, 80), 7, np.int8)
    colours[5, 10] = 6  # of iron: a dart, a dagger, a mace, ...
    reader.read(screen("You see here a dagger.", "", "", "", "", " " * 10 + "@"), colours, np.array([5, 10]))
    after = reader.read(screen("", "", "", "", "", " " * 10 + ")@"), colours, np.array([5, 11]))
    assert nh.OBJ_NAME(nh.objclass(int(g.OBJECT_OF[after["glyphs"][4, 10]]))) == "dagger"


def test_pages_of_the_whole_pack_replace_it_and_other_menus_do_not() -> None:
    reader, colours = TerminalReader(), np.full((24, 80), 7, np.int8)

    def menu(key: str, *rows: str) -> dict[str, str]:
        reader.press(a.index_of(key))
        text = [" " * 20 + row for row in rows]
        seen = reader.read(screen(*text), colours, np.array([len(rows) - 1, 20 + len(rows[-1])]))
        return {item.letter: item.name for item in read_inventory(seen)}

    menu("i", "Weapons", "a - a dagger", "b - a dart", "(end)")
    menu("i", "Weapons", "a - a dagger", "(1 of 2)")
    assert menu(">", "Potions", "c - a clear potion", "(2 of 2)") == {"a": "dagger", "c": "clear potion"}
    menu(",", "Pick up what?", "Weapons", "a - a long sword", "(1 of 2)")
    assert menu(">", "Potions", "b - a ruby potion", "(2 of 2)") == {"a": "dagger", "c": "clear potion"}


def test_without_the_clock_each_step_counts_one_turn() -> None:
    reader, colours = TerminalReader(), np.full((24, 80), 7, np.int8)
    for column in (10, 10, 11, 12):
        chars = screen("", "", "", "", "", " " * column + "@")
        chars[23, 40:] = 32
        read = reader.read(chars, colours, np.array([5, column]))
        turn = int(read["blstats"][20])
    assert turn == 3


def test_a_cursor_in_the_midst_of_drawing_is_not_the_hero() -> None:
    reader, colours = TerminalReader(settled=False), np.full((24, 80), 7, np.int8)
    colours[5, 10] = 15
    chars = screen("", "", "", "", "", " " * 10 + "@.......")
    reader.read(chars, colours, np.array([5, 10]))
    assert tuple(reader.read(chars, colours, np.array([5, 17]))["blstats"][:2]) == (10, 4)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_screen_makes_it_fail(data: st.DataObject) -> None:
    reader = TerminalReader(settled=data.draw(st.booleans()))
    pieces = [
        "--More--", "(end)", "(2 of 3)", "What do you want to eat? [a-", "[yn] (n)", "Dlvl:99999999999 HP:9(9)", "# ",
        "T:99999999999999", "In what direction? ", "a - ", "/-\\", "Fort Ludios HP:1(1)", "You see here a .",
    ]  # fmt: skip
    for _ in range(4):
        rows, columns = data.draw(st.integers(0, 30)), data.draw(st.integers(0, 100))
        seed = np.random.default_rng(data.draw(st.integers(0, 1000)))
        chars = seed.choice(np.array([32, 32, 32, *range(256)], np.uint8), (rows, columns))
        colours = seed.integers(-128, 128, (rows, columns)).astype(np.int8)
        for row in range(rows):
            text = data.draw(st.sampled_from(pieces)).encode()[:columns]
            chars[row, : len(text)] = np.frombuffer(text, np.uint8)
        cursor = np.array([data.draw(st.integers(-3, 130)), data.draw(st.integers(-3, 130))])
        read = reader.read(chars, colours, cursor)
        assert read["glyphs"].shape == (21, 79)
        assert ((read["glyphs"] >= 0) & (read["glyphs"] <= nh.MAX_GLYPH)).all()
        reader.press(data.draw(st.integers(-1, 120)))
