"""One training loop for every task: epochs of steps, an evaluation, a checkpoint, a measurement."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import torch
from torch import Tensor, nn

from nas.records import Artifact, Measurement
from nas.tasks.training import TrainingOptions
from search_spaces.space import Architecture
from workers.task import B, Task
from workers.training.checkpoint import Checkpoint, CheckpointFile, artifact_of, training_digest, write_model
from workers.training.failures import Deadline, check_finite
from workers.training.identity import training_identity
from workers.training.optimization import rate_at, set_learning_rate
from workers.training.precision import autocast
from workers.training.progress import StepRecord
from workers.training.randomness import derived_seed, seeded
from workers.training.state import TrainingState

THROUGHPUT = "samples_per_s"
"""Training pictures per second of an epoch: the one metric that two runs of the same seed do not share."""


def train(
    task: Task[B],
    architecture: Architecture,
    options: TrainingOptions,
    *,
    directory: Path,
    seed: int,
    device: torch.device,
    log: logging.Logger,
    timeout_s: float | None = None,
    clock: Callable[[], float] = time.monotonic,
    start: Callable[[], Mapping[str, Tensor]] | None = None,
) -> Iterator[Measurement]:
    """Yields one measurement per epoch, those of an interrupted run first.

    The last carries the artifact `model` and those of what the task shows.

    The measurement of an epoch is in the checkpoint before it is yielded, so the iterator may be closed, or the process
    killed, at any moment. On a CPU the numbers are then bit for bit those of a run that was not interrupted (except
    `samples_per_s` and `elapsed_s`). `start` gives weights to begin with, by their names in the network; what it leaves
    out begins at random. It is asked once, by a training that has no checkpoint. Raises `TrialFailure` (diverged,
    timeout) and whatever the task raises.
    """
    trainer = _Trainer(
        task=task,
        architecture=architecture,
        options=options,
        directory=directory,
        seed=seed,
        device=device,
        log=log,
        deadline=Deadline.after(timeout_s, clock),
        start=start,
    )
    yield from trainer.measurements()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trainer(Generic[B]):
    task: Task[B]
    architecture: Architecture
    options: TrainingOptions
    directory: Path
    seed: int
    device: torch.device
    log: logging.Logger
    deadline: Deadline
    start: Callable[[], Mapping[str, Tensor]] | None

    def measurements(self) -> Iterator[Measurement]:
        file = self._checkpoint_file()
        checkpoint = file.load() or Checkpoint(epochs_done=0, measurements=(), state=None)
        yield from checkpoint.measurements
        if checkpoint.epochs_done == self.options.epochs:
            return
        state = self._state(checkpoint)
        measurements = list(checkpoint.measurements)
        for epoch in range(checkpoint.epochs_done, self.options.epochs):
            earlier_s = measurements[-1].elapsed_s if measurements else 0.0
            measurements.append(self._epoch(state, epoch, earlier_s))
            unfinished = epoch + 1 < self.options.epochs
            snapshot = state.snapshot() if unfinished else None
            file.save(Checkpoint(epochs_done=epoch + 1, measurements=tuple(measurements), state=snapshot))
            yield measurements[-1]

    def _checkpoint_file(self) -> CheckpointFile:
        self.directory.mkdir(parents=True, exist_ok=True)
        identity = training_identity(self.task, self.architecture, self.options, seed=self.seed)
        return CheckpointFile(path=self.directory / "checkpoint.pt", digest=training_digest(identity), log=self.log)

    def _state(self, checkpoint: Checkpoint) -> TrainingState[B]:
        begin = self.start() if self.start is not None and checkpoint.state is None else {}
        state = TrainingState.fresh(
            self.task, self.architecture, self.options, seed=self.seed, device=self.device, start=begin
        )
        if checkpoint.state is not None:
            state.restore(checkpoint.state)
            self.log.info("resumed after epoch %d/%d", checkpoint.epochs_done, self.options.epochs)
        return state

    def _epoch(self, state: TrainingState[B], epoch: int, earlier_s: float) -> Measurement:
        """Trains and judges one epoch; the last one also writes the model."""
        clock = self.deadline.clock
        started = clock()
        metrics = self._train(state, epoch)
        last = epoch + 1 == self.options.epochs
        judged = state.network
        if last or (epoch + 1) % self.options.evaluate_every == 0:
            judged = self._evaluated(state, epoch)
            metrics |= self._evaluate(judged, epoch)
        measurement = Measurement(
            fidelity=epoch + 1,
            metrics=metrics,
            elapsed_s=earlier_s + clock() - started,
            artifacts=(self._write_model(judged), *self._show(judged)) if last else (),
        )
        self._log(measurement)
        return measurement

    def _train(self, state: TrainingState[B], epoch: int) -> dict[str, float]:
        started = self.deadline.clock()
        record = StepRecord.on(self.device, place=f"in epoch {epoch + 1} of {self.options.epochs}")
        state.network.train()
        with seeded(derived_seed(self.seed, "steps", epoch), self.device):
            for index, batch in enumerate(self.task.batches(epoch=epoch, seed=self.seed)):
                self.deadline.check(f"in epoch {epoch + 1} of {self.options.epochs}, step {index + 1}")
                self._step(state, batch, epoch * self.task.steps_per_epoch + index, record)
        metrics = record.means()
        seconds = max(self.deadline.clock() - started, 1e-9)
        return metrics | {THROUGHPUT: record.samples / seconds}

    def _step(self, state: TrainingState[B], batch: B, step: int, record: StepRecord) -> None:
        steps = self.options.epochs * self.task.steps_per_epoch
        share = rate_at(step, steps=steps, schedule=self.options.schedule)
        set_learning_rate(state.optimizer, share * self.options.optimizer.learning_rate)
        with autocast(self.device, self.options.precision):
            loss = self.task.loss(state.network, batch)
        loss.total.backward()  # type: ignore[no-untyped-call]
        limit = self.options.clip_norm if self.options.clip_norm is not None else float("inf")
        norm = nn.utils.clip_grad_norm_(state.network.parameters(), limit)
        record.add(loss, norm)
        state.optimizer.step()
        state.optimizer.zero_grad(set_to_none=True)
        if state.average:
            state.average.update(state.network)

    def _evaluated(self, state: TrainingState[B], epoch: int) -> nn.Module:
        batches = self.options.batch_norm.reestimate_batches
        with torch.no_grad(), autocast(self.device, self.options.precision):
            return state.evaluated(self.task, batches=batches, epoch=epoch, seed=self.seed)

    def _evaluate(self, network: nn.Module, epoch: int) -> dict[str, float]:
        self.deadline.check(f"before the evaluation of epoch {epoch + 1} of {self.options.epochs}")
        with torch.no_grad(), autocast(self.device, self.options.precision):
            metrics = self.task.evaluate(network)
        for name, value in metrics.items():
            check_finite(f"metric {name}", value, f"after epoch {epoch + 1} of {self.options.epochs}")
        return metrics

    def _show(self, network: nn.Module) -> list[Artifact]:
        with torch.no_grad(), autocast(self.device, self.options.precision):
            return [artifact_of(file, file.read_bytes()) for file in self.task.show(network, self.directory)]

    def _write_model(self, network: nn.Module) -> Artifact:
        return write_model(
            self.directory / "model.pt",
            weights=network.state_dict(),
            architecture=self.architecture.model_dump(mode="json"),
            task=self.task.description(),
        )

    def _log(self, measurement: Measurement) -> None:
        metrics = ", ".join(f"{name} {value:.4g}" for name, value in measurement.metrics.items())
        epochs = self.options.epochs
        self.log.info("epoch %d/%d: %s; %.2f s", measurement.fidelity, epochs, metrics, measurement.elapsed_s)
