"""HiHack's cleaved policy (Piterbarg et al. 2023, arXiv:2305.19240): one network for strategies, one for keys.

The high network names the strategy, and of the low network's heads the strategy's chooses the key. Each reads the game
by a CDGPT5 trunk of its own, so that one can learn while the other stays as it is (`frozen`).

    high: trunk 889 -> 512 -> 13 strategies
    low:  trunk 889 -> 512 -> 512-256-121 for each strategy

14,435,251 parameters at the sizes of HiHack's hierarchical LSTM. Deviation: the value is always the low network's; the
released class takes that of whichever network is not frozen.
"""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.models.cdgpt5 import CDGPT5Config, Trunk
from yendor.models.frames import Frames, Output, State
from yendor.models.heads import Heads
from yendor.models.recurrent import zero_state


@dataclass(frozen=True)
class CleavedConfig(CDGPT5Config):
    """Sizes of each of the two networks."""

    decoder: tuple[int, ...] = (256,)
    """Widths of the layers between the low LSTM and the keys, for each strategy."""
    frozen: Literal["none", "high", "low"] = "none"
    """Which of the two stays as it is."""

    def __post_init__(self) -> None:
        if not self.strategies:
            raise YendorError("a cleaved policy needs strategies", "Learn it with hbc, from games with labels.")


@register("model", "cleaved")
class Cleaved(nn.Module):
    """Two trunks: one with a strategy head, one with heads of keys."""

    def __init__(self, config: CleavedConfig) -> None:
        super().__init__()
        self.config = config
        self.high, self.low = Trunk(config), Trunk(config)
        self.strategy = nn.Linear(config.hidden, len(config.strategies))
        self.heads = Heads(config.hidden, len(config.strategies), config.decoder, with_strategy=False)
        for part in {"none": (), "high": (self.high, self.strategy), "low": (self.low, self.heads)}[config.frozen]:
            part.requires_grad_(False)

    def initial_state(self, batch: int) -> State:
        """Return the state before a game."""
        return (*zero_state(self.high.lstm, batch), *zero_state(self.low.lstm, batch))

    def forward(self, frames: Frames, state: State) -> Output:
        """Run over an unroll."""
        plan, high = self.high(frames, state[:2])
        core, low = self.low(frames, state[2:])
        output: Output = self.heads(core, (*high, *low))
        return output._replace(strategy=self.strategy(plan))

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the keys under a strategy [...]."""
        return self.heads.actions(core, strategy)
