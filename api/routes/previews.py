"""A search before it is submitted: its document checked while it is written, what it will cost, what to start from."""

from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.examples import DOCUMENT
from api.people.records import Role
from api.previewing import answer_to
from api.previews import PreviewAnswer
from api.problems import documented
from api.routes.dependencies import InProject, TheDataSets, TheDesk, ThePrincipal, TheService, requires
from api.submission import submitted_document
from nas.brief import brief
from nas.document import SearchDocument, stored_document
from nas.document_text import yaml_of

router = APIRouter(prefix="/searches", tags=["searches"], dependencies=[requires(Role.SUBMIT)])
LONGEST = 100_000  # characters; the document of a long list of candidates is submitted without a preview


class PreviewRequest(BaseModel):
    """A document to look at: as YAML, as JSON, or that of an earlier search. One of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"document": DOCUMENT}]})

    text: Annotated[str, Field(max_length=LONGEST)] | None = Field(None, description="YAML or JSON")
    document: dict[str, Any] | None = Field(None, description="as it would be submitted")
    search: Annotated[str, Field(max_length=100)] | None = Field(None, description="name or id: its document")

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in ("text", "document", "search") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of text, document, search, got {', '.join(given) or 'none'}")
        return self


@router.post("/preview", responses=documented(400, 404, 413, 415))
def preview_search(
    asked: PreviewRequest,
    service: TheService,
    principal: ThePrincipal,
    desk: TheDesk,
    data_sets: TheDataSets,
    project: InProject = None,
) -> PreviewAnswer:
    """Checks a document as submitting it would, and tells what the search will be like; creates nothing.

    What is wrong is told with fields and lines, in an answer as any other: 200.
    """
    owner = desk.submits_to(project)

    def accept(data: Any) -> SearchDocument:
        accepted = submitted_document(data, service.settings, find=data_sets.find, anywhere=desk.trusted)
        return SearchDocument.model_validate(accepted)

    text = asked.text
    if asked.search is not None:
        text = yaml_of(brief(stored_document(service.storage.search(asked.search, project=principal.project))))
    return answer_to(
        yaml_of(asked.document) if text is None else text, accept=accept, storage=service.storage, project=owner
    )
