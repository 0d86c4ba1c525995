"""What a search would be like, held to what it then is."""

from fractions import Fraction

import pytest

from nas.companions import planned
from nas.preview import MOST_DRAWS, WANTED, Trainings, preview_of
from nas.records import Measurement, TrialStatus
from nas.static_metrics import static_metrics_of
from nas.testing.searches import SPLIT, toy_document
from nas.testing.stored import trial
from search_spaces.genotypes import count
from search_spaces.registry import space_from

NARROW = {"kind": "spinenet", "width": 0.125, "alpha": 0.25, "stem_filters": 16, "endpoint_filters": 32}
RESIZED = {
    "kind": "joint",
    "parts": {"backbone": NARROW, "resizer": {"kind": "resizer", "input_size": [256], "output_size": [128]}},
}


def document(**fields):
    return toy_document(**{"space": NARROW, **fields})


def test_the_space_is_counted_and_twenty_candidates_are_drawn():
    preview = preview_of(document())
    assert preview.architectures == count(space_from(NARROW))
    assert (len(preview.drawn.feasible), preview.drawn.infeasible) == (WANTED, 0)
    metrics = static_metrics_of(document().task)
    for candidate in preview.drawn.feasible:
        assert candidate.metrics == metrics(candidate.draw.architecture)
    spread = preview.spreads["macs"]
    values = sorted(candidate.metrics["macs"] for candidate in preview.drawn.feasible)
    assert (spread.low, spread.high) == (values[0], values[-1])
    assert spread.low <= spread.middle == (values[9] + values[10]) / 2


def test_it_is_the_same_every_time_and_another_one_for_another_seed():
    first, again, other = (preview_of(document(seed=seed)) for seed in (3, 3, 4))
    assert first == again
    assert first.drawn != other.drawn


def test_the_share_of_infeasible_draws_is_told_with_a_reason():
    middle = preview_of(document()).spreads["params"].middle
    drawn = preview_of(document(constraints=[{"metric": "params", "max": middle}])).drawn
    share = Fraction(drawn.infeasible, drawn.infeasible + len(drawn.feasible))
    assert Fraction(1, 5) < share < Fraction(4, 5)
    assert all(candidate.metrics["params"] <= middle for candidate in drawn.feasible)
    assert drawn.broken.startswith("params ")


def test_where_nothing_fits_drawing_ends():
    preview = preview_of(document(constraints=[{"metric": "macs", "max": 1}], comparison={"top": 2, "seeds": 3}))
    assert (preview.drawn.feasible, preview.drawn.infeasible) == ((), MOST_DRAWS)
    assert preview.spreads == {}
    assert preview.trainings == Trainings(candidates=30, repeats=6)


def test_fixed_candidates_are_those_that_are_shown():
    other = list(preview_of(document()).drawn.feasible[0].draw.genotype)
    preview = preview_of(document(strategy={"kind": "fixed", "candidates": [other, "spinenet-49"]}))
    assert preview.drawn.feasible[0].draw.genotype == tuple(other)
    assert (len(preview.drawn.feasible), preview.drawn.infeasible, preview.trainings.total) == (2, 0, 2)


@pytest.mark.parametrize("equal_macs", [False, True])
def test_companions_are_as_many_as_are_planned_then(equal_macs):
    comparison = {"top": 2, "seeds": 3, "equal_macs": equal_macs}
    small = document(space=RESIZED, budget={"trials": 4}, comparison=comparison)
    preview = preview_of(small)
    found = [
        trial(
            number,
            status=TrialStatus.COMPLETED,
            architecture=each.draw.architecture.model_dump(mode="json"),
            measurements=(Measurement(fidelity=1, metrics={"AP": 0.1}),),
        )
        for number, each in enumerate(preview.drawn.feasible[:4])
    ]
    plans = planned(found, small, space_from(small.space).load, static_metrics_of(small.task))
    controls = {"plain": 6, "equal_macs": 6} if equal_macs else {"plain": 6}
    assert preview.trainings == Trainings(candidates=4, repeats=6, controls=controls)
    assert preview.trainings.total == 4 + len(plans)


def test_without_its_data_only_costs_are_unknown():
    preview = preview_of(document(task={"kind": "detection", "data": {"train": SPLIT, "val": SPLIT}}))
    assert preview.drawn.unknown.startswith("task.data.val.annotations: cannot be read")
    assert (preview.spreads, preview.pictures, preview.trainings.total) == ({}, None, 30)
    assert preview.architectures > 10**30
