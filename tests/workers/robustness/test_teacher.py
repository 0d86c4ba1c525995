"""All trials of a machine share one teacher; one from a file has to fit."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.robustness import RobustnessTask
from tests.workers.tiny_robustness import tiny_task, tiny_vgg
from workers.classification.networks import build_network
from workers.networks.weights import read_weights
from workers.robustness.teacher import Teacher, open_teacher

CPU = torch.device("cpu")


def options(data: dict[str, str], **changes: Any) -> RobustnessTask:
    return RobustnessTask.model_validate(tiny_task(data, **changes))


def network(data: dict[str, str]) -> nn.Module:
    return build_network(tiny_vgg(), options(data), classes=3)


def teacher(folder: Path, data: dict[str, str], **changes: Any) -> Teacher:
    return open_teacher(
        tiny_vgg(), options(data, **changes), network=network(data), cache_directory=folder / "cache", device=CPU
    )


def trained(**fields: Any) -> dict[str, Any]:
    return {"kind": "trained", "epochs": 1, "batch_size": 8, **fields}


def folders(folder: Path) -> set[Path]:
    return set((folder / "cache" / "teachers").iterdir())


def test_trials_that_differ_in_their_fine_tuning_share_one_teacher(data: dict[str, str], tmp_path: Path) -> None:
    first = teacher(tmp_path, data, teacher=trained())
    (kept,) = folders(tmp_path)
    log = (kept / "training.log").read_text()
    again = teacher(tmp_path, data, teacher=trained(), epochs=9, clip=False, targets="cached", flips=[])
    assert folders(tmp_path) == {kept}
    assert again.digest == first.digest
    assert (kept / "training.log").read_text() == log
    assert log.count("epoch 1/1") == 1


def test_trials_that_come_at_once_train_it_once(data: dict[str, str], tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        opened = list(pool.map(lambda _: teacher(tmp_path, data, teacher=trained()), range(3)))
    assert len({one.digest for one in opened}) == 1
    (kept,) = folders(tmp_path)
    assert (kept / "training.log").read_text().count("epoch 1/1") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"teacher": trained(seed=1)},
        {"teacher": trained(epochs=2)},
        {"teacher": trained(flips=[])},
        {"teacher": trained(), "image_size": [16, 16]},
    ],
    ids=["seed", "epochs", "flips", "size"],
)
def test_another_training_is_another_teacher(data: dict[str, str], tmp_path: Path, changes: dict[str, Any]) -> None:
    first = teacher(tmp_path, data, teacher=trained())
    other = teacher(tmp_path, data, **changes)
    assert first.digest != other.digest
    assert len(folders(tmp_path)) == 2


def test_a_teacher_is_frozen_and_judges_the_same_whatever_it_is_asked_for(folder: Path, data: dict[str, str]) -> None:
    opened = teacher(folder, data)
    assert not any(parameter.requires_grad for parameter in opened.network.parameters())
    pictures = torch.randn(4, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    still = opened.run(pictures, ["fc6", "fc7"])
    dropping = opened.run(pictures, ["fc6", "fc7"], dropping=True)
    again = opened.run(pictures, ["fc6", "fc7"])
    assert not torch.equal(still.activations["fc7"], dropping.activations["fc7"])
    assert torch.equal(still.activations["fc7"], again.activations["fc7"])
    assert not any(layer.training for layer in opened.network.modules())
    assert not still.logits.requires_grad


def test_weights_come_from_a_state_dict_or_from_the_model_of_a_trial(
    folder: Path, data: dict[str, str], tmp_path: Path
) -> None:
    weights = network(data).state_dict()
    torch.save(weights, tmp_path / "plain.pt")
    torch.save({"format": 1, "task": "{}", "weights": weights}, tmp_path / "model.pt")
    plain, model = (
        teacher(folder, data, teacher={"kind": "file", "weights": str(tmp_path / name)})
        for name in ("plain.pt", "model.pt")
    )
    assert plain.digest == model.digest
    assert all(torch.equal(value, weights[name]) for name, value in plain.network.state_dict().items())


def test_a_trained_teacher_can_be_taken_as_a_file(folder: Path, data: dict[str, str]) -> None:
    opened = teacher(folder, data, teacher=trained(seed=8))
    (file,) = (kept / "model.pt" for kept in folders(folder) if is_of(kept / "model.pt", opened))
    again = teacher(folder, data, teacher={"kind": "file", "weights": str(file)})
    assert again.digest == opened.digest


def is_of(file: Path, opened: Teacher) -> bool:
    state = opened.network.state_dict()
    return all(torch.equal(value, state[name]) for name, value in read_weights(file).items())


def test_a_file_of_another_network_is_refused_with_what_does_not_fit(
    folder: Path, data: dict[str, str], tmp_path: Path
) -> None:
    weights = network(data).state_dict()
    weights["fc9.weight"] = weights.pop("fc8.weight")
    weights["fc7.weight"] = weights["fc7.weight"][:3]
    torch.save(weights, tmp_path / "other.pt")
    wanted = r"1 missing \(fc8.weight\); 1 unknown \(fc9.weight\); 1 of another shape \(fc7.weight\)"
    with pytest.raises(TrialFailure, match=wanted) as caught:
        teacher(folder, data, teacher={"kind": "file", "weights": str(tmp_path / "other.pt")})
    assert caught.value.failure.kind is FailureKind.DATA


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read: No such file"), (b"weights", "must be written by torch.save"), ([1], "a state dict")],
)
def test_a_file_without_weights_is_refused(tmp_path: Path, content: Any, message: str) -> None:
    file = tmp_path / "teacher.pt"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        torch.save(content, file)
    with pytest.raises(TrialFailure, match=message) as caught:
        read_weights(file)
    assert caught.value.failure.kind is FailureKind.DATA
