"""The losses of cloning against sums written out, and what each learner asks of them."""

import pytest
import torch
from torch.nn.functional import log_softmax

from yendor.learners.bc import BC
from yendor.learners.hbc import HBC
from yendor.learners.losses.cloning import balance, fit, value_error


def test_the_sum_over_counted_frames() -> None:
    torch.manual_seed(0)
    logits, target = torch.randn(3, 2, 5), torch.randint(0, 5, (3, 2))
    weight = torch.tensor([[1.0, 0.0], [0.5, 2.0], [0.0, 1.0]])
    target[weight == 0] = -1  # what is not counted may hold anything
    at = [(t, b) for t in range(3) for b in range(2) if weight[t, b] > 0]
    found = fit(logits, target, weight)
    terms = [-float(weight[t, b]) * float(log_softmax(logits[t, b], -1)[target[t, b]]) for t, b in at]
    assert float(found.loss) == pytest.approx(sum(terms), rel=1e-6)
    assert int(found.frames) == len(at)
    assert int(found.right) == sum(int(logits[t, b].argmax()) == int(target[t, b]) for t, b in at)
    smooth = fit(logits, target, weight, smoothing=0.2)
    spread = [-float(weight[t, b]) * float(log_softmax(logits[t, b], -1).mean()) for t, b in at]
    assert float(smooth.loss) == pytest.approx(0.8 * sum(terms) + 0.2 * sum(spread), rel=1e-5)


def test_balanced_weights() -> None:
    target, mask = torch.tensor([[0, 1], [1, -1]]), torch.tensor([[True, True], [True, False]])
    counts = torch.tensor([3, 0, 5])  # shares (3 + 1, 0 + 1, 5 + 1) / 11
    assert balance(counts, target, mask, 0.0).tolist() == [[1, 1], [1, 0]]
    assert balance(counts, target, mask, 0.5)[0].tolist() == pytest.approx([(11 / 4) ** 0.5, 11**0.5])
    assert balance(counts, target, mask, 1.0)[1].tolist() == pytest.approx([11, 0])


def test_value_against_returns_written_out() -> None:
    value = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    reward = torch.tensor([[9.0], [1.0], [5.0], [2.0]])
    first = torch.tensor([[False], [False], [True], [False]])
    mask = torch.ones(4, 1, dtype=torch.bool)
    # From the end: 4 stands for what comes later; frame 2 begins a game, so that frame 1 is the last of its own.
    returns = [1 + 0.5 * 0.0, 0.0, 2 + 0.5 * 4.0]
    expected = sum((float(v) - r) ** 2 for v, r in zip(value[:3, 0], returns, strict=True))
    assert float(value_error(value, reward, first, mask, 0.5)) == pytest.approx(expected)


def test_only_the_labelled_head_learns() -> None:
    strategy, label = torch.randn(2, 2, 3), torch.tensor([[0, 2], [-1, 1]])
    hbc = HBC()
    assert hbc.head(strategy, label).tolist() == [[0, 2], [0, 1]]
    assert hbc.mask(torch.ones(2, 2, dtype=torch.bool), label).tolist() == [[True, True], [False, True]]
    assert BC().mask(torch.ones(2, 2, dtype=torch.bool), label).all()
    assert BC().head(strategy, label).tolist() == [[0, 0], [0, 0]]


def test_the_released_code_draws_the_head() -> None:
    torch.manual_seed(0)
    sure = torch.tensor([[[50.0, 0.0, 0.0], [0.0, 0.0, 50.0]]])
    label = torch.tensor([[1, 1]])
    assert HBC(legacy=True).head(sure, label).tolist() == [[0, 2]], "the model's own strategy, not the label"
