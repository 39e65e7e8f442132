"""Register the envs with gymnasium: `gymnasium.make("yendor.envs:yendor/NetHackChallenge-v0", seeds=(1, 2))`."""

import gymnasium

_NAMES = (
    "NetHack-v0",
    "NetHackScore-v0",
    "NetHackStaircase-v0",
    "NetHackStaircasePet-v0",
    "NetHackOracle-v0",
    "NetHackGold-v0",
    "NetHackEat-v0",
    "NetHackScout-v0",
    "NetHackChallenge-v0",
)


def register_envs() -> None:
    """Register every task under `yendor/`; harmless when called twice."""
    for name in _NAMES:
        if f"yendor/{name}" not in gymnasium.registry:
            gymnasium.register(
                id=f"yendor/{name}",
                entry_point="yendor.envs.make:make",
                kwargs={"task": name},
                disable_env_checker=True,
                order_enforce=False,
            )
