"""An LSTM over unrolls in which games end and begin: the state is reset exactly there."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

LSTMState = tuple[Tensor, Tensor]


def zero_state(lstm: nn.LSTM, batch: int) -> LSTMState:
    """Return a zero state: two [layers, B, hidden] tensors."""
    shape = (lstm.num_layers, batch, lstm.hidden_size)
    weight = next(lstm.parameters())
    return weight.new_zeros(shape), weight.new_zeros(shape)


def reset_pieces(inputs: Tensor, is_first: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Cut an unroll only at steps where some row's game begins.

    Args:
        inputs: [T, B, features].
        is_first: [T, B] bool.

    Yields:
        Pieces of the inputs, each with what to multiply the state with before it: [1, B, 1], 0 where a game begins.
    """
    cuts = [t for t in torch.nonzero(is_first.any(dim=1)).flatten().tolist() if t > 0]
    for start, end in zip([0, *cuts], [*cuts, len(inputs)], strict=True):
        yield inputs[start:end], (~is_first[start]).to(inputs.dtype)[None, :, None]


def run_lstm(lstm: nn.LSTM, inputs: Tensor, is_first: Tensor, state: LSTMState) -> tuple[Tensor, LSTMState]:
    """Run over an unroll, zeroing a row's state before each first frame of a game; each piece is one fused call.

    Args:
        lstm: Its input is time first.
        inputs: [T, B, features].
        is_first: [T, B] bool.
        state: Carried from the previous unroll.

    Returns:
        Outputs [T, B, hidden] and the state to carry on.
    """
    outputs = []
    for piece, keep in reset_pieces(inputs, is_first):
        state = state[0] * keep, state[1] * keep
        alone = piece.shape[:2] == (1, 1) and piece.device.type == "cpu"
        if alone and lstm.num_layers == 1 and not torch.is_grad_enabled():
            output, state = _step(lstm, piece, state)
        else:
            output, state = lstm(piece, state)
        outputs.append(output)
    return torch.cat(outputs), state


def _step(lstm: nn.LSTM, frame: Tensor, state: LSTMState) -> tuple[Tensor, LSTMState]:
    """Take one step of one game: the fused call packs its weights anew each time, which costs several such steps.

    For many games at once the fused call is the faster one.
    """
    weights: list[Tensor] = list(lstm.parameters())
    hidden, cell = torch.lstm_cell(frame[0], (state[0][0], state[1][0]), *weights)
    return hidden[None], (hidden[None], cell[None])
