"""The winner taken home: a folder that holds the network in a form that runs without this package, and what it is.

Whatever is written is read back and held to what the task itself sees on pictures of the validation split; a program
that answers otherwise is not given away.
"""

import copy
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
import yaml

from nas.exporting import ExportFormat, ExportOrder, NoExport
from nas.reproduction import Reproduction
from workers.deployment import Deployment
from workers.export.card import card
from workers.export.formats import FORMS, Answers
from workers.export.reproduction import judged_again
from workers.export.trained import open_trained

TOLERANCE = 1e-4
"""Of an answer, beside the largest one of its kind or 1."""
PREDICT = "predict.py"
CPU = torch.device("cpu")


def export_trial(
    order: ExportOrder, folder: Path, *, form: ExportFormat = ExportFormat.PT2, judge: bool = True
) -> dict[str, Any]:
    """Writes the trial into a new folder, which is whole or absent; returns what `metrics.json` in it says.

    With `judge` the model is judged again on the whole validation split. Raises `NoExport`, `TrialFailure` for data
    that cannot be read, and `OSError`.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NoExport(f"{folder} must be a new or an empty folder")
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        report = _write(order, partial, form, judge=judge)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return report


@torch.no_grad()
def _write(order: ExportOrder, folder: Path, form: ExportFormat, *, judge: bool) -> dict[str, Any]:
    trained = open_trained(order, CPU)
    deployment = _plain(trained.task.deployment(trained.network))
    file = folder / FORMS[form].file
    FORMS[form].write(deployment, file)
    checked = checked_answers(deployment, FORMS[form].answers(deployment, file), file.name)
    again = judged_again(order, None if torch.cuda.is_available() else trained) if judge else None
    report = _report(order, checked, again)
    _write_json(folder / "metrics.json", report)
    _write_json(folder / "architecture.json", order.training.architecture)
    _write_json(folder / "preprocessing.json", _description(deployment, file.name))
    (folder / "document.yaml").write_text(yaml.safe_dump(order.document, sort_keys=False, allow_unicode=True))
    if form is not ExportFormat.STATE_DICT:
        shutil.copyfile(Path(__file__).with_name(PREDICT), folder / PREDICT)
    (folder / "README.md").write_text(card(order, deployment, form=form, file=file.name, checked=checked, again=again))
    _write_checksums(folder)
    return report


def _plain(deployment: Deployment) -> Deployment:
    """The same with everything as it lies in memory by default: as others give their pictures. The network itself is
    left as it was trained."""
    module = copy.deepcopy(deployment.module).to(memory_format=torch.contiguous_format)
    inputs = {name: tensor.contiguous() for name, tensor in deployment.inputs.items()}
    return replace(deployment, module=module, inputs=inputs)


def checked_answers(deployment: Deployment, answers: Answers, file: str) -> dict[str, Any]:
    """How far the answers of the file are from what the task sees. Raises `NoExport` beyond the tolerance."""
    differences = {}
    for name, expected, answer in zip(deployment.outputs, deployment.expected, answers, strict=True):
        scale = max(1.0, float(expected.abs().max()))
        differences[name] = float((answer - expected).abs().max()) / scale
        if not differences[name] <= TOLERANCE:
            sentence = f"its {name} differ from the network's by {differences[name]:.2g}, allowed is {TOLERANCE:g}"
            raise NoExport(f"{file} is not given away: {sentence}")
    return {"pictures": len(deployment.expected[0]), "tolerance": TOLERANCE, "largest_difference": differences}


def _report(order: ExportOrder, checked: Mapping[str, Any], again: Reproduction | None) -> dict[str, Any]:
    return {
        "trial": order.trial_id,
        "epochs": order.epochs,
        "seed": order.training.seed,
        "recorded": dict(order.metrics),
        "reproduction": None if again is None else {**asdict(again), "reproduced": again.reproduced},
        "exported_program": dict(checked),
    }


def _description(deployment: Deployment, file: str) -> dict[str, Any]:
    """What a script has to know: the file, how pictures become inputs, what outputs mean."""
    return {
        "file": file,
        "inputs": {
            name: [str(tensor.dtype).removeprefix("torch."), *tensor.shape[1:]]
            for name, tensor in deployment.inputs.items()
        },
        "outputs": dict(deployment.outputs),
        "preparation": asdict(deployment.preparation),
        "classes": list(deployment.classes),
        "reading": dict(deployment.reading),
    }


def _write_json(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_checksums(folder: Path) -> None:
    """As `sha256sum --check SHA256SUMS` reads them."""
    files = sorted(file for file in folder.iterdir() if file.is_file())
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(lines))
