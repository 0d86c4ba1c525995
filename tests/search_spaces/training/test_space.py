"""The training space keeps the laws alone and joined, and never asks for what does not matter."""

import json
from itertools import pairwise

import pytest

from search_spaces.errors import NotInSpace
from search_spaces.genotypes import count, decode, encode, trace, validate
from search_spaces.joint.architecture import Joint
from search_spaces.paths import paths
from search_spaces.registry import published_architecture, space_from
from search_spaces.testing import SpaceLaws
from search_spaces.training.architecture import Training
from search_spaces.training.space import TrainingSpace

CHOICES = {
    "optimizer.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True},
    "optimizer.weight_decay": {"low": 0.0, "high": 0.1},
    "batch_size": {"low": 8, "high": 64, "step": 8},
    "optimizer.kind": ["adamw", "sgd"],
    "optimizer.momentum": {"low": 0.8, "high": 0.99, "when": {"optimizer.kind": ["sgd"]}},
    "label_smoothing": [0.0, 0.1],
}
CHAIN = {
    "optimizer.nesterov": {"values": [True, False], "when": {"optimizer.momentum": [0.5, 0.9]}},
    "optimizer.momentum": {"values": [0.0, 0.5, 0.9], "when": {"optimizer.kind": ["sgd"]}},
    "optimizer.kind": ["adamw", "sgd"],
    "schedule.warmup": {"low": 0.0, "high": 0.4, "step": 0.1, "when": {"batch_size": [16, 64]}},
    "batch_size": {"low": 8, "high": 64, "log": True},
}
BACKBONE = published_architecture("vgg-tiny")


def training_space(choices: object) -> TrainingSpace:
    space = space_from({"kind": "training", "choices": choices})
    assert isinstance(space, TrainingSpace)
    return space


ALL_KINDS, CONDITIONAL = training_space(CHOICES), training_space(CHAIN)


class TestChoicesOfAllKinds(SpaceLaws):
    space = ALL_KINDS
    golden = (
        (
            (1, 1, 0, 500, 0),
            Training(
                values={
                    "batch_size": 16,
                    "label_smoothing": 0.1,
                    "optimizer.kind": "adamw",
                    "optimizer.learning_rate": 0.001,
                    "optimizer.weight_decay": 0.0,
                }
            ),
        ),
    )


class TestChoicesThatDependOnOthers(SpaceLaws):
    space = CONDITIONAL


class TestOneNumber(SpaceLaws):
    space = training_space({"optimizer.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}})


class TestJoinedWithNetworks(SpaceLaws):
    space = space_from(
        {
            "kind": "joint",
            "parts": {
                "backbone": {"kind": "vgg"},
                "resizer": {"kind": "resizer"},
                "training": {"kind": "training", "choices": CHOICES},
            },
        }
    )
    draws = 12


class TestJoinedWithAFixedNetwork(SpaceLaws):
    space = space_from(
        {
            "kind": "joint",
            "parts": {
                "backbone": {"kind": "fixed", "architecture": "vgg-tiny"},
                "training": {"kind": "training", "choices": CHAIN},
            },
        }
    )
    draws = 12


def test_the_count_is_that_of_brute_force_without_repetitions():
    every = [architecture.architecture_id for _, architecture in paths(CONDITIONAL)]
    whole = 64 - 8 + 1
    assert len(set(every)) == len(every) == count(CONDITIONAL) == (1 + 1 + 2 + 2) * (whole - 2 + 2 * 5)


def test_a_long_chain_of_conditions_is_counted_at_once():
    names = [f"o{number:03}" for number in range(50)]
    chain = {names[0]: [0, 1, 2]} | {
        name: {"values": [0, 1, 2], "when": {before: [0, 1, 2]}} for before, name in pairwise(names)
    }
    assert count(training_space(chain)) == 3**50


def test_only_what_matters_is_asked_and_set():
    adamw = decode(CONDITIONAL, (2, 0))
    assert adamw.values == {"batch_size": 10, "optimizer.kind": "adamw"}
    sgd = Training(values={"batch_size": 16, "optimizer.kind": "sgd", "optimizer.momentum": 0, "schedule.warmup": 0.2})
    assert [choice.call for choice in trace(CONDITIONAL, encode(CONDITIONAL, sgd))] == [
        *("batch_size", "optimizer.kind", "optimizer.momentum", "schedule.warmup")
    ]


def test_the_order_in_which_choices_are_written_means_nothing():
    turned = training_space(dict(reversed(CHAIN.items())))
    assert [decode(turned, genotype) for genotype, _ in paths(turned)] == [one for _, one in paths(CONDITIONAL)]


def test_joined_choices_are_named_after_the_part():
    joint = TestJoinedWithAFixedNetwork.space
    training = Training(values={"batch_size": 9, "optimizer.kind": "adamw"})
    architecture = Joint(parts={"backbone": BACKBONE, "training": training})
    assert [choice.name for choice in trace(joint, encode(joint, architecture))] == [
        *("training/batch_size", "training/optimizer.kind")
    ]
    assert joint.load(json.loads(architecture.canonical_json())) == architecture


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 9}, "values.optimizer.kind: is missing"),
        ({"batch_size": 7, "optimizer.kind": "adamw"}, r"values.batch_size: must be on the grid 8 \.\. 64 in 57 steps"),
        ({"batch_size": 9.4, "optimizer.kind": "adamw"}, "values.batch_size: .*, as 9, got 9.4"),
        ({"batch_size": True, "optimizer.kind": "adamw"}, "values.batch_size: .*got True"),
        ({"batch_size": 9, "optimizer.kind": "adam"}, "values.optimizer.kind: must be one of 'adamw', 'sgd'"),
        (
            {"batch_size": 9, "optimizer.kind": "adamw", "optimizer.momentum": 0.5},
            "values.optimizer.momentum: must not be set unless optimizer.kind is sgd",
        ),
        (
            {"batch_size": 9, "optimizer.kind": "sgd", "optimizer.momentum": 0, "optimizer.nesterov": True},
            "values.optimizer.nesterov: must not be set unless optimizer.momentum is 0.5 or 0.9",
        ),
        ({"batch_sise": 9}, "values.batch_sise: unknown choice; did you mean 'batch_size'?"),
    ],
)
def test_what_is_not_offered_is_refused_by_its_option(values, message):
    with pytest.raises(NotInSpace, match=message):
        validate(CONDITIONAL, Training(values=values))


def test_the_law_of_types_holds_for_listed_values():
    numbers = training_space({"optimizer.nesterov": [0, 1]})
    with pytest.raises(NotInSpace, match="must be one of 0, 1, got True"):
        validate(numbers, Training(values={"optimizer.nesterov": True}))
