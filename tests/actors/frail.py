"""A game whose engine fails; workers import it, so it is light."""

import os
import signal
import time

from yendor.evaluation.judge import Job, JudgedGame


class Frail(JudgedGame):
    """A game whose engine fails at a key of some games."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._core = job.seeds.core

    def press(self, action: int) -> bool:
        if self._play.steps == 20:
            if self._core == 1001:
                os.kill(os.getpid(), signal.SIGSEGV)
            if self._core == 1002:
                time.sleep(600)
            if self._core == 1003:
                raise OSError("no space left")
        return super().press(action)
