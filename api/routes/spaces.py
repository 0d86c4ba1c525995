"""The spaces that a search document may name."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.people.records import Role
from api.problems import documented
from api.routes.dependencies import requires
from api.schemas import SpaceDetail, SpaceList, SpaceView
from nas.errors import NotFound
from search_spaces.errors import BrokenExtension
from search_spaces.registry import INSTALLED_SPACES, SPACES, SpaceKind, space_kind

router = APIRouter(prefix="/spaces", tags=["spaces"], dependencies=[requires(Role.READ)])


@router.get("", responses=documented())
def list_spaces() -> SpaceList:
    """Every registered kind of space, with its exact number of architectures at default options; then those of
    installed packages, without the broken ones."""
    installed = [kind for _, kind in INSTALLED_SPACES.each() if not isinstance(kind, BrokenExtension)]
    return SpaceList(items=[SpaceView.model_validate(_described(kind)) for kind in (*SPACES.values(), *installed)])


@router.get("/{kind}", responses=documented(404))
def get_space(kind: Annotated[str, Path(max_length=100)]) -> SpaceDetail:
    """One kind of space: its options with defaults and descriptions, and their JSON schema."""
    try:
        found = space_kind(kind)
    except BrokenExtension as error:
        raise NotFound(f"the space {kind!r} {error}") from error
    if found is None:
        raise NotFound(f"no space of kind {kind!r}; known: {', '.join(sorted([*SPACES, *INSTALLED_SPACES.names()]))}")
    return SpaceDetail.model_validate(_described(found))


def _described(kind: SpaceKind) -> dict[str, object]:
    description = kind.describe()
    return {**description, "count": str(description["count"])}
