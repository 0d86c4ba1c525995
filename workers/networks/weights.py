"""Weights in files: read with care, held to the network they are for; what is wrong with them names the file."""

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nas.errors import TrialFailure
from nas.records import FailureKind

State = dict[str, Tensor]
_UNREADABLE = (RuntimeError, ValueError, LookupError, EOFError, TypeError, AttributeError, pickle.UnpicklingError)
"""What `torch.load` was seen or is documented to raise for bytes that it cannot make sense of."""
_SHOWN = 3  # names of a state dict in one sentence


def read_weights(file: Path, *, called: str = "weights") -> State:
    """The tensors in a file by their names, on the CPU: of a state dict, or of what a trial wrote as its model.

    Raises `TrialFailure` (data) for a file that is missing or unreadable; `called` is what its sentence calls the file.
    """
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise unfit(file, f"cannot be read: {error.strerror or error}", called=called) from error
    except _UNREADABLE as error:
        sentence = f"must be written by torch.save and hold tensors only ({type(error).__name__})"
        raise unfit(file, sentence, called=called) from error
    problem = _problem(_state(content))
    if problem is not None:
        raise unfit(file, f"must hold a state dict, names with their tensors{problem}", called=called)
    return dict(_state(content))


def differences(wanted: Mapping[str, Tensor], got: Mapping[str, Tensor]) -> list[str]:
    """What keeps `got` from being loaded where `wanted` is asked for; nothing where it fits.

    Counts of batches may be missing: files before torch 0.4 have none. Any precision of floating point fits any other.
    """
    known = {name: value for name, value in got.items() if name in wanted}
    groups = {
        "missing": [name for name in wanted if name not in got and not name.endswith("num_batches_tracked")],
        "unknown": [name for name in got if name not in wanted],
        "of another shape": [name for name, value in known.items() if value.shape != wanted[name].shape],
        "of another number format": [
            name for name, value in known.items() if value.is_floating_point() != wanted[name].is_floating_point()
        ],
        "not finite": [name for name, value in known.items() if not bool(value.float().isfinite().all())],
    }
    return [f"{len(names)} {words} ({_listed(names)})" for words, names in groups.items() if names]


def unfit(file: Path, sentence: str, *, called: str = "weights") -> TrialFailure:
    """The failure that says so of the file."""
    return TrialFailure(FailureKind.DATA, f"{called} {str(file)!r} {sentence}")


def _state(content: Any) -> Any:
    """The state dict in the model of a trial, where it stands beside what the model is of; else the content itself."""
    inner = content.get("weights") if isinstance(content, Mapping) else None
    return inner if isinstance(inner, Mapping) else content


def _problem(state: Any) -> str | None:
    """Why this is no state dict; None where it is one."""
    if not isinstance(state, Mapping):
        return f", got a {type(state).__name__}"
    strange = [name for name, value in state.items() if not (isinstance(name, str) and _is_plain(value))]
    return f"; no dense tensors of real numbers are {_listed(strange)}" if strange else None


def _is_plain(value: Any) -> bool:
    """Whether a network can be filled with it."""
    return isinstance(value, Tensor) and value.layout is torch.strided and not value.is_complex()


def _listed(names: Sequence[Any]) -> str:
    shown = ", ".join(str(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} ..."
