"""GPT-2's weights into a `GPT`: from a local file or folder, or by name from the Hugging Face hub.

    model = import_gpt2("gpt2", context=4096, vocabulary=50265)

Diff history (Piterbarg et al. 2023, arXiv:2312.07540, appendix F) begins with GPT-2's 127M weights, appends positions
up to 4,096, drawn from N(0, 1), and tokens of its own. Only `model.safetensors` is read: pickled weights may run code.
"""

import json
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from yendor.core.errors import YendorError
from yendor.models.gpt import GPT, GPTConfig

_FILE = "model.safetensors"
_HEAD = 64
"""Width of a head in every published GPT-2, for weights without a config beside them."""

_LAYER = {
    "ln_1": "attention_norm", "attn.c_attn": "project", "attn.c_proj": "join",
    "ln_2": "mlp_norm", "mlp.c_fc": "widen", "mlp.c_proj": "narrow",
}  # fmt: skip
_WANTED: dict[str, Any] = {
    "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False, "tie_word_embeddings": True,
}  # fmt: skip


def import_gpt2(
    source: str | Path,
    context: int | None = None,
    vocabulary: int | None = None,
    position_spread: float = 1.0,
    new_tokens: Literal["mean", "normal"] = "mean",
    dropout: float = 0.0,
) -> GPT:
    """Make a network with GPT-2's weights.

    Args:
        source: A `model.safetensors`, a folder with one, or the name of a model on the hub, such as `gpt2`.
        context: Positions, as many as the file has or more; None keeps them. New ones are drawn.
        vocabulary: Tokens, as many as the file has or more; None keeps them.
        position_spread: New positions are drawn from N(0, spread^2): 1 in the paper's code, which leaves torch's
            default; 0.02 would be GPT-2's own beginning.
        new_tokens: New tokens' embeddings are the `mean` of the old ones, or drawn from N(0, 0.02^2).
        dropout: As in `GPTConfig`.

    Raises:
        YendorError: No such file or model; no network, or no huggingface_hub; the weights are of another network, or
            larger than was asked for.
    """
    weights, settings = _read(_locate(source))
    names = {name.removeprefix("transformer."): value for name, value in weights.items()}
    try:
        old_vocabulary, width = names["wte.weight"].shape
        old_context = names["wpe.weight"].shape[0]
    except KeyError as error:
        raise YendorError(f"{source} is no GPT-2: it has no {error}", "Give GPT-2's own weights.") from error
    layers = 1 + max((int(name.split(".")[1]) for name in names if name.startswith("h.")), default=-1)
    config = GPTConfig(
        vocabulary=_at_least(old_vocabulary, vocabulary, "vocabulary"),
        context=_at_least(old_context, context, "context"),
        layers=layers,
        heads=settings.get("n_head", max(1, width // _HEAD)),
        width=width,
        dropout=dropout,
    )
    model = GPT(config)
    _fill(model, _renamed(names, layers), position_spread, new_tokens, str(source))
    return model


def _at_least(old: int, new: int | None, what: str) -> int:
    if new is not None and new < old:
        raise YendorError(f"{what} = {new}, and the weights have {old}", f"Take {old} or more, or leave it out.")
    return old if new is None else new


def _locate(source: str | Path) -> Path:
    """Return the file with the weights, fetching it where the source is a name."""
    path = Path(source)
    if path.is_file() and path.suffix == ".safetensors":
        return path
    if path.is_dir() and (path / _FILE).is_file():
        return path / _FILE
    if path.exists():
        raise YendorError(f"{path} has no {_FILE}", "Only safetensors are read, since pickled weights may run code.")
    if isinstance(source, Path) or source.startswith((".", "/")) or source.count("/") > 1:
        raise YendorError(f"no such file or folder: {source}", f"Give a folder with {_FILE}, or a name such as gpt2.")
    return _fetch(source)


def _fetch(name: str) -> Path:
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise YendorError(
            f"{name!r} is no local folder, and huggingface_hub is not installed",
            "Install it (pip install huggingface_hub), or give a folder with the model's files.",
        ) from error
    try:
        hf_hub_download(name, "config.json")
        return Path(hf_hub_download(name, _FILE))
    except Exception as error:  # the hub's client lets through errors of several libraries
        words = (str(error).strip().splitlines() or [""])[0]
        raise YendorError(
            f"{name!r} is no local folder, and cannot be had from the hub: {type(error).__name__}: {words}",
            f"Fetch config.json and {_FILE} where there is a network, and give their folder.",
        ) from error


def _read(file: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the weights, and the config beside them, checked; {} where there is none."""
    try:
        weights = load_file(file)
        beside = file.parent / "config.json"
        settings: dict[str, Any] = json.loads(beside.read_text()) if beside.exists() else {}
    except (OSError, ValueError, SafetensorError) as error:
        raise YendorError(f"cannot read {file} and its config: {error}", "Fetch the files again.") from error
    for key, wanted in _WANTED.items():
        if settings.get(key, wanted) != wanted:
            raise YendorError(f"{file.parent}/config.json: {key} = {settings[key]!r}, GPT-2 has {wanted!r}")
    inner = settings.get("n_inner")
    if inner is not None and inner != 4 * settings.get("n_embd", 0):
        raise YendorError(f"{file.parent}/config.json: n_inner = {inner}, GPT-2 has four times its width")
    return weights, settings


def _renamed(names: dict[str, Tensor], layers: int) -> dict[str, Tensor | None]:
    """Return our names to GPT-2's weights; its linear layers hold them the other way round. None: not there."""
    found: dict[str, Tensor | None] = {"token.weight": names["wte.weight"], "position.weight": names["wpe.weight"]}
    for kind in ("weight", "bias"):
        found[f"norm.{kind}"] = names.get(f"ln_f.{kind}")
        for layer in range(layers):
            for theirs, ours in _LAYER.items():
                value = names.get(f"h.{layer}.{theirs}.{kind}")
                turned = value.T if value is not None and value.ndim == 2 else value
                found[f"blocks.{layer}.{ours}.{kind}"] = turned
    return found


@torch.no_grad()
def _fill(model: GPT, weights: dict[str, Tensor | None], spread: float, new_tokens: str, source: str) -> None:
    """Copy the weights, and draw the rows of embeddings that they lack."""
    for name, parameter in model.named_parameters():
        value = weights.get(name)
        rows = 0 if value is None else len(value)
        grows = name in ("token.weight", "position.weight")
        if value is None or value.shape != (parameter[:rows] if grows else parameter).shape:
            shape = None if value is None else tuple(value.shape)
            raise YendorError(f"{source} is no GPT-2: {name} would be {shape}, not {tuple(parameter.shape)}")
        parameter[:rows] = value
        if name == "position.weight":
            parameter[rows:].normal_(std=spread)
        if name == "token.weight" and new_tokens == "mean":
            parameter[rows:] = value.to(parameter.dtype).mean(dim=0)
