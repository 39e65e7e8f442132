"""Make src/yendor/nethack/tables/sokoban.json: the maps from NetHack's level file, the solutions from our solver.

    pip download --no-deps --no-binary nle nle==1.3.0
    python tools/make_sokoban.py nle-1.3.0.tar.gz

The maps come from `dat/sokoban.des` of the nle source distribution and are under NetHack's licence. Solutions that
are in the table already are kept; `tools/solve_sokoban.py` writes them.
"""

import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parent.parent / "src" / "yendor" / "nethack" / "tables" / "sokoban.json"
NOTE = (
    "Maps derived from NetHack 3.6.7 (sokoban.des); NetHack General Public License, see LICENSE.nethack. "
    "Solutions computed by tools/solve_sokoban.py."
)
_PAIR = r"\((\d+),(\d+)\)"


def places(text: str, pattern: str) -> list[list[int]]:
    """Return the squares, as [row, column], of the lines that match a pattern followed by `(column,row)`."""
    return sorted([int(y), int(x)] for x, y in re.findall(pattern + _PAIR, text))


def first(text: str, pattern: str) -> list[int] | None:
    """Return the first of these squares."""
    return next(iter(places(text, pattern)), None)


def read_level(name: str, text: str) -> dict[str, Any]:
    """Read one `MAZE:` block of the level file."""
    rows = re.search(r"^MAP\n(.*?)^ENDMAP", text, re.MULTILINE | re.DOTALL)
    assert rows is not None, f"{name} has no map"
    drawing = rows[1].splitlines()
    width = max(map(len, drawing))
    shuffled = re.search(r"^\$place = \{(.*)\}", text, re.MULTILINE)
    branch = re.search(r"^BRANCH:\((\d+),(\d+),", text, re.MULTILINE)
    return {
        "name": name,
        "rows": [row.ljust(width) for row in drawing],
        "boulders": places(text, r'"boulder"\),'),
        "traps": places(text, r'TRAP:"(?:pit|hole)",'),
        "up": first(text, r"STAIR:(?=.*,up)"),
        "down": [int(branch[2]), int(branch[1])] if branch else first(text, r"STAIR:(?=.*,down)"),
        "doors": places(text, r"DOOR:(?:locked|closed),"),
        "prizes": places(shuffled[1], "") if shuffled else [],
    }


def dump(levels: list[dict[str, Any]]) -> str:
    """Write the table, one field of a level to a line."""
    blocks = []
    for level in levels:
        fields = (f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in level.items())
        blocks.append("{" + ",\n ".join(fields) + "}")
    return f'{{"note":{json.dumps(NOTE)},"maps":[\n' + ",\n".join(blocks) + "\n]}\n"


def main(archive: Path) -> None:
    """Write the maps; keep the solutions."""
    with tarfile.open(archive) as packed:
        member = next(m for m in packed.getmembers() if m.name.endswith("/dat/sokoban.des"))
        source = packed.extractfile(member)
        assert source is not None
        text = source.read().decode()
    known = {row["name"]: row for row in json.loads(TABLE.read_text())["maps"]} if TABLE.exists() else {}
    parts = re.split(r'^MAZE:"(soko[\d-]+)".*$', text, flags=re.MULTILINE)[1:]
    levels = [read_level(name, block) for name, block in zip(parts[::2], parts[1::2], strict=True)]
    for level in levels:
        level["solution"] = known.get(level["name"], {}).get("solution", [])
    TABLE.write_text(dump(levels))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
