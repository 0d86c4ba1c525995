"""Which failure an exception is."""

import pytest
import torch

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.training.failures import Deadline, as_failure, check_finite, is_out_of_memory

WORKLOAD = "batches of 8 pictures of 192 x 192"


def test_real_out_of_memory_names_the_workload() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**16)
    failure = as_failure(caught.value, WORKLOAD).failure
    assert failure.kind is FailureKind.OUT_OF_MEMORY
    assert WORKLOAD in failure.message


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_every_kind_of_memory_error_counts(error: Exception) -> None:
    assert as_failure(error, WORKLOAD).failure.kind is FailureKind.OUT_OF_MEMORY


def test_other_runtime_errors_do_not() -> None:
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(ValueError("out of memory"))


def test_anything_else_names_the_exception() -> None:
    failure = as_failure(KeyError("bbox"), WORKLOAD).failure
    assert (failure.kind, failure.message) == (FailureKind.ERROR, "KeyError: 'bbox'")


def test_an_error_without_a_message_is_still_a_sentence() -> None:
    assert as_failure(ValueError(), WORKLOAD).failure.message == "ValueError: no message"


def test_a_trial_failure_stays_itself() -> None:
    failure = TrialFailure(FailureKind.DATA, "picture a.jpg is missing")
    assert as_failure(failure, WORKLOAD) is failure


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_diverged(value: float) -> None:
    with pytest.raises(TrialFailure, match=r"loss became .* in epoch 1") as caught:
        check_finite("loss", value, "in epoch 1")
    assert caught.value.failure.kind is FailureKind.DIVERGED
    check_finite("loss", 1e30, "in epoch 1")


def test_a_deadline_comes_after_its_time_and_not_before() -> None:
    now = [100.0]
    deadline = Deadline.after(5.0, lambda: now[0])
    now[0] = 105.0
    deadline.check("in epoch 1")
    now[0] = 105.1
    with pytest.raises(TrialFailure, match=r"took 5\.1 s, allowed were 5 s .* stopped in epoch 1") as caught:
        deadline.check("in epoch 1")
    assert caught.value.failure.kind is FailureKind.TIMEOUT


def test_without_a_limit_there_is_no_deadline() -> None:
    Deadline.after(None, iter((0.0, 1e12)).__next__).check("anywhere")
