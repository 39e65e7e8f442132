"""Watch a game while it is played anew: any player, full observations, entered in the middle."""

from collections.abc import Callable
from dataclasses import dataclass, field

from yendor.core.agent import Agent, Observation
from yendor.core.seeds import Seeds
from yendor.envs.make import make
from yendor.evaluation.shadow.agreement import Agreement
from yendor.evaluation.shadow.watcher import Watcher


@dataclass
class Watched:
    """What came of watching a game.

    Attributes:
        steps: Keys that were pressed.
        asked: Steps on which the watcher was asked.
        failed: Steps on which it failed.
        trouble: The last failure, in words.
        agreement: Labels, where the player has them, and keys.
        same_labels: Steps on which both gave the very same label.
        labels: The watcher's labels and how often it gave each.
    """

    steps: int = 0
    asked: int = 0
    failed: int = 0
    trouble: str = ""
    agreement: Agreement = field(default_factory=Agreement)
    same_labels: int = 0
    labels: dict[str, int] = field(default_factory=dict)


def watch_played(
    player: Agent,
    watcher: Watcher,
    seeds: Seeds,
    steps: int,
    enter: int,
    *,
    view: Callable[[Observation, int], Observation] | None = None,
    beat: Callable[..., None] | None = None,
) -> Watched:
    """Let a player play, and from a step on ask the watcher for each key before it is shown.

    Args:
        player: Who plays; it is reset with the core seed.
        watcher: Who watches.
        seeds: The game.
        steps: How many keys are pressed at most.
        enter: The step from which on the watcher is there.
        view: Makes what the watcher sees of an observation and of the key pressed before it (-1 for none), such as a
            terminal alone; the same by default.
        beat: Told `steps` now and then.
    """
    env, out, before = make(seeds=seeds), Watched(), -1
    try:
        observation, _ = env.reset()
        player.reset(seeds.core)
        for step in range(steps):
            theirs = player.act(observation)
            if step >= enter:
                seen = view(observation, before) if view is not None else observation
                ours = watcher.ask(seen)
                if ours is not None:
                    out.agreement.add(theirs.label or None, ours.label)
                    out.agreement.add_key(theirs.action, ours.action)
                    out.same_labels += theirs.label == ours.label
                    out.labels[ours.label] = out.labels.get(ours.label, 0) + 1
                watcher.show(seen, theirs.action)
            player.observe(observation, theirs.action)
            before, out.steps = theirs.action, step + 1
            observation, _, terminated, truncated, _ = env.step(theirs.action)
            if terminated or truncated:
                break
            if beat is not None and step % 200 == 0:
                beat(steps=step)
    finally:
        env.close()
    out.asked, out.failed, out.trouble = watcher.asked, watcher.failed, watcher.trouble
    return out
