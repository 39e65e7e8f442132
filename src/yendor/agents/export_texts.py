"""What an exported bot's folder says: its `bot.py` and its README."""

INIT = '''\
"""A private copy of what Yendor's bot needs."""
'''

BOT = '''\
"""Yendor's bot for whoever runs the games: `make_agent()`. Written by `yendor export bot`; see README.md."""

import importlib
import importlib.util
import sys
from hashlib import sha256
from pathlib import Path

PLACE = Path(__file__).resolve().parent / "{package}"
CONTENTS = "{contents}"
NAME = "{package}_" + sha256(f"{{PLACE}} {{CONTENTS}}".encode()).hexdigest()[:16]
"""The package's name in this process: one of its own, so that several exports can play side by side."""

if NAME not in sys.modules:
    spec = importlib.util.spec_from_file_location(NAME, PLACE / "__init__.py")
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])

make_agent = importlib.import_module(NAME + ".agents.arena").make_agent
'''

README = """\
# Yendor's bot

A symbolic player of NetHack, as one folder. `bot.py` has `make_agent()`; what it makes is told a game's first
observation by `reset(observation)`, and `act(observation)` returns the next key as an index into
`nle.nethack.ACTIONS`. This is a copy of the player of Yendor {version}: it plays the same games key for key, and
says which observation key it misses when one is not there.

It needs Python 3.11 or newer, numpy and nle=={nle}, and nothing else; an installed Yendor is neither needed nor
touched. Yendor's compiled kernel is not used: walking distances are computed in Python, which gives the same keys at
about a fifth of the speed. `manifest.json` lists the files with their SHA-256. The code is under the MIT licence
(`LICENSE`); the tables in `{package}/nethack/tables` come from NetHack and are under the NetHack General Public
License, whose notice lies beside them.

```python
import bot, gymnasium, nle  # started in this folder

env, player, over = gymnasium.make("NetHackChallenge-v0"), bot.make_agent(), False
observation, _ = env.reset()
player.reset(observation)
while not over:
    observation, _, terminated, truncated, _ = env.step(player.act(observation))
    over = terminated or truncated
```
"""
