"""A terminal's screen, byte by byte: the plain reference that tests hold the compiled emulator against.

Mode fixed draws what a real terminal (xterm) does, as far as NetHack and its players' terminals need it. Mode nle
draws what NLE 1.3.0's converter does, a patched libtmt, its faults included. What mode fixed corrects in NLE's:

- Colours: 38;5;N and 38;2;R;G;B are the nearest of the 16, 90 to 97 the bright eight; NLE takes N for a code.
  22 and 27 end bold and reverse wherever they stand; NLE asks whether the sequence's first number is below 20.
- Line drawing: `ESC (` and `ESC )` set G0 and G1, SI and SO choose one. NLE has one switch, which a reset of the
  colours sets to what the last `ESC (` had said: in any terminal of the process, for NLE; here, in this one.
- `ESC ) 0` is three bytes; NLE goes on to the next letter, and so swallows a sequence. `ESC ( U` and the like are
  three bytes too; NLE draws the letter.
- Up (A, F) stops at the top; NLE goes to the bottom. Back (D) stops at the margin; NLE stays where it is.
- @ and X count from the cursor; NLE clears up to column N, and its @ leaves the last column alone.
- 1J and 1K clear up to the cursor, it included; NLE leaves out the line above or the last column, and its 1J clears
  the whole screen from the first line.
- L, M, S and T may clear all lines, L and M go to the margin; NLE keeps one line and the column.
- What it does besides: scroll regions (r), a, e and `, counts for I and Z, 0g, index and reverse index (ESC D, E, M),
  VT and FF, titles, controls in the midst of a sequence. Private sequences (?, >) change nothing; NLE ignores the ?.
- Controls without a meaning are not drawn. NUL is nothing; to NLE it is ESC in the midst of a sequence.
- Version 1: the character after the last column's goes to the next line; NLE has a hidden column that it overwrites.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, product
from typing import NamedTuple

_ESC = 0x1B
_PALETTE = "000000cd000000cd00cdcd000000eecd00cd00cdcde5e5e57f7f7fff000000ff00ffff005c5cffff00ff00ffffffffff"
_256_COLOURS = [tuple(bytes.fromhex(_PALETTE[i : i + 6])) for i in range(0, 96, 6)]
_256_COLOURS += [*product((0, 95, 135, 175, 215, 255), repeat=3), *((grey,) * 3 for grey in range(8, 248, 10))]
_IBM = {"#": b"\xb0\xb1\xf0\xf1", "|": b"\xb3\xb4\xc3\xfe", "-": b"\xbf\xc0\xc1\xc2\xc4\xc5\xd9\xda"}
_IBM |= {"{": b"\xf4", "}": b"\xf7", ".": b"\xfa"}
_DEC = {"}": b"`", "|": b"atux", "#": b"g{", "-": b"jklmnoqsvw", "<": b"y", ">": b"z", ".": b"~"}


def _table(*sets: dict[str, bytes]) -> bytes:
    table = bytearray(range(256))
    for symbol, codes in [pair for symbols in sets for pair in symbols.items()]:
        for code in codes:
            table[code] = ord(symbol)
    return bytes(table)


_PLAIN, _LINES = _table(_IBM), _table(_IBM, _DEC)


class Pen(NamedTuple):
    """How characters are drawn: one of the 16 colours or none, and whether they are line drawing."""

    foreground: int | None = None
    bold: bool = False
    reverse: bool = False
    lines: bool = False


class Cell(NamedTuple):
    """A byte as it came, and the pen it was drawn with."""

    code: int = 0x20
    pen: Pen = Pen()

    def shown(self) -> tuple[int, int]:
        """Return the symbol and the colour that NLE would give."""
        symbol, colour = (_LINES if self.pen.lines else _PLAIN)[self.code], self.pen.foreground
        if colour is None:
            colour = 0 if self.code == 0x20 else 7
        elif colour < 8 and self.pen.bold:
            colour += 8
        return symbol, colour + 16 * self.pen.reverse


class _Fixed:
    """A terminal as it should be. `take` is the parser's state: what is done with the next byte."""

    default = Pen()
    most_numbers = 16

    def __init__(self, rows: int, columns: int, wrap: str) -> None:
        self.rows, self.columns, self.wrap = rows, columns, wrap
        self.set_tabs()
        self.reset()

    def set_tabs(self) -> None:
        self.tabs = {*range(0, self.columns, 8), self.columns - 1}

    def reset(self) -> None:
        self.cells = [self.blanks() for _ in range(self.rows)]
        self.row = self.column = self.top = 0
        self.bottom = self.rows - 1
        self.pen, self.sets, self.shift = self.default, (False, False), 0
        self.last, self.pending = 0x20, False
        self.save()
        self.end()

    def end(self) -> None:
        self.numbers: list[int] = []
        self.number, self.other = 0, False
        self.take: Callable[[int], None] = self.text

    def save(self) -> None:
        self.saved = (self.row, self.column, self.pen, self.sets, self.shift)

    def restore(self) -> None:
        self.row, self.column, self.pen, self.sets, self.shift = self.saved
        self.pending = False

    def blanks(self) -> list[Cell]:
        return [Cell()] * self.columns

    def put(self, code: int) -> None:
        if self.pending:
            self.pending, self.column = False, 0
            self.line_feed()
        self.cells[self.row][self.column] = Cell(code, self.pen)
        self.last = code
        if self.column < self.columns - 1:
            self.column += 1
        elif self.wrap == "at once":
            self.column = 0
            self.line_feed()
        else:
            self.pending = self.wrap == "later"

    def line_feed(self) -> None:
        if self.row == self.bottom:
            self.scroll(self.top, self.bottom, 1)
        elif self.row < self.rows - 1:
            self.row += 1

    def scroll(self, top: int, bottom: int, up: int) -> None:
        """Move the lines from `top` to `bottom`, both included, up, or down where `up` is negative."""
        lines = self.cells[top : bottom + 1]
        blank = [self.blanks() for _ in range(min(abs(up), len(lines)))]
        rest = len(lines) - len(blank)
        self.cells[top : bottom + 1] = lines[len(blank) :] + blank if up > 0 else blank + lines[:rest]

    def clear(self, row: int, start: int, end: int) -> None:
        for column in range(start, min(end, self.columns)):
            self.cells[row][column] = Cell()

    def clear_lines(self, start: int, end: int) -> None:
        for row in range(start, end):
            self.clear(row, 0, self.columns)

    def tab(self, step: int) -> None:
        edge = self.columns - 1 if step > 0 else 0
        while self.column != edge:
            self.column += step
            if self.column in self.tabs:
                break

    def move(self, row: int, column: int) -> None:
        self.row, self.column = min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)

    def text(self, byte: int) -> None:
        if byte == _ESC:
            self.take = self.escape
        elif byte in b"\x0e\x0f":
            self.shift = int(byte == 0x0E)
            self.pen = self.pen._replace(lines=self.sets[self.shift])
        elif byte >= 0x20 and byte != 0x7F:
            self.put(byte)
        else:
            self.control(byte)

    def control(self, byte: int) -> None:
        if byte in b"\b\n\v\f\r":
            self.pending = False
        if byte == 0x08:
            self.column = max(self.column - 1, 0)
        elif byte == 0x09:
            self.tab(1)
        elif byte in b"\n\v\f":
            self.line_feed()
        elif byte == 0x0D:
            self.column = 0

    def escape(self, byte: int) -> None:
        if (byte < 0x20 and byte not in b"\x18\x1a\x1b") or byte == 0x7F:
            self.control(byte)
            return
        self.end()
        follow: dict[str, Callable[[int], None]] = {"\x1b": self.escape, "[": self.csi}
        follow |= {"(": partial(self.charset, 0), ")": partial(self.charset, 1)}
        follow |= dict.fromkeys("*+#% ", self.skip) | dict.fromkeys("]PX^_", self.title)
        self.take = follow.get(chr(byte), self.text)
        self.short(chr(byte))

    def short(self, final: str) -> None:
        if final == "H":
            self.tabs.add(self.column)
        elif final == "7":
            self.save()
        elif final == "8":
            self.restore()
        elif final == "c":
            self.reset()
            self.set_tabs()
        elif final in "DE":
            self.control(0x0A)
            self.column = 0 if final == "E" else self.column
        elif final == "M":
            self.pending = False
            if self.row == self.top:
                self.scroll(self.top, self.bottom, -1)
            else:
                self.move(self.row - 1, self.column)

    def skip(self, byte: int) -> None:
        self.end()
        self.take = self.escape if byte == _ESC else self.take

    def charset(self, which: int, byte: int) -> None:
        if byte == _ESC:
            self.take = self.escape
            return
        self.sets = (byte == 0x30, self.sets[1]) if which == 0 else (self.sets[0], byte == 0x30)
        self.pen = self.pen._replace(lines=self.sets[self.shift])
        self.end()

    def title(self, byte: int) -> None:
        if byte == _ESC:
            self.take = lambda byte: self.end() if byte == 0x5C else self.escape(byte)
        elif byte in b"\x07\x18\x1a":
            self.end()

    def csi(self, byte: int) -> None:
        if byte == _ESC:
            self.take = self.escape
        elif byte in b"\x18\x1a":
            self.end()
        elif byte < 0x20:
            self.control(byte)
        elif byte in b"0123456789":
            self.number = self.number * 10 + byte - 0x30
        elif byte == 0x3B:
            self.next_number()
        elif byte < 0x40:
            self.other = True
        elif byte == 0x7F:
            pass
        else:
            self.next_number()
            if not self.other:
                self.pending = self.pending and byte not in b"ABCDEFGHIJKLMPSTXZ@`adefru"
                self.sequence(chr(byte))
            self.end()

    def next_number(self) -> None:
        self.numbers = [*self.numbers, self.number][: self.most_numbers]
        self.number = 0

    def argument(self, index: int, missing: int = 0) -> int:
        return (self.numbers[index] if index < len(self.numbers) else 0) or missing

    def sequence(self, final: str) -> None:
        first, n, row, column = self.argument(0), self.argument(0, 1), self.row, self.column
        line = self.cells[row]
        places = {"H": (n - 1, self.argument(1, 1) - 1), "d": (n - 1, column), "G": (row, n - 1)}
        up = max(row - n, self.top if row >= self.top else 0)
        down = min(row + n, self.bottom if row <= self.bottom else self.rows)
        places |= {"A": (up, column), "F": (up, 0), "B": (down, column), "E": (down, 0)}
        places |= {"C": (row, column + n), "D": (row, column - n)}
        places |= {"f": places["H"], "`": places["G"], "e": places["B"], "a": places["C"]}
        if final in places:
            self.move(*places[final])
        elif final in "IZ":
            for _ in range(min(n, self.columns)):
                self.tab(1 if final == "I" else -1)
        elif final in "JK" and first <= 2:
            self.clear(row, 0 if first else column, column + 1 if first == 1 else self.columns)
            if final == "J":
                self.clear_lines(0 if first else row + 1, row if first == 1 else self.rows)
        elif final in "LM" and self.top <= row <= self.bottom:
            self.scroll(row, self.bottom, n if final == "M" else -n)
            self.column = 0
        elif final in "ST":
            self.scroll(self.top, self.bottom, n if final == "S" else -n)
        elif final == "P":
            self.cells[row] = (line[:column] + line[column + n :] + self.blanks())[: self.columns]
        elif final == "@":
            self.cells[row] = (line[:column] + self.blanks()[:n] + line[column:])[: self.columns]
        elif final == "X":
            self.clear(row, column, column + n)
        elif final == "b":
            # More than a screen of them goes round: the same as its remainder.
            full, n = (self.rows + 1) * self.columns, min(n, 1_000_000)
            for _ in range(n if n <= full else full + (n - full) % self.columns):
                self.put(self.last)
        elif final == "g":
            self.tabs -= {column} if first == 0 else self.tabs if first == 3 else set()
        elif final == "r":
            bottom = min(self.argument(1, self.rows), self.rows) - 1
            if n - 1 < bottom:
                self.top, self.bottom, self.row, self.column = n - 1, bottom, 0, 0
        elif final == "m":
            self.graphics()
        elif final in "su":
            self.short("7" if final == "s" else "8")

    def graphics(self) -> None:
        codes = iter(self.numbers)
        for code in codes:
            if code == 0:
                self.pen = Pen(lines=self.sets[self.shift])
            elif code in (38, 48):
                colour = self.extended(codes)
                self.pen = self.pen._replace(foreground=colour) if code == 38 and colour is not None else self.pen
            elif 90 <= code <= 97:
                self.pen = self.pen._replace(foreground=code - 90 + 8)
            else:
                self.attribute(code, code < 20)

    def attribute(self, code: int, on: bool) -> None:
        if code in (1, 22):
            self.pen = self.pen._replace(bold=on)
        elif code in (7, 27):
            self.pen = self.pen._replace(reverse=on)
        elif 30 <= code <= 37 or code == 39:
            self.pen = self.pen._replace(foreground=code - 30 if code < 39 else None)

    def extended(self, codes: Iterator[int]) -> int | None:
        """Take the numbers after 38 or 48; return the colour, or None where they give none."""
        size = {5: 1, 2: 3}.get(next(codes, 0))
        values = list(islice(codes, size))
        if len(values) != size or (size == 1 and values[0] > 255):
            return None
        if size == 1 and values[0] < 16:
            return values[0]
        wanted = _256_COLOURS[values[0]] if size == 1 else [min(value, 255) for value in values]
        return min(range(16), key=lambda i: sum((a - b) ** 2 for a, b in zip(_256_COLOURS[i], wanted, strict=True)))


class _Nle(_Fixed):
    """The faults: all that libtmt does otherwise."""

    most_numbers = 8

    def end(self) -> None:
        super().end()
        self.ignored = False

    def restore(self) -> None:
        self.row, self.column, self.pen, *_ = self.saved

    def move(self, row: int, column: int) -> None:
        # Its numbers are unsigned 64-bit words: what goes below 0 is very large.
        super().move(row % 2**64, column % 2**64)

    def text(self, byte: int) -> None:
        if byte in b"\x0e\x0f":
            self.pen = self.pen._replace(lines=byte == 0x0E)
        elif byte == _ESC:
            self.take = self.escape
        elif byte in b"\b\t\n\r":
            self.control(byte)
        elif byte not in b"\x00\x07":
            self.put(byte)

    def escape(self, byte: int) -> None:
        if byte in b"[)*+":
            self.ignored = self.ignored or byte != 0x5B
            self.take = self.csi
        elif byte == 0x28:
            self.take = partial(self.charset, 0)
        elif byte not in b"\x00\x1b":
            if byte in b"78H" and not self.ignored:
                self.short(chr(byte))
            elif byte == 0x63 and not self.ignored:
                self.reset()
            self.end()

    def charset(self, which: int, byte: int) -> None:
        if byte in b"\x00\x1b":
            self.take = self.escape
            return
        if byte in b"0B" and not self.ignored:
            self.default = Pen(lines=byte == 0x30)
            self.pen = self.pen._replace(lines=byte == 0x30)
        self.end()
        if byte not in b"0B":
            self.put(byte)

    def csi(self, byte: int) -> None:
        if byte in b"\x00\x1b":
            self.take = self.escape
        elif byte in b"0123456789":
            self.number = (self.number * 10 + byte - 0x30) % 2**64
        elif byte == 0x3B:
            self.next_number()
        elif byte != 0x3F:
            self.next_number()
            if not self.ignored:
                self.sequence(chr(byte))
            self.end()

    def sequence(self, final: str) -> None:
        first, n, row, column = self.argument(0), self.argument(0, 1), self.row, self.column
        line = self.cells[row]
        if final == "A":
            self.move(row - n, column)
        elif final == "B":
            self.move(row + n, column)
        elif final == "E":
            self.move(row + n, 0)
        elif final == "F":
            self.move(row - n, 0)
        elif final == "D":
            self.move(row, min((column - n) % 2**64, column))
        elif final in "IZ":
            self.tab(1 if final == "I" else -1)
        elif final == "J" and first == 1:
            self.clear(row, 0, column)
            self.clear_lines(0, row - 1 if row else self.rows)
        elif final == "K" and first == 1:
            self.clear(row, 0, min(column + 1, self.columns - 1))
        elif final in "LMST":
            top = row if final in "LM" else 0
            count = min(n, self.rows - 1 - top)
            self.scroll(top, self.rows - 1, count if final in "MS" else -count)
        elif final == "@":
            n = min(n, self.columns - 1 - column)
            self.cells[row] = line[: column + n] + line[column : self.columns - 1 - n] + line[-1:]
            self.clear(row, column, n)
        elif final == "X":
            self.clear(row, column, n)
        elif final == "b" and column:
            # On a screen that is full of it, a line's width more changes nothing.
            code, full = line[column - 1].code, (self.rows + 1) * self.columns
            for _ in range(n if n <= full else full + (n - full) % self.columns):
                self.put(code)
        elif final == "m":
            self.graphics()
        elif final not in "bre`a" and (final != "g" or first == 3):
            super().sequence(final)

    def graphics(self) -> None:
        for code in self.numbers:
            if code == 0:
                self.pen = self.default
            self.attribute(code, self.argument(0) < 20)


class ReferenceTerminal:
    """A terminal of `rows` and `columns`, one column wider for version 1 in mode nle.

    Args:
        rows: At least 2.
        columns: At least 2.
        nle: As NLE's converter draws; otherwise as real terminals do.
        version: The ttyrec's. NLE's own go to the next line after the last column; 1, people's, as their terminals do.
    """

    def __init__(self, rows: int, columns: int, nle: bool, version: int) -> None:
        wrap = "at once" if version > 1 else "never" if nle else "later"
        self._screen = (_Nle if nle else _Fixed)(rows, columns + (nle and version == 1), wrap)

    def write(self, data: bytes) -> None:
        for byte in data:
            self._screen.take(byte)

    def screen(self) -> tuple[bytes, bytes, int, int]:
        """Return characters, colours, and the cursor's row and column."""
        symbols, colours = zip(*(cell.shown() for line in self._screen.cells for cell in line), strict=True)
        return bytes(symbols), bytes(colours), self._screen.row, self._screen.column
