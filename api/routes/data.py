"""Data sets that are registered under a name, which documents then write as `data`."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, status

from api.data_sets.records import Checking
from api.data_sets.views import CheckOptions, DataSetList, DataSetView, NewDataSet
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import Cursor, Limit, TheCatalogue, TheService, requires

router = APIRouter(prefix="/data", tags=["data"])
READ, ADMIN = [requires(Role.READ)], [requires(Role.ADMIN)]

Name = Annotated[str, Path(max_length=64)]


@router.post("", dependencies=ADMIN, status_code=status.HTTP_201_CREATED, responses=documented(400, 409, 413, 415))
def add_data_set(asked: NewDataSet, response: Response, catalogue: TheCatalogue, service: TheService) -> DataSetView:
    """Registers a data set and has it checked; only an admin of all projects may. Paths lie in the service's data
    roots, relative ones in the first; without data roots they are absolute."""
    made = catalogue.add(asked)
    service.wake()
    response.headers["Location"] = f"/api/v1/data/{made.name}"
    return made


@router.get("", dependencies=READ, responses=documented())
def list_data_sets(catalogue: TheCatalogue, limit: Limit = 50, cursor: Cursor = None) -> DataSetList:
    """The data sets by name."""
    return catalogue.list(limit=limit, cursor=cursor)


@router.get("/{name}", dependencies=READ, responses=documented(404))
def get_data_set(name: Name, catalogue: TheCatalogue) -> DataSetView:
    """One data set: where it lies, what the last check found, how far one that runs is."""
    return catalogue.show(name)


@router.post(
    "/{name}/check", dependencies=ADMIN, status_code=status.HTTP_202_ACCEPTED, responses=documented(404, 413, 415)
)
def check_data_set(
    name: Name,
    catalogue: TheCatalogue,
    service: TheService,
    options: CheckOptions = CheckOptions(),  # noqa: B008 - frozen defaults
) -> DataSetView:
    """Asks for a data set to be checked once more; only an admin of all projects may."""
    asked = catalogue.check(name, Checking.EVERY_PICTURE if options.every_picture else Checking.SAMPLE)
    service.wake()
    return asked


@router.delete("/{name}", dependencies=ADMIN, status_code=status.HTTP_204_NO_CONTENT, responses=documented(404))
def remove_data_set(name: Name, catalogue: TheCatalogue) -> None:
    """Takes a name back; only an admin of all projects may. Files stay, and searches that named it go on."""
    catalogue.remove(name)
