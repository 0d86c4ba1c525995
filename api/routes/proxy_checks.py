"""Proxy checks: submitted, read, and as a page with plots."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, status
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from api.errors import Refused
from api.people.records import Role
from api.problems import documented
from api.proxy_checks import find_check, find_or_create, report_on, submitted_check
from api.proxy_page import proxy_page
from api.routes.dependencies import InProject, TheDataSets, TheDesk, ThePrincipal, TheService, TheStorage, requires
from api.routes.searches import Document
from nas.proxy_report import ProxyReport, Thresholds

router = APIRouter(prefix="/proxy-checks", tags=["proxy checks"])
READ = [requires(Role.READ)]

Check = Annotated[
    str,
    Path(
        max_length=100, description="name of the checked document, its newest check; or the id of one of its searches"
    ),
]
Judged = Annotated[Thresholds, Query()]


@router.post(
    "",
    dependencies=[requires(Role.SUBMIT)],
    status_code=status.HTTP_201_CREATED,
    responses=documented(400, 404, 409, 413, 415),
)
def submit_proxy_check(
    document: Document,
    response: Response,
    service: TheService,
    desk: TheDesk,
    data_sets: TheDataSets,
    thresholds: Judged,
    project: InProject = None,
) -> ProxyReport:
    """Submits a search document with its section `proxy_check`: a search per setting and one of the full task are
    queued, and run as any search is.

    The same document again returns the same check, so that a submission can be repeated safely; a setting that was
    added is trained on the same architectures, and nothing that has been trained is trained again.
    """
    owner = desk.submits_to(project)
    planned = submitted_check(document, service.settings, find=data_sets.find, anywhere=desk.trusted)
    searches = find_or_create(service.storage, planned, project=owner)
    report = report_on(service.storage, searches, thresholds)
    desk.record("proxy-check.submit", report.id, project=owner, searches=[search.id for search in searches])
    service.wake()
    response.headers["Location"] = f"/api/v1/proxy-checks/{report.id}"
    return report


@router.get("/{check}", dependencies=READ, responses=documented(404))
def get_proxy_check(check: Check, storage: TheStorage, principal: ThePrincipal, thresholds: Judged) -> ProxyReport:
    """How far the check is, and what its trainings say so far: noise of seeds, smoothness, rank correlation with the
    full task, cost, a verdict per setting by these thresholds, the cheapest trustworthy one."""
    return report_on(storage, find_check(storage, check, project=principal.project), thresholds)


@router.get("/{check}/page", dependencies=READ, responses=documented(404), response_class=HTMLResponse)
def get_proxy_page(check: Check, storage: TheStorage, principal: ThePrincipal, thresholds: Judged) -> HTMLResponse:
    """The same as a page with plots that needs nothing else. 503 where the service was installed without plotly."""
    report = report_on(storage, find_check(storage, check, project=principal.project), thresholds)
    try:
        return HTMLResponse(proxy_page(report))
    except Refused as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, str(error)) from error
