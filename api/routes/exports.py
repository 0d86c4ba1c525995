"""Trials taken home: asked for, looked at, downloaded."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, status
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from api.examples import EXPORT
from api.exports import Exports, ExportState, Note, Wanted
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import TheDesk, TheSearch, TheService, requires
from api.routes.trials import Number
from nas.errors import IllegalTransition, NotFound
from nas.exporting import ExportFormat, order_of
from nas.records import Search

router = APIRouter(prefix="/searches/{search}/trials/{number}/export", tags=["exports"])
Format = Annotated[ExportFormat, Query(description="in which form the network is written")]
ZIP = "application/zip"


class ExportOptions(BaseModel):
    """What is taken home."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"format": "pt2"}]})

    format: ExportFormat = Field(
        ExportFormat.PT2,
        description="pt2: a program of torch.export; onnx: for ONNX Runtime; state_dict: the weights alone",
    )
    judge: bool = Field(True, description="judge the model again on the validation data, beside what was recorded")


class ExportView(BaseModel):
    """One export."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXPORT]})

    trial: str = Field(description="its id")
    format: ExportFormat
    state: ExportState = Field(description="asked: it is going to be there; ready: `download` gives it")
    reason: str | None = Field(description="why it failed")
    size_bytes: int | None
    sha256: str | None = Field(description="of the archive")
    report: dict[str, Any] | None = Field(
        description="what the trial had reached and reached again, and how far the answers of the exported network are "
        "from its own"
    )
    download: str | None = Field(description="where the archive is, once it is ready")


class Archive(FileResponse):
    """A zip archive."""

    media_type = ZIP


@router.post(
    "",
    dependencies=[requires(Role.SUBMIT)],
    status_code=status.HTTP_202_ACCEPTED,
    responses=documented(404, 409, 413, 415),
)
def export_trial(
    search: TheSearch,
    number: Number,
    service: TheService,
    desk: TheDesk,
    options: ExportOptions = ExportOptions(),  # noqa: B008 - frozen defaults
) -> ExportView:
    """Asks for a trained trial as an archive: its network in a form that runs without this service, its architecture,
    document and metrics, how pictures are prepared, a script that predicts. Asked again, it is the same archive; one
    that failed is tried again. 409 for a trial that has left no model."""
    home = service.settings.home
    order_of(search, service.storage.trial(search.id, number), home=home)
    wanted = Wanted(search_id=search.id, number=number, format=options.format, judge=options.judge)
    note = Exports(home).ask(wanted)
    desk.record("trial.export", f"{search.id}-{number}", project=search.project, format=options.format)
    service.wake()
    return _view(search, note)


@router.get("", dependencies=[requires(Role.READ)], responses=documented(404))
def get_export(search: TheSearch, number: Number, service: TheService, format: Format = ExportFormat.PT2) -> ExportView:
    """How far an export is. 404 where nobody has asked for it."""
    return _view(search, _note(search, number, service, format))


@router.get("/download", dependencies=[requires(Role.READ)], responses=documented(404, 409), response_class=Archive)
def download_export(
    search: TheSearch, number: Number, service: TheService, format: Format = ExportFormat.PT2
) -> Archive:
    """The archive. 409 while it is not ready."""
    note = _note(search, number, service, format)
    if note.state is not ExportState.READY:
        raise IllegalTransition(f"the export is not ready: {note.reason or note.state}")
    file = Exports(service.settings.home).archive(note.wanted)
    return Archive(file, filename=f"{search.name}-{number}-{format}.zip")


def _note(search: Search, number: int, service: TheService, form: ExportFormat) -> Note:
    note = Exports(service.settings.home).note(Wanted(search_id=search.id, number=number, format=form))
    if note is None:
        raise NotFound(f"nobody has asked for trial {number} of {search.name} as {form}")
    return note


def _view(search: Search, note: Note) -> ExportView:
    number, form = note.wanted.number, note.wanted.format
    path = f"/api/v1/searches/{search.id}/trials/{number}/export/download?format={form}"
    return ExportView(
        trial=f"{search.id}-{number}",
        format=form,
        state=note.state,
        reason=note.reason,
        size_bytes=note.size_bytes,
        sha256=note.sha256,
        report=None if note.report is None else dict(note.report),
        download=path if note.state is ExportState.READY else None,
    )
