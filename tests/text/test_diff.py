"""Diffs: difflib's own hunks for every pair, and back."""

import difflib
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yendor.core.agent import Observation
from yendor.core.errors import YendorError
from yendor.text.describe import Describer
from yendor.text.diff import diff, diff_chain, diff_reference, patch
from yendor.text.history import whole

# Few different lines, so that many are repeated: hunks' own signs among them, what `str.splitlines` takes for ends of
# lines, and characters of two, three and four bytes.
LINES = st.sampled_from(
    ["", "a", "b", "c", "+a", "-a", "@@ -1 +1 @@", " ", "north\r", "\x0b\x85\u2028", "é", "漢", "😀", "\0"]
)
SIZES = st.sampled_from((3, 150, 199, 200, 201, 300, 450))
TEXTS = st.one_of(st.lists(LINES, max_size=12).map("\n".join), st.text(max_size=60))


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a text of up to 450 lines, a few of them popular, and the same text edited."""
    numbers = random.Random(draw(st.integers(0, 1 << 32)))
    kinds = draw(st.sampled_from((2, 30, 400)))
    before = [f"line {numbers.randrange(kinds)}" for _ in range(draw(SIZES))]
    after = list(before)
    for _ in range(draw(st.integers(0, 30))):
        at = numbers.randrange(len(after) + 1)
        match numbers.randrange(4):
            case 0:
                after[at:at] = [f"line {numbers.randrange(kinds)}"]
            case 1:
                after[at : at + numbers.randrange(5)] = []
            case 2:
                after[at : at + 1] = [f"new {numbers.randrange(3)}"]
            case _:
                to = numbers.randrange(len(after) + 1)
                after[to:to] = after[at : at + 8]
    return "\n".join(before), "\n".join(after)


def check(before: str, after: str) -> None:
    hunks = diff(before, after)
    assert hunks == diff_reference(before, after)
    assert patch(before, hunks) == after
    assert (hunks == "") == (before == after)


@given(TEXTS, TEXTS)
def test_a_diff_is_difflib_s_and_can_be_undone(before: str, after: str) -> None:
    check(before, after)


@settings(max_examples=60, deadline=None)
@given(edited())
def test_long_texts_with_popular_lines_too(pair: tuple[str, str]) -> None:
    check(*pair)


def test_popular_lines_change_the_diff_from_200_lines_on() -> None:
    def made(lines: int) -> tuple[str, str]:
        filled = ["same", "same", "other"] * (lines // 3)
        return "\n".join(filled), "\n".join(["new", *filled[5:], "same"])

    for lines in (150, 198, 201, 210, 300):
        check(*made(lines))
    before, after = (text.split("\n") for text in made(300))
    plain = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    assert plain != difflib.SequenceMatcher(None, before, after).get_opcodes()  # so the rule is seen at work


def test_a_diff_reads_as_diff_history_has_it() -> None:
    assert diff("a\nb\nc", "a\nB\nc\nd") == "@@ -2 +2 @@\n-b\n+B\n@@ -3,0 +4 @@\n+d"
    assert diff("", "") == diff("a\n", "a\n") == ""
    assert diff("", "a") == "@@ -1 +1 @@\n-\n+a"
    assert diff("a", "a\n") == "@@ -1,0 +2 @@\n+"


def test_real_play_diffs_as_difflib_says(played: list[Observation]) -> None:
    texts = [whole(text) for text in Describer().describe_all(played)]
    found = diff_chain(texts)
    assert found == [diff_reference(a, b) for a, b in pairwise(texts)]
    for (before, after), hunks in zip(pairwise(texts), found, strict=True):
        assert patch(before, hunks) == after


def test_chains_of_none_one_and_many() -> None:
    assert diff_chain([]) == diff_chain(["a"]) == []
    assert diff_chain(["a", "a", "b"]) == ["", "@@ -1 +1 @@\n-a\n+b"]
    with ThreadPoolExecutor(4) as pool:
        texts = ["\n".join(map(str, range(n, n + 50))) for n in range(40)]
        assert len({tuple(chain) for chain in pool.map(lambda _: diff_chain(texts), range(8))}) == 1


@pytest.mark.parametrize(
    "hunks",
    [
        "no hunk", "@@", "@@ -1 @@", "-a", "@@ -1 +1 @@ \n-a\n+A", "\n@@ -1 +1 @@\n-a\n+A", "@@ -１ +1 @@\n-a\n+A",
        "@@ -1 +1 @@", "@@ -1 +1 @@\n-a", "@@ -1 +1 @@\n+A\n-a", "@@ -1 +1 @@\n-b\n+A", "@@ -2 +2 @@\n-a\n+A",
        "@@ -4 +3,0 @@\n-", "@@ -9,0 +10 @@\n+x", "@@ -0 +0,0 @@\n-a", "@@ -0,2 +1 @@\n-a\n-b\n+x",
        "@@ -1 +1 @@\n-a\n+A\n+more", "@@ -1 +1 @@\n-a\n+A\n", "@@ -3 +3 @@\n-c\n+C\n@@ -1 +1 @@\n-a\n+A",
        "@@ -1,999999999 +1 @@\n-a\n+A", "@@ -1 +1,999999999 @@\n-a\n+A", f"@@ -{'9' * 5000} +1 @@\n-a\n+A",
    ],
)  # fmt: skip
def test_hunks_of_another_text_are_refused(hunks: str) -> None:
    with pytest.raises(YendorError):
        patch("a\nb\nc", hunks)


@given(TEXTS, st.text(alphabet="@-+ ,0123456789ab\n", max_size=40))
def test_any_hunks_apply_or_are_refused(before: str, hunks: str) -> None:
    for attempt in (hunks, diff(before, hunks)[:-1], diff(hunks, before)):
        with suppress(YendorError):  # and nothing else
            assert isinstance(patch(before, attempt), str)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError):
        diff("a", b"a")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        diff_chain(["a", None])  # type: ignore[list-item]
    for lone in ("\ud800", "a\n\udfff"):
        with pytest.raises((TypeError, UnicodeError)):
            diff("a", lone)
        with pytest.raises((TypeError, UnicodeError)):
            diff_chain(["a", lone])
