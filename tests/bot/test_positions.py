"""Moments of games in which the bot once had, or must keep, the right idea; `yendor bench position` makes them."""

from pathlib import Path

import pytest

from yendor.evaluation.bench.position import judge, playable, positions_in, read_position

PLACES = positions_in([Path(__file__).parent / "positions"])


@pytest.mark.parametrize("path", PLACES, ids=[path.stem for path in PLACES])
def test_position(path: Path) -> None:
    position = read_position(path)
    if not playable(position):
        pytest.skip(f"made on {position.machine} with NetHack {position.nethack}")
    assert position.why
    verdict = judge(position)
    assert not verdict.unmet, f"{position.why} T{verdict.turn}: {verdict.decision}"
