"""The catalogue: every game of a dataset in one SQLite file, selected by SQL.

Migrations are numbered; `PRAGMA user_version` says which were applied.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from yendor.core.errors import YendorError, did_you_mean
from yendor.data.shard import SCREEN, Block, Section, Stored

FILE = "catalogue.sqlite"
_FEW = 500

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE games (
        gameid INTEGER PRIMARY KEY, source TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
        agent TEXT, core INTEGER, disp INTEGER,
        role TEXT, race TEXT, gender TEXT, align TEXT, character TEXT,
        score INTEGER, points INTEGER, steps INTEGER, turns INTEGER, depth INTEGER, xl INTEGER,
        death TEXT, ended TEXT, frames INTEGER NOT NULL, whole INTEGER NOT NULL, labelled INTEGER NOT NULL,
        version INTEGER NOT NULL, bytes INTEGER NOT NULL, trouble TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE files (
        gameid INTEGER NOT NULL REFERENCES games ON DELETE CASCADE, part INTEGER NOT NULL,
        path TEXT NOT NULL, labels TEXT, frames INTEGER NOT NULL, whole INTEGER NOT NULL,
        PRIMARY KEY (gameid, part)
    );
    """,
    """
    CREATE TABLE skipped (path TEXT PRIMARY KEY, trouble TEXT NOT NULL);
    """,
    """
    ALTER TABLE files ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';
    ALTER TABLE files ADD COLUMN rows INTEGER NOT NULL DEFAULT 24;
    ALTER TABLE files ADD COLUMN columns INTEGER NOT NULL DEFAULT 80;
    CREATE TABLE shards (shard INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL);
    CREATE TABLE stored (
        gameid INTEGER PRIMARY KEY REFERENCES games ON DELETE CASCADE, shard INTEGER NOT NULL REFERENCES shards,
        dictionary INTEGER NOT NULL, emulation TEXT NOT NULL, version INTEGER NOT NULL,
        rows INTEGER NOT NULL, columns INTEGER NOT NULL, frames INTEGER NOT NULL, labels TEXT NOT NULL,
        channels TEXT NOT NULL, corrected_cells INTEGER NOT NULL, hash TEXT NOT NULL
    );
    CREATE TABLE blocks (
        gameid INTEGER NOT NULL REFERENCES stored ON DELETE CASCADE, block INTEGER NOT NULL, channel TEXT NOT NULL,
        first INTEGER NOT NULL, frames INTEGER NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL,
        crc INTEGER NOT NULL, PRIMARY KEY (gameid, block, channel)
    ) WITHOUT ROWID;
    """,
)


class GameFile(NamedTuple):
    """One ttyrec of a game; long human games have several parts.

    Attributes:
        path: The ttyrec.
        labels: Where its labels are; the ttyrec itself for version 4; None when it has none.
        frames: Keys pressed, or writes to the terminal in version 1.
        whole: It was not cut short.
        sha256: Of the ttyrec, in hex; "" when it was catalogued by an older Yendor.
        rows: Of the terminal that was recorded.
        columns: The same.
    """

    path: Path
    labels: Path | None
    frames: int
    whole: bool
    sha256: str = ""
    rows: int = 24
    columns: int = 80


class Game(NamedTuple):
    """One row of the catalogue, with its files."""

    gameid: int
    row: dict[str, Any]
    files: tuple[GameFile, ...]


class Catalogue:
    """A dataset's catalogue.

    Args:
        place: The dataset's folder, or the SQLite file.
        create: Make it when it is missing.

    Raises:
        YendorError: Missing, not a catalogue, or of a newer Yendor.
    """

    def __init__(self, place: Path, create: bool = False) -> None:
        self.path = place if place.suffix == ".sqlite" else place / FILE
        self.folder = self.path.parent
        if not self.path.exists() and not create:
            raise YendorError(
                f"no catalogue in {self.folder}", "Make one with `yendor record` or `yendor data import`."
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self._together, self._waiting = 1, 0
        try:
            self._connection = sqlite3.connect(self.path, timeout=60)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._migrate()
        except sqlite3.Error as error:
            raise YendorError(
                f"cannot open catalogue {self.path}: {error}", "Is it a catalogue, and is the disk full?"
            ) from error

    def _migrate(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise YendorError(
                f"{self.path} has version {version}; this Yendor reads up to {len(MIGRATIONS)}", "Update Yendor."
            )
        for number in range(version, len(MIGRATIONS)):
            with self._connection:
                for statement in MIGRATIONS[number].split(";"):
                    if statement.strip():
                        self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {number + 1}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def many(self, together: int = 500) -> Iterator[None]:
        """Commit entries some hundred at a time (each commit waits for the disk), and the rest at the end."""
        self._together = together
        try:
            yield
        finally:
            self._together = 1
            with self._writing():
                pass

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection
            self._waiting += 1
            if self._waiting >= self._together:
                self._connection.commit()
                self._waiting = 0
        except sqlite3.Error as error:
            self._connection.rollback()
            raise YendorError(
                f"cannot write {self.path}: {error}", "Free some space and run the command again."
            ) from error
        except BaseException:
            self._connection.rollback()
            raise

    def add(self, row: dict[str, Any], files: Iterable[GameFile]) -> int:
        """Add a game, replacing one of the same `key`; paths are stored relative to the catalogue where possible."""
        with self._writing() as connection:
            old = connection.execute("SELECT gameid FROM games WHERE key = ?", (row["key"],)).fetchone()
            if old:
                connection.execute("DELETE FROM games WHERE gameid = ?", (old[0],))
                row = {"gameid": old[0], **row}
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            cursor = connection.execute(f"INSERT INTO games ({names}) VALUES ({marks})", tuple(row.values()))
            gameid = int(cursor.lastrowid or 0)
            connection.executemany(
                "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        gameid, part, self._relative(f.path), f.labels and self._relative(f.labels), f.frames, f.whole,
                        f.sha256, f.rows, f.columns,
                    )
                    for part, f in enumerate(files)
                ],
            )
        return gameid

    def skip(self, path: Path, trouble: str) -> None:
        """Remember a file that could not be used, and why."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO skipped VALUES (?, ?)", (self._relative(path), trouble))

    def skipped(self) -> list[tuple[str, str]]:
        """Return the files that could not be used, with the reasons."""
        return [tuple(row) for row in self._connection.execute("SELECT path, trouble FROM skipped ORDER BY path")]

    def keys(self) -> set[str]:
        """Return the keys of all games (where they came from)."""
        return {row[0] for row in self._connection.execute("SELECT key FROM games")}

    def forget_skipped(self, path: Path) -> None:
        """Forget that a file could not be used: now it can."""
        with self._writing() as connection:
            connection.execute("DELETE FROM skipped WHERE path = ?", (self._relative(path),))

    def rows(self, where: str = "", order: str = "gameid", limit: int | None = None) -> list[dict[str, Any]]:
        """Select rows with an SQL condition, such as `role='Val' and score > 5000`.

        Raises:
            YendorError: The condition is not valid SQL for this table.
        """
        query = f"SELECT * FROM games {f'WHERE {where}' if where else ''} ORDER BY {order}"
        reader = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)
        reader.row_factory = sqlite3.Row
        try:
            found = reader.execute(query + (f" LIMIT {int(limit)}" if limit is not None else "")).fetchall()
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise YendorError(f"--where {where!r}: {error}", self._columns_hint(str(error))) from error
        finally:
            reader.close()
        return [dict(row) for row in found]

    def _columns_hint(self, error: str) -> str:
        columns = [row[1] for row in self._connection.execute("PRAGMA table_info(games)")]
        _, _, word = error.partition("no such column: ")
        return did_you_mean(word, columns) if word else f"Columns: {', '.join(columns)}."

    def games(self, where: str = "") -> list[Game]:
        """Select games with their files, in the order of their ids."""
        files: dict[int, list[GameFile]] = {}
        rows = self.rows(where)
        # Of a few games, only theirs: a dataset may have millions.
        few = [row["gameid"] for row in rows] if len(rows) <= _FEW else []
        only = f"WHERE gameid IN ({', '.join('?' * len(few))})" if few else ""
        for row in self._connection.execute(f"SELECT * FROM files {only} ORDER BY gameid, part", few):
            labels = self._absolute(row["labels"]) if row["labels"] else None
            file = GameFile(
                self._absolute(row["path"]), labels, row["frames"], bool(row["whole"]),
                row["sha256"], row["rows"], row["columns"],
            )
            files.setdefault(row["gameid"], []).append(file)
        return [Game(row["gameid"], row, tuple(files.get(row["gameid"], ()))) for row in rows]

    def store(self, path: Path, size: int, games: Iterable[Stored]) -> None:
        """Enter a shard and its games, which must be catalogued; what was stored of them before is forgotten.

        Raises:
            YendorError: A game is not in the catalogue; the catalogue cannot be written.
        """
        with self._writing() as connection:
            shard = connection.execute(
                "INSERT INTO shards (path, bytes) VALUES (?, ?) "
                "ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes RETURNING shard",
                (self._relative(path), size),
            ).fetchone()[0]
            for game in games:
                self._store_game(connection, shard, game)

    def drawn_otherwise(self, emulation: str) -> dict[int, int]:
        """Return the stored games that look otherwise with this emulation, and in how many cells."""
        query = "SELECT gameid, corrected_cells FROM stored WHERE emulation <> ? AND corrected_cells > 0"
        return {row[0]: row[1] for row in self._connection.execute(query, (emulation,))}

    def forget_stored(self, gameid: int) -> None:
        """Forget that a game is in the store; its shard is left as it is."""
        with self._writing() as connection:
            connection.execute("DELETE FROM stored WHERE gameid = ?", (gameid,))

    def forget_shards(self) -> list[Path]:
        """Forget the store's shards that no game is in any more; return their paths."""
        unused = "FROM shards WHERE shard NOT IN (SELECT shard FROM stored)"
        with self._writing() as connection:
            paths = [self._absolute(row[0]) for row in connection.execute(f"SELECT path {unused}")]
            connection.execute(f"DELETE {unused}")
        return paths

    @staticmethod
    def _store_game(connection: sqlite3.Connection, shard: int, game: Stored) -> None:
        found = connection.execute("SELECT gameid FROM games WHERE key = ?", (game.key,)).fetchone()
        if found is None:
            raise YendorError(f"game {game.key} of a shard is not in the catalogue", "Import the shard's folder.")
        gameid = found[0]
        connection.execute("DELETE FROM stored WHERE gameid = ?", (gameid,))
        connection.execute(
            "INSERT INTO stored VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                gameid, shard, game.dictionary, game.emulation, game.version, game.rows, game.columns, game.frames,
                json.dumps(game.labels), json.dumps(game.channels), game.corrected_cells, game.hash,
            ),
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (gameid, number, channel, block.first, block.frames, *section)
                for number, block in enumerate(game.blocks)
                for channel, section in block.sections.items()
            ],
        )

    def stored_games(self, screens: bool = False) -> dict[int, tuple[Path, int]]:
        """Return the shard and the frames of every game in the store, by id; `screens`: not with observations only."""
        query = "SELECT gameid, path, stored.frames FROM stored JOIN shards USING (shard)"
        if screens:
            query += f" WHERE gameid IN (SELECT gameid FROM blocks WHERE channel = '{SCREEN}')"
        return {row["gameid"]: (self._absolute(row["path"]), row["frames"]) for row in self._connection.execute(query)}

    def stored(self, gameid: int) -> tuple[Path, Stored] | None:
        """Return a game's shard and its place there; None when it is not in the store."""
        query = (
            "SELECT games.key, shards.path, stored.* FROM stored JOIN shards USING (shard) JOIN games USING (gameid) "
            "WHERE gameid = ?"
        )
        row = self._connection.execute(query, (gameid,)).fetchone()
        if row is None:
            return None
        blocks: dict[int, Block] = {}
        sections = self._connection.execute("SELECT * FROM blocks WHERE gameid = ? ORDER BY block", (gameid,))
        for part in sections:
            block = blocks.setdefault(part["block"], Block(part["first"], part["frames"], {}))
            block.sections[part["channel"]] = Section(part["offset"], part["size"], part["crc"])
        channels = {name: (dtype, tuple(shape)) for name, (dtype, shape) in json.loads(row["channels"]).items()}
        names = ("key", "dictionary", "emulation", "version", "rows", "columns", "frames", "corrected_cells", "hash")
        game = Stored(
            row={}, labels=tuple(json.loads(row["labels"])), channels=channels, blocks=tuple(blocks.values()),
            **{name: row[name] for name in names},
        )  # fmt: skip
        return self._absolute(row["path"]), game

    def _relative(self, path: Path) -> str:
        real = Path(os.path.realpath(path))  # which does not stumble over a link to itself
        try:
            return str(real.relative_to(self.folder.resolve()))
        except ValueError:
            return str(real)

    def _absolute(self, stored: str) -> Path:
        return self.folder / stored


def split_character(character: str) -> dict[str, str]:
    """Split `val-dwa-fem-law` into role, race, gender and align, capitalised as in NetHack's logs."""
    parts = (character.split("-") + [""] * 4)[:4] if character else [""] * 4
    return dict(zip(("role", "race", "gender", "align"), (part.capitalize() for part in parts), strict=True))


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        YendorError: Missing or malformed.
    """
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise YendorError(f"cannot read {path}: {error}", "Record or import the game again.") from error
    if not isinstance(value, dict):
        raise YendorError(f"{path} holds no JSON object")
    return value
