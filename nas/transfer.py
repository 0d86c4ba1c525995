"""Transfer: the learned resizers of a search, each trained in front of one backbone, fine-tuned in front of all of them
(Talebi and Milanfar 2021): which ones are moved, and the document of the search that trains every pair."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nas.artifacts import fetched, file_of
from nas.document import parse_document
from nas.errors import ArtifactUnreachable, NasError
from nas.headings import headings, key
from nas.objectives import Objective
from nas.records import LEGAL_SEARCH, Artifact, Search, Trial
from search_spaces.errors import SpaceError
from search_spaces.joint.architecture import Joint
from search_spaces.registry import architecture_from, published_architecture
from search_spaces.resizer.architecture import Resizer
from search_spaces.space import Architecture

BACKBONE, RESIZER, MODEL = "backbone", "resizer", "model"
LONGEST_NAME = 100  # of a search
KEPT = ("objectives", "resources", "seed")
ROWS, COLUMNS = f"parts.{RESIZER}.weights", f"parts.{BACKBONE}"


class NoTransfer(NasError):
    """The resizers of a search cannot be moved; str() says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A backbone and the best resizer that was trained in front of it; `value` is that of the first objective.

    `label` is the backbone's name, which no other source has; `model` the file of the trained network.
    """

    label: str
    trial: int
    value: float
    backbone: Architecture
    resizer: Resizer
    model: Path


def check_ended(search: Search) -> None:
    """Returns when the search will train nothing more. Raises `NoTransfer`."""
    if LEGAL_SEARCH[search.status]:
        raise NoTransfer(f"search {search.name} ({search.id}) must have ended, is {search.status}")


def sources_of(search: Search, candidates: Iterable[Trial], *, copies: Path | None = None) -> list[Source]:
    """The best candidate of every distinct backbone, best first, given completed ones in that order.

    Only those behind a learned resizer count that have kept their model. Models that a store keeps are copied into the
    folder `copies`. Raises `NoTransfer` unless there are two, and for a model that cannot be had.
    """
    best: dict[str, tuple[Trial, Joint, Artifact]] = {}
    for trial in candidates:
        joint, model = architecture_from(trial.architecture), _model(trial)
        if isinstance(joint, Joint) and _learned(joint) is not None and model is not None:
            best.setdefault(joint.parts[BACKBONE].architecture_id, (trial, joint, model))
    labels = _labels([joint.parts[BACKBONE] for _, joint, _ in best.values()])
    if len(best) < 2:
        raise NoTransfer(_too_few(search, labels))
    metric = Objective.model_validate(search.document["objectives"][0]).metric
    return [
        _source(label, trial, joint, _file(trial, model, copies), metric)
        for label, (trial, joint, model) in zip(labels, best.values(), strict=True)
    ]


def transfer_document(
    search: Search, sources: Sequence[Source], files: Mapping[str, str], *, epochs: int, seeds: int | None = None
) -> dict[str, Any]:
    """The document, as plain data, of the search that trains every backbone behind every resizer.

    `files` are the paths of the resizers' weights, by the label of their source. With `seeds`, every pair is trained
    with so many new ones, and the plain interpolation beside it. Raises `DocumentError`.
    """
    found, pairs = search.document, len(sources) ** 2
    parts = {
        BACKBONE: [_written(source) for source in sources],
        RESIZER: [_moved(source.resizer, files[source.label]) for source in sources],
    }
    timeout = {name: found["budget"][name] for name in ("trial_timeout_s",) if found["budget"].get(name) is not None}
    data = {
        "name": transfer_name(search.name),
        "space": {"kind": "joint", "parts": {role: {"kind": "fixed", "architectures": parts[role]} for role in parts}},
        "task": {**found["task"], "epochs": epochs},
        "strategy": {"kind": "random"},
        "budget": {"trials": pairs, **timeout},
        "comparison": {"top": 0} if seeds is None else {"top": pairs, "seeds": seeds},
        **{name: found[name] for name in KEPT if name in found},
    }
    parse_document(data)
    return data


def transfer_name(name: str) -> str:
    """What the search of the pairs is called."""
    ending = "-pairs"
    return name[: LONGEST_NAME - len(ending)] + ending


def commands(document: Mapping[str, Any], file: Path) -> tuple[str, str]:
    """What to run next: the search of this document, and the table of what became of it, source by target."""
    return f"nas run {file}", f"nas table {document['name']} --rows {ROWS} --columns {COLUMNS}"


def document_text(search: Search, sources: Sequence[Source], document: Mapping[str, Any], file: Path) -> str:
    """The document as YAML for people, below a comment that says what it is and what to run."""
    head = "\n".join(f"# {line}" for line in _head(search, sources, document, file))
    body = yaml.safe_dump(dict(document), sort_keys=False, default_flow_style=None, width=120, allow_unicode=True)
    return f"{head}\n{body}"


def _head(search: Search, sources: Sequence[Source], document: Mapping[str, Any], file: Path) -> Iterator[str]:
    task = document["task"]
    warm = (
        "trained behind the plain interpolation" if task.get("warm_start") else "at random: the task has no warm_start"
    )
    yield f"Transfer of learned resizers (Talebi and Milanfar, ICCV 2021), written by `nas transfer {search.name}`."
    yield "Each resizer was trained in front of one backbone, its source; here it is trained on in front of every one,"
    yield f"for {task['epochs']} epochs. The backbones begin {warm}. The sources, with what they reached:"
    yield from (f"  {source.label}: trial {source.trial}, {source.value:.4g}" for source in sources)
    yield "To run it, and to see the table of sources by backbones:"
    yield from (f"  {command}" for command in commands(document, file))


def _model(trial: Trial) -> Artifact | None:
    """The trained network, of several records the last."""
    recorded = [artifact for measurement in trial.measurements for artifact in measurement.artifacts]
    return next((artifact for artifact in reversed(recorded) if artifact.name == MODEL), None)


def _learned(joint: Joint) -> Resizer | None:
    """The resizer in front of a backbone, if it is one that learns."""
    resizer = joint.parts.get(RESIZER) if BACKBONE in joint.parts else None
    return resizer if isinstance(resizer, Resizer) and resizer.method == "learned" else None


def _labels(backbones: Sequence[Architecture]) -> list[str]:
    """The names that tables have for them."""
    written = [backbone.model_dump(mode="json") for backbone in backbones]
    known = headings(written)
    return [known[key(each)].label for each in written]


def _too_few(search: Search, labels: Sequence[str]) -> str:
    wanted = f"search {search.name} ({search.id}) must have completed learned resizers of at least 2 backbones"
    return f"{wanted}, got {f'those of {labels[0]} alone' if labels else 'none with a model'}"


def _file(trial: Trial, model: Artifact, copies: Path | None) -> Path:
    """The model of the trial on this machine. Raises `NoTransfer`."""
    file = file_of(model)
    if file is not None and file.is_file():
        return file
    if file is not None or copies is None:
        raise NoTransfer(f"the model of trial {trial.number} must be a file of this machine, got {model.uri!r}")
    try:
        return fetched(model, copies)
    except ArtifactUnreachable as error:
        raise NoTransfer(f"the model of trial {trial.number} cannot be had: {error}") from error


def _source(label: str, trial: Trial, joint: Joint, model: Path, metric: str) -> Source:
    resizer = _learned(joint)
    assert resizer is not None
    value = trial.metrics[metric]
    backbone = joint.parts[BACKBONE]
    return Source(label=label, trial=trial.number, value=value, backbone=backbone, resizer=resizer, model=model)


def _written(source: Source) -> str | dict[str, Any]:
    """The backbone by its published name, or as JSON."""
    try:
        if published_architecture(source.label) == source.backbone:
            return source.label
    except SpaceError:
        pass
    return source.backbone.model_dump(mode="json")


def _moved(resizer: Resizer, file: str) -> dict[str, Any]:
    """The resizer as JSON, beginning with the weights of a file, which hold its tail."""
    return {**resizer.model_dump(mode="json"), "tail": "random", "weights": file}
