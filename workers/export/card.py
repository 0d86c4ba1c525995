"""The card of an exported network: what it is, what it has reached, how it is loaded and fed."""

from collections.abc import Iterator, Mapping
from typing import Any

from nas.exporting import ExportFormat, ExportOrder
from nas.reproduction import Reproduction
from workers.deployment import Deployment, Preparation

LOADING: Mapping[ExportFormat, str] = {
    ExportFormat.PT2: """import torch

network = torch.export.load("{file}").module()
{outputs} = network({inputs})""",
    ExportFormat.ONNX: """from onnxruntime import InferenceSession

network = InferenceSession("{file}")
{outputs} = network.run(None, {{{named}}})""",
    ExportFormat.STATE_DICT: """import torch

weights = torch.load("{file}", weights_only=True)
network.load_state_dict(weights)  # of the network that SpineSearch builds from architecture.json and document.yaml""",
}
PREDICTING: Mapping[ExportFormat, str] = {
    ExportFormat.PT2: "needs torch, numpy and Pillow, and torchvision where boxes are found",
    ExportFormat.ONNX: "needs onnxruntime, torch, numpy and Pillow, and torchvision where boxes are found",
}


def card(
    order: ExportOrder,
    deployment: Deployment,
    *,
    form: ExportFormat,
    file: str,
    checked: Mapping[str, Any],
    again: Reproduction | None,
) -> str:
    """The card as Markdown."""
    loading = LOADING[form].format(
        file=file,
        inputs=", ".join(deployment.inputs),
        outputs=", ".join(deployment.outputs),
        named=", ".join(f'"{name}": {name}' for name in deployment.inputs),
    )
    parts = [
        f"# {order.training.search_name}, trial {order.training.number}",
        f"A network found by SpineSearch: architecture {order.architecture_id}, in "
        f"[architecture.json](architecture.json). Trained for {order.epochs} epochs with seed {order.training.seed}, "
        f"for the task {order.training.task['kind']}, by the search of [document.yaml](document.yaml).",
        "## What it has reached",
        *_reached(order, again),
        "## How to load it",
        f"```python\n{loading}\n```",
        *_tensors(deployment),
        *_checks(form, checked),
        *_predicting(form),
        "## How pictures are prepared",
        *_preparation(deployment.preparation),
        "## Classes",
        ", ".join(f"{number} {name}" for number, name in enumerate(deployment.classes)),
        "`sha256sum --check SHA256SUMS` tells whether the files are whole.",
    ]
    return "\n\n".join(parts) + "\n"


def _reached(order: ExportOrder, again: Reproduction | None) -> Iterator[str]:
    rows = "\n".join(f"| {name} | {value:.6g} |" for name, value in sorted(order.metrics.items()))
    yield f"| metric | value |\n|---|---|\n{rows}"
    told = f"Reproduced: {again.sentence}." if again is not None else "It was not judged again for this export."
    yield told if again is None or again.reproduced else told.replace("Reproduced", "Not reproduced", 1)


def _tensors(deployment: Deployment) -> Iterator[str]:
    inputs = [
        f"- input `{name}`: {str(tensor.dtype).removeprefix('torch.')} [B, {', '.join(map(str, tensor.shape[1:]))}]"
        for name, tensor in deployment.inputs.items()
    ]
    outputs = [f"- output `{name}`: {meaning}" for name, meaning in deployment.outputs.items()]
    yield "\n".join([*inputs, *outputs])


def _checks(form: ExportFormat, checked: Mapping[str, Any]) -> Iterator[str]:
    apart = ", ".join(f"{name} {value:.2g}" for name, value in checked["largest_difference"].items())
    yield (
        f"Read back from this file, it answered {checked['pictures']} pictures of the validation split as the trained "
        f"network did: largest difference {apart}, allowed {checked['tolerance']:g} of the largest answer."
    )


def _predicting(form: ExportFormat) -> Iterator[str]:
    if form in PREDICTING:
        yield f"`python predict.py PICTURE ...` does all of it, preparation included; it {PREDICTING[form]}."


def _preparation(preparation: Preparation) -> Iterator[str]:
    height, width = preparation.stored
    way = {
        "letterbox": f"The longer side is brought to fit {height} x {width} (height x width), aspect kept; the picture "
        f"lies at the top left, the rest has the colour {preparation.fill}.",
        "crop": f"The shorter side is brought to fit {height} x {width} (height x width), aspect kept; the middle is "
        "taken.",
        "stretch": f"It is brought to {height} x {width} (height x width), aspect lost.",
    }[preparation.fit]
    if preparation.size != preparation.stored:
        way += f" Of that the middle {preparation.size[0]} x {preparation.size[1]} is taken."
    by = preparation.resampling
    how = (
        "Pillow's bilinear, antialiased"
        if by is None
        else f"{by.interpolation}, {'' if by.antialias else 'not '}antialiased"
    )
    yield f"{way} Resampling: {how}. RGB of 0..255, rounded, then (value - mean) / std."
    mean, std = list(preparation.mean), list(preparation.std)
    yield f"mean {mean}, std {std}; for scripts: [preprocessing.json](preprocessing.json)."
