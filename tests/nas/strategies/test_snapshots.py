"""A bounded cache of what was learned."""

from dataclasses import replace

from nas.ports import Outcome
from nas.strategies.snapshots import Snapshot, Snapshots
from search_spaces.testing import ToySpace

SPACE = ToySpace()
RESULTS = tuple(Outcome(number=number, genotype=(number,), values=(0.5,)) for number in range(1000))


def filled(limit, lengths):
    snapshots = Snapshots(limit)
    for length in lengths:
        snapshots.keep(Snapshot(space=SPACE, results=RESULTS[:length], state=length))
    return snapshots


def test_the_longest_beginning_is_the_nearest():
    snapshots = filled(10, (10, 30, 20))
    assert snapshots.nearest(SPACE, RESULTS[:29]).state == 20
    assert snapshots.nearest(SPACE, RESULTS).state == 30
    assert snapshots.nearest(SPACE, RESULTS[:9]) is None


def test_equal_results_are_known_again_and_others_are_not():
    snapshots = filled(10, (10, 20))
    equal = tuple(replace(outcome) for outcome in RESULTS)
    assert snapshots.nearest(SPACE, equal).state == 20
    other = [*RESULTS]
    other[15] = replace(other[15], values=(0.6,))
    assert snapshots.nearest(SPACE, other).state == 10
    other[3] = replace(other[3], fidelity=0.5)
    assert snapshots.nearest(SPACE, other) is None


def test_another_space_is_another_thing():
    assert filled(10, (10,)).nearest(ToySpace(), RESULTS) is None


def test_all_of_the_newest_are_kept_and_fewer_of_those_long_past():
    snapshots = filled(10, range(10, 1000, 10))
    assert len(snapshots) == 10
    found = [snapshots.nearest(SPACE, RESULTS[:length]) for length in (990, 985, 970, 800, 400)]
    assert [snapshot.state for snapshot in found[:3]] == [990, 980, 970]
    assert found[3].state > 600
    assert found[4] is not None


def test_a_cache_that_is_asked_backwards_keeps_to_its_bound():
    assert len(filled(5, range(500, 0, -10))) == 5
