"""Schedulers by their options."""

import pytest

from nas.schedulers.asha import Asha, AshaScheduler
from nas.schedulers.median import Median, MedianScheduler
from nas.schedulers.registry import Unhurried, scheduler_from
from nas.testing.schedulers import SchedulerSuite


class TestUnhurried(SchedulerSuite):
    @pytest.fixture
    def scheduler(self):
        return Unhurried()


def test_options_make_their_scheduler():
    assert scheduler_from(AshaScheduler(min_epochs=2, eta=2), full=8) == Asha(rungs=(2, 4), eta=2)
    assert scheduler_from(MedianScheduler(min_epochs=3), full=8) == Median(min_fidelity=3, min_trials=5)
    assert isinstance(scheduler_from(None, full=8), Unhurried)
