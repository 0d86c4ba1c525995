"""How the service stands, for whoever operates it."""

from fastapi import APIRouter

from api.cluster import cluster_of
from api.database import reading
from api.operation_views import OperationsView
from api.operations import operations_of
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import InProject, TheDesk, TheService, requires
from nas.clock import utc

router = APIRouter(prefix="/operations", tags=["operations"], dependencies=[requires(Role.READ)])


@router.get("", responses=documented(404))
def get_operations(service: TheService, desk: TheDesk, project: InProject = None) -> OperationsView:
    """What runs, what waits and why, who works on what, quotas and usage, what failed lately, what is installed.

    All of the projects that the token sees; the cluster is told to admins of all projects.
    """
    with reading(service.storage.engine) as connection:
        view = operations_of(connection, project=desk.within(project), now=utc(service.storage.clock()))
    return view.model_copy(update={"cluster": cluster_of(service.cluster())}) if desk.trusted else view
