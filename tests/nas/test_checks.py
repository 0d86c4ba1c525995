"""Parts of a document held beside one another."""

import pytest

from nas.checks import problems_between
from search_spaces.registry import published_architecture

SPACE = {"kind": "spinenet"}


def told(**data):
    return dict(problems_between(data))


def test_a_document_whose_parts_fit_has_no_problems():
    assert told(space=SPACE, objectives=[{"metric": "AP"}], constraints=[{"metric": "AP"}, {"metric": "macs"}]) == {}


def test_options_of_the_space_are_named_below_it():
    assert set(told(space={"kind": "spinenet", "width": -1, "windw": 2})) == {"space.width", "space.windw"}
    assert "unknown kind 'spine'" in told(space={"kind": "spine"})["space.kind"]


def test_a_metric_the_task_does_not_measure_is_refused_with_the_nearest():
    problems = told(objectives=[{"metric": "AP_smal"}], constraints=[{"metric": "latency"}])
    assert "did you mean 'AP_small'?" in problems["objectives.0.metric"]
    assert "known: AP, AP50" in problems["constraints.0.metric"]
    assert told(objectives=[{"metric": "AP50/"}]) != {}


def test_two_constraints_may_share_a_metric_and_an_objective_may_be_constrained():
    assert told(objectives=[{"metric": "AP"}], constraints=[{"metric": "AP"}, {"metric": "AP"}]) == {}


@pytest.mark.parametrize(("lag", "fits"), [(3, False), (4, True), ("none", True), (None, True)])
def test_the_lag_is_at_least_the_concurrency(lag, fits):
    problems = told(strategy={"kind": "evolution", "lag": lag}, resources={"concurrent": 4})
    assert (problems == {}) == fits


@pytest.mark.parametrize("wrong", [3, "text", [], None])
def test_what_has_the_wrong_shape_is_left_to_pydantic(wrong):
    assert told(space=wrong, task=wrong, strategy=wrong, resources=wrong, objectives=wrong, constraints=[wrong]) == {}
    assert told(space=SPACE, strategy={"kind": "fixed", "candidates": wrong}) == {}


CLASSIFICATION = {"kind": "classification"}
RESIZER = {"kind": "resizer"}


def joint(**parts):
    return {"kind": "joint", "parts": parts}


def test_every_task_knows_its_own_metrics():
    assert told(task=CLASSIFICATION, objectives=[{"metric": "top1"}, {"metric": "macs"}]) == {}
    problems = told(task=CLASSIFICATION, objectives=[{"metric": "AP"}, {"metric": "top_1"}])
    assert problems["objectives.0.metric"].startswith("unknown metric 'AP' of the task classification")
    assert "did you mean 'top1'?" in problems["objectives.1.metric"]
    assert "per class" not in problems["objectives.0.metric"]


def test_the_metrics_of_quality():
    task = {"kind": "quality"}
    assert (
        told(task=task, space=joint(backbone={"kind": "vgg"}, resizer=RESIZER), objectives=[{"metric": "EMD2"}]) == {}
    )
    assert "did you mean 'EMD" in told(task=task, objectives=[{"metric": "EMD"}])["objectives.0.metric"]


def test_the_metrics_of_robustness_with_those_of_any_layer():
    task, space = {"kind": "robustness"}, joint(backbone={"kind": "vgg"}, fine_tuning={"kind": "fine_tuning"})
    named = ("top1_mean", "top1_noise_60", "sign_agreement/conv5_3/noise", "params")
    assert told(task=task, space=space, objectives=[{"metric": name} for name in named]) == {}
    problems = told(task=task, space=joint(backbone={"kind": "vgg"}, resizer=RESIZER), objectives=[{"metric": "top1"}])
    assert "did you mean 'top1_" in problems["objectives.0.metric"]
    assert "must be one of backbone, fine_tuning" in problems["space.parts.resizer"]


def test_metrics_of_a_resizer_need_one():
    constraints = [{"metric": "resizer_macs"}]
    behind = joint(backbone={"kind": "vgg"}, resizer=RESIZER)
    assert told(task=CLASSIFICATION, space=behind, constraints=constraints) == {}
    problems = told(task=CLASSIFICATION, space={"kind": "vgg"}, constraints=constraints)
    assert problems["constraints.0.metric"].startswith("unknown metric 'resizer_macs'")


@pytest.mark.parametrize(
    ("task", "space", "field", "sentence"),
    [
        ("detection", {"kind": "vgg"}, "space.kind", "must be one of spinenet for the task detection, got 'vgg'"),
        (
            "classification",
            RESIZER,
            "space.kind",
            "must be one of spinenet, vgg, torchvision for the task classification, got 'resizer'",
        ),
        (
            "classification",
            joint(resizer=RESIZER),
            "space",
            "must hold a backbone for the task classification, one of spinenet, vgg, torchvision",
        ),
        (
            "classification",
            joint(backbone=SPACE, fine_tuning={"kind": "fine_tuning"}),
            "space.parts.fine_tuning",
            "the task classification has no use for it; a part must be one of backbone, resizer, training",
        ),
    ],
)
def test_a_task_says_which_parts_it_has_a_use_for(task, space, field, sentence):
    assert told(task={"kind": task}, space=space) == {field: sentence}


def test_a_detector_may_stand_behind_a_resizer():
    objectives = [{"metric": "AP"}, {"metric": "resizer_macs", "goal": "minimize"}]
    assert told(space=joint(backbone=SPACE, resizer={**RESIZER, "output_size": [128]}), objectives=objectives) == {}


def test_a_resizer_gives_a_detector_pictures_of_the_sizes_it_may_have():
    resizer = {**RESIZER, "output_size": [256, [256, 16], 31]}
    assert told(space=joint(backbone=SPACE, resizer=resizer)) == {
        "space.parts.resizer.output_size.1": "must have sides in 32..8192 for the task detection, got 256 x 16",
        "space.parts.resizer.output_size.2": "must have sides in 32..8192 for the task detection, got 31 x 31",
    }
    assert told(task=CLASSIFICATION, space=joint(backbone=SPACE, resizer=resizer)) == {}
    fixed = {"kind": "fixed", "architecture": {"kind": "resizer", "input_size": 64, "output_size": 16}}
    assert set(told(space=joint(backbone=SPACE, resizer=fixed))) == {"space.parts.resizer.architecture.output_size"}
    several = {"kind": "fixed", "architectures": [{**fixed["architecture"], "output_size": 32}, fixed["architecture"]]}
    task = {"kind": "detection", "output_multiple": 32}
    assert set(told(task=task, space=joint(backbone=SPACE, resizer=several))) == {
        "space.parts.resizer.architectures.1.output_size"
    }


def test_a_resizer_gives_a_detector_sides_that_are_multiples_of_the_largest_stride():
    space = joint(backbone=SPACE, resizer={**RESIZER, "output_size": [128, [384, 320]]})
    assert told(space=space) == {
        "space.parts.resizer.output_size.1": "must have sides that are multiples of task.output_multiple, 128, for the "
        "task detection, got 384 x 320"
    }
    assert told(task={"kind": "detection", "output_multiple": 64}, space=space) == {}


def test_fixed_parts_count_by_what_they_hold():
    fixed = {"kind": "fixed", "architecture": "spinenet-49"}
    assert told(space=fixed) == {}
    assert told(task=CLASSIFICATION, space=joint(backbone=fixed, resizer=RESIZER)) == {}
    assert told(task=CLASSIFICATION, space={"kind": "fixed", "architectures": ["spinenet-49", "vgg-tiny"]}) == {}
    mixed = {"kind": "fixed", "architectures": ["spinenet-49", "vgg-tiny"]}
    sentence = "must be one of spinenet for the task detection, got 'vgg'"
    assert told(space=joint(backbone=mixed)) == {"space.parts.backbone.kind": sentence}
    whole = {"kind": "joint", "parts": {"backbone": published_architecture("vgg-tiny").model_dump(mode="json")}}
    assert told(space={"kind": "fixed", "architectures": [whole]}) == {"space.kind": sentence}
    wrong = {"kind": "fixed", "architecture": {"kind": "torchvision", "name": "vgg16"}}
    assert set(told(space=wrong)) == {"space.kind"}


def test_every_architecture_is_tried_of_a_small_space_only():
    refused = told(strategy={"kind": "exhaustive"}, space=SPACE)
    assert list(refused) == ["strategy.kind"]
    assert "at most 100,000 ways to choose, this one has about 10^37" in refused["strategy.kind"]
    fixed = {"kind": "fixed", "architecture": "spinenet-49"}
    assert told(strategy={"kind": "exhaustive"}, space=fixed) == {}


def test_a_scheduler_that_could_stop_nothing_is_refused():
    sentence = "must be below task.epochs, 4, or no trial is ever stopped early; got 4"
    assert told(task={"epochs": 4}, scheduler={"kind": "asha", "min_epochs": 4}) == {"scheduler.min_epochs": sentence}
    late = told(task={"epochs": 4, "evaluate_every": 4}, scheduler={"kind": "median"})
    assert late == {"task.evaluate_every": sentence}
    assert told(task={"epochs": 4}, scheduler={"kind": "asha", "min_epochs": 3}) == {}
