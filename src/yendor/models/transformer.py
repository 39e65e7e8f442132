"""HiHack's flat transformer (Piterbarg et al. 2023, arXiv:2305.19240).

    message 128 | bottom lines 128 | crop 512 | previous key 128  ->  896
    3 layers: post-norm, ReLU, 16 heads of 56, feed-forward 2048
    896-1024-1024-121

26,052,154 parameters. Deviations: see `sliding_transformer` (memory and positions: the released network is trained on
32 frames and plays on one) and `TerminalEncoder`; no dropout, since what is learned must be what is played.
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from yendor.core.errors import YendorError
from yendor.core.registry import register
from yendor.models.frames import Frames, Output, State
from yendor.models.heads import Heads
from yendor.models.sliding_transformer import SlidingTransformer
from yendor.models.terminal_encoders import TerminalEncoder, TerminalSizes


@dataclass(frozen=True)
class TransformerConfig(TerminalSizes):
    """Sizes of the network; the defaults are the published ones."""

    previous: int = 128
    """Width of the previous key's one-hot."""
    strategies: tuple[str, ...] = ()
    """Names of the strategies; empty for a flat policy without a strategy head."""
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
    decoder: tuple[int, ...] = (1024, 1024)
    """Widths of the layers between the transformer and the keys."""
    schema_version: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_heads(self.width, self.attention_heads)


def check_heads(width: int, heads: int) -> None:
    """Refuse a width that the heads of attention cannot share."""
    if heads < 1 or width % (2 * heads):
        raise YendorError(
            f"{heads} heads of attention cannot share a width of {width} in even parts",
            "Change attention_heads, or the widths that add up: screen + 2 line + previous (+ hidden).",
        )


@register("model", "transformer")
class FlatTransformer(nn.Module):
    """Encoders, a transformer over the last frames, heads."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = TerminalEncoder(config)
        self.transformer = SlidingTransformer(
            config.width, config.layers, config.attention_heads, config.feedforward, config.context,
            norm_first=False, gelu=False, carried=config.memory,
        )  # fmt: skip
        self.heads = Heads(config.width, len(config.strategies), config.decoder)

    def initial_state(self, batch: int) -> State:
        """Return the state before a game."""
        return self.transformer.initial_state(batch)

    def forward(self, frames: Frames, state: State) -> Output:
        """Run over an unroll."""
        encoded = self.encoder(frames.flat()).view(*frames.is_first.shape, -1)
        return self.heads(*self.transformer(encoded, frames.is_first, state))

    def actions(self, core: Tensor, strategy: Tensor) -> Tensor:
        """Return [..., 121] logits of the keys under a strategy [...]."""
        return self.heads.actions(core, strategy)
