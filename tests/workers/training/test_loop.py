"""The training loop on a task that knows nothing of pictures."""

import logging
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.errors import TrialFailure
from nas.records import FailureKind, Measurement
from nas.tasks.training import AdamW, BatchNorm, Sgd, TrainingOptions
from tests.workers.training.toy_task import CPU, LOG, ToyTask, Width
from workers.training.loop import THROUGHPUT, train

OPTIONS = TrainingOptions(epochs=4, optimizer=AdamW(learning_rate=0.05))


def run(directory: Path, options: TrainingOptions = OPTIONS, **changes: Any) -> Iterator[Measurement]:
    settings: dict[str, Any] = {"task": ToyTask(), "architecture": Width(), "seed": 3, "device": CPU, "log": LOG}
    settings |= changes
    task, architecture = settings.pop("task"), settings.pop("architecture")
    return train(task, architecture, options, directory=directory, **settings)


def timeless(measurements: list[Measurement]) -> list[tuple[int, dict[str, float]]]:
    return [(m.fidelity, {k: v for k, v in m.metrics.items() if k != THROUGHPUT}) for m in measurements]


def weights(directory: Path) -> dict[str, torch.Tensor]:
    loaded = torch.load(directory / "model.pt", weights_only=True)["weights"]
    assert isinstance(loaded, dict)
    return loaded


def ticking(step_s: float) -> Callable[[], float]:
    moments = iter(range(10**9))
    return lambda: next(moments) * step_s


def test_it_learns_and_measures_every_epoch(tmp_path: Path) -> None:
    measurements = list(run(tmp_path, OPTIONS.model_copy(update={"epochs": 8})))
    assert [m.fidelity for m in measurements] == list(range(1, 9))
    assert measurements[-1].metrics["accuracy"] > 0.9
    assert measurements[-1].metrics["train_loss"] < measurements[0].metrics["train_loss"]
    assert set(measurements[0].metrics) == {"accuracy", "train_loss", "train_loss_class", "gradient_norm", THROUGHPUT}


def test_the_last_measurement_carries_the_model(tmp_path: Path) -> None:
    measurements = list(run(tmp_path))
    assert [len(m.artifacts) for m in measurements] == [0, 0, 0, 2]
    model = torch.load(tmp_path / "model.pt", weights_only=True)
    assert '"width": 8' in model["architecture"]
    network = ToyTask().network(Width())
    network.load_state_dict(model["weights"])
    with torch.no_grad(), torch.autocast("cpu", enabled=False):
        assert ToyTask().evaluate(network.eval())["accuracy"] == pytest.approx(
            measurements[-1].metrics["accuracy"], abs=0.05
        )


@pytest.mark.parametrize("optimizer", [AdamW(learning_rate=0.05), Sgd(learning_rate=0.05, nesterov=True)])
@pytest.mark.parametrize(("ema", "batches"), [(None, 0), (0.9, 0), (None, 3), (0.9, 3)])
def test_interrupted_anywhere_it_ends_as_if_it_had_not_been(
    tmp_path: Path, optimizer: AdamW | Sgd, ema: float | None, batches: int
) -> None:
    update = {"optimizer": optimizer, "ema_decay": ema, "batch_norm": BatchNorm(reestimate_batches=batches)}
    options = OPTIONS.model_copy(update=update)
    whole = list(run(tmp_path / "whole", options))
    for epochs in (1, 2, 3):
        started = run(tmp_path / "cut", options)
        first = list(islice(started, epochs))
        started.close()  # type: ignore[attr-defined]
        assert timeless(first) == timeless(whole[:epochs])
    resumed = list(run(tmp_path / "cut", options))
    assert timeless(resumed) == timeless(whole)
    expected, found = weights(tmp_path / "whole"), weights(tmp_path / "cut")
    assert all(torch.equal(expected[name], found[name]) for name in expected)


def test_a_completed_training_is_repeated_from_its_record_alone(tmp_path: Path) -> None:
    task = ToyTask()
    whole = list(run(tmp_path, task=task))
    evaluations = task.evaluations
    assert list(run(tmp_path, task=task)) == whole
    assert task.evaluations == evaluations
    assert (tmp_path / "checkpoint.pt").stat().st_size < 20_000, "weights are dropped with the last epoch"


def test_evaluating_changes_nothing_in_the_training(tmp_path: Path) -> None:
    update = {"ema_decay": 0.5, "batch_norm": BatchNorm(reestimate_batches=2)}
    plain, judged = OPTIONS, OPTIONS.model_copy(update=update)
    losses = [[m.metrics["train_loss"] for m in run(tmp_path / name, o)] for name, o in (("a", plain), ("b", judged))]
    assert losses[0] == losses[1]


def test_epochs_between_evaluations_report_losses_only(tmp_path: Path) -> None:
    measurements = list(run(tmp_path, OPTIONS.model_copy(update={"evaluate_every": 3})))
    assert ["accuracy" in m.metrics for m in measurements] == [False, False, True, True]


def test_another_seed_is_another_training(tmp_path: Path) -> None:
    assert timeless(list(run(tmp_path / "a"))) != timeless(list(run(tmp_path / "b", seed=4)))


def test_the_callers_random_numbers_stay_untouched(tmp_path: Path) -> None:
    before = torch.get_rng_state()
    list(run(tmp_path))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("change", [{"seed": 4}, {"architecture": Width(width=9)}])
def test_a_checkpoint_of_another_training_is_not_used(
    tmp_path: Path, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    list(islice(run(tmp_path), 2))
    log = logging.Logger("trial")
    log.addHandler(caplog.handler)
    resumed = list(run(tmp_path, log=log, **change))
    assert "belongs to another architecture, task, seed or version" in caplog.text
    assert timeless(resumed) == timeless(list(run(tmp_path / "fresh", **change)))


def test_a_nan_in_a_batch_ends_the_trial_and_names_epoch_and_step(tmp_path: Path) -> None:
    task = ToyTask(poison={(1, 2): float("nan")})
    with pytest.raises(TrialFailure, match="train_loss became nan in epoch 2 of 4, step 3") as caught:
        list(run(tmp_path, task=task))
    assert caught.value.failure.kind is FailureKind.DIVERGED


def test_a_learning_rate_far_too_large_diverges(tmp_path: Path) -> None:
    options = TrainingOptions(epochs=30, optimizer=Sgd(learning_rate=1e30), clip_norm=None, precision="float32")
    with pytest.raises(TrialFailure, match="must stay finite") as caught:
        list(run(tmp_path, options))
    assert caught.value.failure.kind is FailureKind.DIVERGED


def test_a_metric_that_is_not_a_number_diverges(tmp_path: Path) -> None:
    with pytest.raises(TrialFailure, match="metric accuracy became nan after epoch 1 of 4") as caught:
        list(run(tmp_path, task=ToyTask(metric=float("nan"))))
    assert caught.value.failure.kind is FailureKind.DIVERGED


def test_the_deadline_stops_within_an_epoch_and_the_checkpoint_stays(tmp_path: Path) -> None:
    with pytest.raises(TrialFailure, match=r"allowed were 12 s .*in epoch 2 of 4") as caught:
        list(run(tmp_path, timeout_s=12.0, clock=ticking(1.0)))
    assert caught.value.failure.kind is FailureKind.TIMEOUT
    assert timeless(list(run(tmp_path))) == timeless(list(run(tmp_path / "whole")))


def test_time_is_counted_by_the_clock_it_is_given(tmp_path: Path) -> None:
    measurements = list(run(tmp_path, clock=ticking(0.5)))
    first = measurements[0].elapsed_s
    assert first > 0
    assert first % 0.5 == 0
    assert [m.elapsed_s for m in measurements] == [first, 2 * first, 3 * first, 4 * first]
