"""All trials of a search as a file."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from api.downloads import PARQUET, csv_of, parquet_of
from api.errors import Refused
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import TheSearch, TheStorage, requires
from api.routes.trials import Sort, Statuses, Where, distinct
from nas.leaderboard import NUMBER, parse_query
from nas.ports import Query
from nas.records import Search, TrialStatus

router = APIRouter(prefix="/searches/{search}", tags=["trials"], dependencies=[requires(Role.READ)])


class CsvFile(StreamingResponse):
    """Comma-separated values."""

    media_type = "text/csv"


class ParquetFile(StreamingResponse):
    """A columnar file that pandas and polars read."""

    media_type = PARQUET


@router.get("/trials.csv", responses=documented(404), response_class=CsvFile)
def download_csv(
    search: TheSearch,
    storage: TheStorage,
    sort: Sort = None,
    where: Where = [],  # noqa: B006 - FastAPI copies it
    status: Statuses = list(TrialStatus),  # noqa: B006 - FastAPI copies it
) -> CsvFile:
    """Every trial of a leaderboard query, by default all trials by number, with all metrics. Read while it is sent,
    so trials that end meanwhile may be in it or not."""
    parts = csv_of(storage, search, _query(search, sort, where, status))
    return CsvFile(parts, headers=_named(search, "csv"))


@router.get("/trials.parquet", responses=documented(404), response_class=ParquetFile)
def download_parquet(
    search: TheSearch,
    storage: TheStorage,
    sort: Sort = None,
    where: Where = [],  # noqa: B006 - FastAPI copies it
    status: Statuses = list(TrialStatus),  # noqa: B006 - FastAPI copies it
) -> ParquetFile:
    """The same as a Parquet file. 503 where the service was installed without pyarrow."""
    try:
        parts = parquet_of(storage, search, _query(search, sort, where, status))
    except Refused as error:
        raise HTTPException(503, str(error)) from error
    return ParquetFile(parts, headers=_named(search, "parquet"))


def _query(search: Search, sort: str | None, where: list[str], statuses: list[TrialStatus]) -> Query:
    return parse_query(sort=sort or NUMBER, search=search, where=where, statuses=distinct(statuses))


def _named(search: Search, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{search.name}-{search.id}.{ending}"'}
