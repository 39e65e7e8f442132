"""An LSTM over unrolls in which games end and begin: the state is reset exactly there."""

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]


def zero_state(lstm: nn.LSTM, batch: int) -> State:
    """Return a zero state: two [layers, B, hidden] tensors."""
    shape = (lstm.num_layers, batch, lstm.hidden_size)
    weight = next(lstm.parameters())
    return weight.new_zeros(shape), weight.new_zeros(shape)


def run_lstm(lstm: nn.LSTM, inputs: Tensor, is_first: Tensor, state: State) -> tuple[Tensor, State]:
    """Run over an unroll, zeroing a row's state before each first frame of a game.

    The unroll is cut only at steps where some row resets; each piece is one fused call.

    Args:
        inputs: [T, B, features].
        is_first: [T, B] bool.
        state: Carried from the previous unroll.

    Returns:
        Outputs [T, B, hidden] and the state to carry on.
    """
    cuts = [t for t in torch.nonzero(is_first.any(dim=1)).flatten().tolist() if t > 0]
    outputs = []
    for start, end in zip([0, *cuts], [*cuts, len(inputs)], strict=True):
        keep = (~is_first[start]).to(inputs.dtype)[None, :, None]
        state = (state[0] * keep, state[1] * keep)
        piece, state = lstm(inputs[start:end], state)
        outputs.append(piece)
    return torch.cat(outputs), state
