"""The forms in which a network is written, each read back and run, so that what is given away has been tried."""

import copy
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor

from nas.exporting import ExportFormat, NoExport
from workers.deployment import Deployment

Answers = tuple[Tensor, ...]
BATCH = "batch"  # what the first axis of every input and output is called


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One of them: the name of its file, what writes it, and what a fresh reader of the file answers to inputs."""

    file: str
    write: Callable[[Deployment, Path], None]
    answers: Callable[[Deployment, Path], Answers]


def _write_program(deployment: Deployment, file: Path) -> None:
    torch.export.save(_program(deployment), file)


def _program(deployment: Deployment) -> torch.export.ExportedProgram:
    """The network as a program for any number of pictures."""
    batch = torch.export.Dim(BATCH)
    shapes = tuple({0: batch} for _ in deployment.inputs)
    return torch.export.export(deployment.module, tuple(deployment.inputs.values()), dynamic_shapes=shapes)


def _answers_of_program(deployment: Deployment, file: Path) -> Answers:
    return _tuple(torch.export.load(file).module()(*deployment.inputs.values()))


def _write_onnx(deployment: Deployment, file: Path) -> None:
    try:
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise NoExport('ONNX is written with onnxscript: pip install "spinesearch[onnx]"') from error
    shapes = tuple({0: torch.export.Dim(BATCH)} for _ in deployment.inputs)
    with _quiet():
        torch.onnx.export(
            deployment.module,
            tuple(deployment.inputs.values()),
            file,
            dynamo=True,
            external_data=False,
            input_names=list(deployment.inputs),
            output_names=list(deployment.outputs),
            dynamic_shapes=shapes,
            verbose=False,
        )


def _answers_of_onnx(deployment: Deployment, file: Path) -> Answers:
    from onnxruntime import InferenceSession

    session = InferenceSession(str(file), providers=["CPUExecutionProvider"])
    values = session.run(None, {name: tensor.numpy() for name, tensor in deployment.inputs.items()})
    return tuple(torch.from_numpy(value) for value in values)


def _write_weights(deployment: Deployment, file: Path) -> None:
    torch.save({name: value.detach().cpu() for name, value in deployment.module.state_dict().items()}, file)


def _answers_of_weights(deployment: Deployment, file: Path) -> Answers:
    """Those of another network of the same architecture, which has nothing but the weights of the file."""
    other = copy.deepcopy(deployment.module)
    for tensor in (*other.parameters(), *other.buffers()):
        tensor.data.zero_()
    other.load_state_dict(torch.load(file, weights_only=True))
    return _tuple(other(*deployment.inputs.values()))


def _tuple(answers: Tensor | Answers) -> Answers:
    return (answers,) if isinstance(answers, Tensor) else tuple(answers)


@contextmanager
def _quiet() -> Iterator[None]:
    """Inside, what the exporter tells of itself is not told."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logger.setLevel(before)


FORMS: Mapping[ExportFormat, Form] = MappingProxyType(
    {
        ExportFormat.PT2: Form(file="model.pt2", write=_write_program, answers=_answers_of_program),
        ExportFormat.ONNX: Form(file="model.onnx", write=_write_onnx, answers=_answers_of_onnx),
        ExportFormat.STATE_DICT: Form(file="weights.pt", write=_write_weights, answers=_answers_of_weights),
    }
)
