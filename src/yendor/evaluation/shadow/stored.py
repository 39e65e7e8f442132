"""Watch a stored game: with the observations recorded beside it, or from its terminal alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from yendor.core.agent import Observation
from yendor.data.games import Games
from yendor.evaluation.shadow.agreement import Agreement
from yendor.evaluation.shadow.watcher import Watcher
from yendor.nethack.actions import DIRECTIONS
from yendor.nethack.prompts import Kind, read_prompt
from yendor.nethack.terminal.reader import TerminalReader

OBSERVED = ("glyphs", "blstats", "message", "misc", "inv_glyphs", "inv_strs", "inv_letters", "inv_oclasses")
"""What must have been recorded for a game to be watched with full observations; the terminal is there anyway."""
_PIECE = 512


@dataclass
class Labelled:
    """A stored game's labels.

    Attributes:
        labels: One for each frame, the screen after the last key included; None where nobody chose a key, or the
            watcher failed.
        agreement: With the labels and keys that the game came with.
        full: It was watched with full observations.
        failed: Frames on which the watcher failed.
        trouble: The last failure, in words.
    """

    labels: list[str | None] = field(default_factory=list)
    agreement: Agreement = field(default_factory=Agreement)
    full: bool = False
    failed: int = 0
    trouble: str = ""


@dataclass(frozen=True)
class _Step:
    """One frame: what is seen, the key pressed on it (-1: not recorded), its label, and whether somebody chose."""

    observation: Observation
    action: int
    label: str | None
    chosen: bool


def watch_stored(
    games: Games,
    gameid: int,
    watcher: Watcher,
    *,
    enter: int = 0,
    limit: int | None = None,
    beat: Callable[..., None] | None = None,
) -> Labelled:
    """Ask the watcher about each frame of a game, and show it each key afterwards.

    Args:
        games: Where the game is; made with `projection="path"`.
        gameid: Which.
        watcher: Who watches.
        enter: The first frame that is watched; the ones before it get None.
        limit: Watch so many frames at most.
        beat: Told `steps` now and then.

    Raises:
        YendorError: An unknown or damaged game.
    """
    out = Labelled(full=set(OBSERVED) <= set(games.channels(gameid)))
    without_keys = games.row(gameid)["version"] == 1
    before: Observation | None = None
    out.labels += [None] * enter
    for number, step in enumerate(_steps(games, gameid, out.full, without_keys, enter), enter):
        if limit is not None and number >= enter + limit:
            break
        if not step.chosen:
            out.labels.append(None)
            continue
        if without_keys and before is not None:
            moved = move_between(before, step.observation)
            if moved >= 0:
                watcher.show(before, moved)
        decision = watcher.ask(step.observation)
        out.labels.append(decision.label if decision else None)
        if decision is not None:
            out.agreement.add(step.label, decision.label)
        if step.action >= 0:
            if decision is not None:
                out.agreement.add_key(step.action, decision.action)
            watcher.show(step.observation, step.action)
        before = step.observation
        if beat is not None and number % 200 == 0:
            beat(steps=number)
    out.failed, out.trouble = watcher.failed, watcher.trouble
    return out


def move_between(before: Observation, after: Observation) -> int:
    """Return the step (action index) that leads from one screen to the next; -1 when it was none, or is not known.

    For recordings without keys: a hero that stands on a neighbouring square has stepped there.
    """
    if read_prompt(before).kind is not Kind.COMMAND:
        return -1
    x, y, depth = (int(before["blstats"][i]) for i in (0, 1, 12))
    to_x, to_y, to_depth = (int(after["blstats"][i]) for i in (0, 1, 12))
    return DIRECTIONS.get((to_y - y, to_x - x), -1) if depth == to_depth else -1


def _steps(games: Games, gameid: int, full: bool, without_keys: bool, enter: int) -> Iterator[_Step]:
    """Yield a game's frames from one on, as a watcher sees them who has seen nothing before."""
    reader, frame = TerminalReader(settled=not without_keys), 0
    for piece in games.pieces(gameid, _PIECE):
        size = len(piece.gameids)
        wanted = range(min(max(enter - frame, 0), size), size)
        recorded = games.observations((gameid, slice(frame, frame + size)), OBSERVED) if full and wanted else {}
        for i in wanted:
            action, label = int(piece.actions[i]), int(piece.labels[i])
            # Of a recording with labels, a key without one was pressed by NLE, before the game or after it.
            chosen = without_keys or bool(piece.mask[i])
            screen = (piece.tty_chars[i], piece.tty_colors[i], piece.tty_cursor[i])
            if full:
                names = ("tty_chars", "tty_colors", "tty_cursor")
                observation = {name: rows[i] for name, rows in recorded.items()}
                observation |= dict(zip(names, screen, strict=True))
            else:
                observation = dict(reader.read(*screen))
                reader.press(action)
            yield _Step(observation, action, games.label_names[label] if label >= 0 else None, chosen)
        frame += size


def middle(games: Games, gameid: int) -> int:
    """Return the frame in the middle of a game."""
    return games.length(gameid) // 2
