"""`yendor bench`: the workshop for improving the bot."""

import re
import sys

from yendor.cli.bench_options import (
    BotOptions,
    CheckOptions,
    EndsOptions,
    HazardsOptions,
    LogOptions,
    PositionOptions,
    PrayersOptions,
    ShowOptions,
    VersionsOptions,
)
from yendor.cli.options import parse
from yendor.core.errors import YendorError, did_you_mean

USAGE = """\
usage: yendor bench bot --games 64                     measure the bot of this source on fixed games; resumes
       yendor bench bot --games 64 --against VERSION   and compare it game by game with another version or player
       yendor bench versions                           what has been measured
       yendor bench show VERSION [--against OTHER]     a version's tables again
       yendor bench hazards VERSION [--places]         deaths in 1,000 turns of each state, or place
       yendor bench ends VERSION [--kind folly]        how games ended, with the last decisions before
       yendor bench log --seeds dev:100-110            whole games as text, to be searched
       yendor bench prayers VERSION                    why gods did not hear: Luck, alignment, anger, or too soon
       yendor bench position --seeds C:D --step N --expect 'label=survive/*' --why ... --out FILE
       yendor bench check PLACES...                    does the bot decide as the positions expect?

Results are kept per version: the commit, or a hash of the source where it differs from the commit. Each command has
its own --help. docs/09-improving-the-bot.md tells how they go together.
"""


def main(argv: list[str]) -> int:
    """Run one of the bench commands."""
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if argv else 2
    commands = {"bot": _bot, "versions": _versions, "show": _show, "hazards": _hazards, "ends": _ends}
    commands |= {"log": _log, "prayers": _prayers, "position": _position, "check": _check}
    if argv[0] not in commands:
        raise YendorError(f"unknown command 'bench {argv[0]}'", did_you_mean(argv[0], commands))
    return commands[argv[0]](argv[1:])


def _bot(argv: list[str]) -> int:
    options = parse(BotOptions, argv, "yendor bench bot")
    for name, value in (("workers", options.workers), ("max-steps", options.max_steps)):
        if value is not None and value < 1:
            raise YendorError(f"--{name} {value}", "At least 1.")
    from yendor.cli.bench_tables import print_comparison, print_summary
    from yendor.evaluation.bench.compare import compare, read_others
    from yendor.evaluation.bench.run import bench, bench_seeds
    from yendor.evaluation.bench.summary import summarise

    seeds = bench_seeds(options.list, options.first, options.games)
    others = read_others(options.against, options.out) if options.against is not None else None
    measured = bench(seeds, options.out, options.max_steps, options.workers, options.hang_seconds)
    if measured.lines:
        last = options.first + options.games - 1
        print_summary(f"bot {measured.version} · {options.list} {options.first} to {last}", summarise(measured.lines))
        if others is not None:
            print_comparison(measured.version, others[0], compare(measured.lines, others[1]))
            if options.max_steps is not None:
                print(f"(our games end after {options.max_steps:,} steps at the latest)")
    played = len(measured.lines) - measured.found
    print(f"{measured.folder}: {played} games played, {measured.found} found, {len(measured.failed)} failed")
    for game, why in measured.failed:
        print(f"  {game}: {why}", file=sys.stderr)
    return 1 if measured.failed else 0


def _show(argv: list[str]) -> int:
    options = parse(ShowOptions, argv, "yendor bench show")
    from yendor.cli.bench_tables import print_comparison, print_summary
    from yendor.evaluation.bench.compare import compare, find_results, read_others
    from yendor.evaluation.bench.run import read_lines, whole_games
    from yendor.evaluation.bench.summary import summarise

    folder = find_results(options.version, options.out).parent
    lines = whole_games(read_lines(folder))
    if not lines:
        raise YendorError(f"{folder} holds no results", "Measure first: yendor bench bot --games 16")
    print_summary(f"bot {folder.name}", summarise(lines))
    if options.against is not None:
        name, others = read_others(options.against, options.out)
        print_comparison(folder.name, name, compare(lines, others))
    return 0


def _hazards(argv: list[str]) -> int:
    options = parse(HazardsOptions, argv, "yendor bench hazards")
    from yendor.cli.bench_tables import print_hazards
    from yendor.evaluation.bench.compare import find_results
    from yendor.evaluation.bench.hazard import hazards
    from yendor.evaluation.bench.run import read_lines, whole_games

    folder = find_results(options.version, options.out).parent
    roles = _words(options.roles)
    games = whole_games(read_lines(folder))
    lines = [line for line in games if not roles or line["role"] in roles]
    found = [hazard for hazard in hazards(lines, places=options.places) if hazard.turns >= options.least]
    if not found:
        known = ", ".join(sorted({line["role"] for line in games}))
        what = f"{folder} holds nothing to show for --roles '{options.roles}' and --least {options.least}"
        raise YendorError(what, f"Roles there: {known or 'none'}. Versions of before this was kept: measure again.")
    print_hazards(f"bot {folder.name}: {len(lines)} games", found)
    return 0


def _ends(argv: list[str]) -> int:
    options = parse(EndsOptions, argv, "yendor bench ends")
    from yendor.cli.bench_tables import print_ends
    from yendor.evaluation.bench.compare import find_results
    from yendor.evaluation.bench.death import CLASSES
    from yendor.evaluation.bench.ends import ends
    from yendor.evaluation.bench.run import read_lines, whole_games

    kinds, span = _words(options.kind), re.fullmatch(r"(\d+)(?:-(\d+))?", options.level.strip())
    if unknown := next((kind for kind in kinds if kind not in CLASSES), None):
        raise YendorError(f"unknown kind of death {unknown!r}", did_you_mean(unknown, CLASSES))
    if span is None:
        raise YendorError(f"malformed --level {options.level!r}", "One experience level, such as 9, or two: 6-8.")
    levels = range(int(span[1]), int(span[2] or span[1]) + 1)
    try:
        re.compile(options.killer)
    except re.error as error:
        raise YendorError(f"--killer {options.killer!r}: {error}", "A regular expression, as 'were|bat'.") from None
    folder = find_results(options.version, options.out).parent
    found = list(ends(whole_games(read_lines(folder)), kinds, options.killer, levels, _words(options.roles)))
    print_ends(found, options.games, options.decisions)
    return 0


def _log(argv: list[str]) -> int:
    options = parse(LogOptions, argv, "yendor bench log")
    for name, value, least in (("workers", options.workers, 0), ("max-steps", options.max_steps, 1)):
        if value is not None and value < least:
            raise YendorError(f"--{name} {value}", f"At least {least}.")
    from yendor.core.seeds import seed_list
    from yendor.evaluation.bench.log import log_path, write_logs

    seeds = list(dict.fromkeys(seed_list(options.seeds, 1)))
    before = sum(log_path(options.out, game).exists() for game in seeds)
    for game, last in write_logs(seeds, options.out, options.max_steps, options.workers):
        print(f"{game.core}:{game.disp}  {last}")
    there = sum(log_path(options.out, game).exists() for game in seeds)
    print(f"{options.out}: {there - before} games written, {before} found, {len(seeds) - there} failed")
    return 0 if there == len(seeds) else 1


def _prayers(argv: list[str]) -> int:
    options = parse(PrayersOptions, argv, "yendor bench prayers")
    from collections import Counter

    from yendor.evaluation.bench.compare import find_results
    from yendor.evaluation.bench.prayers import explain, unheard
    from yendor.evaluation.bench.run import read_lines, whole_games

    folder = find_results(options.version, options.out).parent
    found = unheard(whole_games(read_lines(folder)), options.odds)
    causes: Counter[str] = Counter()
    for one in found[: options.games]:
        prayer = explain(*one)
        causes[prayer.cause] += 1
        numbers = ", ".join(f"{name} {value}" for name, value in prayer.truth._asdict().items()) if prayer.truth else ""
        game = f"{prayer.seeds.core}:{prayer.seeds.disp}"
        print(f"{game}  T{prayer.turn}, odds {prayer.odds:.3f}: {prayer.cause}  {numbers}")
        for turn, truth, message in prayer.deeds:
            print(f"    T{turn} Luck {truth.luck}, alignment {truth.alignment}: {message}")
    told = ", ".join(f"{cause} {count}" for cause, count in causes.most_common())
    print(f"{len(found)} unheard; of those played again: {told or 'none'}")
    return 0


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _versions(argv: list[str]) -> int:
    options = parse(VersionsOptions, argv, "yendor bench versions")
    from yendor.cli.bench_tables import print_versions
    from yendor.evaluation.bench.run import versions

    print_versions(versions(options.out))
    return 0


def _position(argv: list[str]) -> int:
    options = parse(PositionOptions, argv, "yendor bench position")
    from yendor.core.seeds import seed_list
    from yendor.evaluation.bench.position import make_position, write_position
    from yendor.nethack.actions import name_of

    seeds = seed_list(options.seeds, 1)
    if len(seeds) != 1:
        raise YendorError(f"--seeds {options.seeds} are {len(seeds)} games", "Give one: CORE:DISP.")
    if options.out.exists() and not options.force:
        raise YendorError(f"{options.out} is there already", "Choose another --out, or add --force.")
    position, verdict = make_position(seeds[0], options.step, options.expect, options.why)
    decision = verdict.decision
    print(f"T{verdict.turn}: {name_of(decision.action)}  {decision.label}: {decision.explanation}")
    if not options.expect:
        print("no --expect: nothing is written")
        return 0
    write_position(options.out, position)
    print(f"{options.out}: " + (f"not yet: {', '.join(verdict.unmet)}" if verdict.unmet else "as expected"))
    return 0


def _check(argv: list[str]) -> int:
    options = parse(CheckOptions, argv, "yendor bench check")
    from yendor.evaluation.bench.position import judge, playable, positions_in, read_position
    from yendor.nethack.actions import name_of

    wrong = 0
    for path in positions_in(options.places):
        position = read_position(path)
        if not playable(position):
            print(f"skipped  {path.stem}: made on {position.machine} with NetHack {position.nethack}")
            continue
        verdict = judge(position)
        decision = verdict.decision
        wrong += bool(verdict.unmet)
        print(f"{'WRONG' if verdict.unmet else 'right':<7}  {path.stem}: {position.why}")
        print(f"         T{verdict.turn} {name_of(decision.action)}  {decision.label}: {decision.explanation}")
        if verdict.unmet:
            print(f"         expected {', '.join(verdict.unmet)}")
    return 1 if wrong else 0
