"""Weights in files: what can be read, what is refused, and what does not fit."""

import pytest
import torch
from torch import nn

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.networks.weights import differences, read_weights, unfit

STATE = {"weight": torch.ones(2, 3), "bias": torch.zeros(2)}


@pytest.mark.parametrize("content", [STATE, {"format": 1, "task": "{}", "weights": STATE}])
def test_a_state_dict_is_read_alone_and_out_of_the_model_of_a_trial(tmp_path, content):
    torch.save(content, tmp_path / "a.pt")
    found = read_weights(tmp_path / "a.pt")
    assert found.keys() == STATE.keys()
    assert all(torch.equal(found[name], value) for name, value in STATE.items())


def test_a_tensor_that_is_called_weights_is_one_of_a_state_dict(tmp_path):
    torch.save({"weights": torch.ones(2)}, tmp_path / "a.pt")
    assert read_weights(tmp_path / "a.pt")["weights"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"weights", "must be written by torch.save and hold tensors only (UnpicklingError)"),
        (nn.Linear(2, 2), "must be written by torch.save and hold tensors only (UnpicklingError)"),
        ([1], "must hold a state dict, names with their tensors, got a list"),
        (
            {"epoch": 3, "model": {}},
            "must hold a state dict, names with their tensors; no dense tensors of real numbers are epoch, model",
        ),
        (
            {"weights": {"a": 1}},
            "must hold a state dict, names with their tensors; no dense tensors of real numbers are a",
        ),
        (
            {"a": torch.ones(2, dtype=torch.complex64)},
            "must hold a state dict, names with their tensors; no dense tensors of real numbers are a",
        ),
    ],
)
def test_a_file_without_weights_is_refused_in_a_sentence(tmp_path, content, sentence):
    file = tmp_path / "a.pt"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        torch.save(content, file)
    with pytest.raises(TrialFailure) as raised:
        read_weights(file, called="strange weights")
    assert raised.value.failure.kind is FailureKind.DATA
    assert str(raised.value) == f"strange weights {str(file)!r} {sentence}"


def test_what_does_not_fit_is_counted_and_the_first_of_it_named(tmp_path):
    norm = {"norm.num_batches_tracked": torch.tensor(3)}
    assert differences(STATE | norm, STATE) == []
    assert differences(STATE, STATE | norm) == ["1 unknown (norm.num_batches_tracked)"]
    many = {name: torch.zeros(1) for name in "abcde"}
    assert differences(STATE, {"bias": torch.zeros(3), **many}) == [
        "1 missing (weight)",
        "5 unknown (a, b, c ...)",
        "1 of another shape (bias)",
    ]
    assert differences(STATE, {"weight": STATE["weight"].half(), "bias": torch.zeros(2, dtype=torch.int64)}) == [
        "1 of another number format (bias)"
    ]
    assert differences(STATE, STATE | {"bias": torch.tensor([0.0, float("nan")])}) == ["1 not finite (bias)"]
    assert str(unfit(tmp_path, "is a folder")) == f"weights {str(tmp_path)!r} is a folder"
