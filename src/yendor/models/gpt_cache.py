"""Keys and values kept for many games at once: what a `GPT` has read of a game is not read again.

    cache = Cache(model.config, slots=8, length=1024)
    hidden = feed(model, cache, [0, 3], [tokens_of_game_0, tokens_of_game_3])  # [2, width], each one's last token

Rows may be of any length and stand at any place of their game. The layers outside of attention run over the tokens of
all rows side by side, so nothing is computed for padding. Attention runs row by row on a CPU, each over its own length
(views of the cache, no copies); on a GPU over all rows at once, up to the longest length that lives, under a mask.
Memory is fixed: 2 layers x width numbers a token and slot (36.9 kB a token at GPT-2's size in bf16).

Claim: the hidden states are those of one pass over the whole text, up to rounding (tests/models/test_gpt.py).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from yendor.core.errors import YendorError
from yendor.models.gpt import GPT, GPTConfig, Parts

_STRIDE = 8
"""On a GPU the keys looked at are a multiple of this, for the masked kernels."""


class Cache:
    """Keys and values of every layer, in slots of a fixed length.

    Args:
        config: The network's sizes.
        slots: How many games.
        length: Tokens that a slot holds, at most the network's context.
        device: Where they lie.
        dtype: Of what type, the network's.

    Attributes:
        keys: [layers, slots, heads, length, width / heads].
        values: Likewise.
        lengths: [slots] int64 on the CPU, how many tokens each slot holds.

    Raises:
        YendorError: No slot, or a length below 1 or above the context.
    """

    def __init__(
        self,
        config: GPTConfig,
        slots: int,
        length: int,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        if slots < 1 or not 1 <= length <= config.context:
            raise YendorError(
                f"a cache of {slots} slots of {length} tokens",
                f"Take at least one slot, and a length between 1 and the network's context of {config.context}.",
            )
        shape = (config.layers, slots, config.heads, length, config.width // config.heads)
        self.keys, self.values = (_zeros(shape, dtype, torch.device(device)) for _ in range(2))
        self.lengths: NDArray[np.int64] = np.zeros(slots, np.int64)
        self.length = length

    def grow(self, slots: int) -> None:
        """Make room for so many slots, twice as many as before or more; what is held stays."""
        before, longest = len(self.lengths), int(self.lengths.max())
        if slots <= before:
            return
        after = max(slots, 2 * before)
        grown = []
        for held in (self.keys, self.values):
            grown.append(_zeros((held.shape[0], after, *held.shape[2:]), held.dtype, held.device))
            grown[-1][:, :before, :, :longest] = held[:, :, :, :longest]
        self.keys, self.values = grown
        self.lengths = np.concatenate([self.lengths, np.zeros(after - before, np.int64)])

    def clear(self, slot: int) -> None:
        """Forget what a slot holds."""
        self.lengths[slot] = 0

    def shorten(self, slot: int, length: int) -> None:
        """Forget a slot's tokens from `length` on.

        Raises:
            YendorError: It holds fewer.
        """
        if not 0 <= length <= self.lengths[slot]:
            raise YendorError(f"slot {slot} holds {self.lengths[slot]} tokens and cannot be shortened to {length}")
        self.lengths[slot] = length


def _zeros(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Return zeros; on a CPU the system hands out a page of them when it is first written to."""
    if device.type == "cpu" and dtype == torch.float32:
        return torch.from_numpy(np.zeros(shape, np.float32))
    return torch.zeros(shape, dtype=dtype, device=device)


class _Layout(NamedTuple):
    """Where packed tokens belong.

    Attributes:
        slots: [B] int64.
        before: [B] tokens that the slots held.
        counts: [B] new ones.
        row: [N] int64, the row of each packed token.
        column: [N] int64, its number among its row's new ones.
        at: [N] int64, its place in the slot, and its position.
        last: [B] int64, where each row's last token lies among the packed.
    """

    slots: NDArray[np.int64]
    before: NDArray[np.int64]
    counts: NDArray[np.int64]
    row: Tensor
    column: Tensor
    at: Tensor
    last: Tensor


def append(
    model: GPT, cache: Cache, slots: Sequence[int], tokens: Tensor, counts: Sequence[int], by_row: bool | None = None
) -> Tensor:
    """Add tokens to slots, and return what the network makes of them.

    Args:
        model: In evaluation mode.
        cache: What it has read.
        slots: B different ones, in any order.
        tokens: [B, T] int64, right-padded.
        counts: [B], how many of a row's tokens are real; at least 1.
        by_row: Attend row by row; None does on a CPU.

    Returns:
        Hidden states [B, T, width], after the last norm; zeros at padding.

    Raises:
        YendorError: A slot twice, unknown, or without room for its tokens; nothing is changed then.
    """
    rows = tokens.tolist()
    layout = _lay_out(cache, slots, counts)
    if layout.counts.max() > tokens.shape[1]:
        raise YendorError(f"a row counts {layout.counts.max()} tokens of {tokens.shape[1]}")
    packed = [token for row, count in zip(rows, counts, strict=True) for token in row[:count]]
    hidden = model.norm(_run(model, cache, packed, layout, by_row, last=False))
    out = hidden.new_zeros(*tokens.shape, hidden.shape[-1])
    out[layout.row, layout.column] = hidden
    return out


def feed(
    model: GPT, cache: Cache, slots: Sequence[int], rows: Sequence[Sequence[int]], by_row: bool | None = None
) -> Tensor:
    """Add each row of tokens to its slot, and return the hidden states of the last ones, [B, width].

    As `append`, and quicker: the last layer is computed for the last tokens alone.

    Raises:
        YendorError: As `append`.
    """
    by_row = cache.keys.device.type == "cpu" if by_row is None else by_row
    whole = _lay_out(cache, slots, [len(row) for row in rows])
    groups = [np.arange(len(rows))] if by_row else _alike(whole.counts)
    out = [whole.last.new_empty(0)] * len(rows)
    for group in groups:
        layout = (
            whole if len(groups) == 1 else _lay_out(cache, whole.slots[group].tolist(), whole.counts[group].tolist())
        )
        packed = [token for row in group for token in rows[row]]
        hidden = model.norm(_run(model, cache, packed, layout, by_row, last=True))
        for row, features in zip(group, hidden, strict=True):
            out[row] = features
    return torch.stack(out)


def look_ahead(model: GPT, cache: Cache, slots: Sequence[int], rows: Sequence[Sequence[int]]) -> Tensor:
    """Return what `feed` would, [B, width], and leave the cache as it is; a slot may stand for several rows.

    Raises:
        YendorError: An unknown slot, or one without room.
    """
    layout = _lay_out(cache, slots, [len(row) for row in rows], twice=True)
    packed = torch.tensor([token for row in rows for token in row], device=cache.keys.device)
    features = model.embed(packed[None], layout.at[None])
    sight = _Sight(cache, layout, extra=True)
    for number, block in enumerate(model.blocks):
        parts = block.split(features)  # type: ignore[operator]
        features = block.finish(features, sight.attend(number, parts))  # type: ignore[operator]
    hidden: Tensor = model.norm(features[0, layout.last])
    return hidden


def _lay_out(cache: Cache, slots: Sequence[int], counts: Sequence[int], twice: bool = False) -> _Layout:
    """Check slots and room, and say where the packed tokens belong."""
    at, count = np.asarray(slots, np.int64), np.asarray(counts, np.int64)
    if at.shape != count.shape or not len(at) or count.min() < 1:
        raise YendorError(f"{len(at)} slots and counts of tokens {count.tolist()}", "Give each slot one token or more.")
    if at.min() < 0 or at.max() >= len(cache.lengths) or (not twice and len(set(at.tolist())) < len(at)):
        raise YendorError(f"slots {at.tolist()} of {len(cache.lengths)}", "Name each slot once, counting from 0.")
    before = cache.lengths[at]
    full = np.flatnonzero(before + count > cache.length)
    if len(full):
        row = full[0]
        raise YendorError(
            f"slot {at[row]} holds {before[row]} of {cache.length} tokens and has no room for {count[row]} more",
            "Clear it and begin from a later anchor, or take a longer cache.",
        )
    ends = np.cumsum(count)
    column = np.arange(ends[-1]) - np.repeat(ends - count, count)
    device = cache.keys.device
    row, place = np.repeat(np.arange(len(at)), count), np.repeat(before, count) + column
    tensors = (torch.from_numpy(part).to(device) for part in (row, column, place, ends - 1))
    return _Layout(at, before, count, *tensors)


def _alike(counts: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Part rows into groups of about the same number of tokens, within a factor of 4: less padding under attention."""
    kind = np.log2(counts).astype(np.int64) // 2
    return [np.flatnonzero(kind == k) for k in np.unique(kind)]


def _run(model: GPT, cache: Cache, packed: list[int], layout: _Layout, by_row: bool | None, last: bool) -> Tensor:
    """Run the layers over packed tokens; return features [N, width], or [B, width] of each row's last one."""
    device = cache.keys.device
    by_row = device.type == "cpu" if by_row is None else by_row
    sight = _RowSight(cache, layout) if by_row else _Sight(cache, layout)
    slot = torch.from_numpy(layout.slots).to(device)[layout.row]
    features = model.embed(torch.tensor(packed, device=device)[None], layout.at[None])
    for number, block in enumerate(model.blocks):
        parts: Parts = block.split(features)  # type: ignore[operator]
        # Indexed so, the tokens come first: [N, heads, width / heads].
        cache.keys[number][slot, :, layout.at] = parts.key[0].transpose(0, 1)
        cache.values[number][slot, :, layout.at] = parts.value[0].transpose(0, 1)
        final = last and number == len(model.blocks) - 1
        attended = sight.attend(number, parts, final)
        features = block.finish(features[:, layout.last] if final else features, attended)  # type: ignore[operator]
    cache.lengths[layout.slots] = layout.before + layout.counts
    return features[0]


class _RowSight:
    """Attention row by row, each over the tokens of its own slot."""

    def __init__(self, cache: Cache, layout: _Layout) -> None:
        self._cache, self._layout = cache, layout
        self._ends = np.cumsum(layout.counts).tolist()
        self._masks = [_mask(int(b), int(c)) for b, c in zip(layout.before, layout.counts, strict=True)]

    def attend(self, layer: int, parts: Parts, last: bool = False) -> Tensor:
        """Return [1, heads, N, width / heads], or [1, heads, B, ...] of each row's last token."""
        keys, values = self._cache.keys[layer], self._cache.values[layer]
        out = []
        for slot, before, count, end, mask in zip(
            self._layout.slots, self._layout.before, self._layout.counts, self._ends, self._masks, strict=True
        ):
            upto = before + count
            key, value = keys[slot, None, :, :upto], values[slot, None, :, :upto]
            if last:
                out.append(scaled_dot_product_attention(parts.query[:, :, end - 1 : end], key, value))
            else:
                query, whole = parts.query[:, :, end - count : end], before == 0
                out.append(scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=bool(whole)))
        return torch.cat(out, dim=2)


def _mask(before: int, count: int) -> Tensor | None:
    """Return which of the tokens before and among the new ones the new ones see, [T, before + T]; None: needs none."""
    return None if count == 1 or before == 0 else torch.ones(count, before + count, dtype=torch.bool).tril(before)


class _Sight:
    """Attention over all rows at once, padded, under a mask.

    Args:
        cache: Keys and values.
        layout: Where the packed tokens belong.
        extra: The new keys and values stand beside the cache and not in it.
    """

    def __init__(self, cache: Cache, layout: _Layout, extra: bool = False) -> None:
        self._cache, self._layout, self._extra = cache, layout, extra
        device = cache.keys.device
        self._wide = int(layout.counts.max())
        longest = int((layout.before if extra else layout.before + layout.counts).max())
        self._long = min(-(-longest // _STRIDE) * _STRIDE, cache.length)
        slots = layout.slots
        run = bool((np.diff(slots) == 1).all())
        self._pick = slice(int(slots[0]), int(slots[-1]) + 1) if run else torch.from_numpy(slots).to(device)
        before = torch.from_numpy(layout.before).to(device)[:, None, None]
        new = torch.arange(self._wide, device=device)
        key = torch.arange(self._long, device=device)
        if extra:
            old = (key < before).expand(-1, self._wide, -1)
            mask = torch.cat([old, (new <= new[:, None]).expand(len(old), -1, -1)], dim=2)
        else:
            mask = key <= before + new[:, None]
        self._mask = mask[:, None]

    def attend(self, layer: int, parts: Parts, last: bool = False) -> Tensor:
        """Return [1, heads, N, width / heads], or [1, heads, B, ...] of each row's last token."""
        keys = self._cache.keys[layer][self._pick, :, : self._long]
        values = self._cache.values[layer][self._pick, :, : self._long]
        if self._extra:
            keys = torch.cat([keys, self._spread(parts.key)], dim=2)
            values = torch.cat([values, self._spread(parts.value)], dim=2)
        mask, rows = self._mask, len(self._layout.counts)
        if last:
            query = parts.query[0, :, self._layout.last].transpose(0, 1)[:, :, None]
            end = self._layout.column[self._layout.last]
            mask = mask[torch.arange(rows, device=end.device), :, end][:, :, None]
        else:
            query = self._spread(parts.query)
        attended = scaled_dot_product_attention(query, keys, values, attn_mask=mask)
        if last:
            return attended[:, :, 0].transpose(0, 1)[None]
        return attended[self._layout.row, :, self._layout.column].transpose(0, 1)[None]

    def _spread(self, packed: Tensor) -> Tensor:
        """Pad packed [1, heads, N, d] to rows [B, heads, T, d]."""
        _, heads, _, depth = packed.shape
        out = packed.new_zeros(len(self._layout.counts), heads, self._wide, depth)
        out[self._layout.row, :, self._layout.column] = packed[0].transpose(0, 1)
        return out
