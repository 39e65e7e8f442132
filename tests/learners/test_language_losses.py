"""The losses of language models against sums written out."""

import pytest
import torch
from torch.nn.functional import log_softmax

from yendor.learners.losses.language import mean_loss, tell, whole


@pytest.mark.parametrize("limit", [1 << 26, 3 * 11, 1])
def test_next_tokens_a_slice_at_a_time(limit: int) -> None:
    torch.manual_seed(0)
    weight = torch.randn(11, 5, requires_grad=True)
    hidden = torch.randn(17, 5, requires_grad=True)
    target = torch.randint(0, 11, (17,))
    sizes = []

    def head(some: torch.Tensor) -> torch.Tensor:
        sizes.append(len(some) * 11)
        return some @ weight.T

    told = tell(head, hidden, target, limit=limit)
    assert max(sizes) <= max(limit, 11)
    found = torch.autograd.grad(told.loss, (weight, hidden))
    logits = hidden @ weight.T
    loss = -sum(log_softmax(logits[k], -1)[target[k]] for k in range(17))
    wanted = torch.autograd.grad(loss, (weight, hidden))
    assert float(told.loss) == pytest.approx(float(loss), rel=1e-6)
    assert told.right.tolist() == [int(logits[k].argmax()) == int(target[k]) for k in range(17)]
    assert all(torch.allclose(one, two, atol=1e-5) for one, two in zip(found, wanted, strict=True))
    unasked = tell(head, hidden, target, judge=False, limit=limit)
    assert float(unasked.loss) == float(told.loss)
    assert not len(unasked.right)


def test_no_target_is_no_loss_and_keeps_the_gradient_whole() -> None:
    hidden = torch.randn(0, 5, requires_grad=True)
    told = tell(lambda x: x @ torch.ones(5, 3), hidden, torch.zeros(0, dtype=torch.int64))
    told.loss.backward()
    assert float(told.loss) == 0
    assert hidden.grad is not None


def test_a_group_is_right_when_all_its_tokens_are() -> None:
    right = torch.tensor([True, True, False, True, True, False])
    assert whole(right, torch.tensor([0, 0, 1, 1, 2, 3]), 4).tolist() == [True, False, True, False]
    assert whole(right[:0], torch.zeros(0, dtype=torch.int64), 0).tolist() == []


def test_the_mean_weighs_observations() -> None:
    numbers = [torch.tensor(x) for x in (6.0, 40.0, 3.0, 10.0)]
    assert float(mean_loss(*numbers, 1.0)) == pytest.approx(46 / 13)
    assert float(mean_loss(*numbers, 0.0)) == pytest.approx(2)
    assert float(mean_loss(*numbers, 0.5)) == pytest.approx(26 / 8)
    nothing = torch.zeros(())
    assert float(mean_loss(nothing, nothing, nothing, nothing, 1.0)) == 0
