"""The tokeniser: text comes back, lines part tokens, special tokens and actions are what they are."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yendor.core.errors import YendorError
from yendor.text.actions import ACTION_NAMES
from yendor.text.history import Passage, encoding, passage_text
from yendor.text.lexicon import lexicon
from yendor.text.tokeniser import Tokeniser, train_tokeniser

LINES = [*lexicon(lines=1), *(f"\n@@ -14 +14 @@\n-Time: {t}\n+Time: {t + 1}" for t in range(300))]
PASSAGE = Passage((0, 0), "Play.", ("a\nTime: 12", "a\nTime: 13", "b"), ("far east", "eat", "north"))


@pytest.fixture(scope="module", params=["phrase", "word"])
def tokeniser(request: pytest.FixtureRequest) -> Tokeniser:
    return train_tokeniser(LINES, 2048, request.param)


def test_a_frequent_line_is_one_token() -> None:
    one = train_tokeniser([*LINES, *["\nstairs down far east"] * 500], 2048)
    assert len(one.encode("\nstairs down far east")) == 1
    assert len(one.encode("\n@@ -14 +14 @@")) == 1
    assert len(one.encode("\n+Time: 12345")) == 4  # the line's beginning, then digits by twos


pieces = st.lists(
    st.sampled_from(["\n<|action|>", "\n<|observation|>", "<|end|>", "<|", "far east", "\n", "é\x85", "HP: 12(99)"])
    | st.text(max_size=8),
    max_size=12,
)


@given(pieces)
def test_text_comes_back(tokeniser: Tokeniser, parts: list[str]) -> None:
    text = "".join(parts).encode("utf-8", "ignore").decode()
    assert tokeniser.decode(tokeniser.encode(text)) == text


PHRASES = train_tokeniser(LINES, 1024)


@given(st.lists(st.sampled_from(["\nfar east 12", "\n@@ -3 +3,2 @@", "\n", "x", "\n\ny1"]), max_size=8))
def test_no_token_reaches_over_a_lines_beginning(parts: list[str]) -> None:
    one, text = PHRASES, "".join(parts)
    lines = text.replace("\n", "\0\n").split("\0")
    assert one.encode(text) == [i for line in lines for i in one.encode(line)]


def test_a_history_told_step_by_step_has_the_same_tokens(tokeniser: Tokeniser) -> None:
    whole = tokeniser.encode(passage_text(PASSAGE, encoding("diff")))
    told = tokeniser.encode("Play.\n\na\nTime: 12\n<|action|>") + tokeniser.action_ids(["far east"])[0]
    told += tokeniser.encode("\n<|observation|>\n@@ -2 +2 @@\n-Time: 12\n+Time: 13\n<|action|>")
    told += tokeniser.action_ids(["eat"])[0]
    assert whole[: len(told)] == told


def test_actions_have_tokens_of_their_own_after_the_mark_alone(tokeniser: Tokeniser) -> None:
    ids = tokeniser.action_ids(ACTION_NAMES)
    assert len({tuple(one) for one in ids}) == 121
    assert all(len(one) == 1 for one in ids)
    (north,) = tokeniser.action_ids(["north"])[0]
    assert north in tokeniser.encode("x\n<|action|>north\n<|observation|>")
    assert north not in tokeniser.encode("north\nnorth\n<|observation|>north")


def test_without_them_names_are_told_by_any_tokens() -> None:
    plain = train_tokeniser(LINES, 2048, actions=())
    ids = plain.encode("x\n<|action|>north\n<|observation|>")
    assert max(ids) < plain.vocabulary == plain.base + 5
    assert plain.decode(plain.action_ids(["north"])[0]) == "north"


def test_saved_and_loaded_it_is_the_same(tokeniser: Tokeniser, tmp_path: Path) -> None:
    tokeniser.save(tmp_path / "t")
    again = Tokeniser.load(tmp_path / "t")
    assert again.fingerprint == tokeniser.fingerprint
    text = passage_text(PASSAGE, encoding("full"))
    assert again.encode(text) == tokeniser.encode(text)


def test_anybodys_tokenizer_json_works(tmp_path: Path) -> None:
    train_tokeniser(LINES, 1024, "word").save(tmp_path)
    (tmp_path / "tokeniser.json").unlink()
    other = Tokeniser.load(tmp_path, ("north",))
    text = "hello\n\n\nworld\n<|action|>north\n<|observation|>"
    assert other.decode(other.encode(text)) == text
    assert other.actions == ("north",)


def test_the_shipped_one_knows_every_name_and_is_small() -> None:
    shipped = Tokeniser.load("nethack")
    assert shipped.vocabulary <= 8192 + 5 + 121
    words = shipped.encode("\nstatistics[\nStrength: 18/50\nDexterity: 12")
    assert len(words) <= 8
    lines = list(lexicon(lines=1, seed=5))
    assert sum(len(shipped.encode(line)) for line in lines) / len(lines) < 8


@pytest.mark.parametrize("said", ["You stop.  The dog is in the way!", "", "Xyzzy 17", "What --", "a  b"])
def test_more_is_the_same_token_whatever_was_said_before(said: str) -> None:
    tokeniser = Tokeniser.load("nethack")
    alone = tokeniser.encode("--More--")
    assert len(alone) == 1
    assert tokeniser.encode(f"message[\n{said}--More--\n]")[: -len(tokeniser.encode("\n]"))][-1:] == alone
    assert tokeniser.decode(tokeniser.encode(f"{said}--More--")) == f"{said}--More--"


def test_sentences_are_parted() -> None:
    tokeniser = train_tokeniser(["\nYou hit the newt.  It bites!\nIt bites!\nYou hit the newt.  "] * 50, 400, "phrase")
    hit, bites = tokeniser.encode("\nYou hit the newt.  "), tokeniser.encode("It bites!")
    assert len(hit) == 1
    assert tokeniser.encode("\nYou hit the newt.  It bites!") == hit + bites


@pytest.mark.parametrize("broken", ["", "{", json.dumps({"version": 9, "actions": [], "by_line": True})])
def test_a_broken_one_is_refused(tokeniser: Tokeniser, tmp_path: Path, broken: str) -> None:
    tokeniser.save(tmp_path)
    (tmp_path / "tokeniser.json").write_text(broken)
    with pytest.raises(YendorError):
        Tokeniser.load(tmp_path)
    (tmp_path / "tokenizer.json").write_text("no")
    with pytest.raises(YendorError, match="cannot load tokeniser"):
        Tokeniser.load(tmp_path)


def test_wrong_sizes_and_ids_are_refused(tokeniser: Tokeniser) -> None:
    with pytest.raises(YendorError, match="256 bytes"):
        train_tokeniser(LINES, 100)
    with pytest.raises(YendorError, match="of a vocabulary"):
        tokeniser.decode([tokeniser.vocabulary])
