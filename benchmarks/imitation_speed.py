"""Forward and backward of CDGPT5 beside its published form: frames per second on one CPU core, and on a GPU if any.

    python benchmarks/imitation_speed.py              # about three minutes
    python benchmarks/imitation_speed.py --quick      # under a minute

The peer is `published_cdgpt5`: one-hot message line, pictures drawn on the host, a Python loop over time. It takes our
weights, and its outputs, states and all gradients must equal ours to 1e-4 of the largest (1e-3 on a GPU, TF32 off), on
unrolls in which games end and begin; otherwise the run stops. Both then do the same: unrolls of the bot's games
(recorded here, the network's initial weights), cross-entropy of the keys, gradients of all weights, no optimiser step.

CPU: one thread, CPU time of the process, medians over rounds in which all take turns; bf16 is autocast, for both.
GPU: CUDA events, fp32 as PyTorch has it with TF32 allowed, and autocast; once with all inputs on the GPU, once from
host memory. There the peer draws before each step, with one thread and before the GPU begins; the published loaders
draw while the GPU works, so the number without drawing is its bound where threads enough draw.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from published_cdgpt5 import CELLS, PublishedCDGPT5, as_published, render_crops
from torch import Tensor
from torch.nn.functional import cross_entropy

from yendor.core.seeds import seed_list
from yendor.data.recorder import record
from yendor.data.stream import Stream, StreamConfig
from yendor.models.atlas import CELL, render
from yendor.models.cdgpt5 import CDGPT5, CDGPT5Config
from yendor.models.crop import cut
from yendor.models.frames import Frames
from yendor.models.recurrent import run_lstm

LENGTH, ROWS = 32, 32
Run = Callable[[], Any]


class Unroll(NamedTuple):
    """Frames, the keys that were pressed (-1 for none), and the peer's pictures of the frames."""

    frames: Frames
    keys: Tensor
    crops: Tensor

    def to(self, device: str) -> "Unroll":
        """Move all."""
        frames = Frames(*(field.to(device, non_blocking=True) for field in self.frames))
        return Unroll(frames, self.keys.to(device, non_blocking=True), self.crops.to(device, non_blocking=True))


def unrolls(folder: Path, count: int) -> list[Unroll]:
    """Read unrolls of the games at equal distances through an epoch; the first has a game that begins within it."""
    found, before = [], torch.full((1, ROWS), -1)
    stream = Stream(folder, StreamConfig(ROWS, LENGTH))
    for batch in islice(stream, 1 + stream.frames // (LENGTH * ROWS)):
        keys, is_first = torch.from_numpy(batch.actions).long(), torch.from_numpy(batch.is_first)
        previous = torch.where(is_first, -1, torch.cat([before, keys[:-1]]))
        before = keys[-1:]
        chars, colors, cursor = map(torch.from_numpy, (batch.tty_chars, batch.tty_colors, batch.tty_cursor))
        frames = Frames(chars, colors, cursor, previous, is_first)
        found.append((frames, keys))
    chosen = [found[i] for i in np.linspace(1, len(found) - 1, count).astype(int)]
    border = [one for one in found if one[0].is_first[1:].any()]
    assert border, "no game begins within an unroll"
    whole = [border[len(border) // 2], *chosen]
    return [Unroll(frames, keys, torch.from_numpy(draw(frames))) for frames, keys in whole]


def draw(frames: Frames, out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Draw the peer's pictures."""
    chars, colors, cursor = (field.numpy() for field in frames.flat()[:3])
    if out is None:
        out = np.empty((len(chars), 3, CELLS * CELL, CELLS * CELL), np.uint8)
    render_crops(chars, colors, cursor, out)
    return out


def check_drawing(unroll: Unroll) -> None:
    """Hold the peer's pictures against the plain renderer of whole screens."""
    flat = unroll.frames.flat()
    for number in range(0, len(flat.chars), 50):
        edges = ((CELLS // 2, CELLS // 2), (CELLS // 2, CELLS // 2))
        screen = render(*(np.pad(field[number].numpy(), edges) for field in flat[:2]))
        top, left = (flat.cursor[number] * CELL).tolist()
        expected = screen[top : top + CELLS * CELL, left : left + CELLS * CELL].transpose(2, 0, 1)
        assert np.array_equal(expected, unroll.crops[number].numpy()), "the peer's pictures differ"


class Pair:
    """Both networks with equal weights, on a device."""

    def __init__(self, device: str) -> None:
        torch.manual_seed(0)
        self.device = device
        self.ours, self.peer = CDGPT5(CDGPT5Config()), PublishedCDGPT5()
        self.peer.take_weights(self.ours)
        self.ours.to(device)
        self.peer.to(device)

    def state(self, rows: int, scale: float = 0.0) -> tuple[Tensor, Tensor]:
        """Return a state, zero or random."""
        h, c = (scale * torch.randn(1, rows, 512, device=self.device) for _ in range(2))
        return h, c

    def run_ours(self, unroll: Unroll, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """Return logits, values and state."""
        out = self.ours(unroll.frames, state)
        return self.ours.actions(out.core, unroll.keys), out.value, out.state

    def run_peer(self, unroll: Unroll, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """Return logits, values and state."""
        logits, values, state = self.peer(unroll.frames, unroll.crops, state)
        return logits, values, state

    def step(self, which: str, unroll: Unroll, half: bool) -> None:
        """Run one network forward and backward."""
        network, run = (self.ours, self.run_ours) if which == "ours" else (self.peer, self.run_peer)
        network.zero_grad()
        with torch.autocast(self.device, torch.bfloat16, enabled=half):
            logits, _, _ = run(unroll, self.state(unroll.keys.shape[1]))
            loss = cloning(logits, unroll.keys)
        loss.backward()

    def difference(self, unroll: Unroll) -> float:
        """Return how far outputs, states and gradients lie apart, as the largest share of each tensor's largest."""
        state, found = self.state(unroll.keys.shape[1], 0.5), []
        for network, run in ((self.ours, self.run_ours), (self.peer, self.run_peer)):
            network.zero_grad()
            logits, values, after = run(unroll, state)
            (cloning(logits, unroll.keys) + values.square().mean()).backward()
            gradients = {name: p.grad for name, p in network.named_parameters() if p.grad is not None}
            if network is self.ours:
                gradients = as_published(gradients)
            named = {"logits": logits, "values": values, "h": after[0], "c": after[1]}
            found.append({name: tensor.detach() for name, tensor in {**named, **gradients}.items()})
        ours, peer = found
        assert ours.keys() == peer.keys()
        assert len(peer) == 4 + len([*self.peer.parameters()])
        return max(float((ours[name] - peer[name]).abs().max() / peer[name].abs().max()) for name in peer)


def cloning(logits: Tensor, keys: Tensor) -> Tensor:
    """Return the mean cross-entropy of the keys that were pressed."""
    return cross_entropy(logits.flatten(0, 1).float(), keys.flatten(), ignore_index=-1)


def prove(pair: Pair, found: list[Unroll], tolerance: float) -> dict[str, Any]:
    """Return the claim of equality; stop where it does not hold."""
    with full_precision():
        worst = max(pair.difference(unroll.to(pair.device)) for unroll in found)
    name = f"{pair.device}: largest difference of outputs, states, gradients; share of the tensor's largest"
    claim = {"claim": name, "value": worst, "peer": 0.0, "ratio": None, "target": tolerance, "holds": worst < tolerance}
    if not claim["holds"]:
        sys.exit(f"not the same function: {json.dumps(claim)}")
    borders = sum(int(unroll.frames.is_first[1:].sum()) for unroll in found)
    where = f"{len(found)} unrolls, games beginning within them: {borders}"
    print(f"{pair.device}: equal on {where}; worst difference {worst:.1e}")
    return claim


@contextmanager
def full_precision() -> Iterator[None]:
    """Switch TF32 off, then on: what speed is measured with."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True


def claim(name: str, value: float, peer: float, target: float) -> dict[str, Any]:
    """Make one line of the result."""
    ratio = value / peer
    numbers = {"value": round(value, 1), "peer": round(peer, 1), "ratio": round(ratio, 2), "target": target}
    return {"claim": name, **numbers, "holds": ratio >= target}


def processor() -> tuple[str, list[str]]:
    """Return the CPU's name, and which instructions for bf16 it has."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    fields = {key.strip(): value for key, _, value in (line.partition(":") for line in lines)}
    flags = fields.get("flags", "").split()
    return fields.get("model name", "unknown").strip(), [flag for flag in ("avx512_bf16", "amx_bf16") if flag in flags]


def on_cpu(found: list[Unroll], rounds: int, rounds_of_parts: int) -> list[dict[str, Any]]:
    """Measure on one core."""
    pair = Pair("cpu")
    check_drawing(found[0])
    claims = [prove(pair, found[:2], 1e-4)]
    spent: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        unroll = found[1 + number % (len(found) - 1)]
        runs: dict[str, Run] = {"drawing": partial(draw, unroll.frames, unroll.crops.numpy())}
        for kind in ("fp32", "bf16"):
            runs |= {f"{which} {kind}": partial(pair.step, which, unroll, kind == "bf16") for which in ("ours", "peer")}
        for name, seconds in take_turns(runs).items():
            if number:  # the first round warms up
                spent.setdefault(name, []).append(seconds)
    middle = {name: statistics.median(many) for name, many in spent.items()}
    frames = LENGTH * ROWS
    for name, many in spent.items():
        quarter = np.quantile(many, (0.25, 0.75)) / frames * 1e6
        print(f"  {name:10s} {middle[name] / frames * 1e6:7.0f} us a frame ({quarter[0]:.0f} to {quarter[1]:.0f})")
    parts(pair, found[1:], rounds_of_parts)
    rate = {name: frames / seconds for name, seconds in middle.items()}
    shape, extra = f"cpu, {LENGTH}x{ROWS}, frames/s of a core", processor()[1]
    for kind in ("fp32", "bf16"):
        drawn = frames / (middle[f"peer {kind}"] + middle["drawing"])
        claims.append(claim(f"{shape}, {kind}: ours, peer with drawing", rate[f"ours {kind}"], drawn, 3.0))
        claims.append(claim(f"{shape}, {kind}: ours, peer without", rate[f"ours {kind}"], rate[f"peer {kind}"], 3.0))
    name = f"{shape}: ours in bf16, ours in fp32 ({', '.join(extra) or 'a CPU without bf16'})"
    claims.append(claim(name, rate["ours bf16"], rate["ours fp32"], 1.0 if extra else 0.0))
    return claims


def take_turns(runs: dict[str, Run]) -> dict[str, float]:
    """Run each once; return CPU seconds."""
    spent = {}
    for name, run in runs.items():
        began = time.process_time()
        run()
        spent[name] = time.process_time() - began
    return spent


def parts(pair: Pair, found: list[Unroll], rounds: int) -> None:
    """Print where the time goes: each part alone, on the inputs it has in the whole."""
    table: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for number in range(rounds + 1):
        unroll = found[number % len(found)]
        for column, half in (("published fp32", False), ("ours fp32", False), ("ours bf16", True)):
            for name, run in (parts_of_ours if column[0] == "o" else parts_of_peer)(pair, unroll).items():
                with torch.autocast("cpu", torch.bfloat16, enabled=half):
                    began = time.process_time()
                    out = run()
                    forward = time.process_time() - began
                backward = 0.0
                if isinstance(out, Tensor) and out.requires_grad:
                    gradient = torch.randn_like(out)
                    began = time.process_time()
                    out.backward(gradient)
                    backward = time.process_time() - began
                if number:
                    table.setdefault((name, column), []).append((forward, backward))
    columns = ("published fp32", "ours fp32", "ours bf16")
    print(f"us a frame: {'':24s}" + "".join(f"{column:>20s}" for column in columns))
    print(f"{'':36s}" + f"{'forward backward':>20s}" * len(columns))
    us = {key: np.median(many, axis=0) / (LENGTH * ROWS) * 1e6 for key, many in table.items()}
    for column in ("ours fp32", "ours bf16"):  # whose convolutions cut the cells themselves
        us[CONVOLUTIONS, column] = us[CONVOLUTIONS, column] - us[CELLS_OR_PICTURES, column]
    for name in (CELLS_OR_PICTURES, CONVOLUTIONS, *[n for n, c in us if c == columns[0]][2:]):
        cells = (us[name, column] for column in columns)
        print(f"  {name:34s}" + "".join(f"{forward:11.0f} {backward:8.0f}" for forward, backward in cells))
    total = [np.sum([us[key] for key in us if key[1] == column], axis=0) for column in columns]
    print(f"  {'sum':34s}" + "".join(f"{forward:11.0f} {backward:8.0f}" for forward, backward in total))


CELLS_OR_PICTURES, CONVOLUTIONS = "crop: pictures drawn, or cells cut", "crop: convolutions, layer"


def parts_of_ours(pair: Pair, unroll: Unroll) -> dict[str, Run]:
    """Return each part as a function of no arguments."""
    flat, encoder, lstm = unroll.frames.flat(), pair.ours.trunk.encoder, pair.ours.trunk.lstm
    encoded, core = inner(lstm.input_size), inner(lstm.hidden_size)
    first = unroll.frames.is_first

    def heads() -> Tensor:
        out = pair.ours.heads(core, pair.state(ROWS))
        return cloning(pair.ours.actions(out.core, unroll.keys), unroll.keys)

    return {
        CELLS_OR_PICTURES: lambda: cut(flat.chars, flat.colors, flat.cursor, CELLS),
        CONVOLUTIONS: lambda: encoder.crop(flat.chars, flat.colors, flat.cursor),
        "message line": lambda: encoder.top(flat.chars[:, 0]),
        "bottom lines": lambda: encoder.bottom(flat.chars[:, 22:]),
        "LSTM": lambda: run_lstm(lstm, encoded, first, pair.state(ROWS))[0],
        "heads, loss": heads,
    }


def parts_of_peer(pair: Pair, unroll: Unroll) -> dict[str, Run]:
    """Return each part as a function of no arguments."""
    flat, peer = unroll.frames.flat(), pair.peer
    encoded, core = inner(peer.core.input_size), inner(peer.core.hidden_size)
    return {
        CELLS_OR_PICTURES: lambda: draw(unroll.frames, unroll.crops.numpy()),
        CONVOLUTIONS: lambda: peer.encode_crops(unroll.crops),
        "message line": lambda: peer.encode_message(flat.chars[:, 0]),
        "bottom lines": lambda: peer.bottom(flat.chars[:, 22:]),
        "LSTM": lambda: peer.remember(encoded, unroll.frames.is_first, pair.state(ROWS))[0],
        "heads, loss": lambda: cloning(peer.decide(core)[0], unroll.keys),
    }


def inner(width: int) -> Tensor:
    """Return numbers such as one layer hands to the next, with a gradient to hand back."""
    return torch.randn(LENGTH, ROWS, width).mul(0.1).requires_grad_()


def on_gpu(found: list[Unroll], rounds: int) -> list[dict[str, Any]]:
    """Measure on the GPU, at two sizes of batch."""
    pair = Pair("cuda")
    claims = [prove(pair, found[:2], 1e-3)]
    torch.backends.cudnn.benchmark = True  # for both: it helps the peer's convolutions
    print(torch.cuda.get_device_name())
    best = 0.0
    for copies in (1, 8):
        host = pinned(wide([found[1 + i % (len(found) - 1)] for i in range(copies)]))
        there, rows = host.to(pair.device), ROWS * copies

        for half in (False, True):
            runs: dict[str, Run] = {which: partial(pair.step, which, there, half) for which in ("ours", "peer")}
            runs |= {f"{which}, host": partial(from_host, pair, which, host, half) for which in ("ours", "peer")}
            rate = {name: LENGTH * rows / seconds for name, seconds in by_events(runs, rounds).items()}
            kind = "bf16" if half else "fp32 (TF32)"
            print(f"  {LENGTH}x{rows} {kind}: " + ", ".join(f"{name} {value:,.0f}" for name, value in rate.items()))
            best = max(best, rate["ours"])
            shape = f"cuda, {LENGTH}x{rows}, {kind}, frames/s"
            claims.append(
                claim(f"{shape}: from host memory, the peer draws", rate["ours, host"], rate["peer, host"], 20)
            )
            claims.append(claim(f"{shape}: inputs and pictures on the GPU", rate["ours"], rate["peer"], 20))
    claims.append(claim("cuda: most frames/s of ours, aim 150,000", best, 150_000, 1.0))
    return claims


def from_host(pair: Pair, which: str, host: Unroll, half: bool) -> None:
    """Run a step on an unroll in host memory; the peer draws its pictures first."""
    if which == "peer":
        draw(host.frames, host.crops.numpy())
    else:
        host = host._replace(crops=host.crops[:0])
    pair.step(which, host.to(pair.device), half)


def wide(many: list[Unroll]) -> Unroll:
    """Put the rows of unrolls side by side."""
    frames = Frames(*(torch.cat(fields, dim=1) for fields in zip(*(one.frames for one in many), strict=True)))
    keys = torch.cat([one.keys for one in many], dim=1)
    return Unroll(frames, keys, torch.from_numpy(draw(frames)))


def pinned(unroll: Unroll) -> Unroll:
    """Return a copy in memory that the GPU reads by itself."""
    frames = Frames(*(field.contiguous().pin_memory() for field in unroll.frames))
    return Unroll(frames, unroll.keys.pin_memory(), unroll.crops.pin_memory())


def by_events(runs: dict[str, Run], rounds: int) -> dict[str, float]:
    """Let all take turns; return the median seconds by the GPU's clock, the host's part included."""
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 3):
        for name, run in runs.items():
            began, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            torch.cuda.synchronize()
            began.record()
            run()
            ended.record()
            torch.cuda.synchronize()
            if number >= 3:  # the first rounds choose kernels
                spent[name].append(began.elapsed_time(ended) / 1000)
    return {name: statistics.median(many) for name, many in spent.items()}


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter games and fewer rounds: under a minute")
    options = parser.parse_args()
    torch.set_num_threads(1)
    games, steps, count, rounds = (36, 120, 2, 4) if options.quick else (64, 1500, 8, 24)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "games"
        record("bot", seed_list(f"dev:6000-{6000 + games}"), out, max_steps=steps, workers=2, quiet=True)
        found = unrolls(out, count)
    name, extra = processor()
    print(f"{name} ({', '.join(extra) or 'no instructions for bf16'}), torch {torch.__version__}")
    claims = on_cpu(found, rounds, 2 if options.quick else 6)
    if torch.cuda.is_available():
        claims += on_gpu(found, rounds)
    else:
        print("no GPU: its claims are not measured")
    for one in claims:
        print(json.dumps(one))
    return 0 if all(one["holds"] for one in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
