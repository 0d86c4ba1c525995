"""A search looked at before it is submitted: its document read and checked as a submission is, and nothing created."""

import json
from collections.abc import Callable
from typing import Any

from api.database import reading
from api.previews import PreviewAnswer, PreviewView, preview_view, problem_views
from api.quotas import standings
from api.storage import SqlStorage
from nas.creation import pinned
from nas.document import SearchDocument
from nas.document_text import data_of_yaml
from nas.errors import DocumentError, NotFound, UnfitSearch
from nas.memory import MemoryStorage
from nas.pace import pace_of
from nas.ports import Storage
from nas.preview import preview_of
from nas.problems import WHOLE

Accept = Callable[[Any], SearchDocument]
"""From plain data to the document of a submission. Raises `DocumentError`."""


def answer_to(
    text: str,
    *,
    accept: Accept,
    storage: SqlStorage | None,
    project: str,
    read: Callable[[str], Any] = data_of_yaml,
) -> PreviewAnswer:
    """What there is to say about a document, whatever is wrong with it. `read` makes plain data of its text."""
    data: Any = None
    try:
        data = plain(read(text))
        document = _pinned(accept(data), storage or MemoryStorage(), project=project)
        view = previewed(document, storage, project=project)
    except DocumentError as error:
        return PreviewAnswer(text=text, document=data, problems=problem_views(error, text), preview=None)
    return PreviewAnswer(text=text, document=data, problems=[], preview=view)


def previewed(document: SearchDocument, storage: SqlStorage | None, *, project: str) -> PreviewView:
    """What the search will be like; without a storage nothing is known of earlier trials and of quotas."""
    preview = preview_of(document)
    if storage is None:
        return preview_view(document, preview, pace=None, project=project, standing=None)
    with reading(storage.engine) as connection:
        standing = standings(connection, project).get(project)
    pace = pace_of(document, storage, project=project)
    return preview_view(document, preview, pace=pace, project=project, standing=standing)


def plain(data: Any) -> Any:
    """The data as JSON gives it back. Raises `DocumentError` for what YAML can say and JSON cannot."""
    try:
        return json.loads(json.dumps(data, allow_nan=False, ensure_ascii=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError([(WHOLE, f"must hold only text, numbers, lists and mappings: {error}")]) from error


def _pinned(document: SearchDocument, records: Storage, *, project: str) -> SearchDocument:
    """The document with the earlier search it begins with, where there is such a one to begin with."""
    try:
        return pinned(document, records, project=project)
    except (NotFound, UnfitSearch) as error:
        field, _, sentence = str(error).partition(": ")
        raise DocumentError([(field, sentence)]) from error
