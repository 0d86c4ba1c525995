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
from search_spaces.joint.fixed import FixedSpace
from search_spaces.joint.space import JointSpace
from search_spaces.registry import space_from
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.testing import ToyResizerSpace, ToySpace

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


JOINT = JointSpace({"backbone": NARROW, "resizer": ToyResizerSpace()})
RESIZER = {"kind": "toy_resizer", "depth": 1, "filters": 16}


def joint(**parts):
    return {"kind": "joint", "parts": {"backbone": "spinenet-49", "resizer": RESIZER, **parts}}


def test_json_and_genotypes_of_a_joint_space_mean_the_same_architecture():
    backbone = candidate_of("spinenet-49", NARROW)
    written = {
        "kind": "joint",
        "parts": {"backbone": backbone.architecture.model_dump(mode="json"), "resizer": RESIZER},
    }
    draw, other, named = candidates_of([written, (*backbone.genotype, 1, 1), joint()], JOINT)
    assert draw == other == named
    assert draw.genotype == (*backbone.genotype, 1, 1)
    assert draw.architecture.parts["backbone"] == backbone.architecture


def test_fixed_parts_of_a_joint_space_are_given_as_they_are_fixed():
    space = JointSpace({"backbone": FixedSpace(SPINENET_49), "resizer": ToyResizerSpace()})
    assert candidate_of(joint(), space) == candidate_of((1, 1), space)
    with pytest.raises(SpaceError, match=r"^parts\.backbone\.block_repeats: the space gives 1, got 2"):
        candidate_of(joint(backbone="spinenet-96"), space)


@pytest.mark.parametrize(
    ("candidate", "message"),
    [
        ("spinenet-49", "must be a joint architecture .* got 'spinenet-49'"),
        (joint(backbone="spinenet-50"), r"^parts\.backbone: must be a published architecture .*got 'spinenet-50'"),
        (joint(resizer="spinenet-49"), r"^parts\.resizer: 'spinenet-49' is a SpineNet, .* 'toy_resizer' does not hold"),
        (joint(head="spinenet-49"), r"^parts\.head: must be an object"),
        (joint(resizer={**RESIZER, "depth": "deep"}), r"^parts\.resizer\.depth: must be a valid integer, got 'deep'"),
        (
            joint(backbone=SPINENET_49.model_dump(mode="json")),
            r"^parts\.backbone\.width: the space gives 0\.25, got 1\.0",
        ),
        ({"kind": "joint", "parts": {"resizer": RESIZER}}, r"^parts\.backbone: is missing"),
        ({"kind": "joint", "parts": 3}, r"^parts: must be an object, got 3"),
        ({"kind": "joint"}, r"^parts: "),
        ((1, 2), r"^backbone/intermediates\.2 is missing: the genotype ends after 2 choices"),
    ],
)
def test_what_does_not_fit_a_joint_space_is_refused_by_the_field_of_its_part(candidate, message):
    with pytest.raises(SpaceError, match=message):
        candidate_of(candidate, JOINT)


def test_a_published_graph_of_another_kind_is_refused_by_a_sentence():
    with pytest.raises(SpaceError, match="'spinenet-49' is a SpineNet, which a space of kind 'toy' does not hold"):
        candidate_of("spinenet-49", ToySpace())


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
