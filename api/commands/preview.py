"""`nas submit --dry-run`: what is wrong with a document, by line, or what its search will be like."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.table import Table

from api.commands.session import ExitCode, catalogue, console, print_json, settings, storage
from api.previewing import answer_to
from api.previews import PreviewAnswer, PreviewView, ProblemView, TimeView
from api.rest import connected
from api.storage import SqlStorage
from nas.data_sets import DataSet, under_its_name
from nas.document import SearchDocument, parse_document
from nas.document_lines import Lines
from nas.document_text import read_text, reader_of
from nas.errors import NotFound
from nas.records import DEFAULT_PROJECT

SCALES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def preview(path: Path, *, project: str | None, as_json: bool) -> NoReturn:
    """Tells it and exits: 2 where something is wrong with the document."""
    answer = previewed_here(path, project=project)
    if not answer.problems and os.environ.get("NAS_API_URL"):
        answer = previewed_there(path, answer, project=project)
    if as_json:
        print_json(answer.model_dump(mode="json"))
    else:
        _tell(path, answer)
    raise typer.Exit(ExitCode.USAGE if answer.problems else ExitCode.DONE)


def previewed_here(path: Path, *, project: str | None) -> PreviewAnswer:
    """By the records of the state folder, where there are any."""
    text, base = read_text(path), path.resolve().parent

    def accept(data: Any) -> SearchDocument:
        return parse_document(data, base, find=find_named)

    with _records() as records:
        return answer_to(text, accept=accept, storage=records, project=project or DEFAULT_PROJECT, read=reader_of(path))


def previewed_there(path: Path, here: PreviewAnswer, *, project: str | None) -> PreviewAnswer:
    """By the service, which is sent absolute paths; what it refuses is told with the lines of the file."""
    document = parse_document(here.document, path.resolve().parent, find=find_named)
    content = under_its_name(document.model_dump(mode="json"))
    with connected(settings()) as client:
        params = {} if project is None else {"project": project}
        told = client.call("POST", "/searches/preview", json={"document": content}, params=params)
    answer, lines = PreviewAnswer.model_validate(told), Lines(here.text)
    problems = [each.model_copy(update={"line": lines.of(each.field)}) for each in answer.problems]
    return answer.model_copy(update={"text": here.text, "document": here.document, "problems": problems})


def find_named(name: str) -> DataSet:
    """A data set of the service or of the state folder. Raises `NotFound`."""
    with catalogue() as found:
        return found.find(name)


@contextmanager
def _records() -> Iterator[SqlStorage | None]:
    """The storage of the state folder; None where there is none, or where a service is asked afterwards."""
    with ExitStack() as stack:
        found = None
        if not os.environ.get("NAS_API_URL"):
            with suppress(NotFound):
                found = stack.enter_context(storage(must_exist=True))
        yield found


def _tell(path: Path, answer: PreviewAnswer) -> None:
    for problem in answer.problems:
        console().print(_sentence(path, problem), soft_wrap=True, highlight=False, markup=False)
    if answer.preview is not None:
        console().print(_table(str(answer.document["name"]), answer.preview))
        for note in answer.preview.notes:
            console().print(f"Note: {note}.", soft_wrap=True, highlight=False, markup=False)


def _sentence(path: Path, problem: ProblemView) -> str:
    """As compilers tell it, so that editors find the place."""
    place = f"{path}:{problem.line}" if problem.line else str(path)
    return f"{place}: {problem.field}: {problem.message}"


def _table(name: str, view: PreviewView) -> Table:
    table = Table(title=f"{name}, nothing submitted", title_justify="left", box=None, pad_edge=False, show_header=False)
    for label, value in (
        ("space", f"{_counted(view.architectures)} architectures"),
        ("drawn", f"{view.drawn} candidates, {view.infeasible} infeasible"),
        *((metric, _spread(spread.low, spread.middle, spread.high)) for metric, spread in view.metrics.items()),
        ("trials", _trials(view)),
        ("work", _work(view)),
        ("time", _time(view.time)),
        ("quota", _quota(view)),
    ):
        table.add_row(label, value)
    return table


def _trials(view: PreviewView) -> str:
    trials = view.trials
    beside = {"the best again": trials.repeats, **{f"control {name}": n for name, n in trials.controls.items()}}
    parts = [f"{trials.candidates:,} candidates", *(f"{number} {what}" for what, number in beside.items() if number)]
    return f"{trials.total:,} of up to {view.epochs} epochs: {', '.join(parts)}"


def _work(view: PreviewView) -> str:
    if view.total_macs is None:
        return "pictures are not counted here" if view.metrics else "not known"
    return f"{_amount(view.total_macs)} multiply-adds forward, {view.pictures:,} pictures an epoch"


def _time(time: TimeView | None) -> str:
    if time is None:
        return "not known: no earlier trial of the project has this task"
    hours = f"{time.cpu_hours:.3g} CPU hours, {time.gpu_hours:.3g} GPU hours, {time.wall_s / 3600:.3g} h to wait"
    spread = _spread(time.trial_s.low, time.trial_s.middle, time.trial_s.high)
    return f"{spread} s a trial; {hours} (by {time.trials} trials of {time.searches} searches)"


def _quota(view: PreviewView) -> str:
    quota = view.quota
    if quota is None:
        return "not known"
    most = (("searches", quota.unfinished, quota.max_searches), ("running trials", quota.running, quota.max_concurrent))
    told = [f"{used} of {limit} {what}" for what, used, limit in most if limit is not None]
    told += [] if quota.gpu_hours_left is None else [f"{quota.gpu_hours_left:.3g} GPU hours left"]
    return f"project {quota.project}: {', '.join(told) or 'no limits'}"


def _counted(digits: str) -> str:
    """A number of any length."""
    return f"{int(digits):,}" if len(digits) <= 12 else f"{Decimal(digits):.2e}"


def _spread(low: float, middle: float, high: float) -> str:
    return f"{_amount(low)} .. {_amount(middle)} .. {_amount(high)}"


def _amount(value: float) -> str:
    """To about four digits."""
    scale, letter = next(((scale, f" {letter}") for scale, letter in SCALES if abs(value) >= scale), (1.0, ""))
    return f"{value / scale:.4g}{letter}"
