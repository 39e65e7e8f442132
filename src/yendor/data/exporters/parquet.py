"""Parquet: `frames-00000.parquet` and so on, one row a frame, and `games.parquet`, the catalogue's rows.

A row group holds at most 1024 frames, of one game, so that a reader who wants one game skips the others' by their
statistics. `tty_chars` and `tty_colors` are a screen's 24 x 80 bytes, line after line.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from yendor.core.errors import YendorError
from yendor.data.batch import COLUMNS, ROWS, Batch
from yendor.data.exporters import Exporter, Options, library, naming, pieces
from yendor.data.games import Games

GROUP_FRAMES = 1024
CELLS = ROWS * COLUMNS
_TEXTS = ("source", "key", "agent", "role", "race", "gender", "align", "character", "death", "ended", "trouble")


@dataclass(frozen=True)
class ParquetOptions(Options):
    """How Parquet files are written."""

    level: int = 9
    """zstd's, 1 to 22."""
    games_per_file: int = 1000
    """Most games in one file."""
    megabytes: float = 64.0
    """A file that has as many gets no further game."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.level <= 22 or self.games_per_file < 1 or self.megabytes <= 0:
            raise YendorError(
                f"level = {self.level}, games_per_file = {self.games_per_file}, megabytes = {self.megabytes}",
                "Levels are 1 to 22, and a file has a game and some bytes.",
            )


class ParquetExporter(Exporter):
    """Writes Parquet files; see `Exporter`."""

    options: ClassVar[type[Options]] = ParquetOptions
    needs = ("pyarrow",)
    stem = "frames-"
    fixed_size = True
    """Screens are `fixed_size_binary`; otherwise `binary`."""

    def __init__(self, games: Games, out: Path, options: ParquetOptions) -> None:
        self.games, self.out = games, out
        self.written: list[int] = []
        self._options = options
        self._pa, self._pq = library("pyarrow"), library("pyarrow.parquet")
        self._names = self._pa.array(games.label_names, self._pa.string())
        self._schema = self._make_schema()
        self._files = self._groups = self._in_file = 0
        self._sink: Any = None
        self._writer: Any = None

    def _make_schema(self) -> Any:
        pa = self._pa
        screen = pa.binary(CELLS) if self.fixed_size else pa.binary()
        types = {
            "gameid": pa.int64(), "key": pa.dictionary(pa.int32(), pa.string()), "frame": pa.int32(),
            "timestamp": pa.int64(), "keypress": pa.uint8(), "action": pa.int16(), "score": pa.int32(),
            "reward": pa.int32(), "label": pa.dictionary(pa.int16(), pa.string()), "is_first": pa.bool_(),
            "terminated": pa.bool_(), "truncated": pa.bool_(), "mask": pa.bool_(), "tty_chars": screen,
            "tty_colors": screen, "cursor_row": pa.int16(), "cursor_column": pa.int16(),
        }  # fmt: skip
        return pa.schema(list(types.items()))

    def add(self, gameid: int) -> int:
        """Write a game; see `Exporter`."""
        if self._writer is None:
            self._open(self._path(".part"))
        groups, frames = self._groups, 0
        try:
            for first, batch in pieces(self.games, gameid):
                self._write(self._table(str(self.games.row(gameid)["key"]), first, batch))
                frames = first + len(batch.gameids)
        except YendorError:
            self._take_back(groups)
            raise
        self.written.append(gameid)
        self._in_file += 1
        if self._in_file >= self._options.games_per_file or self._sink.tell() >= self._options.megabytes * 1e6:
            self._name_file()
        return frames

    def close(self) -> None:
        """Name the last file and write `games.parquet`."""
        if self._in_file:
            self._name_file()
        elif self._writer is not None:
            self._shut()
        rows = [self.games.row(gameid) for gameid in self.written]
        columns = {name: self._column(name, [row[name] for row in rows]) for name in rows[0]}
        with naming(self.out / "games.parquet") as part:
            self._pq.write_table(self._pa.table(columns), part, compression="zstd")

    def _column(self, name: str, values: list[Any]) -> Any:
        text = name in _TEXTS or any(isinstance(value, str) for value in values)
        real = any(isinstance(value, float) for value in values)
        pa = self._pa
        return pa.array(values, pa.string() if text else pa.float64() if real else pa.int64())

    def _path(self, ending: str = "") -> Path:
        return self.out / f"{self.stem}{self._files:05}.parquet{ending}"

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._groups = 0
        self._sink = self._pa.OSFile(str(path), "wb")
        plain = [name for name in self._schema.names if not name.startswith("tty_")]
        rising = ("frame", "timestamp")
        # A page holds a whole group's screens: they compress by what they have in common.
        self._writer = self._pq.ParquetWriter(
            self._sink, self._schema, compression="zstd", compression_level=self._options.level, write_statistics=plain,
            use_dictionary=[name for name in plain if name not in rising],
            column_encoding=dict.fromkeys(rising, "DELTA_BINARY_PACKED"), data_page_size=2 * GROUP_FRAMES * CELLS,
        )  # fmt: skip

    def _write(self, table: Any) -> None:
        self._writer.write_table(table, row_group_size=GROUP_FRAMES)
        self._groups += -(-table.num_rows // GROUP_FRAMES)

    def _shut(self) -> None:
        self._writer.close()
        self._sink.close()
        self._writer = self._sink = None

    def _name_file(self) -> None:
        self._shut()
        self._path(".part").replace(self._path())
        self._files += 1
        self._in_file = 0

    def _take_back(self, groups: int) -> None:
        """Remove what was written of a game: row groups cannot be cut off, so those before it are copied."""
        if self._groups == groups:
            return
        old = self._path(".old.part")
        self._shut()
        self._path(".part").replace(old)
        self._open(self._path(".part"))
        with self._pq.ParquetFile(old) as source:
            for group in range(groups):
                self._write(source.read_row_group(group))
        old.unlink()

    def _table(self, key: str, first: int, batch: Batch) -> Any:
        pa, frames = self._pa, len(batch.gameids)
        indices = pa.array(batch.labels, mask=batch.labels < 0)
        columns = {
            "gameid": batch.gameids,
            "key": pa.DictionaryArray.from_arrays(np.zeros(frames, np.int32), pa.array([key])),
            "frame": np.arange(first, first + frames, dtype=np.int32),
            "timestamp": batch.timestamps,
            "keypress": batch.keypresses,
            "action": batch.actions,
            "score": batch.scores,
            "reward": batch.rewards,
            "label": pa.DictionaryArray.from_arrays(indices, self._names),
            "is_first": batch.is_first,
            "terminated": batch.terminated,
            "truncated": batch.truncated,
            "mask": batch.mask,
            "tty_chars": self._screens(batch.tty_chars),
            "tty_colors": self._screens(batch.tty_colors),
            "cursor_row": np.ascontiguousarray(batch.tty_cursor[:, 0]),
            "cursor_column": np.ascontiguousarray(batch.tty_cursor[:, 1]),
        }
        return pa.table(columns, schema=self._schema)

    def _screens(self, cells: NDArray[Any]) -> Any:
        pa, data = self._pa, self._pa.py_buffer(np.ascontiguousarray(cells))
        if self.fixed_size:
            return pa.FixedSizeBinaryArray.from_buffers(pa.binary(CELLS), len(cells), [None, data])
        offsets = np.arange(0, (len(cells) + 1) * CELLS, CELLS, dtype=np.int32)
        return pa.BinaryArray.from_buffers(pa.binary(), len(cells), [None, pa.py_buffer(offsets), data])
