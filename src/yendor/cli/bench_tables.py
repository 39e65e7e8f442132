"""The tables of `yendor bench`, printed."""

import time
from typing import Any

from rich.table import Table

from yendor.cli.options import console
from yendor.evaluation.bench.compare import Change, Comparison
from yendor.evaluation.bench.ends import last_decisions, words_of
from yendor.evaluation.bench.hazard import BEFORE, Hazard
from yendor.evaluation.bench.run import Version
from yendor.evaluation.bench.summary import REACHES, Group, Summary
from yendor.evaluation.statistics import Interval

_DEATHS = 15
_LABELS = 15


def print_summary(title: str, summary: Summary) -> None:
    """Print what a measurement comes to."""
    out = console()
    out.print(f"\n[bold]{title}: {summary.games} games[/]", highlight=False)
    median, mean = _interval(summary.median), _interval(summary.mean)
    print(f"median {median}   mean {mean}   (95 % bootstrap intervals)")
    out.print(_group_table("roles", "role", summary.roles))
    shown = summary.deaths[:_DEATHS]
    title = "deaths" if len(shown) == len(summary.deaths) else f"deaths, the {len(shown)} most frequent"
    out.print(_group_table(title, "killer", shown))
    print("ended by   ", ", ".join(f"{name} {share:.0%}" for name, share in summary.classes.items()))
    print("reached    ", ", ".join(f"{name} {summary.reached[name]:.0%}" for name, _ in REACHES))
    for name, meaning in REACHES:
        if "main" in meaning:
            print(f"             {name}: {meaning}")
    prayed, was_heard, unheard, unknown = summary.prayers
    print(f"prayers     {prayed}: {was_heard} heard, {unheard} not, {unknown} unknown")
    print(f"fainted     in {summary.fainted:.0%} of the games")
    print(
        f"speed       {summary.steps_per_s:,.0f} steps and {summary.turns_per_s:,.0f} turns a CPU second (medians, "
        f"env included); {summary.games_per_hour:,.0f} games a CPU hour"
    )
    print(f"faults      {summary.faults}; games ended by no_progress {summary.stuck}")
    table = Table(title="what the time went on", title_justify="left")
    for name in ("strategy", "steps", "turns"):
        table.add_column(name, justify="left" if name == "strategy" else "right")
    for label, steps, turns in summary.labels[:_LABELS]:
        table.add_row(label or "(none)", f"{steps:.1%}", f"{turns:.1%}")
    out.print(table)


def print_comparison(ours: str, theirs: str, found: Comparison) -> None:
    """Print how two players compare game by game."""
    out = console()
    out.print(f"\n[bold]{ours} against {theirs}: {found.games} common games[/]", highlight=False)
    for which, at in (("median", 0), ("mean", 1)):
        difference = _interval(found.median if which == "median" else found.mean, signed=True)
        print(f"{which:<7} {found.ours[at]:,.1f} against {found.theirs[at]:,.1f}: {difference} (paired, 95 %)")
    print(f"better in {found.wins} games, worse in {found.losses}, alike in {found.draws}")
    for title, changes in (("most gained", found.up), ("most lost", found.down)):
        if changes:
            out.print(_change_table(title, changes))


def print_versions(versions: list[Version]) -> None:
    """Print what has been measured."""
    table = Table(title="measured", title_justify="left")
    for name in ("version", "games", "median", "mean", "last game"):
        table.add_column(name, justify="left" if name == "version" else "right", no_wrap=True)
    for v in versions:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(v.changed))
        table.add_row(v.name, str(v.games), f"{v.median:,.1f}", f"{v.mean:,.1f}", when)
    console().print(table)


def print_hazards(title: str, found: list[Hazard]) -> None:
    """Print where turns went, points came from, and heroes died."""
    table = Table(title=title, title_justify="left")
    for name in ("", "1,000 turns", "points in 1,000", "killed", "starved", "deaths in 1,000", "points a death"):
        table.add_column(name, justify="right" if name else "left", no_wrap=not name)
    for h in found:
        deaths = str(h.killed), str(h.starved), f"{h.rate:.3f}", f"{h.worth:,.0f}"
        table.add_row(h.name, f"{h.turns / 1000:,.1f}", f"{h.points / max(h.turns, 1) * 1000:,.0f}", *deaths)
    console().print(table)
    print(f"Deaths count where the hero was {BEFORE} turns before; with none, points a death are all there are.")


def print_ends(found: list[dict[str, Any]], games: int, decisions: int) -> None:
    """Print how games ended: a line of numbers each, and the last decisions."""
    for line in found[:games]:
        print(
            f"{line['core']}:{line['disp']} {line['character']}, experience level {line['xl']}, depth {line['depth']}, "
            f"at most {line['max_hp']} hit points, AC {line['ac']}, turn {line['turns']:,}: {line['score']:,} points"
        )
        print(f"  {words_of(line)} ({line['class']})")
        for told in last_decisions(line, decisions):
            print(f"    {told}")
    more = f", the first {games} shown (--games for more)" if len(found) > games else ""
    print(f"{len(found)} games{more}")


def _interval(interval: Interval, signed: bool = False) -> str:
    sign = "+" if signed else ""
    if interval.low != interval.low:  # one game has no interval
        return f"{interval.value:{sign},.1f}"
    return f"{interval.value:{sign},.1f} [{interval.low:{sign},.0f} to {interval.high:{sign},.0f}]"


def _group_table(title: str, kind: str, groups: list[Group]) -> Any:
    table = Table(title=title, title_justify="left")
    for name in (kind, "n", "median", "mean", "deepest", "XL"):
        table.add_column(name, justify="left" if name == kind else "right")
    for g in groups:
        table.add_row(g.name, str(g.games), f"{g.median:,.0f}", f"{g.mean:,.0f}", f"{g.deepest:g}", f"{g.xl:g}")
    return table


def _change_table(title: str, changes: list[Change]) -> Any:
    table = Table(title=title, title_justify="left")
    for name in ("game", "character", "ours", "theirs", "gain", "our end", "their end"):
        table.add_column(name, justify="right" if name in ("ours", "theirs", "gain") else "left")
    for c in changes:
        numbers = f"{c.ours:,.0f}", f"{c.theirs:,.0f}", f"{c.gain:+,.0f}"
        table.add_row(f"{c.core}:{c.disp}", c.character, *numbers, c.our_end, c.their_end)
    return table
