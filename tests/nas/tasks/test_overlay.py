"""A candidate's training lies over the options of the document, and touches nothing that candidates have in common."""

import pytest

from nas.errors import DocumentError
from nas.static_metrics import static_metrics_of
from nas.tasks.classification import ClassificationTask
from nas.tasks.detection import DetectionTask
from nas.tasks.overlay import choosable, laid_over, problem_of_option, problems_of_values, with_training
from nas.tasks.quality import QualityTask
from nas.tasks.robustness import RobustnessTask, TrainedTeacher
from nas.tasks.training import AdamW, Cosine, Sgd, Step
from search_spaces.registry import published_architecture
from search_spaces.training.architecture import Training

DATA = {"train": "train", "val": "val", "classes": 10}
TASK = ClassificationTask.model_validate(
    {"data": DATA, "optimizer": {"kind": "adamw", "learning_rate": 0.01, "betas": (0.8, 0.9)}, "epochs": 3}
)
OPTIMIZER = ["kind", "learning_rate", "weight_decay", "betas", "momentum", "nesterov"]
SHARED_BY_ALL = {
    "batch_size",
    *(f"optimizer.{name}" for name in OPTIMIZER if name != "betas"),
    *(f"schedule.{name}" for name in ("kind", "warmup", "final", "factor")),
    *("clip_norm", "ema_decay"),
}
BATCH_NORM = {"batch_norm.momentum", "batch_norm.epsilon", "batch_norm.reestimate_batches"}
NETWORK = {"activation", "stochastic_depth", "zero_last_gamma"}
CHOOSABLE = {
    DetectionTask: {
        *(SHARED_BY_ALL | BATCH_NORM | NETWORK),
        *("head.predictor_std", "anchors.size"),
        *(f"matching.{name}" for name in ("positive_iou", "negative_iou", "force_best")),
        *(f"loss.{name}" for name in ("focal_alpha", "focal_gamma", "huber_delta", "box_weight", "class_prior")),
    },
    ClassificationTask: {*(SHARED_BY_ALL | BATCH_NORM | NETWORK), "label_smoothing", "dropout"},
    QualityTask: {*(SHARED_BY_ALL | BATCH_NORM | NETWORK), "dropout", "emd_exponent"},
    RobustnessTask: {
        *SHARED_BY_ALL,
        *("label_smoothing", "clean_weight", "loss_normalisation", "margin", "teacher_dropout", "student_dropout"),
    },
}
"""Everything that may be chosen: a new option of a task belongs here, or into `overlay.KEPT` with its reason."""


def laid(task=TASK, **values):
    return with_training(task, Training(values={name.replace("__", "."): value for name, value in values.items()}))


def test_without_a_training_the_task_is_the_document_s():
    assert with_training(TASK, None) is TASK


def test_what_is_not_named_stays_as_it_is():
    found = laid(batch_size=16, optimizer__learning_rate=1, label_smoothing=0)
    assert found.optimizer == AdamW(learning_rate=1.0, betas=(0.8, 0.9))
    assert (found.batch_size, found.label_smoothing) == (16, 0.0)
    named = {"batch_size", "optimizer", "label_smoothing"}
    assert found.model_dump(exclude=named) == TASK.model_dump(exclude=named)


def test_another_kind_begins_with_its_own_defaults():
    assert laid(optimizer__kind="sgd", optimizer__momentum=0.5).optimizer == Sgd(momentum=0.5)
    assert laid(schedule__kind="step", schedule__warmup=0.3).schedule == Step(warmup=0.3)
    assert laid(optimizer__kind="adamw").optimizer == TASK.optimizer
    assert laid(optimizer__kind="sgd").schedule == Cosine()


def test_laying_over_changes_nothing_in_place():
    options = TASK.model_dump(mode="json")
    laid_over(options, {"optimizer.learning_rate": 0.5, "ema_decay": 0.9})
    assert options == TASK.model_dump(mode="json")


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"batch_size": 8.5}, "batch_size", "must be a whole number"),
        ({"batch_size": "8"}, "batch_size", "must be a whole number"),
        ({"optimizer.learning_rate": 0}, "optimizer.learning_rate", "must be more than 0"),
        ({"optimizer.kind": "adam"}, "optimizer.kind", "must be one of adamw, sgd, got 'adam'"),
        ({"optimizer.momentum": 0.9}, "optimizer.momentum", "unknown field"),
        ({"optimizer.learning.rate": 0.9}, "optimizer.learning", "unknown field"),
    ],
)
def test_what_the_task_refuses_is_told_under_its_option(values, field, sentence):
    ((found, told),) = problems_of_values(TASK, values)
    assert found == field
    assert told.startswith(sentence)
    with pytest.raises(DocumentError, match=f"{field}: {sentence}"):
        with_training(TASK, Training(values=values))


@pytest.mark.parametrize("model", CHOOSABLE)
def test_every_option_can_be_chosen_or_is_known_to_be_common_to_all_candidates(model):
    assert set(choosable(model)) == CHOOSABLE[model]
    assert all(problem_of_option(name, model) is None for name in CHOOSABLE[model])


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("epochs", "cannot be chosen: it is the fidelity of all trials"),
        ("kind", "cannot be chosen: all candidates are judged by it"),
        ("data.train", "cannot be chosen: it says which pictures all candidates are given"),
        ("image_size", "cannot be chosen: it says which pictures all candidates are given"),
        ("warm_start.epochs", "cannot be chosen: it is trained once for all candidates"),
        ("optimizer.betas", "cannot be chosen: it holds several values"),
        ("optimizer.learning_rat", "unknown option of the task classification; did you mean 'optimizer.learning_rate'"),
        ("focal", "unknown option of the task classification; known: batch_size, optimizer.kind"),
    ],
)
def test_what_cannot_be_chosen_is_told_with_its_reason(name, sentence):
    assert problem_of_option(name, ClassificationTask).startswith(sentence)


def test_no_choice_changes_what_a_network_costs():
    task = DetectionTask.model_validate(
        {"data": {**{split: {"images": "a", "annotations": "b"} for split in ("train", "val")}, "classes": 3}}
    )
    backbone = published_architecture("spinenet-49s")
    changed = laid(
        task, activation="swish", anchors__size=4.0, head__predictor_std=0.1, stochastic_depth=0.5, batch_size=2
    )
    assert static_metrics_of(changed)(backbone) == static_metrics_of(task)(backbone)


def test_no_choice_changes_the_teacher_that_candidates_share():
    task = RobustnessTask.model_validate({"data": DATA})
    changed = laid(
        task,
        **{"batch_size": 8, "optimizer__kind": "adamw", "label_smoothing": 0.2, "clip_norm": 0.5, "ema_decay": 0.9},
        **{"clean_weight": 0.5, "student_dropout": False, "schedule__kind": "cosine", "margin": 2.0},
    )
    assert changed.optimizer == AdamW()
    assert changed.clean_task(TrainedTeacher()) == task.clean_task(TrainedTeacher())
