"""What `yendor.text.describe` says, in plain Python: the grammar, and what the tests hold the kernel against.

Things seen, one line each:

    line       := NAME " " DISTANCE " " DIRECTIONS
    DISTANCE   := "adjacent" (1) | "very near" (2) | "near" (3 to 5) | "far" (6 to 19) | "very far" (20 and more)
    DIRECTIONS := A | A " and " B | A ", " B ", and " C ...

- Distance is Chebyshev's: the larger of rows and columns.
- Directions are 16: the four axes, the four diagonals, and between them whatever lies off both, at any angle: one row
  up and twenty columns to the right is `eastnortheast`. Several stand in the order of the compass, from north on.
- What is told: monsters, objects, bodies, stairs, closed doors and the like wherever they are seen, row by row, but not
  where the hero stands; then walls, doorways, open doors, traps and the dark along eight rays of at most nine squares,
  which a wall, the dark or a closed door ends. Floors and corridors are never told.
- Order: by distance, far ones first, then by direction, then by the order of finding. Things of one name at one
  distance are gathered where the first of them stands: one line for the directions in which it is seen once, and one
  more, in the plural, for those in which it is seen more than once.
- Lines of equal words (a name whose plural is the name, or another's): the wrapper gives each of them the directions of
  the last; clean, there is one, where the last stands, with all their directions.

Statistics are 22 lines `Name: value`; the pack is `LETTER: THING` a line. The cursor is told as `DISTANCE DIRECTION
NAME` (clean: `NAME DISTANCE DIRECTION`), on the hero as `Yourself a NAME` (clean: `an` where it must be), and not
at all when it is off the map. The message is the screen's first row; or, where a window ends in `--More--`, `(end)` or
`(1 of 2)`, all rows down to there.

Grammar and words are nle-language-wrapper's (Goodger et al. 2023). The names come from `yendor.text.names`.
"""

from dataclasses import dataclass

from yendor.core.agent import Observation
from yendor.text.describe import StyleName, TextObservation
from yendor.text.names import Names, names

ROWS, COLUMNS = 21, 79
SCREEN_ROWS, SCREEN_COLUMNS = 24, 80
REACH = 9
DISTANCES = ("very far", "far", "near", "very near", "adjacent")
"""In the order of the lines."""
DIRECTIONS = (
    "north", "northnortheast", "northeast", "eastnortheast", "east", "eastsoutheast", "southeast", "southsoutheast",
    "south", "southsouthwest", "southwest", "westsouthwest", "west", "westnorthwest", "northwest", "northnorthwest",
)  # fmt: skip
_RAYS = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
_HUNGER = ("Satiated", "Not Hungry", "Hungry", "Weak", "Fainting", "Fainted", "Starved")
_LOAD = ("Unencumbered", "Burdened", "Stressed", "Strained", "Overtaxed", "Overloaded")
_FAITH = {-128: "None", 1: "Lawful", 0: "Neutral", -1: "Chaotic"}
_CONDITIONS = (
    "Stoned", "Slimed", "Strangled", "Food Poisoning", "Terminally Ill", "Blind", "Deaf", "Stunned", "Confused",
    "Hallucinating", "Levitating", "Flying", "Riding",
)  # fmt: skip
_HASHED = (11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 12, 0)
"""In this order the wrapper's hash table gives the conditions."""


def describe_reference(observation: Observation, style: StyleName = "clean") -> TextObservation:
    """Describe one observation in English, field by field, as `Describer` does."""
    clean = style == "clean"
    numbers = [int(number) for number in observation["blstats"]]
    screen = [bytes(row).decode("latin-1") for row in observation["tty_chars"]]
    return TextObservation(
        _statistics(numbers, clean),
        "\n".join(_lines(_things(observation, names(clean)), names(clean), clean)),
        _clean_message(screen) if clean else _message(screen, main=style == "compat-main"),
        _inventory(observation),
        _cursor(observation, clean),
    )


def positions_reference(observation: Observation, style: StyleName = "clean") -> str:
    """Return a line `NAME x|y` for each thing seen, by row and column, as `Describer.positions` does."""
    table = names(style == "clean")
    things = sorted(_things(observation, table), key=lambda thing: (thing.y, thing.x))
    return "\n".join(f"{table.text[thing.name]} {thing.x}|{thing.y}" for thing in things)


# ---- what is seen on the map


@dataclass(frozen=True)
class _Thing:
    """Something that is told: its name's number, its place on the map, its distance and direction by number."""

    name: int
    x: int
    y: int
    distance: int
    direction: int


def distance_of(dx: int, dy: int) -> int:
    """Return the position in `DISTANCES` of an offset in squares."""
    steps = max(abs(dx), abs(dy))
    return 0 if steps == 0 else sum(steps <= most for most in (19, 5, 2, 1))


def direction_of(dx: int, dy: int) -> int:
    """Return the position in `DIRECTIONS` of an offset, `dx` squares to the east and `dy` to the south."""
    if dx == 0 or dy == 0:
        word = ("north" if dy <= 0 else "south") if dx == 0 else ("east" if dx > 0 else "west")
    else:
        vertical, horizontal = "north" if dy < 0 else "south", "east" if dx > 0 else "west"
        longer = "" if abs(dx) == abs(dy) else horizontal if abs(dx) > abs(dy) else vertical
        word = longer + vertical + horizontal
    return DIRECTIONS.index(word)


def _things(observation: Observation, table: Names) -> list[_Thing]:
    """Find all that is told, in order of finding."""
    glyphs, hero_x, hero_y = observation["glyphs"], int(observation["blstats"][0]), int(observation["blstats"][1])

    def thing(name: int, x: int, y: int) -> _Thing:
        dx, dy = x - hero_x, y - hero_y
        return _Thing(name, x, y, distance_of(dx, dy), direction_of(dx, dy))

    found = []
    for y in range(ROWS):
        for x in range(COLUMNS):
            name = int(table.anywhere[glyphs[y, x]])
            if name >= 0 and (x, y) != (hero_x, hero_y):
                found.append(thing(name, x, y))
    for step_x, step_y in _RAYS:
        for far in range(1, REACH + 1):
            x, y = hero_x + far * step_x, hero_y + far * step_y
            if not (0 <= x < COLUMNS and 0 <= y < ROWS):
                break
            name = int(table.nearby[glyphs[y, x]])
            if name >= 0:
                found.append(thing(name, x, y))
                if table.blocks[glyphs[y, x]]:
                    break
    return found


def _lines(things: list[_Thing], table: Names, clean: bool) -> list[str]:
    """Gather things into lines."""
    groups: dict[tuple[int, int], list[int]] = {}
    for thing in sorted(things, key=lambda one: (one.distance, one.direction)):
        groups.setdefault((thing.name, thing.distance), []).append(thing.direction)
    lines: list[tuple[str, list[int]]] = []
    for (name, distance), directions in groups.items():
        once = [d for d in dict.fromkeys(directions) if directions.count(d) == 1]
        often = [d for d in dict.fromkeys(directions) if directions.count(d) > 1]
        if once:
            lines.append((f"{table.text[name]} {DISTANCES[distance]}", once))
        if often:
            lines.append((f"{table.text[table.plural[name]]} {DISTANCES[distance]}", often))
    told: dict[str, set[int]] = {}
    last: dict[str, int] = {}
    for number, (words, directions) in enumerate(lines):
        told[words] = set(directions) | (told.get(words, set()) if clean else set())
        last[words] = number
    return [
        f"{words} {_listed(told[words])}"
        for number, (words, _) in enumerate(lines)
        if not clean or last[words] == number
    ]


def _listed(directions: set[int]) -> str:
    *most, last = [DIRECTIONS[direction] for direction in sorted(directions)]
    if not most:
        return last
    return f"{', '.join(most)}{',' if len(most) > 1 else ''} and {last}"


def _cursor(observation: Observation, clean: bool) -> str:
    """Tell where the terminal's cursor stands; the map begins in its second row."""
    table, numbers, glyphs = names(clean), observation["blstats"], observation["glyphs"]
    row, column = (int(number) for number in observation["tty_cursor"])
    y = row - 1
    dx, dy = column - int(numbers[0]), y - int(numbers[1])
    # The wrapper's bounds, on the map written row after row: a column of 79 is the first of the next row.
    cell = column + y * COLUMNS
    inside = -COLUMNS <= dx < COLUMNS and -ROWS < dy <= ROWS and 0 < cell < ROWS * COLUMNS
    if not inside or (clean and column >= COLUMNS):
        return ""
    glyph = int(glyphs[cell // COLUMNS, cell % COLUMNS])
    number = int(table.anywhere[glyph])
    if clean and number < 0:
        number = int(table.nearby[glyph])
    name = table.text[number] if number >= 0 else ""
    if dx == dy == 0:
        if not clean:
            return f"Yourself a {name}"
        return f"Yourself {'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}" if name else "Yourself"
    where = f"{DISTANCES[distance_of(dx, dy)]} {DIRECTIONS[direction_of(dx, dy)]}"
    if not clean:
        return f"{where} {name}"
    return f"{name} {where}" if name else where


# ---- statistics and the pack


def _statistics(numbers: list[int], clean: bool) -> str:
    n = numbers
    lines = {
        "Strength": _strength(n[3]) if clean else f"{n[3]}/{n[2]}",
        "Dexterity": n[4], "Constitution": n[5], "Intelligence": n[6], "Wisdom": n[7], "Charisma": n[8],
        "Depth": n[12], "Gold": n[13], "HP": f"{n[10]}/{n[11]}", "Energy": f"{n[14]}/{n[15]}", "AC": n[16],
        "XP": f"{n[18]}/{n[19]}", "Time": n[20], "Position": f"{n[0]}|{n[1]}",
        "Hunger": dict(enumerate(_HUNGER)).get(n[21], ""), "Monster Level": n[17],
        "Encumbrance": dict(enumerate(_LOAD)).get(n[22], ""), "Dungeon Number": n[23], "Level Number": n[24],
        "Score": n[9], "Alignment": _FAITH.get(n[26], ""), "Condition": _conditions(n[25], clean),
    }  # fmt: skip
    return "\n".join(f"{name}: {value}" for name, value in lines.items())


def _strength(value: int) -> str:
    """Write strength as the bottom line does: 18/01 to 18/** lie between 18 and 19."""
    if value <= 18:
        return str(value)
    if value > 118:
        return str(value - 100)
    return "18/**" if value == 118 else f"18/{value - 18:02}"


def _conditions(mask: int, clean: bool) -> str:
    order = range(len(_CONDITIONS)) if clean else _HASHED
    return " ".join(_CONDITIONS[bit] for bit in order if mask >> bit & 1) or "None"


def _inventory(observation: Observation) -> str:
    lines = []
    for letter, text in zip(observation["inv_letters"], observation["inv_strs"], strict=True):
        if not letter:
            break
        lines.append(f"{chr(letter)}: {bytes(text).partition(bytes(1))[0].decode('latin-1')}")
    return "\n".join(lines)


# ---- the message


def _trim(row: str) -> str:
    """Cut blanks off both ends; the wrapper takes a lone character in the last column for blank too."""
    left = row.lstrip(" \x1a")
    return "" if len(left) == 1 else left.rstrip(" \x1a")


def _ends_window(row: str) -> bool:
    of = row.find(" of ")
    page = of >= 2 and row[of - 2] == "(" and row[of + 5 : of + 6] == ")"
    return page or "--More--" in row or "(end)" in row


def _window(rows: list[str]) -> list[str] | None:
    """Return the rows of a window down to its end, or None where nothing ends one."""
    for number, row in enumerate(rows):
        if _ends_window(row):
            return rows[: number + 1]
    return None


def _message(screen: list[str], main: bool) -> str:
    """Read the message as the wrapper does: by version 0.2.0, or by its main branch."""
    first = _trim(screen[0])
    if not main:
        indent = len(screen[0]) - len(screen[0].lstrip(" "))
        window = _window([_trim(row[indent:]) for row in screen]) if first else [""]
        return first if window is None else "\n".join(window)
    if not first and not _trim(screen[1]):
        return ""
    indent = len(screen[0]) - len(screen[0].lstrip(" "))
    rows = [_trim(row[indent:]) for row in screen]
    if indent == SCREEN_COLUMNS:
        # It indents by -1 then: each row but the first begins with the last column of the one above.
        rows = [_trim(above[-1:] + row) for above, row in zip(["", *screen], screen, strict=False)]
    return _told(rows, _trim(screen[1]), first)


def _clean_message(screen: list[str]) -> str:
    """Read the message by the main branch's rules, indented as its first row with words."""
    first, second = _trim(screen[0]), _trim(screen[1])
    if not first and not second:
        return ""
    head = screen[0] if screen[0].strip(" ") else screen[1]
    indent = len(head) - len(head.lstrip(" "))
    return _told([_trim(row[indent:]) for row in screen], second, first or second)


def _told(rows: list[str], second: str, otherwise: str) -> str:
    """Choose by the main branch: a window's rows without blank ones, a death screen's, or the message alone."""
    dead = "Points" in second or "list!" in second
    told: list[str] = []
    blank = 0
    for row in rows:
        blank = 0 if row else blank + 1
        if row:
            told.append(row)
        if _ends_window(row):
            return "\n".join(told)
        if dead and blank > 1:
            return "".join(line + "\n" for line in told)
    return otherwise
