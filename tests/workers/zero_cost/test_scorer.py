"""Scores of the networks of every kind of task, through its port."""

import math

import pytest
import torch

from nas.errors import ScreeningFailed
from nas.screening import SCORES
from search_spaces.joint.architecture import Joint
from search_spaces.training.architecture import Training
from tests.workers import tiny_classification, tiny_detection, tiny_quality, tiny_robustness
from workers.zero_cost.scorer import Scorer
from workers.zero_cost.scores import BATCHES

TASKS = {
    "classification": (
        lambda folder: tiny_classification.tiny_classification(tiny_classification.write_tiny_classes(folder)),
        [*tiny_classification.BACKBONES.values(), tiny_classification.resized()],
    ),
    "detection": (
        lambda folder: tiny_detection.tiny_task(tiny_detection.write_tiny_data(folder)),
        [tiny_detection.tiny_architecture(), tiny_detection.resized()],
    ),
    "quality": (
        lambda folder: tiny_quality.tiny_quality(tiny_quality.write_tiny_ratings(folder)),
        [tiny_quality.tiny_vgg(), tiny_classification.resized()],
    ),
    "robustness": (
        lambda folder: tiny_robustness.tiny_task(tiny_robustness.write_tiny_pictures(folder)),
        [tiny_robustness.candidate(), tiny_robustness.candidate("none")],
    ),
}


def scorer(folder, task, scores=SCORES, **options):
    order = {"seed": 0, "cache_directory": str(folder / "cache"), **options}
    return Scorer(task=task, scores=scores, **order)


@pytest.fixture
def classification(tmp_path):
    return TASKS["classification"][0](tmp_path / "data")


@pytest.mark.parametrize("kind", TASKS)
def test_every_task_has_its_candidates_scored_the_same_by_every_worker(kind, tmp_path):
    write, architectures = TASKS[kind]
    task = write(tmp_path / "data")
    before = torch.get_rng_state()
    first = scorer(tmp_path, task)(architectures)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(set(scores) == set(SCORES) for scores in first)
    assert all(math.isfinite(value) for scores in first for value in scores.values())
    assert first[0] != first[1]
    other = scorer(tmp_path, task)
    assert [other([architecture])[0] for architecture in reversed(architectures)] == first[::-1]


@pytest.mark.parametrize("name", SCORES)
def test_a_score_does_not_depend_on_which_others_are_computed(name, tmp_path, classification):
    architectures = TASKS["classification"][1]
    alone = scorer(tmp_path, classification, [name])(architectures)
    together = scorer(tmp_path, classification, SCORES[::-1])(architectures)
    assert alone == [{name: scores[name]} for scores in together]


def test_the_seed_is_that_of_the_weights_and_the_flow_depends_on_no_data(tmp_path, classification):
    architectures = TASKS["classification"][1][:1]
    (first,) = scorer(tmp_path, classification)(architectures)
    (second,) = scorer(tmp_path, classification, seed=1)(architectures)
    assert all(first[name] != second[name] for name in SCORES)
    others = {part: tiny_classification.write_classes(tmp_path / f"other_{part}", 8) for part in ("train", "val")}
    (moved,) = scorer(tmp_path, {**classification, "data": others})(architectures)
    assert moved["synflow"] == first["synflow"]
    assert all(moved[name] != first[name] for name in SCORES if name != "synflow")


def test_more_pictures_may_be_looked_at_than_a_step_trains_on(tmp_path, classification):
    architectures = TASKS["classification"][1][:1]
    few, more = (scorer(tmp_path, classification, batch_size=size)(architectures)[0] for size in (None, 12))
    assert more["nwot"] > few["nwot"]
    assert more["synflow"] == few["synflow"]


def test_candidates_that_choose_their_training_are_scored_with_it_on_equally_many_pictures(tmp_path, classification):
    def trained(**values):
        return Joint(parts={"backbone": tiny_classification.tiny_vgg(), "training": Training(values=values)})

    candidates = [trained(batch_size=3), trained(batch_size=12), trained(label_smoothing=0.3)]
    small, large, smooth = scorer(tmp_path, classification)(candidates)
    assert small == large
    assert smooth["nwot"] == small["nwot"]
    assert smooth["grad_norm"] != small["grad_norm"]


def test_what_no_network_can_be_built_around_is_a_reason_of_its_own(tmp_path, classification):
    good = tiny_classification.tiny_vgg()
    bad = good.model_copy(update={"kind": "unknown"})
    answers = scorer(tmp_path, classification, ["synflow"])([good, bad])
    assert isinstance(answers[0], dict)
    assert isinstance(answers[1], str)


def test_data_that_cannot_be_read_fail_all_of_them(tmp_path, classification):
    gone = {**classification, "data": {"train": str(tmp_path / "nothing"), "val": str(tmp_path / "nothing")}}
    with pytest.raises(ScreeningFailed, match="nothing"):
        scorer(tmp_path, gone)([tiny_classification.tiny_vgg()])


def test_zico_without_a_second_batch_is_told_with_what_helps(tmp_path, classification):
    with pytest.raises(ScreeningFailed, match=r"which gives 1: make screening\.batch_size smaller"):
        scorer(tmp_path, classification, ["zico"], batch_size=64)([tiny_classification.tiny_vgg()])


def test_every_score_of_a_document_is_computed_here():
    assert set(BATCHES) == set(SCORES)


@pytest.mark.gpu
def test_a_gpu_gives_the_scores_of_the_processor(tmp_path, classification):
    architectures = TASKS["classification"][1]
    on_gpu, here = (scorer(tmp_path, classification, gpus=gpus)(architectures) for gpus in (1, 0))
    for found, expected in zip(on_gpu, here, strict=True):
        assert found == pytest.approx(expected, rel=0.01)
