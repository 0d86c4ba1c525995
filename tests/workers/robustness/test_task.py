"""Robustness answers the four questions of a task: same crop, frozen teacher, published evaluation."""

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nas.correctness import read_correct
from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.classification import ClassificationTask
from nas.tasks.robustness import METRICS, PER_LAYER, RobustnessTask
from search_spaces.fine_tuning.architecture import FineTuning
from search_spaces.joint.architecture import Joint
from tests.workers.tiny_robustness import WAYS, candidate, opened, tiny_task, tiny_vgg
from workers.classification.task import Classification
from workers.robustness.metrics import PASSES
from workers.robustness.task import RobustBatch, Robustness
from workers.training.loop import train

CPU = torch.device("cpu")
MOVING: dict[str, Any] = {"crop_fraction": 0.75, "image_size": [18, 18], "random_crop": {}}
ALWAYS_CLEAN: dict[str, Any] = {"mix": (1, 0, 0), "strengths": ()}


def student(task: Robustness, way: str | FineTuning) -> nn.Module:
    return task.network(candidate(way))


def losses(task: Robustness, way: str | FineTuning, *, training: bool = False) -> list[dict[str, float]]:
    """The parts of the loss of every batch of an epoch, the student as it starts."""
    network = student(task, way).train(training)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        found = [task.loss(network, batch) for batch in task.batches(epoch=0, seed=4)]
    return [{"total": loss.total.item(), **{k: v.item() for k, v in loss.parts.items()}} for loss in found]


def first_batch(task: Robustness) -> RobustBatch:
    return next(task.batches(epoch=0, seed=0))


def test_a_student_starts_with_the_weights_of_its_teacher(folder: Path, data: dict[str, str]) -> None:
    one, other = (opened(folder, data, way) for way in ("mse", "none"))
    states = [student(one, "mse").state_dict(), student(other, "none").state_dict()]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())
    correct = one.judge(student(one, "mse").eval())
    assert (correct.correct["clean"] == correct.teacher_correct).all()


def test_the_student_is_another_network_than_the_teacher(folder: Path, data: dict[str, str]) -> None:
    task = opened(folder, data, "mse", student_dropout=False)
    network = student(task, "mse")
    for parameter in network.parameters():
        parameter.data.zero_()
    again = student(task, "mse")
    assert any(parameter.abs().sum() > 0 for parameter in again.parameters())


@pytest.mark.parametrize("views", [{}, MOVING], ids=["whole", "random parts"])
def test_teacher_and_student_see_the_same_crop(folder: Path, data: dict[str, str], views: dict[str, Any]) -> None:
    way = WAYS["mse"].model_copy(update=ALWAYS_CLEAN)
    for order in ("after_crop", "before_crop"):
        parts = losses(opened(folder, data, way, order=order, **views), way)
        assert all(part["intermediate"] == 0.0 for part in parts)
        assert all(part["total"] == part["recognition"] > 0 for part in parts)


@pytest.mark.parametrize("way", ["mse", "intermediate_constraint", "activation_boundary"])
def test_the_loss_is_recognition_and_the_weighted_constraint(folder: Path, data: dict[str, str], way: str) -> None:
    task = opened(folder, data, way)
    loss = task.loss(student(task, way), first_batch(task))
    assert loss.samples == 8
    assert loss.total.dtype is torch.float32
    assert loss.parts["intermediate"] > 0
    wanted = loss.parts["recognition"] + WAYS[way].weight * loss.parts["intermediate"]
    torch.testing.assert_close(loss.total, wanted)


def test_plain_fine_tuning_has_the_recognition_loss_alone(folder: Path, data: dict[str, str]) -> None:
    (first, *_) = losses(opened(folder, data, "none"), "none")
    assert first.keys() == {"total", "recognition"}
    assert first["total"] == first["recognition"]


def test_the_gradient_reaches_every_weight_of_the_student_and_none_of_the_teacher(
    folder: Path, data: dict[str, str]
) -> None:
    task = opened(folder, data, "intermediate_constraint")
    network = student(task, "intermediate_constraint")
    task.loss(network, first_batch(task)).total.backward()  # type: ignore[no-untyped-call]
    assert all(parameter.grad is not None for parameter in network.parameters())
    assert all(parameter.grad is None for parameter in task._teacher.network.parameters())


def test_what_the_constraint_wants_is_kept_by_the_layers_it_acts_on_alone(folder: Path, data: dict[str, str]) -> None:
    task = opened(folder, data, "activation_boundary")
    network = student(task, "activation_boundary")
    task.loss(network, first_batch(task)).parts["intermediate"].backward()  # type: ignore[no-untyped-call]
    assert network.fc7.weight.grad is not None
    assert network.fc8.weight.grad is None


@pytest.mark.parametrize("way", ["intermediate_constraint", "activation_boundary"])
def test_cached_bits_give_the_very_losses_of_a_live_teacher(folder: Path, data: dict[str, str], way: str) -> None:
    live, cached = (opened(folder, data, way, flips=[], targets=targets) for targets in ("live", "cached"))
    assert cached._targets is not None
    assert losses(cached, way) == losses(live, way)
    files = sorted((folder / "cache" / "targets").glob("*.bits"))
    opened(folder, data, way, flips=[], targets="cached")
    assert sorted((folder / "cache" / "targets").glob("*.bits")) == files


def test_the_mean_squared_error_asks_the_teacher_itself_where_targets_are_cached(
    folder: Path, data: dict[str, str]
) -> None:
    live, cached = (opened(folder, data, "mse", flips=[], targets=targets) for targets in ("live", "cached"))
    assert cached._targets is None
    assert losses(cached, "mse") == losses(live, "mse")


def test_dropout_of_student_and_teacher_are_switches(folder: Path, data: dict[str, str]) -> None:
    way = WAYS["mse"].model_copy(update=ALWAYS_CLEAN)
    on, off, both = (
        losses(opened(folder, data, way, student_dropout=student, teacher_dropout=teacher), way, training=True)
        for student, teacher in ((True, False), (False, False), (False, True))
    )
    assert all(part["intermediate"] > 0 for part in on)
    assert all(part["intermediate"] == 0 for part in off)
    assert all(part["intermediate"] > 0 for part in both)


def test_the_clean_recognition_loss_is_weighted_beside_the_other(folder: Path, data: dict[str, str]) -> None:
    (with_clean, *_), (without, *_) = (
        losses(opened(folder, data, "none", clean_weight=weight), "none") for weight in (0.5, 0.0)
    )
    assert with_clean["recognition"] == without["recognition"]
    assert with_clean["total"] == pytest.approx(without["total"] + 0.5 * with_clean["clean"])


def test_the_normalisation_changes_the_loss_as_it_says(folder: Path, data: dict[str, str]) -> None:
    mean, layers, neurons = (
        losses(opened(folder, data, "mse", loss_normalisation=name), "mse")[0]["intermediate"]
        for name in ("mean", "layer_means", "neurons")
    )
    assert layers == pytest.approx(2 * mean)
    assert neurons == pytest.approx(40 * mean)


def test_batches_and_distortions_follow_from_epoch_and_seed(folder: Path, data: dict[str, str]) -> None:
    task = opened(folder, data, "none")
    first, again, other = (list(task.batches(epoch=epoch, seed=7)) for epoch in (0, 0, 1))
    assert task.steps_per_epoch == len(first) == 5
    assert [batch.distortions for batch in first] == [batch.distortions for batch in again]
    assert [batch.distortions for batch in first] != [batch.distortions for batch in other]
    assert "batches of 8 pictures of 24 x 24" in task.workload


def test_every_metric_the_document_may_name_is_measured(folder: Path, data: dict[str, str]) -> None:
    task = opened(folder, data, "mse", agreement_layers=["conv2_1"])
    with torch.no_grad():
        metrics = task.evaluate(student(task, "mse").eval())
    assert set(METRICS) <= set(metrics)
    others = {name.split("/")[1] for name in metrics if name.startswith(PER_LAYER)}
    assert others == {"conv2_1", "fc6", "fc7"}
    assert metrics["sign_agreement/fc6/clean"] == 1.0
    assert metrics["sign_agreement/fc6/noise"] < 1.0


def test_without_layers_no_agreement_is_measured(folder: Path, data: dict[str, str]) -> None:
    task = opened(folder, data, "none", agreement_layers=[])
    with torch.no_grad():
        metrics = task.evaluate(student(task, "none").eval())
    assert not any(name.startswith("sign_agreement") for name in metrics)


def test_clean_pictures_are_judged_as_by_classification(folder: Path, data: dict[str, str]) -> None:
    task = opened(folder, data, "none")
    network = student(task, "none").eval()
    fields = {name: tiny_task(data)[name] for name in ("data", "image_size", "evaluation_batch_size")}
    classification = Classification(
        ClassificationTask.model_validate(fields),
        architecture=tiny_vgg(),
        cache_directory=folder / "cache",
        device=CPU,
    )
    with torch.no_grad():
        robust, plain = task.judge(network), classification.judge(network)
    assert (robust.correct["clean"] == plain.correct).all()
    assert robust.metrics["top1_clean"] == plain.metrics["top1"]


class Looking(nn.Module):
    """Guesses from the sum of the pixels, so that every change of a picture may show."""

    def __init__(self) -> None:
        super().__init__()
        self.fc6 = nn.Linear(3, 5)
        self.fc7 = nn.Linear(5, 3)
        self.seen: list[Tensor] = []

    def forward(self, pictures: Tensor) -> Tensor:
        self.seen.append(pictures)
        logits: Tensor = self.fc7(self.fc6(pictures.mean((2, 3))).relu())
        return logits


def looked_at(task: Robustness) -> tuple[Looking, list[Tensor]]:
    """What a network sees in an evaluation, pass by pass, all validation pictures of it in order."""
    network = Looking().eval()
    task._layers = ()
    with torch.no_grad():
        task.judge(network)
    return network, [torch.cat(network.seen[place :: len(PASSES)]) for place in range(len(PASSES))]


def test_all_trials_are_judged_on_the_very_same_pictures(folder: Path, data: dict[str, str]) -> None:
    one, other = opened(folder, data, "none", evaluation_batch_size=4), opened(folder, data, "mse", epochs=9)
    for first, second in zip(looked_at(one)[1], looked_at(other)[1], strict=True):
        assert len(first) == 15
        torch.testing.assert_close(first, second, atol=0.02, rtol=0)  # rounding may tip with the batch


def test_the_noise_of_the_evaluation_has_a_seed_of_its_own(folder: Path, data: dict[str, str]) -> None:
    (clean, noise, *_), (same, other, *_) = (
        looked_at(opened(folder, data, "none", evaluation_seed=seed))[1] for seed in (0, 1)
    )
    assert torch.equal(clean, same)
    assert not torch.equal(noise, other)


def test_two_students_are_compared_picture_by_picture(folder: Path, data: dict[str, str]) -> None:
    task = opened(folder, data, "none")
    network = student(task, "none").eval()
    with torch.no_grad():
        before = task.judge(network)
        network.fc8.bias += torch.tensor([9.0, 0.0, 0.0])
        after = task.judge(network)
    assert (before.correct["noise_100"] != after.correct["noise_100"]).any()
    assert after.correct["clean"].sum() == 5


def test_a_training_goes_through_the_loop_and_learns(folder: Path, data: dict[str, str], tmp_path: Path) -> None:
    changes: dict[str, Any] = {"optimizer": {"kind": "adamw", "learning_rate": 0.003}, "epochs": 12}
    task = opened(folder, data, "activation_boundary", **changes)
    options = RobustnessTask.model_validate(tiny_task(data, **changes))
    *_, last = train(
        task,
        candidate("activation_boundary"),
        options,
        directory=tmp_path,
        seed=1,
        device=CPU,
        log=logging.Logger("test"),
    )
    assert last.metrics["top1_mean"] > 0.6 > last.metrics["top1_teacher"]
    assert last.metrics["train_loss_intermediate"] > 0
    assert [artifact.name for artifact in last.artifacts] == ["model", "correct"]
    right = read_correct(tmp_path / "correct.json")["noise_60"].flags
    assert sum(right) / len(right) == last.metrics["top1_noise_60"]


def test_what_is_shown_is_the_judgement_of_the_network_that_is_shown(
    folder: Path, data: dict[str, str], tmp_path: Path
) -> None:
    task = opened(folder, data, "none")
    network = student(task, "none").eval()
    task.evaluate(network)
    with torch.no_grad():
        network.fc8.bias += torch.tensor([99.0, 0.0, 0.0])
    other = student(task, "none").eval()
    (file,) = task.show(other, tmp_path)
    assert read_correct(file)["clean"].flags == task.judge(other).correct["clean"].tolist()


def test_a_backbone_alone_is_fine_tuned_as_the_task_says(folder: Path, data: dict[str, str]) -> None:
    way = WAYS["mse"].model_dump(mode="json")
    options = RobustnessTask.model_validate(tiny_task(data, fine_tuning=way))
    task = Robustness(options, architecture=tiny_vgg(), cache_directory=folder / "cache", device=CPU)
    assert "intermediate" in task.loss(task.network(tiny_vgg()), first_batch(task)).parts


def test_candidates_that_cannot_be_fine_tuned_are_refused(folder: Path, data: dict[str, str]) -> None:
    options = RobustnessTask.model_validate(tiny_task(data))
    with pytest.raises(TrialFailure, match="must be a backbone, or a backbone joined with a fine_tuning"):
        Robustness(options, architecture=WAYS["mse"], cache_directory=folder / "cache", device=CPU)


def test_a_layer_the_network_lacks_is_told_before_a_teacher_is_trained(data: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(TrialFailure, match=r"'conv9_1' names no layer; known: .*conv2_1"):
        opened(tmp_path, data, "none", agreement_layers=["conv9_1"])
    assert not (tmp_path / "cache" / "teachers").exists()


def test_another_architecture_than_the_one_it_was_opened_for_is_refused(folder: Path, data: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="was opened for architecture"):
        opened(folder, data, "none").network(candidate("mse"))


def test_fewer_outputs_than_classes_are_refused(folder: Path, data: dict[str, str]) -> None:
    with pytest.raises(TrialFailure, match=r"data\.classes must be at least the 3 classes .* got 2"):
        opened(folder, {**data, "classes": 2}, "none")  # type: ignore[dict-item]


def test_the_description_follows_options_and_teacher(folder: Path, data: dict[str, str]) -> None:
    first, again, other = (
        opened(folder, data, "none", teacher={"kind": "trained", "epochs": 1, "seed": seed}).description()
        for seed in (5, 5, 6)
    )
    assert first == again
    assert first["teacher_sha256"] != other["teacher_sha256"]
    assert first["classes"] == ["blue", "green", "red"]


def test_weights_that_diverged_in_the_last_step_are_not_judged(folder: Path, data: dict[str, str]) -> None:
    task = opened(folder, data, "none")
    network = student(task, "none").eval()
    network.fc8.weight.data.fill_(float("nan"))
    with torch.no_grad(), pytest.raises(TrialFailure, match="a class logit became nan in the evaluation") as caught:
        task.evaluate(network)
    assert caught.value.failure.kind is FailureKind.DIVERGED


def test_a_joint_candidate_is_its_backbone_and_its_way() -> None:
    joint = candidate("mse")
    assert isinstance(joint, Joint)
    assert joint.parts["fine_tuning"].role == "fine_tuning"


@pytest.mark.gpu
@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("targets", ["live", "cached"])
def test_a_gpu_trains_and_judges_in_half_precision(
    tmp_path: Path, data: dict[str, str], way: str, targets: str
) -> None:
    changes: dict[str, Any] = {"flips": [], "targets": targets, "precision": "bfloat16", "epochs": 1}
    task = opened(tmp_path, data, way, device="cuda", **changes)
    options = RobustnessTask.model_validate(tiny_task(data, **changes))
    *_, last = train(
        task,
        candidate(way),
        options,
        directory=tmp_path / "trial",
        seed=1,
        device=torch.device("cuda"),
        log=logging.Logger("test"),
    )
    assert set(METRICS) <= set(last.metrics)
    assert 0.2 <= last.metrics["top1_mean"] <= 1
