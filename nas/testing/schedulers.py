"""The conformance suite of schedulers.

class TestMine(SchedulerSuite):
    @pytest.fixture
    def scheduler(self) -> Scheduler: ...
"""

import random
from collections.abc import Iterator

from nas.ports import Curve, Scheduler, Standing

FULL = 27


def curve_of(seed: int, length: int) -> Curve:
    """A noisy rising curve of a trial."""
    rng = random.Random(seed)
    best = rng.random()
    return tuple((epoch, best * epoch / FULL + 0.05 * rng.random()) for epoch in range(1, length + 1))


def standings_of(seed: int, trials: int = 40) -> list[Standing]:
    """Trials of every length; some of them were stopped."""
    rng = random.Random(seed)
    lengths = [rng.randint(0, FULL) for _ in range(trials)]
    return [
        Standing(
            number=number, curve=curve_of(rng.randrange(2**32), length), stopped=0 < length < FULL and number % 2 == 0
        )
        for number, length in enumerate(lengths)
    ]


class SchedulerSuite:
    """Everything a scheduler owes the core. Supply a `scheduler` fixture, for trials of `FULL` epochs."""

    def test_the_same_arguments_give_the_same_decision(self, scheduler: Scheduler) -> None:
        assert self._decisions(scheduler) == self._decisions(scheduler)
        backwards = [scheduler.promotes(standings_of(seed)) for seed in reversed(range(20))]
        assert backwards == [scheduler.promotes(standings_of(seed)) for seed in range(20)][::-1]

    def test_what_it_is_shown_is_not_changed(self, scheduler: Scheduler) -> None:
        standings = standings_of(1)
        scheduler.promotes(standings)
        scheduler.stops(curve_of(2, 9), standings)
        assert standings == standings_of(1)

    def test_others_may_be_anything_that_can_be_gone_through_once(self, scheduler: Scheduler) -> None:
        for length in range(1, FULL):
            once: Iterator[Standing] = iter(standings_of(3))
            assert scheduler.stops(curve_of(4, length), once) == scheduler.stops(curve_of(4, length), standings_of(3))

    def test_a_lone_trial_goes_on(self, scheduler: Scheduler) -> None:
        assert not any(scheduler.stops(curve_of(5, length), ()) for length in range(1, FULL + 1))
        assert scheduler.promotes(()) is None

    def test_only_a_stopped_trial_is_promoted(self, scheduler: Scheduler) -> None:
        for seed in range(40):
            standings = standings_of(seed)
            number = scheduler.promotes(standings)
            assert number is None or standings[number].stopped

    def test_the_best_there_ever_was_goes_on(self, scheduler: Scheduler) -> None:
        best = tuple((epoch, 10.0 + epoch) for epoch in range(1, FULL + 1))
        for seed in range(20):
            assert not any(scheduler.stops(best[:length], standings_of(seed)) for length in range(1, FULL + 1))

    def _decisions(self, scheduler: Scheduler) -> list[bool]:
        return [scheduler.stops(curve_of(seed, seed % FULL + 1), standings_of(seed)) for seed in range(60)]
