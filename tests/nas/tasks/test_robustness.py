"""The robustness task of a document."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from nas.tasks.classification import ClassificationTask
from nas.tasks.robustness import METRICS, PER_LAYER, RobustnessTask, TrainedTeacher
from nas.tasks.training import Sgd, Step
from search_spaces.fine_tuning.architecture import FineTuning

DATA = {"train": "train", "val": "/abs/val"}


def task(**fields: object) -> RobustnessTask:
    return RobustnessTask.model_validate({"data": DATA, **fields})


def test_the_defaults_are_the_publication_s_and_what_it_leaves_open_has_the_stated_default() -> None:
    given = task()
    assert (given.epochs, given.batch_size) == (40, 64)
    assert given.optimizer == Sgd(learning_rate=0.001)
    assert given.schedule == Step(warmup=0.0, milestones=())  # constant
    assert given.fine_tuning == FineTuning(mix=(1, 1, 1), strengths=(1, 2, 3, 4, 5))
    assert (given.clip, given.rounding, given.order, given.clean_weight) == (True, True, "after_crop", 0.0)
    assert (given.teacher_dropout, given.student_dropout) == (False, True)
    assert (given.loss_normalisation, given.targets, given.margin) == ("mean", "live", 1.0)


def test_every_open_point_is_a_documented_field() -> None:
    fields = RobustnessTask.model_fields
    assert all(field.description for field in fields.values())
    assert all(field.description for field in TrainedTeacher.model_fields.values())


def test_metrics_hold_the_table_of_the_publication_and_every_strength() -> None:
    assert METRICS[:4] == ("top1_mean", "top1_clean", "top1_noise", "top1_blur")
    assert {"top1_noise_20", "top1_noise_100", "top1_blur_2", "top1_blur_10", "sign_agreement"} < set(METRICS)
    assert len(set(METRICS)) == 4 + 10 + 2
    assert PER_LAYER == "sign_agreement/"


def test_the_teacher_is_trained_by_its_own_settings_on_the_task_s_pictures() -> None:
    teacher = {"kind": "trained", "epochs": 7, "flips": ["horizontal"], "label_smoothing": 0.2}
    given = task(teacher=teacher, image_size=[64, 48], flips=[], dropout=0.3, fit="stretch")
    assert isinstance(given.teacher, TrainedTeacher)
    clean = given.clean_task(given.teacher)
    assert type(clean) is ClassificationTask
    assert (clean.kind, clean.image_size, clean.dropout, clean.fit) == ("classification", (64, 48), 0.3, "stretch")
    assert (clean.epochs, clean.flips, clean.label_smoothing) == (7, ("horizontal",), 0.2)
    assert clean.optimizer == given.teacher.optimizer != given.optimizer


def test_a_teacher_s_file_is_a_path_of_the_document() -> None:
    given = task(teacher={"kind": "file", "weights": "vgg.pt"}).resolved(Path("/base"))
    assert given.teacher.model_dump() == {"kind": "file", "weights": "/base/vgg.pt"}
    assert ("teacher.weights", "must be a file, got '/base/vgg.pt'") in list(given.missing_paths())


def test_cached_targets_are_taken_for_one_fixed_view() -> None:
    assert task(targets="cached", flips=[]).targets == "cached"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"targets": "cached"}, "sees every picture in one way only; turn off flips"),
        ({"targets": "cached", "flips": [], "random_crop": {}, "crop_fraction": 0.5}, "off random_crop, crop_fraction"),
        ({"targets": "cached", "flips": [], "teacher_dropout": True}, "turn off teacher_dropout"),
        ({"teacher": {"kind": "trained", "flips": ["vertical", "vertical"]}}, "must be distinct"),
        ({"teacher": {"kind": "file"}}, "Field required"),
        ({"teacher": {"kind": "trained", "epochs": 0}}, "greater than or equal to 1"),
        ({"fine_tuning": {"loss": "mse"}}, "must be above 0 with the loss mse"),
        ({"loss_normalisation": "sum"}, "'mean', 'layer_means' or 'neurons'"),
        ({"order": "after_normalisation"}, "'after_crop' or 'before_crop'"),
        ({"order": "before_crop", "rounding": False}, "must be after_crop without clip or rounding"),
        ({"warm_start": {"epochs": 1}}, "Input should be None"),
        ({"agreement_layers": ["fc7", "fc6"]}, "alphabetical order"),
        ({"clean_weight": -1}, "greater than or equal to 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        task(**fields)
