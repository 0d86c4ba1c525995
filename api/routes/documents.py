"""Search documents for whoever writes one: what they may hold, and some to start from."""

from fastapi import APIRouter

from api.documents import DocumentGuide, ExampleList, examples, guide
from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import requires

router = APIRouter(prefix="/documents", tags=["searches"], dependencies=[requires(Role.READ)])


@router.get("/guide", responses=documented())
def get_guide() -> DocumentGuide:
    """The JSON schema of a search document, with the options of every kind of space, and the metrics of each task."""
    return guide()


@router.get("/examples", responses=documented())
def list_examples() -> ExampleList:
    """Documents to start from, as YAML with what they say about themselves."""
    return ExampleList(items=examples())
