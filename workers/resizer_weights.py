"""The weights of a learned resizer, taken out of the model of a trial: what other networks may begin with."""

import io
from pathlib import Path

import torch

from search_spaces.resizer.architecture import Resizer
from workers.networks.resizer import resizer_weights
from workers.training.checkpoint import write_atomically


def write_resizer_weights(model: Path, resizer: Resizer, file: Path) -> None:
    """Writes the state dict of this resizer, as the model of a trial holds it bit by bit; the file is whole or absent.

    Raises `TrialFailure` (data) for a model that cannot be read or holds another resizer.
    """
    buffer = io.BytesIO()
    torch.save(resizer_weights(model, resizer), buffer)
    write_atomically(file, buffer.getvalue())
