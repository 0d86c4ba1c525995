"""A training that several trials build on: done once, told in its own log, gone on with after a kill."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from nas.errors import TrialFailure
from nas.tasks.training import AdamW, TrainingOptions
from tests.workers.training.toy_task import CPU, ToyTask, Width
from workers.training.once import train_once

OPTIONS = TrainingOptions(epochs=3, optimizer=AdamW(learning_rate=0.01), precision="float32")


def weights(file):
    return torch.load(file, map_location="cpu", weights_only=True)["weights"]


def epochs(file):
    return [line.split("epoch ")[1][:3] for line in (file.parent / "training.log").read_text().splitlines()]


def test_who_come_at_once_wait_for_one_training(tmp_path):
    with ThreadPoolExecutor(3) as pool:
        run = lambda _: train_once(ToyTask(), Width(), OPTIONS, seed=1, within=tmp_path, device=CPU)  # noqa: E731
        files = set(pool.map(run, range(3)))
    (file,) = files
    assert epochs(file) == ["1/3", "2/3", "3/3"]


def test_another_seed_and_other_options_train_again(tmp_path):
    run = lambda seed, options: train_once(ToyTask(), Width(), options, seed=seed, within=tmp_path, device=CPU)  # noqa: E731
    shorter = OPTIONS.model_copy(update={"epochs": 2})
    assert len({run(1, OPTIONS), run(2, OPTIONS), run(1, shorter)}) == 3


def test_a_broken_training_goes_on_where_it_was_and_ends_the_same(tmp_path):
    class Breaking(ToyTask):
        def batches(self, *, epoch, seed):
            if epoch == 2:
                raise OSError("the disk is gone")
            return super().batches(epoch=epoch, seed=seed)

    whole = train_once(ToyTask(), Width(), OPTIONS, seed=1, within=tmp_path / "whole", device=CPU)
    with pytest.raises((OSError, TrialFailure)):
        train_once(Breaking(), Width(), OPTIONS, seed=1, within=tmp_path / "broken", device=CPU)
    resumed = train_once(ToyTask(), Width(), OPTIONS, seed=1, within=tmp_path / "broken", device=CPU)
    assert epochs(resumed).count("1/3") == 1
    assert all(torch.equal(value, weights(resumed)[name]) for name, value in weights(whole).items())
