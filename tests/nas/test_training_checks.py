"""A document whose task refuses what its space of trainings chooses is told so before anything is trained."""

import pytest

from nas.checks import problems_between
from nas.document import parse_document
from nas.errors import DocumentError

DATA = {"train": "train", "val": "val", "classes": 10}
CHOICES = "space.parts.training.choices"
SGD = {"optimizer.kind": ["sgd"]}


def told(choices, **task):
    training = {"kind": "training", "choices": choices}
    return of_training(training, **task)


def of_training(training, **task):
    space = {
        "kind": "joint",
        "parts": {"backbone": {"kind": "fixed", "architecture": "vgg-tiny"}, "training": training},
    }
    return dict(problems_between({"space": space, "task": {"kind": "classification", "data": DATA, **task}}))


def test_choices_the_task_takes_have_no_problems():
    choices = {
        "optimizer.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True},
        "batch_size": {"low": 8, "high": 64, "step": 8},
        "optimizer.kind": ["adamw", "sgd"],
        "optimizer.momentum": {"low": 0.8, "high": 0.99, "when": SGD},
        "optimizer.nesterov": {"values": [True, False], "when": {"optimizer.momentum": [0.8]}},
        "schedule.kind": ["cosine", "step"],
        "schedule.warmup": {"low": 0.0, "high": 0.5},
        "schedule.factor": {"low": 0.1, "high": 0.5, "when": {"schedule.kind": ["step"]}},
        "label_smoothing": [0.0, 0.1],
        "clip_norm": [0.5, 1],
    }
    assert told(choices) == {}


@pytest.mark.parametrize(
    ("choices", "name", "sentence"),
    [
        ({"epochs": [1, 2]}, "epochs", "cannot be chosen: it is the fidelity of all trials"),
        ({"data.train": ["other"]}, "data.train", "cannot be chosen: it says which pictures all candidates are given"),
        ({"image_size": [64]}, "image_size", "cannot be chosen: it says which pictures all candidates are given"),
        ({"kind": ["quality"]}, "kind", "cannot be chosen: all candidates are judged by it"),
        (
            {"learning_rate": [0.1]},
            "learning_rate",
            "unknown option of the task classification; did you mean 'optimizer.learning_rate'?",
        ),
        ({"batch_size": {"low": 0, "high": 64}}, "batch_size", "must be at least 1, got 0"),
        ({"batch_size": {"low": 8.0, "high": 64.0}}, "batch_size", "must be a whole number, got 8.056"),
        ({"dropout": {"low": 0.0, "high": 1.0}}, "dropout", "must be less than 1.0, got 1"),
        ({"optimizer.kind": ["adamw", "adam"]}, "optimizer.kind", "must be one of adamw, sgd, got 'adam'"),
        (
            {"optimizer.kind": ["sgd"], "optimizer.momentum": {"low": 0.8, "high": 1.0, "when": SGD}},
            "optimizer.momentum",
            "must be less than 1.0, got 1",
        ),
        (
            {"optimizer.momentum": [0.9]},
            "optimizer.momentum",
            "is no option where optimizer.kind is adamw; name under `when` the kinds for which it is chosen",
        ),
        (
            {"optimizer.kind": ["sgd", "adamw"], "optimizer.momentum": [0.9]},
            "optimizer.momentum",
            "is no option where optimizer.kind is adamw; name under `when` the kinds for which it is chosen",
        ),
    ],
)
def test_what_cannot_be_chosen_or_is_refused_is_named(choices, name, sentence):
    problems = told({"label_smoothing": [0.0], **choices})
    assert {field: problem.split("; known")[0] for field, problem in problems.items()} == {
        f"{CHOICES}.{name}": sentence
    }


def test_the_document_s_own_kind_counts_where_none_is_chosen():
    assert told({"optimizer.momentum": [0.9]}, optimizer={"kind": "sgd"}) == {}


def test_every_case_below_a_condition_is_tried():
    choices = {"label_smoothing": [0.0, 0.1], "dropout": {"values": [0.5, 2], "when": {"label_smoothing": [0.1]}}}
    assert told(choices) == {f"{CHOICES}.dropout": "must be less than 1.0, got 2"}


def test_what_is_given_as_one_training_or_several_is_held_to_the_task_too():
    one = {"kind": "training", "values": {"batch_size": 8, "optimizer.kind": "sgd", "optimizer.momentum": 0.9}}
    bad = {"kind": "training", "values": {"batch_size": 0, "epochs": 3}}
    assert of_training({"kind": "fixed", "architecture": one}) == {}
    assert set(of_training({"kind": "fixed", "architectures": [one, bad]})) == {
        f"space.parts.training.architectures.1.values.{name}" for name in ("batch_size", "epochs")
    }
    whole = {"kind": "joint", "parts": {"backbone": {"kind": "vgg"}, "training": bad}}
    stages = [{"width": 4, "depth": 1}]
    whole["parts"]["backbone"] |= {"stages": stages, "fc_width": 8, "batch_norm": True, "pooled_size": 1}
    space = {"kind": "fixed", "architecture": whole}
    problems = dict(problems_between({"space": space, "task": {"kind": "classification", "data": DATA}}))
    assert set(problems) == {f"space.architecture.parts.training.values.{name}" for name in ("batch_size", "epochs")}


def test_a_wrong_task_is_told_once_and_names_are_checked_all_the_same():
    problems = told({"epochs": [1], "batch_size": [0]}, batch_size="many")
    assert set(problems) == {f"{CHOICES}.epochs"}
    assert (
        set(problems_between({"space": {"kind": "vgg"}, "task": {"kind": "classification", "epochs": object()}}))
        == set()
    )


@pytest.mark.parametrize(
    ("kind", "backbone"),
    [("detection", "spinenet"), ("classification", "spinenet"), ("quality", "spinenet"), ("robustness", "vgg")],
)
def test_every_task_can_be_trained_in_other_ways_but_not_without_a_backbone(kind, backbone):
    training = {"kind": "training", "choices": {"batch_size": [8]}}
    joint = {"kind": "joint", "parts": {"backbone": {"kind": backbone}, "training": training}}
    assert list(problems_between({"space": joint, "task": {"kind": kind}})) == []
    alone = dict(problems_between({"space": training, "task": {"kind": kind}}))
    assert "got 'training'" in alone["space.kind"]


def test_a_document_is_refused_with_every_problem_at_once():
    document = {
        "name": "tiny",
        "space": {
            "kind": "joint",
            "parts": {
                "backbone": {"kind": "fixed", "architecture": "vgg-tiny"},
                "training": {"kind": "training", "choices": {"batch_size": [0], "epochs": [1]}},
            },
        },
        "task": {"kind": "classification", "data": DATA},
        "objectives": [{"metric": "top1", "goal": "maximize"}],
        "strategy": {"kind": "random"},
        "budget": {"trials": 2},
    }
    with pytest.raises(DocumentError) as raised:
        parse_document(document)
    assert [field for field, _ in raised.value.problems] == [f"{CHOICES}.batch_size", f"{CHOICES}.epochs"]
