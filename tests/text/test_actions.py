"""Action words: one for each of the 121, and back, by word or by key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nle import nethack as nh

from yendor.nethack.actions import KEYS, TWINS, index_by_name, index_of
from yendor.text.actions import ACTION_NAMES, action_index, key_text


def test_each_action_has_a_word_of_its_own() -> None:
    assert len(ACTION_NAMES) == len(set(ACTION_NAMES)) == len(nh.ACTIONS) == 121
    assert all(name == name.strip().lower() and name for name in ACTION_NAMES)


@pytest.mark.parametrize("index", range(121))
def test_a_word_leads_back(index: int) -> None:
    name = ACTION_NAMES[index]
    assert action_index(name) == action_index(f" {name.upper()}\n") == index


@pytest.mark.parametrize("index", range(121))
def test_a_key_leads_to_the_action_that_presses_it(index: int) -> None:
    assert action_index(key_text(index)) == TWINS.get(index, index)


def test_the_wrapper_s_words() -> None:
    words = {
        "CompassDirection.N": "north", "CompassDirectionLonger.SW": "far southwest", "Command.EAT": "eat",
        "Command.ESC": "esc", "MiscAction.MORE": "more", "MiscDirection.WAIT": "wait", "Command.TURN": "turnundead",
        "TextCharacters.NUM_0": "zero", "TextCharacters.SPACE": "space", "Command.SEESPELLS": "seespells",
        "TextCharacters.PLUS": "plus", "Command.OVERVIEW": "overview", "TextCharacters.APOS": "apos",
    }  # fmt: skip
    assert {name: ACTION_NAMES[index_by_name(name)] for name in words} == words


def test_twins_keep_words_of_their_own() -> None:
    assert len(TWINS) == 3
    for twin, command in TWINS.items():
        assert ACTION_NAMES[twin] != ACTION_NAMES[command]
        assert key_text(twin) == key_text(command)
        assert action_index(ACTION_NAMES[twin]) == twin


@pytest.mark.parametrize("letter", "abcdefhijklmnopqrstuvwxyzCDEFGHIJKLMNOPQRSTUVWXYZ$+-<>.,:;/*123")
def test_menus_are_answered_by_letter(letter: str) -> None:
    found = action_index(letter)
    if ord(letter) in KEYS:
        assert found == index_of(letter)
        assert KEYS[found] == ord(letter)
    else:
        assert found is None


def test_keys_as_one_writes_them() -> None:
    assert action_index("^d") == action_index("^D") == index_by_name("Command.KICK")
    assert action_index("M-p") == index_by_name("Command.PRAY")
    assert action_index("p") != action_index("P")
    assert action_index(" ") == action_index("space") == index_by_name("TextCharacters.SPACE")


@given(st.text(max_size=8))
def test_anything_else_is_no_action(word: str) -> None:
    found = action_index(word)
    plain = word.strip()
    characters = {chr(key) for key in KEYS if key < 128}
    written = [key_text(index) for index in range(121)]
    spelled = {*ACTION_NAMES, *characters, *written, *(text.lower() for text in written)}
    assert found is None or word == " " or plain.lower() in spelled or plain in spelled
    assert (found is None) or 0 <= found < 121


def test_a_control_character_is_its_key() -> None:
    assert action_index("\x04") == index_by_name("Command.KICK")


@pytest.mark.parametrize("word", ["", "  ", "nort", "far", "é", "\xf0", "M-", "^^", "north east", "107", "Command.EAT"])
def test_no_words_of_ours(word: str) -> None:
    assert action_index(word) is None
