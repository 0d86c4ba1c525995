"""A fixed list of candidates."""

from pathlib import Path

import pytest

from nas.drivers.inline import run_inline
from nas.memory import MemoryStorage
from nas.opening import open_controller
from nas.records import Measurement, SearchStatus
from nas.strategies.fixed import candidate_of, candidates_of
from nas.testing.searches import toy_document
from search_spaces.errors import SpaceError
from search_spaces.genotypes import encode
from search_spaces.registry import space_from
from search_spaces.spinenet.published import PUBLISHED

NARROW = space_from({"kind": "spinenet", "width": 0.25, "alpha": 0.25, "endpoint_filters": 64})
SPINENET_49 = PUBLISHED["spinenet-49"].architecture


def test_a_published_graph_takes_the_widths_of_the_space():
    draw = candidate_of("spinenet-49", NARROW)
    assert draw.architecture.blocks == SPINENET_49.blocks
    assert (draw.architecture.width, draw.architecture.endpoint_filters) == (0.25, 64)
    assert encode(NARROW, draw.architecture) == draw.genotype


def test_json_and_genotypes_mean_the_same_architecture():
    draw = candidate_of("spinenet-49", NARROW)
    others = candidates_of([draw.genotype, draw.architecture.model_dump(mode="json")], NARROW)
    assert [other.architecture for other in others] == [draw.architecture] * 2


@pytest.mark.parametrize(
    ("candidate", "options", "message"),
    [
        ("spinenet-50", {}, "must be a published architecture .*got 'spinenet-50'"),
        ("spinenet-49", {"adjustments": False}, "levels|blocks differ"),
        (SPINENET_49.model_dump(mode="json"), {"width": 0.5}, "width"),
        ((1, 2), {}, "ends after 2 choices"),
    ],
)
def test_what_does_not_fit_the_space_is_refused(candidate, options, message):
    with pytest.raises(SpaceError, match=message):
        candidate_of(candidate, space_from({"kind": "spinenet", **options}))


def test_a_search_over_one_candidate_trains_it_once_and_each_seed_differently():
    storage = MemoryStorage()
    seeds = []
    for seed in (0, 1):
        document = toy_document(strategy={"kind": "fixed", "candidates": ["spinenet-49"]}, seed=seed)
        search = storage.create_search("one", document.model_dump(mode="json"))
        controller = open_controller(storage, search.id, owner="test", home=Path("home"))
        run_inline(controller, lambda assignment: iter([Measurement(fidelity=1, metrics={"AP": 1.0})]))
        assert storage.search(search.id).status is SearchStatus.COMPLETED
        assert storage.search(search.id).reason is None
        (trial,) = storage.trials(search.id)
        seeds.append((trial.architecture_id, trial.seed))
    assert seeds[0][0] == seeds[1][0]
    assert seeds[0][1] != seeds[1][1]
