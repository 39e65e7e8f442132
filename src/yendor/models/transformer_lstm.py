"""HiHack's Transformer-LSTM (Piterbarg et al. 2023, arXiv:2305.19240): attention over what an LSTM remembers.

A CDGPT5 trunk, learned before and frozen, reads the game; a second copy of its encoders feeds a transformer together
with what the LSTM says.

    encoders 896 | LSTM 512  ->  1408
    3 layers: pre-norm, GELU, 16 heads of 88, feed-forward 2048, no norm after the last
    1408-121, or for each of 20 strategies 1408-256-121

50,764,666 parameters; 58,458,377 in the hierarchical form (20 strategies, `decoder=256`). `yendor train ...
--start-from RUN` brings the trunk of a CDGPT5; `frozen=false` trains all of it.

Deviations: see `sliding_transformer` (memory and positions) and `TerminalEncoder`; no dropout. The released code runs
the LSTM twice over each unroll in training, once as context, and so from states that it never has in play; here the
trunk runs once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.models.cdgpt5 import CDGPT5Config, Trunk
from yendor.models.frames import Frames, Output, State
from yendor.models.heads import Heads
from yendor.models.recurrent import zero_state
from yendor.models.sliding_transformer import SlidingTransformer
from yendor.models.terminal_encoders import TerminalEncoder
from yendor.models.transformer import check_heads


@dataclass(frozen=True)
class TransformerLSTMConfig(CDGPT5Config):
    """Sizes of the network; the defaults are the published ones. Trunk and second encoders share theirs."""

    previous: int = 128
    """Width of the previous key's one-hot."""
    layers: int = 3
    """Layers of the transformer."""
    attention_heads: int = 16
    """Heads of attention; they share the width evenly, in even parts."""
    feedforward: int = 2048
    """Width within a layer."""
    context: int = 32
    """Frames that a frame sees, itself included."""
    memory: bool = True
    """See frames of earlier unrolls; false, which `--legacy` sets: those of its unroll, and in play itself alone."""
    frozen: bool = True
    """Keep the trunk as it was learned before; it must be brought along."""

    def __post_init__(self) -> None:
        check_heads(self.width + self.hidden, self.attention_heads)


@register("model", "transformer-lstm")
class TransformerLSTM(nn.Module):
    """Trunk, second encoders, a transformer over the last frames, heads."""

    def __init__(self, config: TransformerLSTMConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk = Trunk(config)
        self.encoder = TerminalEncoder(config)
        width = config.width + config.hidden
        self.transformer = SlidingTransformer(
            width, config.layers, config.attention_heads, config.feedforward, config.context,
            norm_first=True, gelu=True, carried=config.memory,
        )  # fmt: skip
        self.heads = Heads(width, len(config.strategies), config.decoder)
        self.trunk.requires_grad_(not config.frozen)

    def start_from(self, weights: Mapping[str, Tensor]) -> None:
        """Take the trunk of a CDGPT5.

        Raises:
            YendorError: The weights are not of a CDGPT5 of these sizes.
        """
        mine = self.trunk.state_dict()
        theirs = {name.removeprefix("trunk."): value for name, value in weights.items() if name.startswith("trunk.")}
        for name, value in mine.items():
            if name not in theirs or theirs[name].shape != value.shape:
                found = tuple(theirs[name].shape) if name in theirs else None
                raise YendorError(
                    f"trunk.{name} has shape {found}, transformer-lstm wants {tuple(value.shape)}",
                    "Start from a run of cdgpt5 with the same sizes (previous=128 by default).",
                )
        self.trunk.load_state_dict(theirs)

    def initial_state(self, batch: int) -> State:
        """Return the state before a game."""
        return (*zero_state(self.trunk.lstm, batch), *self.transformer.initial_state(batch))

    def forward(self, frames: Frames, state: State) -> Output:
        """Run over an unroll."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.config.frozen):
            remembered, recurrent = self.trunk(frames, state[:2])
        encoded = self.encoder(frames.flat()).view(*frames.is_first.shape, -1)
        both = torch.cat([encoded, remembered], dim=-1)
        core, memory = self.transformer(both, frames.is_first, state[2:])
        return self.heads(core, (*recurrent, *memory))

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the keys under a strategy [...]."""
        return self.heads.actions(core, strategy)
