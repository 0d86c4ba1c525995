"""The part of a task that every kind shares: how long, how fast, how precisely."""

from typing import Annotated, Literal

from pydantic import Field

from nas.tasks.options import Options


class AdamW(Options):
    """AdamW (Loshchilov and Hutter 2019); weight decay on tensors of two and more dimensions only."""

    kind: Literal["adamw"] = "adamw"
    learning_rate: float = Field(1e-3, gt=0)
    weight_decay: float = Field(0.02, ge=0)
    betas: tuple[float, float] = (0.9, 0.99)


class Sgd(Options):
    """SGD with momentum; weight decay on tensors of two and more dimensions only."""

    kind: Literal["sgd"] = "sgd"
    learning_rate: float = Field(0.28, gt=0)
    weight_decay: float = Field(4e-5, ge=0)
    momentum: float = Field(0.9, ge=0, lt=1)
    nesterov: bool = False


class Cosine(Options):
    """Linear warm-up, then half a cosine down to `final` times the peak."""

    kind: Literal["cosine"] = "cosine"
    warmup: float = Field(0.1, ge=0, lt=1, description="share of all steps")
    final: float = Field(0.01, ge=0, le=1)


class Step(Options):
    """Linear warm-up, then `factor` times at each milestone (shares of all steps)."""

    kind: Literal["step"] = "step"
    warmup: float = Field(0.01, ge=0, lt=1, description="share of all steps")
    milestones: tuple[float, ...] = (0.94, 0.98)
    factor: float = Field(0.1, gt=0, le=1)


class BatchNorm(Options):
    """Constants of every batch norm, and its re-estimation before evaluation."""

    momentum: float = Field(0.1, gt=0, le=1, description="weight of the newest batch (the publication: 0.01)")
    epsilon: float = Field(1e-3, gt=0)
    reestimate_batches: int = Field(0, ge=0, description="training batches to re-estimate the statistics on; 0: off")


class TrainingOptions(Options):
    """One training loop serves all tasks; these are its settings."""

    epochs: int = Field(12, ge=1)
    batch_size: int = Field(8, ge=1)
    optimizer: Annotated[AdamW | Sgd, Field(discriminator="kind")] = AdamW()
    schedule: Annotated[Cosine | Step, Field(discriminator="kind")] = Cosine()
    clip_norm: float | None = Field(5.0, gt=0, description="largest gradient norm; null: no clipping")
    ema_decay: float | None = Field(None, gt=0, lt=1, description="evaluate a running average of the weights")
    batch_norm: BatchNorm = BatchNorm()
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="auto: bfloat16 if the device is fast at it"
    )
    evaluate_every: int = Field(1, ge=1, description="epochs between evaluations; the last epoch is always evaluated")
    loader_threads: int = Field(0, ge=0, description="threads preparing batches beside the training thread")
