"""Histories: every encoding tells what changed, and all of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yendor.core.agent import Observation
from yendor.core.errors import YendorError
from yendor.text.describe import Describer, TextObservation
from yendor.text.diff import diff
from yendor.text.history import (
    ACTION,
    ENCODINGS,
    HUNK,
    NETHACK_INSTRUCTION,
    OBSERVATION,
    Passage,
    encoding,
    passage_text,
    updates,
    whole,
)

NAMES = TextObservation._fields
ODD = ["a", "", "@@ -1 +1 @@", f"{HUNK} -1 +1 {HUNK}", *NAMES, "]", "glyphs[", "message[\n"]
ANY = st.one_of(
    st.text(max_size=20),
    st.lists(st.sampled_from(ODD), max_size=8).map("\n".join),
)
FIELDS = st.builds(TextObservation, ANY, ANY, ANY, ANY, ANY)


@pytest.fixture(scope="module")
def wholes(played: list[Observation]) -> list[str]:
    return [whole(text) for text in Describer().describe_all(played)]


def test_a_whole_observation_has_its_fields_in_brackets() -> None:
    text = whole(TextObservation("HP: 1/2", "newt far east", "", "a: a mace", "Yourself a monk"))
    assert text == (
        "statistics[\nHP: 1/2\n]\nglyphs[\nnewt far east\n]\nmessage[\n\n]\ninventory[\na: a mace\n]\n"
        "cursor[\nYourself a monk\n]"
    )


@pytest.mark.parametrize("name", sorted(ENCODINGS))
def test_real_play_is_restored(name: str, wholes: list[str]) -> None:
    how = encoding(name)
    assert how.name == name
    told = updates(wholes, how)
    assert len(told) == len(wholes) - 1
    known = wholes[0]
    for update, after in zip(told, wholes[1:], strict=True):
        known = how.restore(known, update)
        assert known == after


@pytest.mark.parametrize("name", sorted(ENCODINGS))
@settings(max_examples=40)
@given(before=FIELDS, after=FIELDS)
def test_any_fields_are_restored(name: str, before: TextObservation, after: TextObservation) -> None:
    how, old, new = encoding(name), whole(before), whole(after)
    assert how.restore(old, how.update(old, new)) == new
    assert how.update(old, old) in ("", old)


@pytest.mark.parametrize("name", sorted(ENCODINGS))
@settings(max_examples=40)
@given(before=ANY, after=ANY)
def test_texts_of_another_form_are_restored(name: str, before: str, after: str) -> None:
    how = encoding(name)
    assert how.restore(before, how.update(before, after)) == after


@pytest.mark.parametrize("name", ["diff", "diff-marked", "fields"])
def test_an_encoding_that_remembers_is_shorter_than_the_whole(name: str, wholes: list[str]) -> None:
    assert encoding(name).remembers
    assert not encoding("none").remembers
    assert sum(map(len, updates(wholes, encoding(name)))) < sum(map(len, wholes)) / 2


def test_the_paper_s_marks_stand_for_the_signs(wholes: list[str]) -> None:
    before, after = whole(TextObservation(*"abcde")), whole(TextObservation(*"abXde"))
    assert encoding("diff").update(before, after) == "@@ -8 +8 @@\n-c\n+X"
    assert encoding("diff-marked").update(before, after) == f"{HUNK} -8 +8 {HUNK}\n-c\n+X"
    assert encoding("fields").update(before, after) == "message\n@@ -1 +1 @@\n-c\n+X"


@pytest.mark.parametrize("name", ["diff", "diff-marked", "fields"])
@pytest.mark.parametrize("update", ["nonsense", "@@ -1 +1 @@\n-x\n+y", "message\n-a", "message\n@@ -9 +9 @@\n-x\n+y"])
def test_another_text_s_update_is_refused(name: str, update: str) -> None:
    with pytest.raises(YendorError):
        encoding(name).restore(whole(TextObservation(*"abcde")), update)


def test_an_unknown_encoding_is_told_with_the_near_one() -> None:
    with pytest.raises(YendorError, match="dif") as found:
        encoding("dif")
    assert "diff" in str(found.value.hint)


def test_a_passage_is_one_text(wholes: list[str]) -> None:
    passage = Passage((0, 5), NETHACK_INSTRUCTION, tuple(wholes[:3]), ("north", "far east", "esc"))
    text = passage_text(passage, encoding("diff"))
    first, second = diff(wholes[0], wholes[1]), diff(wholes[1], wholes[2])
    assert text == (
        f"{NETHACK_INSTRUCTION}\n\n{wholes[0]}\n{ACTION}north\n{OBSERVATION}\n{first}\n{ACTION}far east\n{OBSERVATION}"
        f"\n{second}\n{ACTION}esc\n{OBSERVATION}"
    )
    for name in ENCODINGS:
        assert passage_text(passage, encoding(name)).count(ACTION) == 3
