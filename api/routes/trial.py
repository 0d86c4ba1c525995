"""One trial as its page shows it: overview, drawing, curves, the end of its log, its pictures; some side by side."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from api.database import reading
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import TheSearch, TheService, TheStorage, requires
from api.routes.trials import Number
from api.trial.curves import MOST_CURVES, TrialCurves, trial_curves
from api.trial.drawings import DrawingView, drawing_view, figures_of_trial
from api.trial.files import LogTail, log_tail, picture_of
from api.trial.overview import TrialOverview, overview_of
from api.trial.side_by_side import MOST, SideBySide, numbers_of, side_by_side
from nas.artifacts import open_artifacts
from nas.folders import trial_folder
from nas.leaderboard import MAX_NUMBER

router = APIRouter(prefix="/searches/{search}", tags=["trials"], dependencies=[requires(Role.READ)])

ALONE = "default-src 'none'; sandbox"  # a picture that is opened by itself runs nothing and loads nothing
Metrics = Annotated[
    list[Annotated[str, Query(max_length=200)]],
    Query(max_length=MOST_CURVES, description="by default the first ones, objectives before others"),
]
After = Annotated[
    int | None, Query(ge=0, le=2**53, description="`end` of the answer before; by default the last lines come")
]
Compared = Annotated[
    list[Annotated[int, Query(ge=0, le=MAX_NUMBER)]],
    Query(min_length=2, max_length=MOST, description="their numbers; the others are held against the first"),
]
PictureName = Annotated[str, Path(max_length=200, description="one of `pictures` of the overview")]


class PictureFile(Response):
    """A picture."""

    media_type = "image/png"


@router.get("/trials/{number}/overview", responses=documented(404))
def get_overview(search: TheSearch, service: TheService, number: Number) -> TrialOverview:
    """One trial without its curves: what was chosen for it, what it cost and reached, what stands beside it."""
    trial = service.storage.trial(search.id, number)
    with reading(service.storage.engine) as connection:
        return overview_of(connection, search, trial)


@router.get("/trials/{number}/drawing", responses=documented(404))
def get_drawing(search: TheSearch, storage: TheStorage, number: Number) -> DrawingView:
    """Its architecture as a drawing: the nodes of every part in rows and columns, and the arrows between them."""
    trial = storage.trial(search.id, number)
    return drawing_view(trial, figures_of_trial(search, trial))


@router.get("/trials/{number}/curves", responses=documented(404))
def get_curves(
    search: TheSearch,
    storage: TheStorage,
    number: Number,
    metric: Metrics = [],  # noqa: B006 - FastAPI copies it
) -> TrialCurves:
    """Its learning curves, thinned to what a plot shows."""
    return trial_curves(search, storage.trial(search.id, number), metric)


@router.get("/trials/{number}/log", responses=documented(404))
def get_log(search: TheSearch, service: TheService, number: Number, after: After = None) -> LogTail:
    """The end of its log, or what came behind `after`: 64 KiB at most, whole lines. Empty where the log is not on the
    machine of the service."""
    trial = service.storage.trial(search.id, number)
    return log_tail(trial_folder(service.settings.home, search.id, trial.number), after)


@router.get("/trials/{number}/pictures/{name}", responses=documented(404), response_class=PictureFile)
def get_picture(search: TheSearch, service: TheService, number: Number, name: PictureName) -> PictureFile:
    """A picture among its artifacts, PNG or JPEG, from its folder on the machine of the service or from the store."""
    trial = service.storage.trial(search.id, number)
    folder, store = trial_folder(service.settings.home, search.id, number), open_artifacts(service.settings.artifacts)
    picture = picture_of(trial, name, folder, store)
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(picture.file, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": ALONE,
        "Cache-Control": "private, no-cache",
    }
    return PictureFile(picture.content, media_type=picture.media_type, headers=headers)


@router.get("/side-by-side", responses=documented(404))
def get_side_by_side(search: TheSearch, storage: TheStorage, trial: Compared) -> SideBySide:
    """Two to eight trials held against the first of them: how their architectures differ, in words and in the drawing,
    what was chosen for each, and their metrics with the differences."""
    return side_by_side(search, [storage.trial(search.id, number) for number in numbers_of(trial)])
