"""Descriptions: the kernel against its plain reference and against the wrapper's own words; what it refuses."""

import gzip
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nle import nethack as nh

from yendor.core.agent import Observation
from yendor.core.errors import YendorError
from yendor.nethack.glyphs import IS_CMAP
from yendor.nethack.monsters import index_of as monster_index
from yendor.text.describe import KEYS, STYLES, Describer, StyleName, TextObservation, map_rows
from yendor.text.describe_reference import (
    DIRECTIONS,
    DISTANCES,
    describe_reference,
    direction_of,
    distance_of,
    positions_reference,
)

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "text"
ALL = {style: Describer(style) for style in STYLES}
FLOOR = nh.GLYPH_CMAP_OFF + 19
ALTAR = nh.GLYPH_CMAP_OFF + 27
WALL = nh.GLYPH_CMAP_OFF + 1
NEWT = nh.GLYPH_MON_OFF + monster_index("newt")
HEAD = re.compile(r".+ (very far|very near|far|near|adjacent)(?= )")
PIECES = ("--More--", "(end)", "(1 of 2)", " of ", "( of )", "Points", "list!", "You see", "x", "\x1a\x1a", " ", "\0")


def observation(things: Mapping[tuple[int, int], int] | None = None, **changes: Any) -> dict[str, np.ndarray]:
    """Make an observation of a hero at column 40, row 10, on a bare floor with things at offsets (dx, dy)."""
    found = {
        "glyphs": np.full((21, 79), FLOOR, np.int16), "blstats": np.zeros(27, np.int64),
        "tty_chars": np.full((24, 80), 32, np.uint8), "inv_strs": np.zeros((55, 80), np.uint8),
        "inv_letters": np.zeros(55, np.uint8), "tty_cursor": np.array([11, 40], np.uint8),
    }  # fmt: skip
    found["blstats"][:2] = 40, 10
    found["blstats"][3] = 16
    for (dx, dy), glyph in (things or {}).items():
        found["glyphs"][10 + dy, 40 + dx] = glyph
    return {**found, **changes}


def written(*rows: str) -> np.ndarray:
    screen = np.full((24, 80), 32, np.uint8)
    for number, row in enumerate(rows):
        screen[number, : len(row)] = np.frombuffer(row.encode("latin-1"), np.uint8)
    return screen


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """Random maps (few kinds of things, or all), statistics, packs and cursors; screens with the marks of windows."""
    numbers = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    kinds = np.append(numbers.integers(0, nh.MAX_GLYPH + 1, draw(st.sampled_from((1, 4, 500)))), WALL)
    hit = numbers.random((21, 79)) < draw(st.sampled_from((0.0, 0.01, 0.1, 0.6)))
    found = observation()
    found["glyphs"][hit] = numbers.choice(kinds, hit.sum())
    bottom = found["blstats"]
    bottom[:] = numbers.integers(-3, 130, 27)
    bottom[:2] = draw(st.integers(0, 78)), draw(st.integers(0, 20))
    bottom[21], bottom[22] = numbers.integers(-1, 8), numbers.integers(-1, 7)
    bottom[26] = numbers.choice((-128, -1, 0, 1, 5))
    bottom[25] = numbers.integers(0, 1 << 14) * numbers.choice((0, 1))
    bottom[20] = draw(st.integers(-(1 << 63), (1 << 63) - 1))
    found["tty_cursor"] = np.array([draw(st.integers(0, 255)), draw(st.integers(0, 255))], np.uint8)
    if draw(st.booleans()):
        found["tty_cursor"] = np.array([bottom[1] + 1, bottom[0]], np.uint8)
    flat = found["tty_chars"].reshape(-1)
    for piece in draw(st.lists(st.sampled_from(PIECES), max_size=6)):
        row, column = draw(st.sampled_from((0, 0, 1, 1, 2, 3, 23))), draw(st.integers(0, 79))
        place = min(row * 80 + draw(st.sampled_from((0, column, 79))), flat.size - len(piece))
        flat[place : place + len(piece)] = np.frombuffer(piece.encode(), np.uint8)
    held = draw(st.lists(st.binary(max_size=80), max_size=5)) + [b"a dagger"] * draw(st.sampled_from((0, 50)))
    for number, text in enumerate(held):
        found["inv_letters"][number] = draw(st.integers(0, 255)) if number < 3 else 97
        found["inv_strs"][number, : len(text)] = np.frombuffer(text, np.uint8)
    return found


@pytest.mark.parametrize("style", STYLES)
def test_real_play_reads_as_the_reference_says(style: StyleName, played: list[Observation]) -> None:
    ours = ALL[style].describe_all(played)
    assert ours == [describe_reference(one, style) for one in played]
    assert [ALL[style].describe(one) for one in played] == ours
    some = played[::7]
    assert [ALL[style].positions(one) for one in some] == [positions_reference(one, style) for one in some]
    assert len({text.message for text in ours}) > 40
    assert sum("\n" in text.message for text in ours) > 10  # menus and long messages among them


@settings(max_examples=100, deadline=None)
@given(observations())
def test_anything_reads_as_the_reference_says(one: Observation) -> None:
    for style in STYLES:
        assert ALL[style].describe(one) == describe_reference(one, style)
        assert ALL[style].positions(one) == positions_reference(one, style)


@pytest.mark.parametrize("style", ["compat", "compat-main"])
def test_compat_says_what_the_wrapper_says(style: StyleName) -> None:
    with np.load(GOLDEN / "observations.npz") as file:
        rows = [file[key] for key in KEYS]
    said = [json.loads(line)[style] for line in gzip.decompress((GOLDEN / "texts.jsonl.gz").read_bytes()).splitlines()]
    assert len(said) == len(rows[0]) == 300
    assert [list(text) for text in ALL[style].describe_rows(*rows)] == said


def test_the_wrapper_s_two_versions_differ_in_the_message_alone() -> None:
    lines = gzip.decompress((GOLDEN / "texts.jsonl.gz").read_bytes()).splitlines()
    differ = [i for line in lines for i, (a, b) in enumerate(zip(*json.loads(line).values(), strict=True)) if a != b]
    assert set(differ) == {TextObservation._fields.index("message")}


@pytest.mark.parametrize(
    ("dx", "dy", "words"),
    [(0, -1, "adjacent north"), (1, 1, "adjacent southeast"), (2, 1, "very near eastsoutheast"), (-3, 0, "near west"),
     (5, -2, "near eastnortheast"), (6, 6, "far southeast"), (1, 9, "far southsoutheast"),
     (20, -1, "very far eastnortheast"),
     (-19, -3, "far westnorthwest"), (-1, 2, "very near southsouthwest"), (-2, -7, "far northnorthwest")],
)  # fmt: skip
def test_an_offset_has_its_words(dx: int, dy: int, words: str) -> None:
    assert f"{DISTANCES[distance_of(dx, dy)]} {DIRECTIONS[direction_of(dx, dy)]}" == words
    assert ALL["clean"].describe(observation({(dx, dy): NEWT})).glyphs == f"newt {words}"


def test_equal_things_are_gathered() -> None:
    seen = {(0, -4): NEWT, (3, 0): NEWT, (-5, 0): NEWT, (0, 3): NEWT, (0, 5): NEWT, (1, 0): NEWT}
    assert ALL["clean"].describe(observation(seen)).glyphs.split("\n") == [
        "newt near north, east, and west",
        "newts near south",
        "newt adjacent east",
    ]


def test_walls_are_seen_along_rays_up_to_nine_squares() -> None:
    around = {(9, 0): WALL, (-10, 0): WALL, (1, 2): WALL}
    assert ALL["clean"].describe(observation(around)).glyphs == "vertical wall far east"
    behind = {(4, 0): WALL, (6, 0): WALL}
    assert ALL["clean"].describe(observation(behind)).glyphs == "vertical wall near east"
    assert ALL["clean"].positions(observation(behind)) == "vertical wall 44|10"


def test_clean_names_no_altar_alter() -> None:
    seen = observation({(1, 0): ALTAR})
    assert ALL["clean"].describe(seen).glyphs == "altar adjacent east"
    assert ALL["compat"].describe(seen).glyphs == "alter adjacent east"


@pytest.mark.parametrize(
    ("value", "clean", "compat"),
    [(3, "3", "3/3"), (18, "18", "18/3"), (19, "18/01", "19/3"), (27, "18/09", "27/3"), (68, "18/50", "68/3"),
     (117, "18/99", "117/3"), (118, "18/**", "118/3"), (119, "19", "119/3"), (125, "25", "125/3")],
)  # fmt: skip
def test_strength(value: int, clean: str, compat: str) -> None:
    one = observation()
    one["blstats"][2:4] = 3, value
    assert ALL["clean"].describe(one).statistics.startswith(f"Strength: {clean}\n")
    assert ALL["compat"].describe(one).statistics.startswith(f"Strength: {compat}\n")


def test_clean_conditions_stand_in_the_order_of_their_bits() -> None:
    one = observation()
    one["blstats"][25] = 0x121
    assert ALL["clean"].describe(one).statistics.endswith("Condition: Stoned Blind Confused")
    one["blstats"][25] = 0
    assert ALL["clean"].describe(one).statistics.endswith("Condition: None")


@settings(max_examples=60, deadline=None)
@given(observations())
def test_clean_says_no_line_twice_and_nothing_of_glass(one: Observation) -> None:
    text = ALL["clean"].describe(one)
    lines = text.glyphs.split("\n")
    heads = [HEAD.match(line) for line in lines if line]
    assert all(heads)
    assert len({head[0] for head in heads if head}) == len(heads)
    assert not any(word in text.glyphs for word in ("worthless", "alter ", "luckstone", "loadstone", "touchstone"))


def test_the_cursor_on_the_hero_has_its_article() -> None:
    blob = observation({(0, 0): nh.GLYPH_MON_OFF + monster_index("acid blob")})
    nameless = observation()
    for style, one, seen in (
        ("clean", blob, "Yourself an acid blob"),
        ("compat", blob, "Yourself a acid blob"),
        ("clean", nameless, "Yourself"),
        ("compat", nameless, "Yourself a "),
    ):
        assert Describer(style).describe(one).cursor == seen
        assert describe_reference(one, style).cursor == seen


def test_the_cursor_on_the_hero_on_things_and_off_the_map() -> None:
    def told(style: StyleName, row: int, column: int) -> str:
        seen = observation({(0, 0): NEWT, (2, 0): WALL}, tty_cursor=np.array([row, column], np.uint8))
        return ALL[style].describe(seen).cursor

    assert told("clean", 11, 40) == told("compat", 11, 40) == "Yourself a newt"
    assert told("clean", 11, 42) == "vertical wall very near east"
    assert told("compat", 11, 42) == "very near east "
    assert told("clean", 12, 41) == "adjacent southeast"
    assert told("clean", 0, 0) == told("compat", 0, 0) == told("clean", 11, 79) == told("clean", 23, 5) == ""


def test_messages_and_windows() -> None:
    def told(style: StyleName, *rows: str) -> str:
        return ALL[style].describe(observation(tty_chars=written(*rows))).message

    menu = ("        Weapons", "        a - a mace", "", "        (end)", "Dlvl:1")
    assert told("clean", "You see here a newt corpse.", "  @") == "You see here a newt corpse."
    assert told("clean", *menu) == "Weapons\na - a mace\n(end)"
    assert told("compat", *menu) == "Weapons\na - a mace\n\n(end)"
    assert told("clean", "", "What do you want to call it?", "x") == "What do you want to call it?"
    assert told("compat", "", "What do you want to call it?") == ""
    assert told("clean", "You die...--More--", "x") == "You die...--More--"
    assert told("clean", "One", "Two", "(2 of 3)", "x") == "One\nTwo\n(2 of 3)"
    dead = ("You made the", "top ten list!", "", "No  Points", "1  20  Agent", "", "", "x")
    assert told("clean", *dead) == "You made the\ntop ten list!\nNo  Points\n1  20  Agent\n"
    assert told("compat", *dead) == "You made the"


def test_things_in_the_pack_end_at_a_zero_or_at_the_array_s_end() -> None:
    one = observation()
    one["inv_letters"][:3] = [97, 98, 0]
    one["inv_strs"][0, :6] = np.frombuffer(b"a mace", np.uint8)
    one["inv_strs"][1] = 120
    assert ALL["clean"].describe(one).inventory == f"a: a mace\nb: {'x' * 80}"


def test_the_map_as_drawn() -> None:
    one = observation(tty_chars=written("message", "  ---  ", "  |@|"))
    assert map_rows(one) == "  ---\n  |@|"


def test_only_what_is_seen(played: list[Observation]) -> None:
    glyphs, numbers = (np.stack([one[key] for one in played[:50]]) for key in ("glyphs", "blstats"))
    for style in STYLES:
        assert ALL[style].glyph_lines(glyphs, numbers) == [ALL[style].describe(one).glyphs for one in played[:50]]


def test_one_describer_serves_many_threads(played: list[Observation]) -> None:
    shared = Describer()
    expected = shared.describe_all(played)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: shared.describe_all(played), range(12)):
            assert found == expected


def test_arrays_that_do_not_lie_as_nle_s_are_read_all_the_same(played: list[Observation]) -> None:
    one = played[-1]
    odd: dict[str, np.ndarray] = {key: np.asfortranarray(one[key]) for key in KEYS}
    odd["blstats"] = np.repeat(one["blstats"], 2)[::2]
    odd["tty_cursor"] = one["tty_cursor"].astype(np.int64)
    odd["glyphs"] = odd["glyphs"].astype(np.int32)
    odd["inv_strs"] = one["inv_strs"][::-1][::-1]
    for style in STYLES:
        assert ALL[style].describe(odd) == ALL[style].describe(one)
        assert ALL[style].describe_all([odd, one]) == [ALL[style].describe(one)] * 2


@pytest.mark.parametrize(
    ("key", "array", "error"),
    [
        ("glyphs", np.full((21, 79), nh.MAX_GLYPH + 1, np.int16), IndexError),
        ("glyphs", np.full((21, 79), -1, np.int16), IndexError),
        ("glyphs", np.full((21, 79), 70_000), YendorError),
        ("glyphs", np.full((21, 79), 0.5), YendorError),
        ("glyphs", np.zeros((20, 79), np.int16), ValueError),
        ("glyphs", np.zeros((79, 21), np.int16), ValueError),
        ("glyphs", np.zeros(21 * 79, np.int16), TypeError),
        ("blstats", np.full(27, 79, np.int64), IndexError),
        ("blstats", np.full(27, -1, np.int64), IndexError),
        ("blstats", np.full(27, 1 << 40, np.int64), IndexError),
        ("blstats", np.zeros(26, np.int64), ValueError),
        ("tty_chars", np.zeros((24, 79), np.uint8), ValueError),
        ("tty_chars", np.zeros((23, 80), np.uint8), ValueError),
        ("inv_letters", np.zeros(54, np.uint8), ValueError),
        ("inv_strs", np.zeros((54, 80), np.uint8), ValueError),
        ("inv_strs", np.zeros(55, np.uint8), TypeError),
        ("tty_cursor", np.zeros(3, np.uint8), ValueError),
        ("tty_cursor", np.array([-1, 5]), YendorError),
    ],
)
def test_what_is_no_observation_is_refused(key: str, array: np.ndarray, error: type[Exception]) -> None:
    wrong = observation(**{key: array})
    for style in STYLES:
        with pytest.raises(error):
            ALL[style].describe(wrong)
        with pytest.raises(error):
            ALL[style].describe_all([wrong, wrong])
    assert ALL["clean"].describe(observation()).glyphs == ""  # and the next one is none the worse


def test_rows_must_be_nle_s_own() -> None:
    rows = [np.stack([observation()[key]] * 4) for key in KEYS]
    assert len(ALL["clean"].describe_rows(*rows)) == 4
    assert ALL["clean"].describe_rows(*[row[:0] for row in rows]) == []
    for place in range(len(rows)):
        with pytest.raises(TypeError):
            ALL["clean"].describe_rows(*rows[:place], rows[place].astype(np.float32), *rows[place + 1 :])
        with pytest.raises(TypeError):
            ALL["clean"].describe_rows(*rows[:place], rows[place][..., ::-1], *rows[place + 1 :])
        with pytest.raises(ValueError, match=r"must be|differ"):
            ALL["clean"].describe_rows(*rows[:place], rows[place][:3], *rows[place + 1 :])


def test_a_missing_key_and_an_unknown_style_are_told() -> None:
    assert Describer().describe_all([]) == []
    for key in KEYS:
        one = observation()
        del one[key]
        with pytest.raises(YendorError, match=key):
            Describer().describe(one)
        with pytest.raises(YendorError, match=key):
            Describer().describe_all([observation(), one])
    with pytest.raises(YendorError, match="kompat"):
        Describer("kompat")  # type: ignore[arg-type]


def test_every_glyph_is_told_or_is_floor() -> None:
    for glyph in range(nh.MAX_GLYPH):
        told = ALL["clean"].describe(observation({(1, 0): glyph})).glyphs
        assert told or IS_CMAP[glyph], glyph
