"""The settings every training shares."""

import pytest
from pydantic import ValidationError

from nas.tasks.training import AdamW, Cosine, Sgd, Step, TrainingOptions


def test_optimizers_and_schedules_are_chosen_by_their_kind():
    options = TrainingOptions.model_validate({"optimizer": {"kind": "sgd"}, "schedule": {"kind": "step"}})
    assert (options.optimizer, options.schedule) == (Sgd(), Step())
    assert (TrainingOptions().optimizer, TrainingOptions().schedule) == (AdamW(), Cosine())


@pytest.mark.parametrize(
    "fields",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"optimizer": {"kind": "adamw", "learning_rate": 0}},
        {"optimizer": {"kind": "adamw", "learning_rate": float("inf")}},
        {"optimizer": {"kind": "adamw", "betas": [0.9, 1.0]}},
        {"schedule": {"kind": "step", "milestones": [1.5]}},
        {"batch_norm": {"momentum": 0}},
        {"ema_decay": 1.0},
    ],
)
def test_settings_out_of_range_are_refused(fields):
    with pytest.raises(ValidationError):
        TrainingOptions.model_validate(fields)
