"""CDGPT5, the recurrent baseline of NetHack's imitation learning, flat or hierarchical.

By Kanervisto and Schucher for the NetHack Challenge (https://github.com/Miffyli/nle-sample-factory-baseline), in the
form that reads terminals alone: Dungeons and Data (Hambro et al. 2022, arXiv:2211.00539) and HiHack (Piterbarg et al.
2023, arXiv:2305.19240). What each layer is stands in `terminal_encoders`; then

    crop 512 | message 128 | bottom lines 128 | previous key 121  ->  889  ->  LSTM 512  ->  heads

| form | settings | parameters |
|---|---|---|
| Dungeons and Data | the defaults | 6,220,858 |
| HiHack | `previous=128` | 6,235,194 |
| HiHack, XXL decoder | `previous=128`, `decoder=1024,1024` | 7,872,058 |
| HiHack, hierarchical LSTM | 13 strategies, `decoder=256` | 8,276,979 |

Deviations: see `TerminalEncoder` (the first previous key); in the hierarchical form the head is the labelled
strategy's in training and the chosen one's in acting, where the released code draws a strategy each time.
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from yendor.core.registry import register
from yendor.models.frames import Frames, Output, State
from yendor.models.heads import Heads
from yendor.models.recurrent import run_lstm, zero_state
from yendor.models.terminal_encoders import TerminalEncoder, TerminalSizes


@dataclass(frozen=True)
class CDGPT5Config(TerminalSizes):
    """Sizes of the network."""

    strategies: tuple[str, ...] = ()
    """Names of the strategies; empty for a flat policy without a strategy head."""
    hidden: int = 512
    """Width of the LSTM."""
    decoder: tuple[int, ...] = ()
    """Widths of the layers between the LSTM and the keys: none, 1024,1024 (XXL), or 256 for each strategy."""
    schema_version: ClassVar[int] = 1


class Trunk(nn.Module):
    """Encoders and LSTM: what remembers a game."""

    def __init__(self, config: CDGPT5Config) -> None:
        super().__init__()
        self.encoder = TerminalEncoder(config)
        self.lstm = nn.LSTM(config.width, config.hidden)

    def forward(self, frames: Frames, state: State) -> tuple[Tensor, State]:
        """Run over an unroll; return [T, B, hidden] and the state."""
        encoded = self.encoder(frames.flat()).view(*frames.is_first.shape, -1)
        return run_lstm(self.lstm, encoded, frames.is_first, (state[0], state[1]))


@register("model", "cdgpt5")
class CDGPT5(nn.Module):
    """Trunk and heads."""

    def __init__(self, config: CDGPT5Config) -> None:
        super().__init__()
        self.config = config
        self.trunk = Trunk(config)
        self.heads = Heads(config.hidden, len(config.strategies), config.decoder)

    def initial_state(self, batch: int) -> State:
        """Return the state before a game."""
        return zero_state(self.trunk.lstm, batch)

    def forward(self, frames: Frames, state: State) -> Output:
        """Run over an unroll."""
        return self.heads(*self.trunk(frames, state))

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the keys under a strategy [...]."""
        return self.heads.actions(core, strategy)
