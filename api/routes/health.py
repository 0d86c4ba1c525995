"""Is the process up, and can it serve."""

from fastapi import APIRouter

from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import TheStorage, requires
from api.schemas import Health

router = APIRouter(tags=["operations"])


@router.get("/health", responses=documented())
def health() -> Health:
    """Answers as long as the process is up; needs no token."""
    return Health(status="ok")


@router.get("/ready", dependencies=[requires(Role.READ)], responses=documented())
def ready(storage: TheStorage) -> Health:
    """Answers when the database is reachable and has the schema of this program; otherwise 503 says what is missing."""
    storage.check_ready()
    return Health(status="ready")
