"""A GPT-2-shaped transformer over tokens: learned positions, pre-norm, a head tied to the embedding.

    x_0     = token embedding + position embedding
    x_l     = x_(l-1) + attention(norm(x_(l-1)));   x_l += MLP(norm(x_l)),  the MLP 4 x as wide, GELU(tanh)
    hidden  = norm(x_L);   logits = hidden E^T,  E the token embedding

Radford et al. 2019, Language Models are Unsupervised Multitask Learners; with its sizes (50257, 1024, 12, 12, 768) it
holds GPT-2's weights (`gpt2_import`). It reads tokens, not frames of the screen: `yendor train lm` learns it, and
cloning from frames (`yendor train bc`) cannot.

Deviations: dropout is off by default, since chunks of games are seen about once; the head is computed apart from the
layers (`logits`), since it is wanted on few tokens; and packed rows are parted by document numbers.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, linear, scaled_dot_product_attention

from yendor.core.errors import YendorError
from yendor.core.registry import register

_SPREAD = 0.02


@dataclass(frozen=True)
class GPTConfig:
    """Sizes of the network; GPT-2's are 50257, 1024, 12, 12, 768."""

    vocabulary: int = 8192
    """Tokens that it knows."""
    context: int = 1024
    """Tokens that it sees, the last included: rows of the position embedding."""
    layers: int = 2
    """Layers of the transformer."""
    heads: int = 2
    """Heads of attention; they share the width evenly."""
    width: int = 128
    """Width of a token's features."""
    dropout: float = 0.0
    """Share of features dropped in training, after embeddings, attention and MLP."""
    schema_version: ClassVar[int] = 1

    def __post_init__(self) -> None:
        for name in ("vocabulary", "context", "layers", "heads", "width"):
            if getattr(self, name) < 1:
                raise YendorError(f"{name} = {getattr(self, name)}", "It must be at least 1.")
        if self.width % self.heads:
            raise YendorError(
                f"{self.heads} heads of attention cannot share a width of {self.width}",
                "Take a width that the number of heads divides.",
            )
        if not 0 <= self.dropout < 1:
            raise YendorError(f"dropout = {self.dropout}", "It must be at least 0 and below 1.")


class Parts(NamedTuple):
    """What attention works on, each [B, heads, T, width / heads]."""

    query: Tensor
    key: Tensor
    value: Tensor


class Block(nn.Module):
    """One layer. It comes apart at the attention, so that a cache can stand in between (`gpt_cache`)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.heads, self.dropout = config.heads, config.dropout
        self.attention_norm = nn.LayerNorm(config.width)
        self.project = nn.Linear(config.width, 3 * config.width)
        self.join = nn.Linear(config.width, config.width)
        self.mlp_norm = nn.LayerNorm(config.width)
        self.widen = nn.Linear(config.width, 4 * config.width)
        self.gelu = nn.GELU(approximate="tanh")
        self.narrow = nn.Linear(4 * config.width, config.width)

    def forward(self, features: Tensor, mask: Tensor | None) -> Tensor:
        """Run over whole rows [B, T, width]; the mask [B, 1, T, T] says who sees whom, None is causal."""
        parts = self.split(features)
        drop = self.dropout if self.training else 0.0
        attended = scaled_dot_product_attention(*parts, attn_mask=mask, dropout_p=drop, is_causal=mask is None)
        return self.finish(features, attended)

    def split(self, features: Tensor) -> Parts:
        """Return what attention works on, of features [B, T, width]."""
        projected = self.project(self.attention_norm(features)).unflatten(-1, (3, self.heads, -1))
        return Parts(*projected.permute(2, 0, 3, 1, 4).unbind(0))

    def finish(self, features: Tensor, attended: Tensor) -> Tensor:
        """Add what attention [B, heads, T, width / heads] gave, and the MLP's part."""
        features = features + self._drop(self.join(attended.transpose(1, 2).flatten(2)))
        return features + self._drop(self.narrow(self.gelu(self.widen(self.mlp_norm(features)))))

    def _drop(self, features: Tensor) -> Tensor:
        return dropout(features, self.dropout) if self.training and self.dropout else features


@register("model", "gpt")
class GPT(nn.Module):
    """A language model; the head's weights are the token embedding's, and are stored once."""

    language: ClassVar[bool] = True
    """It reads tokens, not frames."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.token = nn.Embedding(config.vocabulary, config.width)
        self.position = nn.Embedding(config.context, config.width)
        blocks = [Block(config) for _ in range(config.layers)]
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(config.width)
        self.apply(_start)
        for block in blocks:  # so that the sum of 2 L residual parts starts as wide as one
            for last in (block.join, block.narrow):
                nn.init.normal_(last.weight, std=_SPREAD / math.sqrt(2 * config.layers))

    def forward(self, tokens: Tensor, positions: Tensor | None = None, documents: Tensor | None = None) -> Tensor:
        """Run over rows of tokens.

        Args:
            tokens: [B, T] int64.
            positions: [B, T] int64, 0 to context - 1; None counts from each row's beginning.
            documents: [B, T] int64; a token sees itself and those before it of the same number. None: one a row.

        Returns:
            Features after the last norm, [B, T, width].

        Raises:
            YendorError: Rows longer than the context, and no positions.
        """
        if positions is None:
            positions = torch.arange(tokens.shape[1], device=tokens.device)[None]
            if tokens.shape[1] > self.config.context:
                raise YendorError(
                    f"{tokens.shape[1]} tokens are more than the context of {self.config.context}",
                    "Cut them, or take a model with a longer context.",
                )
        mask = None if documents is None else within_documents(documents)
        features = self.embed(tokens, positions)
        for block in self.blocks:
            features = block(features, mask)
        normed: Tensor = self.norm(features)
        return normed

    def embed(self, tokens: Tensor, positions: Tensor) -> Tensor:
        """Return what goes into the first layer, [B, T, width]."""
        features: Tensor = self.token(tokens) + self.position(positions)
        drop = self.config.dropout
        return dropout(features, drop) if self.training and drop else features

    def logits(self, hidden: Tensor) -> Tensor:
        """Return the next token's logits [..., vocabulary] of features [..., width]."""
        return linear(hidden, self.token.weight)


def within_documents(documents: Tensor) -> Tensor:
    """Return who sees whom, [B, 1, T, T] bool: tokens before, and of the same document [B, T]."""
    same = documents[:, :, None] == documents[:, None, :]
    return same.tril()[:, None]


def _start(layer: nn.Module) -> None:
    """Draw a layer's first weights as GPT-2 does."""
    if isinstance(layer, nn.Linear | nn.Embedding):
        nn.init.normal_(layer.weight, std=_SPREAD)
    if isinstance(layer, nn.Linear):
        nn.init.zeros_(layer.bias)
