"""The network that a language model's training begins with: from scratch, GPT-2's weights, or a run's."""

import dataclasses
from pathlib import Path

import torch

from yendor.core.errors import YendorError
from yendor.data.text_chunks_reader import Chunks, Part
from yendor.learners.cloning_config import from_sizes
from yendor.learners.lm import LMConfig
from yendor.learners.lm_batches import Kept, kept_actions
from yendor.models.gpt import GPT, GPTConfig
from yendor.models.gpt2_import import import_gpt2
from yendor.runtime.checkpoint_torch import load_model

CONTEXT = 1024
"""Where neither the user, the dataset nor weights say one."""
_DRAWN = 1.0, 0.02
"""Spread of new positions: beside GPT-2's, as in the paper, and beside those of our own networks."""


def begin(config: LMConfig, chunks: Chunks) -> tuple[GPT, int]:
    """Return the network, and how many tokens of a chunk it reads.

    Raises:
        YendorError: Weights of another network or of another tokeniser; a setting that the network lacks.
    """
    wanted = config.context or chunks.description.get("context")
    if config.resume:
        network = _of_run(config.run, chunks, "--run")
        return network, wanted or network.config.context
    plain = {"vocabulary": chunks.vocabulary, "context": wanted or CONTEXT}
    sizes = from_sizes(GPTConfig, config.sizes, plain, "gpt")
    if config.start_from is not None:
        network = _of_run(config.start_from, chunks, "--start-from")
    elif config.pretrained:
        network = _pretrained(config.pretrained, chunks)
    else:
        return GPT(sizes), sizes.context
    context = wanted or network.config.context
    spread = _DRAWN[0] if config.pretrained else _DRAWN[1]
    return extended(network, context, spread, sizes.dropout), context


def extended(network: GPT, context: int, spread: float, dropout: float) -> GPT:
    """Return a network with the same weights that reads up to `context` tokens, or as many as before.

    Args:
        network: Whose weights.
        context: Tokens to read; positions that the network lacks are drawn from N(0, spread^2).
        spread: Their standard deviation.
        dropout: Of the new network.
    """
    before = network.config.context
    longer = GPT(dataclasses.replace(network.config, context=max(context, before), dropout=dropout))
    weights = network.state_dict()
    drawn = torch.randn(max(context - before, 0), network.config.width) * spread
    weights["position.weight"] = torch.cat([weights["position.weight"], drawn])
    longer.load_state_dict(weights)
    return longer


def check_context(part: Part, context: int) -> Kept:
    """Say what the context leaves of the actions.

    Raises:
        YendorError: Nothing.
    """
    kept = kept_actions(part, context)
    if not kept.kept:
        raise YendorError(
            f"no action fits into a context of {context} tokens: the shortest prompt alone has {kept.prompt}",
            "Give a longer --context, or make chunks with shorter observations.",
        )
    return kept


def _of_run(place: Path, chunks: Chunks, flag: str) -> GPT:
    network, description, folder = load_model(place)
    if not isinstance(network, GPT):
        raise YendorError(f"{folder} holds a {description['model']}, no language model", f"Give another {flag}.")
    play = description.get("play") or {}
    theirs = play.get("tokeniser", chunks.fingerprint), network.config.vocabulary
    if theirs != (chunks.fingerprint, chunks.vocabulary):
        raise YendorError(
            f"{folder} was learned with another tokeniser: {theirs[0]} of {theirs[1]} tokens; "
            f"{chunks.folder} has {chunks.fingerprint} of {chunks.vocabulary}",
            "Make the chunks with the tokeniser in that folder, or begin from scratch.",
        )
    return network.train()


def _pretrained(source: str, chunks: Chunks) -> GPT:
    try:
        return import_gpt2(source, vocabulary=chunks.vocabulary)
    except YendorError as error:
        if not error.message.startswith("vocabulary"):
            raise
        hint = "Pretrained weights need chunks made with their own tokeniser."
        raise YendorError(f"{error.message}: {chunks.folder} has other tokens", hint) from error
