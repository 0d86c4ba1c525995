"""`nas export`: a trained trial taken home; `nas reproduce`: what it has reached, measured again."""

import os
import time
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer

from api.bootstrap import export_trial, reproduce_trial
from api.commands.control import TrialName
from api.commands.read import find_trial
from api.commands.run import end_with_parent
from api.commands.session import AsJson, ExitCode, console, print_json, settings, storage
from api.errors import Refused
from api.exporter import carry_out
from api.exports import Exports, ExportState, Wanted
from api.rest import RestClient, connected
from nas.exporting import ExportFormat, order_of
from nas.reproduction import Reproduction, Way

POLL_S = 0.5
To = Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A new folder.")]
Format = Annotated[
    ExportFormat,
    typer.Option("--format", help="pt2: runs with torch alone; onnx: with ONNX Runtime; state_dict: weights."),
]
Judge = Annotated[bool, typer.Option("--judge/--no-judge", help="Judge the model again on the validation data.")]


def export(
    trial: TrialName,
    to: To,
    form: Format = ExportFormat.PT2,
    judge: Judge = True,
    as_json: AsJson = False,
) -> None:
    """Take a trained trial home: its network as a file that runs without this service, and all that belongs to it.

    The file is read back and held to the trained network on validation pictures before it is given away.
    """
    if os.environ.get("NAS_API_URL"):
        with connected(settings()) as client:
            report = fetched(client, trial, to, form=form, judge=judge)
    else:
        with storage(must_exist=True) as store:
            order = order_of(*find_trial(store, trial), home=settings().home)
        report = export_trial(order, to, form=form, judge=judge)
    tell(report, to, as_json=as_json)


def reproduce(
    trial: TrialName,
    train: Annotated[bool, typer.Option("--train", help="Train it again from the beginning, with its seed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a trained trial again, here, and say whether it reaches what was recorded: its model on the validation
    data, or with --train the whole training."""
    if os.environ.get("NAS_API_URL"):
        raise Refused("a trial is reproduced where its files are: unset NAS_API_URL there")
    home = settings().home
    with storage(must_exist=True) as store:
        order = order_of(*find_trial(store, trial), home=home)
    found = reproduce_trial(order, way=Way.TRAINED if train else Way.JUDGED, within=home)
    if as_json:
        print_json({**asdict(found), "reproduced": found.reproduced})
    else:
        show(found)
    raise typer.Exit(ExitCode.DONE if found.reproduced else ExitCode.FAILED)


def export_asked(search: str, number: int, form: ExportFormat, judge: Judge = True) -> None:
    """Carry out one export for whoever runs the searches; ends with the standard input, that is with them."""
    end_with_parent()
    wanted = Wanted(search_id=search, number=number, format=form, judge=judge)
    with storage(must_exist=True) as store:
        carry_out(store, Exports(settings().home), wanted, home=settings().home, write=export_trial)


def fetched(client: RestClient, trial: str, to: Path, *, form: ExportFormat, judge: bool) -> Mapping[str, Any]:
    """The report of an export that a service made, whose files are in the folder."""
    if to.exists() and any(to.iterdir()):
        raise Refused(f"{to} must be a new or an empty folder")
    search, found = find_trial(client, trial)
    view = client.export(search.id, found.number, form=form, judge=judge)
    while view["state"] == ExportState.ASKED:
        time.sleep(POLL_S)
        view = client.export_of(search.id, found.number, form=form)
    if view["state"] == ExportState.FAILED:
        raise Refused(f"the service could not export it: {view['reason']}")
    content = client.download(view["download"])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        archive.extractall(to)
    report: Mapping[str, Any] = view["report"]
    return report


def tell(report: Mapping[str, Any], to: Path, *, as_json: bool) -> None:
    """What is in the folder now."""
    if as_json:
        print_json({"folder": str(to), **report})
        return
    told, checked = console(), report["exported_program"]
    apart = ", ".join(f"{name} {value:.2g}" for name, value in checked["largest_difference"].items())
    told.print(f"{to}: {', '.join(sorted(file.name for file in to.iterdir()))}", soft_wrap=True, highlight=False)
    told.print(
        f"Read back, it answers {checked['pictures']} validation pictures as the trained network: largest difference "
        f"{apart}, allowed {checked['tolerance']:g}.",
        soft_wrap=True,
        highlight=False,
    )
    again = report["reproduction"]
    if again is not None:
        again = {name: value for name, value in again.items() if name != "reproduced"}
        show(Reproduction(**{**again, "way": Way(again["way"])}))


def show(found: Reproduction) -> None:
    """Whether it came again, and the metrics that did not."""
    told = console()
    told.print(f"{found.sentence[0].upper()}{found.sentence[1:]}.", soft_wrap=True, highlight=False)
    for name, value in found.recorded.items():
        if abs(value - found.again[name]) > found.tolerance:
            told.print(f"  {name}: {value:.6g} recorded, {found.again[name]:.6g} again", highlight=False)
