"""The readers on thousands of screens of real play: what they say must agree with what the engine says."""

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yendor.core.agent import Observation
from yendor.envs.make import make
from yendor.nethack import actions as a
from yendor.nethack import glyphs as g
from yendor.nethack.bottomline import ROLES, read_hero, read_role, read_welcome
from yendor.nethack.items import read_inventory
from yendor.nethack.menus import read_menu
from yendor.nethack.prompts import Kind, read_prompt, spell_out

GAMES, STEPS = 16, 500


def play() -> Iterator[Observation]:
    """Odd keys: walking, commands that ask, menus, and often leaving them."""
    odd = [a.index_by_name(f"Command.{n}") for n in ("INVENTORY", "EAT", "KICK", "OPEN", "DROP", "THROW", "LOOK",
           "ENGRAVE", "PRAY", "QUAFF", "READ", "WIELD", "ADJUST", "CALL", "DROPTYPE", "KNOWN", "TRAVEL", "OPTIONS",
           "SEARCH", "PICKUP", "FIRE", "ATTRIBUTES", "LOOT", "CAST")]  # fmt: skip
    keys = [*range(8), *range(8), *range(8), a.ESC, a.ESC, a.MORE, *odd]
    for game in range(GAMES):
        env = make(seeds=(400 + game, 500 + game))
        observation, _ = env.reset()
        draw = np.random.default_rng(game)
        for _ in range(STEPS):
            yield observation
            observation, _, terminated, truncated, _ = env.step(int(draw.choice(keys)))
            if terminated or truncated:
                break
        env.close()


def test_readers_agree_with_the_engine() -> None:
    kinds: Counter[Kind] = Counter()
    status_lines = 0
    for observation in play():
        prompt = read_prompt(observation)
        kinds[prompt.kind] += 1
        in_yn, in_getlin, waits = observation["misc"]
        assert (prompt.kind is Kind.TEXT) == bool(in_getlin)
        if in_yn and not in_getlin:
            assert prompt.kind in (Kind.YES_NO, Kind.CHOICE, Kind.ITEM, Kind.DIRECTION), prompt
        if waits and not in_yn and not in_getlin:
            assert prompt.kind in (Kind.MORE, Kind.MENU), prompt
        if prompt.kind is Kind.MENU:
            menu = read_menu(observation)
            assert menu is not None
            assert 1 <= menu.page <= menu.pages
            letters = [item.letter for item in menu.items]
            assert len(set(letters)) == len(letters)
        hero = read_hero(observation)
        line = bytes(observation["tty_chars"][23]).decode("latin-1")
        found = re.search(r"Dlvl:(\d+) .*HP:(\d+)\((\d+)\).*AC:(-?\d+) .*T:(\d+)", line)
        if found and prompt.kind is Kind.COMMAND:
            status_lines += 1
            assert (hero.depth, hero.hp, hero.max_hp, hero.ac, hero.turn) == tuple(map(int, found.groups()))
            assert read_role(observation) in ROLES
        for item in read_inventory(observation):
            assert item.count >= 1
            assert item.name
    assert sum(kinds.values()) > 1000
    assert status_lines > 500
    for kind in (Kind.COMMAND, Kind.MORE, Kind.MENU, Kind.ITEM, Kind.DIRECTION, Kind.YES_NO, Kind.TEXT):
        assert kinds[kind] > 0, kind


def test_glyph_tables_agree_with_the_characters() -> None:
    for observation in play():
        glyphs, chars = observation["glyphs"], observation["chars"]
        assert (chars[g.IS_UP[glyphs]] == ord("<")).all()
        assert (chars[g.IS_DOWN[glyphs]] == ord(">")).all()
        assert (chars[g.IS_CLOSED_DOOR[glyphs]] == ord("+")).all()
        assert np.isin(chars[g.IS_WALL[glyphs]], [ord("|"), ord("-")]).all()
        assert (chars[g.IS_FOUNTAIN[glyphs]] == ord("{")).all()
        assert (chars[g.IS_TRAP[glyphs] & (chars != ord('"'))] == ord("^")).all()
        assert (chars[g.IS_CORRIDOR[glyphs]] == ord("#")).all()


def test_twins_are_chosen_on_purpose() -> None:
    assert len(a.KEYS) == 121
    assert len(set(a.KEYS)) == 118
    assert {a.name_of(k): a.name_of(v) for k, v in a.TWINS.items()} == {
        "TextCharacters.PLUS": "Command.SEESPELLS",
        "TextCharacters.QUOTE": "Command.SEEAMULET",
        "TextCharacters.DOLLAR": "Command.SEEGOLD",
    }
    assert all(a.index_of(a.key_of(i)) == a.TWINS.get(i, i) for i in range(121))
    assert a.DIRECTIONS[-1, 0] == a.index_by_name("CompassDirection.N")


@pytest.mark.parametrize(
    ("message", "character"),
    [
        ("Konnichi wa Agent, welcome to NetHack!  You are a lawful female human Samurai.", "sam-hum-fem-law"),
        ("Hello Agent, welcome to NetHack!  You are a neutral gnomish Cavewoman.", "cav-gno-fem-neu"),
        ("Velkommen Agent, welcome to NetHack!  You are a lawful dwarven Valkyrie.", "val-dwa-fem-law"),
        ("You see here a newt corpse.", None),
    ],
)
def test_welcome(message: str, character: str | None) -> None:
    assert read_welcome(message) == character


def test_letters_are_spelled_out() -> None:
    assert spell_out("a-cF") == "abcF"
    assert spell_out("-a-c") == "-abc"
    assert spell_out("$b") == "$b"


@given(st.binary(min_size=24 * 80, max_size=24 * 80), st.tuples(*[st.integers(0, 1)] * 3), st.binary(max_size=256))
def test_any_screen_is_read_without_an_error(screen: bytes, misc: tuple[int, ...], message: bytes) -> None:
    observation = {
        "tty_chars": np.frombuffer(screen, np.uint8).reshape(24, 80),
        "tty_cursor": np.array([0, 5], np.uint8),
        "message": np.frombuffer(message.ljust(256, b"\0"), np.uint8),
        "misc": np.array(misc, np.int32),
    }
    read_prompt(observation)
    read_menu(observation)
    read_role(observation)
