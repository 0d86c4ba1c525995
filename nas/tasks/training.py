"""The part of a task that every kind shares: how long, how fast, how precisely."""

from typing import Annotated, Literal

from pydantic import Field

from nas.tasks.options import Options, TaskOptions

Share = Annotated[float, Field(ge=0, lt=1)]


class AdamW(Options):
    """AdamW (Loshchilov and Hutter 2019); weight decay on tensors of two and more dimensions only."""

    kind: Literal["adamw"] = Field("adamw", description="AdamW")
    learning_rate: float = Field(1e-3, gt=0, description="peak of the schedule")
    weight_decay: float = Field(0.02, ge=0, description="decoupled, times the learning rate")
    betas: tuple[Share, Share] = Field(
        (0.9, 0.95), description="memory of the mean and of the square of the gradients; short for short trainings"
    )


class Sgd(Options):
    """SGD with momentum; weight decay on tensors of two and more dimensions only."""

    kind: Literal["sgd"] = Field("sgd", description="stochastic gradient descent")
    learning_rate: float = Field(0.28, gt=0, description="peak of the schedule")
    weight_decay: float = Field(4e-5, ge=0, description="added to the gradients")
    momentum: float = Field(0.9, ge=0, lt=1, description="memory of the direction")
    nesterov: bool = Field(False, description="look ahead along the momentum")


class Cosine(Options):
    """Linear warm-up, then half a cosine down to `final` times the peak."""

    kind: Literal["cosine"] = Field("cosine", description="half a cosine")
    warmup: float = Field(0.2, ge=0, lt=1, description="share of all steps; long, because trainings are short")
    final: float = Field(0.01, ge=0, le=1, description="share of the peak at the end")


class Step(Options):
    """Linear warm-up, then `factor` times at each milestone (shares of all steps)."""

    kind: Literal["step"] = Field("step", description="a staircase")
    warmup: float = Field(0.01, ge=0, lt=1, description="share of all steps")
    milestones: tuple[Share, ...] = Field((0.94, 0.98), description="shares of all steps at which the rate drops")
    factor: float = Field(0.1, gt=0, le=1, description="what the rate is multiplied by at each milestone")


class BatchNorm(Options):
    """Constants of every batch norm, and its re-estimation before evaluation."""

    momentum: float = Field(0.1, gt=0, le=1, description="weight of the newest batch (the publication: 0.01)")
    epsilon: float = Field(1e-3, gt=0, description="added to the variance")
    reestimate_batches: int = Field(0, ge=0, description="training batches to re-estimate the statistics on; 0: off")


Optimizer = Annotated[AdamW | Sgd, Field(discriminator="kind")]
Schedule = Annotated[Cosine | Step, Field(discriminator="kind")]


class WarmStart(Options):
    """The network behind a resizer is trained first with the interpolation alone, once per machine: every trial of the
    same network, sizes and interpolation begins with those weights, controls too (Talebi and Milanfar 2021)."""

    epochs: int = Field(ge=1, description="passes over the training pictures with the interpolation alone")
    optimizer: Optimizer | None = Field(None, description="how weights follow gradients meanwhile; null: the task's")
    schedule: Schedule | None = Field(None, description="the learning rate meanwhile; null: the task's")
    seed: int = Field(0, ge=0, lt=2**32, description="of that training, whatever the seed of the trial")


class TrainingOptions(TaskOptions):
    """One training loop serves all tasks; these are its settings."""

    epochs: int = Field(12, ge=1, description="passes over the training pictures; the fidelity of a whole trial")
    batch_size: int = Field(8, ge=1, description="pictures per training step")
    optimizer: AdamW | Sgd = Field(AdamW(), discriminator="kind", description="how weights follow gradients")
    schedule: Cosine | Step = Field(Cosine(), discriminator="kind", description="the learning rate over the steps")
    clip_norm: float | None = Field(1.0, gt=0, description="largest gradient norm; null: no clipping")
    ema_decay: float | None = Field(None, gt=0, lt=1, description="evaluate a running average of the weights")
    batch_norm: BatchNorm = Field(BatchNorm(), description="constants and re-estimation of every batch norm")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="auto: bfloat16 if the device is fast at it"
    )
    warm_start: WarmStart | None = Field(
        None, description="train the network with the interpolation alone first; null: it begins at random"
    )
    evaluate_every: int = Field(1, ge=1, description="epochs between evaluations; the last epoch is always evaluated")
    loader_threads: int = Field(0, ge=0, description="threads preparing batches beside the training thread")
