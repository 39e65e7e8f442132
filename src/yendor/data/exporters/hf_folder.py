"""A folder for the Hugging Face hub: `README.md` with its card, `data/train-*.parquet`, `games.parquet`.

`datasets.load_dataset(FOLDER)` gives the frames, `load_dataset(FOLDER, "games")` the catalogue's rows.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from yendor import __version__
from yendor.core.errors import YendorError
from yendor.data.exporters import Options, naming
from yendor.data.exporters.parquet import ParquetExporter, ParquetOptions
from yendor.data.games import Games

_CARD = """\
# {name}

{games:,} games of NetHack, {frames:,} frames, as a terminal shows them, with the keys that were pressed.

| | |
|---|---|
| sources | {sources} |
| players | {agents} |
| roles | {roles} |

```python
import numpy as np
from datasets import load_dataset

frames = load_dataset("{name}", split="train", streaming=True)   # this folder, or its name on the hub
games = load_dataset("{name}", "games", split="train")
frame = next(iter(frames))
chars = np.frombuffer(frame["tty_chars"], np.uint8).reshape(24, 80)
colors = np.frombuffer(frame["tty_colors"], np.int8).reshape(24, 80)
```

A frame is a screen and the key that was pressed on it. The last frame of a game is the screen after its last key, where
the recording has it.

| column | |
|---|---|
| `gameid`, `key` | the game, as in `games.parquet` |
| `frame` | its number, from 0 |
| `timestamp` | microseconds since 1970 |
| `keypress`, `action` | the key's byte (0: none), and its index in NLE's 121 actions (-1: none) |
| `score`, `reward` | the score on this screen, and the points that came since the frame before |
| `label` | the player's strategy, a path such as `fight/melee`; null for none |
| `is_first`, `terminated`, `truncated` | the first frame; the last of a game that ended; the last of one that was cut |
| `mask` | false for keys that no agent chose |
| `tty_chars`, `tty_colors` | 24 x 80 bytes; colours are 0 to 15, and 16 more where they are reversed |
| `cursor_row`, `cursor_column` | the cursor |

Written by Yendor {version}.
"""


@dataclass(frozen=True)
class HubOptions(ParquetOptions):
    """How the folder is written."""

    name: str = ""
    """Of the dataset; the folder's without one."""
    license: str = "unknown"
    """The hub's word for a licence, such as mit or cc-by-4.0."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(r"[a-z0-9][a-z0-9.+-]*", self.license):
            raise YendorError(f"license = {self.license!r}", "Give the hub's word, such as mit or cc-by-4.0.")


class HubExporter(ParquetExporter):
    """Writes the folder; see `Exporter`."""

    options: ClassVar[type[Options]] = HubOptions
    stem = "data/train-"
    fixed_size = False  # which older versions of `datasets` refuse

    def __init__(self, games: Games, out: Path, options: HubOptions) -> None:
        super().__init__(games, out, options)
        self._name = options.name or out.resolve().name
        self._license = options.license
        self._frames = 0

    def add(self, gameid: int) -> int:
        """Write a game; see `Exporter`."""
        frames = super().add(gameid)
        self._frames += frames
        return frames

    def close(self) -> None:
        """Finish the files and write the card."""
        super().close()
        with naming(self.out / "README.md") as part:
            part.write_text(self._front() + self._text(), encoding="utf-8")

    def _front(self) -> str:
        """Return the card's YAML; each value is JSON, which is YAML too."""
        configs = [
            {
                "config_name": "frames",
                "data_files": [{"split": "train", "path": "data/train-*.parquet"}],
                "default": True,
            },
            {"config_name": "games", "data_files": [{"split": "train", "path": "games.parquet"}]},
        ]
        values = {
            "license": self._license,
            "pretty_name": self._name,
            "size_categories": [size_category(self._frames)],
            "task_categories": ["reinforcement-learning"],
            "tags": ["nethack", "nle", "imitation-learning", "offline-reinforcement-learning", "games"],
            "configs": configs,
        }
        lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in values.items())
        return f"---\n{lines}---\n\n"

    def _text(self) -> str:
        rows = [self.games.row(gameid) for gameid in self.written]
        return _CARD.format(
            name=self._name, games=len(rows), frames=self._frames, version=__version__,
            sources=_counts(rows, "source"), agents=_counts(rows, "agent"), roles=_counts(rows, "role"),
        )  # fmt: skip


def _counts(rows: list[dict[str, Any]], name: str, most: int = 15) -> str:
    counts = Counter(str(row[name] or "?") for row in rows).most_common()
    shown = ", ".join(f"{value} ({count:,})" for value, count in counts[:most])
    return shown + (f", {len(counts) - most} others" if len(counts) > most else "")


def size_category(rows: int) -> str:
    """Return the hub's word for how many rows a dataset has, such as `10K<n<100K`."""
    marks = ["1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"]
    at = next((i for i in range(len(marks)) if rows < 1000 * 10**i), len(marks))
    return f"n<{marks[0]}" if at == 0 else f"n>{marks[-1]}" if at == len(marks) else f"{marks[at - 1]}<n<{marks[at]}"
