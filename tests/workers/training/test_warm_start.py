"""Warm starts: the network behind a resizer is trained once with the interpolation alone, for all candidates."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import nn

from nas.tasks.training import AdamW, TrainingOptions, WarmStart
from search_spaces.controls import controls_of
from search_spaces.joint.architecture import Joint
from search_spaces.parts import part
from search_spaces.resizer.architecture import Resizer
from tests.workers.training.toy_task import CPU, LOG, ToyTask, Width
from workers.networks.resizer import Resized, build_resizer
from workers.training.loop import train
from workers.training.warm_start import warm_weights

OPTIONS = TrainingOptions(epochs=2, optimizer=AdamW(learning_rate=0.01), precision="float32")
WARM = WarmStart(epochs=1, optimizer=AdamW(learning_rate=0.02))


class ResizedTask(ToyTask):
    """The toy task on pictures of 4 x 4 pixels, behind a resizer to 3 x 3."""

    def network(self, architecture):
        inner = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3))
        return Resized(build_resizer(part(architecture, "resizer")), inner)

    def loss(self, network, batch):
        return super().loss(network, (_pictures(batch[0]), batch[1]))

    def evaluate(self, network):
        return {"accuracy": 0.5}


def _pictures(points):
    return torch.cat([points, points[:, :1]], 1).expand(-1, -1, 4, 4).contiguous()


def candidate(filters):
    resizer = Resizer(input_size=4, output_size=3, filters=filters)
    return Joint(parts={"backbone": Width(), "resizer": resizer})


@pytest.fixture
def weights_of(tmp_path):
    def weights(architecture, options=OPTIONS, warm=WARM):
        return warm_weights(ResizedTask(), architecture, options, warm, cache_directory=tmp_path, device=CPU, log=LOG)

    return weights


def trainings(tmp_path):
    return sorted(folder.name for folder in (tmp_path / "warm_starts").iterdir())


def test_candidates_and_their_control_share_one_training_and_no_weight_of_a_resizer(weights_of, tmp_path):
    first = weights_of(candidate(4))
    (folder,) = (tmp_path / "warm_starts").iterdir()
    written = (folder / "model.pt").stat().st_mtime_ns
    for other in (candidate(8), controls_of(candidate(4))["plain"]):
        again = weights_of(other)
        assert all(torch.equal(again[name], value) for name, value in first.items())
    assert (folder / "model.pt").stat().st_mtime_ns == written
    assert set(first) == {f"network.{name}" for name in ResizedTask().network(candidate(4)).network.state_dict()}


def test_what_it_depends_on_leads_to_another_training(weights_of, tmp_path):
    weights_of(candidate(4))
    weights_of(candidate(4), warm=WARM.model_copy(update={"seed": 1}))
    weights_of(candidate(4), warm=WARM.model_copy(update={"epochs": 2}))
    weights_of(candidate(4), options=OPTIONS.model_copy(update={"clip_norm": 0.5}))
    assert len(trainings(tmp_path)) == 4


def test_those_who_come_at_once_wait_for_one_training(weights_of, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(weights_of, [candidate(4), candidate(8)])
    assert all(torch.equal(second[name], value) for name, value in first.items())
    assert len(trainings(tmp_path)) == 1


def test_a_training_begins_with_the_weights_and_asks_for_them_once(weights_of, tmp_path):
    asked = []
    weights = weights_of(candidate(4))

    def start():
        asked.append(1)
        return weights

    def run(directory, epochs=2, **more):
        options = OPTIONS.model_copy(update={"optimizer": AdamW(learning_rate=1e-30, weight_decay=0.0)})
        told = train(
            ResizedTask(), candidate(4), options, directory=tmp_path / directory, seed=5, device=CPU, log=LOG, **more
        )
        return [next(told) for _ in range(epochs)]

    whole = run("whole", start=start)
    run("cut", epochs=1, start=start)
    resumed = run("cut", start=start)
    assert len(asked) == 2, "a training that goes on from its checkpoint has its weights"
    trained = torch.load(Path(tmp_path / "whole" / "model.pt"), weights_only=True)["weights"]
    steady = [name for name in weights if name.endswith((".weight", ".bias"))]
    assert steady
    assert all(torch.equal(trained[name], weights[name]) for name in steady)
    assert [each.metrics["accuracy"] for each in resumed] == [each.metrics["accuracy"] for each in whole]
