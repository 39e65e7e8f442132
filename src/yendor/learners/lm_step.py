"""What a language model makes of rows of tokens, as sums; and its gradient, however the batch is parted."""

import contextlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.profiler import record_function

from yendor.learners.lm import LMConfig
from yendor.learners.lm_batches import Rows
from yendor.learners.lm_sharding import Sharding
from yendor.learners.losses.language import mean_loss, tell, whole
from yendor.learners.ranks import Ranks
from yendor.models.gpt import GPT


class Scores(NamedTuple):
    """How well rows are foretold.

    Attributes:
        action_loss: Sum over the tokens of actions, nats.
        observation_loss: Sum over those of observations; 0 where the rows have none marked.
        right: [A] bool: all tokens of the action are the most likely ones.
        first: [A] bool: its first token is.
    """

    action_loss: Tensor
    observation_loss: Tensor
    right: Tensor
    first: Tensor


class Scorer(nn.Module):
    """A network with its head and its losses: all that is computed from its weights, in one forward pass."""

    def __init__(self, network: GPT) -> None:
        super().__init__()
        self.network = network

    def forward(self, rows: Rows) -> Scores:
        """Compare what the network foretells with what came."""
        hidden = self.network(rows.tokens, rows.positions, rows.documents).flatten(0, 1)
        action = tell(self.network.logits, hidden.index_select(0, rows.action_places), rows.action_targets)
        right = whole(action.right, rows.action_groups, len(rows.action_starts))
        first = action.right[rows.action_starts]
        if not len(rows.observation_places):
            return Scores(action.loss, torch.zeros_like(action.loss), right, first)
        after = hidden.index_select(0, rows.observation_places)
        seen = tell(self.network.logits, after, rows.observation_targets, judge=False)
        return Scores(action.loss, seen.loss, right, first)


class LanguageStep:
    """Computes gradients that are the same however the batch is parted.

    Args:
        config: Of the training.
        sharding: The network, whole or shared out.
        ranks: The processes.
        device: Where it runs.
    """

    def __init__(self, config: LMConfig, sharding: Sharding, ranks: Ranks, device: torch.device) -> None:
        self.config, self.sharding, self.ranks, self.device = config, sharding, ranks, device
        self.weight = config.world_weight if config.objective == "world" else 0.0

    def __call__(self, parts: Sequence[Rows], step: int) -> dict[str, float]:
        """Add the batch's gradient to the network's; return means over the batch."""
        counts = [[len(r.action_targets), len(r.observation_targets), len(r.action_starts)] for r in parts]
        read = [[r.read, r.tokens.numel()] for r in parts]
        table = torch.tensor([a + b for a, b in zip(counts, read, strict=True)], dtype=torch.float64)
        totals = self.ranks.sum(table.sum(0).to(self.device))
        actions, observations = totals[:2].float().unbind()
        found: list[Tensor] = []
        for number, rows in zip(self.ranks.parts, parts, strict=True):
            if self.sharding.network.config.dropout:
                torch.manual_seed((self.config.seed * 1_000_003 + step) * 1_009 + number)  # whoever computes it
            self.sharding.synchronise(number == self.ranks.parts[-1])
            with record_function("forward"), self.autocast():
                scores: Scores = self.sharding.scorer(rows.to(self.device))
            loss = mean_loss(scores.action_loss, scores.observation_loss, actions, observations, self.weight)
            with record_function("backward"):
                (loss * self.sharding.loss_scale).backward()
            sums = (scores.action_loss, scores.observation_loss, scores.right.sum(), scores.first.sum())
            found.append(torch.stack([x.detach().double() for x in sums]))
        self.sharding.sum_gradients()
        summed = self.ranks.sum(torch.stack(found).sum(0))
        return self._means(*summed.tolist(), *totals.tolist())

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which the network runs."""
        bf16 = self.config.precision == "bf16"
        return torch.autocast(self.device.type, torch.bfloat16) if bf16 else contextlib.nullcontext()

    def _means(
        self, action: float, observation: float, right: float, first: float,
        action_tokens: float, observation_tokens: float, actions: float, read: float, places: float,
    ) -> dict[str, float]:  # fmt: skip
        whole_loss = action + self.weight * observation
        found = {
            "loss": whole_loss / max(action_tokens + self.weight * observation_tokens, 1e-9),
            "action_loss": action / max(action_tokens, 1), "action_accuracy": right / max(actions, 1),
            "first_token_accuracy": first / max(actions, 1),
            "actions": actions, "tokens": read, "padding_share": 1 - read / places,
        }  # fmt: skip
        if self.config.objective == "world":
            found["observation_loss"] = observation / max(observation_tokens, 1)
        return found
