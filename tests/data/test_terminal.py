"""The compiled terminal against its plain reference, NLE's converter and pyte, and what mode fixed corrects."""

import bz2
import struct
from itertools import pairwise, permutations
from pathlib import Path

import nle
import numpy as np
import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nle import _pyconverter as nle_converter
from pyte import charsets, graphics

from yendor import _native
from yendor.data.terminal import ReferenceTerminal
from yendor.data.ttyrec import KEY, OUTPUT, Record, Source, pack

SIZES = [(2, 2), (24, 80), (5, 13), (30, 120)]
ALL_MODES = [(False, 1), (False, 3), (True, 1), (True, 3)]
MODES = pytest.mark.parametrize(("is_nle", "version"), ALL_MODES)
SAMPLES = Path(nle.__file__).parent / "tests"
Screen = tuple[bytes, bytes, int, int]

# ---- streams


def latin(alphabet: str, most: int = 10) -> st.SearchStrategy[bytes]:
    return st.text(alphabet, min_size=1, max_size=most).map(lambda text: text.encode("latin-1"))


def sequences(numbers: st.SearchStrategy[str], finals: str, most: int = 3) -> st.SearchStrategy[bytes]:
    arguments = st.lists(numbers, max_size=most).map(";".join)
    return st.builds(lambda given, final: f"\x1b[{given}{final}".encode(), arguments, st.sampled_from(finals))


def few_or_many(pieces: st.SearchStrategy[bytes], most: int = 60) -> st.SearchStrategy[list[bytes]]:
    """Lists left to themselves are short; the short ones are for shrinking."""
    return st.lists(pieces, max_size=8) | st.lists(pieces, min_size=most // 2, max_size=most)


def escapes(*rest: str) -> st.SearchStrategy[bytes]:
    return st.sampled_from([f"\x1b{end}".encode() for end in rest])


RUNS = st.builds(bytes.__mul__, latin("  .-|#@+abcjklmnqtuvwx~`z\xb3\xc4\xfa\xfe"), st.integers(1, 30))
CONTROLS = st.sampled_from([bytes([code]) for code in b"\0\x07\b\t\n\x0b\x0c\r\x0e\x0f\x18\x1a\x7f\x01"])
CODES = st.sampled_from([0, 1, 7, 22, 27, 31, 34, 37, 38, 39, 48, 91, 97, 34, 196, 250, 255, 256])
HUGE = st.sampled_from([10_000, 2**32 + 1, 2**63, 2**64 - 1, 2**64 + 3, 10**25])
SMALL = st.integers(0, 12) | st.sampled_from([23, 24, 25, 79, 80, 81, 82, 999])
NUMBERS = (SMALL | SMALL | CODES | HUGE).map(str) | st.just("")
FINALS = "@ABCDEFGHIJKLMPSTXZ`abcdefghilmnrsuz"
MARKED = sequences(st.sampled_from(["?1", "?25", "?", ">", "!", "2 ", "38:5:9", "?2"]), "hlmJKcrpq")
SHORT = escapes("7", "8", "H", "D", "E", "M", "c", "=", "(0", "(B", "(U", ")0", ")B", "*0", "+B", "#8", "%G")
TITLES = escapes("]0;title\x07", "]2;title\x1b\\", "Pq#0\x1b\\")
CUT_OFF = escapes("", "[", "[3", "[3;", "(", ")", "*", "]0;t", "[1\n", "[\x18")
PIECES = st.one_of(
    RUNS, CONTROLS, sequences(NUMBERS, FINALS), sequences(NUMBERS, FINALS, 10), sequences(CODES.map(str), "m", 10),
    MARKED, SHORT, TITLES, CUT_OFF, st.binary(max_size=6),
)  # fmt: skip
STREAMS = few_or_many(PIECES).map(b"".join)
CUTS = st.lists(st.integers(0, 10_000), max_size=6)


def parts(stream: bytes, cuts: list[int]) -> list[bytes]:
    """Split at cuts, which are taken modulo the length."""
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[start:end] for start, end in pairwise(places)]


@MODES
@settings(max_examples=100, deadline=None)
@given(stream=STREAMS, cuts=CUTS, size=st.sampled_from(SIZES))
def test_the_compiled_equals_the_reference(
    is_nle: bool, version: int, stream: bytes, cuts: list[int], size: tuple[int, int]
) -> None:
    compiled, reference = _native.Terminal(*size, is_nle, version), ReferenceTerminal(*size, is_nle, version)
    for part in parts(stream, cuts):
        compiled.write(part)
        reference.write(part)
        assert compiled.screen() == reference.screen()


# ---- keyframes


@MODES
@settings(max_examples=40, deadline=None)
@given(stream=STREAMS, cut=st.integers(0, 10_000), rest=STREAMS, size=st.sampled_from(SIZES))
def test_a_keyframe_continues_identically(
    is_nle: bool, version: int, stream: bytes, cut: int, rest: bytes, size: tuple[int, int]
) -> None:
    before = parts(stream, [cut])
    first, second = (_native.Terminal(*size, is_nle, version) for _ in range(2))
    second.write(rest)
    for part in before[:1]:
        first.write(part)
    second.load(first.save())
    for part in [*before[1:], rest]:
        first.write(part)
        second.write(part)
        assert first.screen() == second.screen()
    assert first.save() == second.save()


@MODES
@settings(max_examples=40, deadline=None)
@given(stream=STREAMS, rest=STREAMS, data=st.data())
def test_a_garbled_keyframe_is_refused_or_harmless(
    is_nle: bool, version: int, stream: bytes, rest: bytes, data: st.DataObject
) -> None:
    terminal = _native.Terminal(5, 13, is_nle, version)
    terminal.write(stream)
    screen, keyframe = terminal.screen(), bytearray(terminal.save())
    with pytest.raises(ValueError, match="keyframe"):
        terminal.load(bytes(keyframe[: data.draw(st.integers(0, len(keyframe) - 1))]))
    with pytest.raises(ValueError, match="keyframe"):
        terminal.load(bytes(keyframe) + data.draw(st.binary(min_size=1, max_size=9)))
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, 250), st.integers(0, 255)), max_size=4)):
        keyframe[place] = value
    try:
        terminal.load(bytes(keyframe))
    except ValueError:
        assert terminal.screen() == screen
    terminal.write(rest)
    assert len(terminal.screen()[0]) == 5 * (13 + (is_nle and version == 1))


@MODES
@pytest.mark.parametrize("wrong", [-2, 1_000_000, -(2**31), 2**31 - 1])
def test_every_field_of_a_keyframe_is_checked(is_nle: bool, version: int, wrong: int) -> None:
    terminal = _native.Terminal(5, 13, is_nle, version)
    keyframe = terminal.save()
    for place in range(0, 32 * 4, 4):
        with pytest.raises(ValueError, match="keyframe"):
            terminal.load(keyframe[:place] + struct.pack("<i", wrong) + keyframe[place + 4 :])


def test_keyframes_of_other_terminals_are_refused() -> None:
    for mode, other in permutations(ALL_MODES, 2):
        with pytest.raises(ValueError, match="keyframe"):
            _native.Terminal(5, 13, *mode).load(_native.Terminal(5, 13, *other).save())


def test_impossible_terminals_are_refused() -> None:
    for size in [(1, 80), (24, 1), (0, 0), (-5, 80), (1001, 80), (24, 1001)]:
        with pytest.raises(ValueError, match="2 to 1000"):
            _native.Terminal(*size, False, 3)
    with pytest.raises(ValueError, match="versions"):
        _native.Terminal(24, 80, False, 5)


# ---- NLE

# The converter's default for line drawing is the process's: each game leaves it as it found it. Whatever sequence is
# open, the second of these is read.
TIDY = b"\x0f\x1b(B\x1b(B\x1b[m"
# The converter draws each repetition, so that a large one hangs it. A number left open before counts too; the first
# sequence closes it. Elsewhere no `b` is written.
REPEAT = st.integers(0, 300).map(lambda count: b"\x1b[m\x1b[%db" % count)
HARMLESS = PIECES.map(lambda piece: piece.replace(b"b", b"a"))
WRITES = few_or_many(HARMLESS | REPEAT, 20).map(lambda pieces: b"".join(pieces) or b" ")


def converted(path: Path, size: tuple[int, int], version: int, frames: int) -> list[Screen]:
    """Return the frames that NLE's converter makes of a file."""
    converter = nle_converter.Converter(*size, version)
    converter.load_ttyrec(str(path), 1, 0)
    chars, colours = np.zeros((frames, *size), np.uint8), np.zeros((frames, *size), np.int8)
    cursors, times, keys = np.zeros((frames, 2), np.int16), np.zeros(frames, np.int64), np.zeros(frames, np.uint8)
    assert converter.convert(chars, colours, cursors, times, keys, np.zeros(frames, np.int32)) == 0
    return [(chars[i].tobytes(), colours[i].tobytes(), *map(int, cursors[i])) for i in range(frames)]


def cropped(screen: Screen, width: int, columns: int) -> Screen:
    chars, colours = (
        b"".join(plane[start : start + columns] for start in range(0, len(plane), width)) for plane in screen[:2]
    )
    return chars, colours, *screen[2:]


@pytest.mark.parametrize("version", [1, 3])
@settings(max_examples=100, deadline=None)
@given(writes=st.lists(WRITES, min_size=1, max_size=6), size=st.sampled_from(SIZES))
def test_mode_nle_equals_nles_converter(
    tmp_path_factory: pytest.TempPathFactory, version: int, writes: list[bytes], size: tuple[int, int]
) -> None:
    path = tmp_path_factory.getbasetemp() / f"stream.ttyrec{version}.bz2"
    # The converter may lose a file's last record.
    records = [Record(0, OUTPUT, text) for text in [TIDY, *writes, TIDY, TIDY]]
    if version == 3:
        records = [record for output in records for record in (output, Record(0, KEY, b"k"))]
    path.write_bytes(bz2.compress(pack(records, version)))
    theirs = converted(path, size, version, len(writes) + 2)
    ours = _native.Terminal(*size, True, version)
    for text, screen in zip([TIDY, *writes, TIDY], theirs, strict=True):
        ours.write(text)
        assert cropped(ours.screen(), size[1] + (version == 1), size[1]) == screen


# ---- pyte


def symbol_of_pyte() -> dict[str, int]:
    """What NetHack draws without line drawing, of each character that pyte shows for line drawing."""
    ibm = {"#": "░▒≡±", "|": "│┤├■", "-": "┐└┴┬─┼┘┌", "{": "⌠", "}": "≈", ".": "·"}
    dec = {"}": "`", "|": "atux", "#": "g{", "-": "jklmnoqsvw", "<": "y", ">": "z", ".": "~"}
    symbols = {chr(code): chr(code) for code in range(256)}
    symbols |= {shown: chr(code) for code, shown in enumerate(charsets.VT100_MAP)}
    symbols |= {char: symbol for symbol, chars in ibm.items() for char in chars}
    symbols |= {chr(charsets.IBMPC_MAP.index(char)): symbol for symbol, chars in ibm.items() for char in chars}
    symbols |= {charsets.VT100_MAP[ord(char)]: symbol for symbol, chars in dec.items() for char in chars}
    return {char: ord(symbol) for char, symbol in symbols.items()}


SYMBOLS = symbol_of_pyte()
NAMES = [graphics.FG_ANSI[code] for code in range(30, 38)] + [graphics.FG_AIXTERM[code] for code in range(90, 98)]


def shown(char: pyte.screens.Char) -> tuple[int, int]:
    """Return a cell of pyte's as symbol and colour; of blanks the colour is not compared."""
    if char.data == " ":
        return 32, 0
    if char.fg == "default":
        colour = 7
    elif char.fg in NAMES:
        colour = NAMES.index(char.fg)
    else:
        wanted, palette = bytes.fromhex(char.fg), [bytes.fromhex(graphics.FG_BG_256[i]) for i in range(16)]
        colour = min(range(16), key=lambda i: sum((a - b) ** 2 for a, b in zip(palette[i], wanted, strict=True)))
    colour += 8 if char.bold and colour < 8 and char.fg != "default" else 0
    return SYMBOLS.get(char.data, 0), colour + 16 * char.reverse


class Pyte:
    """pyte's screen in the compiled terminal's terms."""

    def __init__(self, rows: int, columns: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.stream.use_utf8 = False  # else it leaves out sets of characters
        self.chars, self.colours = np.full((rows, columns), 32, np.uint8), np.zeros((rows, columns), np.uint8)
        self.known: dict[pyte.screens.Char, tuple[int, int]] = {}

    def write(self, data: bytes) -> None:
        self.stream.feed(data.decode("latin-1"))
        for row in self.screen.dirty:
            line = [self.screen.buffer[row][column] for column in range(self.screen.columns)]
            self.known |= {char: shown(char) for char in line if char not in self.known}
            self.chars[row], self.colours[row] = zip(*(self.known[char] for char in line), strict=True)
        self.screen.dirty.clear()

    def differences(self, screen: Screen) -> int:
        """Count cells that differ, and the cursor. Behind the last column pyte's cursor is on none."""
        chars, colours = (np.frombuffer(plane, np.uint8).reshape(self.chars.shape) for plane in screen[:2])
        cursor = (self.screen.cursor.y, min(self.screen.cursor.x, self.screen.columns - 1))
        wrong = (chars != self.chars) | ((self.chars != 32) & (colours != self.colours))
        return int(wrong.sum()) + (cursor != screen[2:])


@pytest.mark.parametrize(
    ("name", "frames", "cells"),
    [
        ("2009-02-05.10_33_51", 32, 65_600),
        ("2012-02-16.21_09_51", 408, 856_800),
        ("2017-07-28.18_44_17", 32, 257_920),
        ("2018-09-27.00_20_39", 335, 1_029_120),
        ("2019-11-18.08_52_15", 218, 1_574_832),
        ("2020-10-03.17_27_10", 2432, 11_848_704),
    ],
)
def test_mode_fixed_equals_pyte_on_peoples_games(name: str, frames: int, cells: int) -> None:
    writes = [record.data for record in Source(SAMPLES / f"{name}.ttyrec.bz2", 1)]
    extent = _native.Extent()
    extent.feed(b"".join(writes))
    ours, theirs = _native.Terminal(extent.rows, extent.columns, False, 1), Pyte(extent.rows, extent.columns)
    seen = 0
    for frame, text in enumerate(writes):
        ours.write(text)
        theirs.write(text)
        assert theirs.differences(ours.screen()) == 0, frame
        seen += theirs.chars.size
    assert (len(writes), seen) == (frames, cells)


# What pyte does as xterm does. It draws arrows for `+,-.` and a block for `0` among line drawing (SYMBOLS undoes it).
# The streams are without what it gets wrong or has not:
# - behind the last column, anything but text;
# - outside a scroll region, anything but going back into it; `r` without numbers;
# - P, which brings back a cell that @ has pushed out;
# - a second `ESC 8`, which goes to the top left;
# - backquote (it takes the apostrophe for it), b, I, S, T, Z, and s and u.
AGREED = st.one_of(
    latin("  axyz|-.#@lmq~`\xb3\xfa", 20),
    sequences(st.sampled_from(["", "1", "2", "3", "5", "9", "100"]), "@ABCDEFGHLMXadef", 1),
    sequences(st.sampled_from(["", "1", "2", "3", "5", "9", "100"]), "Hf", 2),
    sequences(st.sampled_from(["", "0", "1", "2"]), "JK", 1),
    sequences(st.sampled_from(["0", "1", "7", "22", "27", "39", "31", "30", "91", "97", "4"]), "m"),
    escapes("[38;5;9m", "[1;38;5;3m", "[38;5;200m", "[0;38;2;9;200;30m", "[48;5;9m", "[48;2;1;2;3;31m"),
    st.sampled_from([b"\n", b"\r", b"\b", b"\t", b"\x0e", b"\x0f"]),
    escapes("(0", "(B", ")0", ")B", "H", "M", "D", "[g", "[3g", "7\x1b[2;2H\x1b[1;34m\x1b8", "c\x1b)B"),
    escapes("[2;4r\x1b[3;2H", "[1;5r"),
)


@settings(max_examples=100, deadline=None)
@given(few_or_many(AGREED))
def test_mode_fixed_equals_pyte_on_what_pyte_does(pieces: list[bytes]) -> None:
    ours, theirs = _native.Terminal(5, 13, False, 1), Pyte(5, 13)
    theirs.write(b"\x1b)B")
    for piece in pieces:
        margins, cursor = theirs.screen.margins, theirs.screen.cursor
        if margins and not margins.top <= cursor.y <= margins.bottom:
            piece = b"\x1b[%d;1H" % (margins.top + 1)
        elif cursor.x == 13:
            piece = b"z"
        ours.write(piece)
        theirs.write(piece)
        assert theirs.differences(ours.screen()) == 0


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"\x1b[1;2r\x1b[9Ex", "|x||"),  # next line stops at the region's end, as B does
        (b"\x1b[3;4r\x1b[4;1H\x1b[9Fx", "||x|"),
        (b"ab\x1b(\x1b[3Cx", "ab   x|||"),  # ESC begins anew, also as a sequence's last byte
        (b"ab\x1b#\x1b[3Cx", "ab   x|||"),
        (b"ab\x1b\n[1Cx", "ab|   x||"),  # control characters work between ESC and what follows
        (b"ab\x1b[\x7f3Cx", "ab   x|||"),  # DEL is nothing
        (b"abcdefghij\x1b[b", "abcdefghij|j||"),  # a repetition goes to the next line, as writing does
        (b"abcdefghij\x1b[nx", "abcdefghij|x||"),  # what moves nothing does not undo that
    ],
)
def test_mode_fixed_at_the_edges(stream: bytes, expected: str) -> None:
    compiled, reference = _native.Terminal(4, 10, False, 1), ReferenceTerminal(4, 10, False, 1)
    compiled.write(stream)
    reference.write(stream)
    text = compiled.screen()[0].decode()
    assert "|".join(text[i : i + 10].rstrip() for i in range(0, 40, 10)) == expected
    assert compiled.screen() == reference.screen()


def test_a_sequence_has_up_to_sixteen_numbers() -> None:
    terminal = _native.Terminal(4, 10, False, 1)
    terminal.write(b"\x1b[0;0;0;1;38;2;255;0;0mx")
    assert terminal.screen()[1][0] == 9


# ---- what mode fixed corrects


def drawn(stream: bytes, is_nle: bool, version: int = 3) -> tuple[str, bytes]:
    """Return the 4 lines of 8 columns, with bars between, and the colours."""
    compiled, reference = _native.Terminal(4, 8, is_nle, version), ReferenceTerminal(4, 8, is_nle, version)
    compiled.write(stream)
    reference.write(stream)
    assert compiled.screen() == reference.screen()
    chars, colours, _, _ = cropped(compiled.screen(), 8 + (is_nle and version == 1), 8)
    return "|".join(chars[start : start + 8].decode("latin-1").rstrip() for start in range(0, 32, 8)), colours


FOUR = b"aaaa\r\nbbbb\r\ncccc\r\ndddd"


@pytest.mark.parametrize(
    ("what", "stream", "fixed", "faulty"),
    [
        ("up past the top", b"\x1b[2;3H\x1b[9Ax", "  x|||", "|||  x"),
        ("lines up past the top", b"\x1b[2;3H\x1b[9Fx", "x|||", "|||x"),
        ("back past the margin", b"abc\x1b[9Dx", "xbc|||", "abcx|||"),
        ("insert characters", b"abcdefgh\x1b[1;3H\x1b[2@", "ab  cdef|||", "abcdcdeh|||"),
        ("erase characters", b"abcdefgh\x1b[1;3H\x1b[3X", "ab   fgh|||", "ab defgh|||"),
        ("clear before", FOUR + b"\x1b[3;2H\x1b[1J", "||  cc|dddd", "|bbbb| ccc|dddd"),
        ("clear before, on the first line", FOUR + b"\x1b[1;2H\x1b[1J", "  aa|bbbb|cccc|dddd", "|||"),
        ("clear the line before", b"abcdefgh\x1b[1;8H\x1b[1K", "|||", "       h|||"),
        ("insert a line at the last", FOUR + b"\x1b[Lx", "aaaa|bbbb|cccc|x", "aaaa|bbbb|cccc|ddddx"),
        ("delete the last line", FOUR + b"\x1b[Mx", "aaaa|bbbb|cccc|x", "aaaa|bbbb|cccc|ddddx"),
        ("scroll all lines away", FOUR + b"\x1b[9S", "|||", "dddd|||"),
        ("ESC ) 0 swallows nothing", b"\x1b)0\x1b[2Cx", "  x|||", "x|||"),
        ("ESC ( U is not drawn", b"\x1b(Ux", "x|||", "Ux|||"),
        ("SO outlives a reset of colours, SI ends it", b"\x1b)0\x1b[m\x0eq\x1b[mq\x0fq", "--q|||", "-qq|||"),
        ("SI chooses G0, be it line drawing", b"\x1b(0q\x1b[mq\x0fq", "---|||", "--q|||"),
        ("controls are not drawn", b"a\x01b\x7fc", "abc|||", "a\x01b\x7fc|||"),
        ("NUL in a sequence", b"a\x1b[\x002Cx", "a  x|||", "aCx|||"),
        ("a control in a sequence", b"ab\x1b[\r2Cx", "abx|||", "ab2Cx|||"),
        ("private sequences", b"abc\x1b[?2Jx", "abcx|||", "   x|||"),
        ("titles", b"\x1b]0;hi\x07x", "x|||", "0;hix|||"),
        ("scroll region", FOUR + b"\x1b[2;3r\x1b[3;1H\nx", "aaaa|cccc|x|dddd", "aaaa|bbbb|cccc|xddd"),
        ("reverse index", b"abc\r\x1bMx", "x|abc||", "xbc|||"),
        ("index and next line", b"a\x1bDb\x1bEc", "a| b|c|", "abc|||"),
        ("two tabs", b"\x1b[3G\x1bH\x1b[5G\x1bH\r\x1b[2Ix", "    x|||", "  x|||"),
        ("a tab stop is cleared", b"\x1b[3G\x1bH\x1b[g\r\tx", "       x|||", "  x|||"),
    ],
)
def test_corrections(what: str, stream: bytes, fixed: str, faulty: str) -> None:
    assert drawn(stream, False)[0] == fixed, what
    assert drawn(stream, True)[0] == faulty, what


@pytest.mark.parametrize(
    ("stream", "fixed", "faulty"),
    [
        (b"\x1b[38;5;9mx", 9, 7),
        (b"\x1b[38;5;1mx", 1, 7),
        (b"\x1b[38;5;196mx", 9, 7),
        (b"\x1b[38;5;34mx", 2, 4),
        (b"\x1b[38;5;244mx", 8, 7),
        (b"\x1b[38;2;0;0;250mx", 4, 7),
        (b"\x1b[48;5;31mx", 7, 1),
        (b"\x1b[94mx", 12, 7),
        (b"\x1b[1;31m\x1b[0;31;22mx", 1, 9),
        (b"\x1b[0;7;27mx", 7, 23),
        (b"\x1b[31;1mx", 9, 1),
    ],
)
def test_corrected_colours(stream: bytes, fixed: int, faulty: int) -> None:
    assert drawn(stream, False)[1][0] == fixed
    assert drawn(stream, True)[1][0] == faulty


def test_version_1_goes_to_the_next_line_with_the_next_character() -> None:
    assert drawn(b"abcdefgh\x1b[mij", False, 1)[0] == "abcdefgh|ij||"
    assert drawn(b"abcdefgh\rx", False, 1)[0] == "xbcdefgh|||"
    assert drawn(b"abcdefgh\rx", False, 3)[0] == "abcdefgh|x||"
    assert drawn(b"abcdefghij", True, 1)[0] == "abcdefgh|||"


@MODES
def test_line_drawing_does_not_leak(is_nle: bool, version: int) -> None:
    first = _native.Terminal(4, 8, is_nle, version)
    first.write(b"\x1b(0q")
    assert first.screen()[0].strip() == b"-"
    first.reset()
    for terminal in (first, _native.Terminal(4, 8, is_nle, version)):
        terminal.write(b"\x1b[mq")
        assert terminal.screen()[0].strip() == b"q"
