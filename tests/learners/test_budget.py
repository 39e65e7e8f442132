"""When a training ends: a signal is heard whenever it comes."""

import signal

import torch
from torch import Tensor

from yendor.learners.budget import Budget
from yendor.learners.ranks import Ranks

CPU = torch.device("cpu")


class Late(Ranks):
    """A signal comes while the processes are telling each other that none has come."""

    def sum(self, numbers: Tensor) -> Tensor:
        signal.raise_signal(signal.SIGINT)
        return super().sum(numbers)


def test_a_signal_that_comes_during_the_question_is_heard_at_the_next() -> None:
    with Budget(None, None, None, Late(CPU, 1), CPU) as budget:
        assert not budget.over(1)
        assert not budget.stopping, "the others do not know it yet"
        assert budget.over(2)
        assert budget.stopping


def test_without_a_signal_the_steps_end_it() -> None:
    with Budget(2, None, None, Ranks(CPU, 1), CPU) as budget:
        assert not budget.over(1)
        assert budget.over(2)
        assert not budget.stopping
