"""How a search comes into being: its document stored, with the id of the earlier search it begins with."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from nas.begin_with import BeginWith
from nas.document import SearchDocument
from nas.errors import NotFound, UnfitSearch
from nas.ports import Storage
from nas.records import DEFAULT_PROJECT, LEGAL_SEARCH, Search

SECTION, PIN = "begin_with", "search_id"
NO_MATTER = frozenset({"loader_threads"})  # options of a task that change no result


def create_search(
    records: Storage,
    document: SearchDocument,
    idempotency_key: str | None = None,
    *,
    project: str = DEFAULT_PROJECT,
    priority: int = 0,
) -> Search:
    """A queued search of the document. The same key again returns the first search of the same document.

    The earlier search it begins with belongs to the same project. Raises `NotFound` and `UnfitSearch` for that one, and
    `IdempotencyConflict`.
    """
    first = None if idempotency_key is None else records.keyed_search(idempotency_key, project=project)
    if first is not None and same_document(first.document, document.model_dump(mode="json")):
        return first  # though the name of the earlier search may mean another one by now
    content = pinned(document, records, project=project).model_dump(mode="json")
    return records.create_search(document.name, content, idempotency_key, project=project, priority=priority)


def same_document(stored: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether a stored document is the given one, whichever search the name of its earlier search meant then."""
    pin = (given.get(SECTION) or {}).get(PIN)
    return stored == given or (pin is None and _without_pin(stored) == _without_pin(given))


def pinned(document: SearchDocument, records: Storage, *, project: str = DEFAULT_PROJECT) -> SearchDocument:
    """The document with the id of the earlier search of the project that it begins with.

    Raises `NotFound`, and `UnfitSearch` unless that has ended and, to be learned from, has the same task and
    objectives.
    """
    options = document.begin_with
    if options is None or options.search is None:
        return document
    earlier = _found(options, records, project=project)
    _check(earlier, document, learn=options.learn)
    return document.model_copy(update={SECTION: options.model_copy(update={PIN: earlier.id})})


def _found(options: BeginWith, records: Storage, *, project: str) -> Search:
    try:
        return records.search(options.search_id or options.search or "", project=project)
    except NotFound as error:
        raise NotFound(f"begin_with.search: {error}") from error


def _check(earlier: Search, document: SearchDocument, *, learn: bool) -> None:
    called = f"search {earlier.name} ({earlier.id})"
    if LEGAL_SEARCH[earlier.status]:
        raise UnfitSearch(f"begin_with.search: {called} must have ended, is {earlier.status}")
    try:
        known = SearchDocument.model_validate(earlier.document)
    except ValidationError as error:
        raise UnfitSearch(f"begin_with.search: the document of {called} is one of another version") from error
    if learn and known.objectives != document.objectives:
        goals, others = _goals(document), _goals(known)
        raise UnfitSearch(f"begin_with.learn: {called} must have the same objectives, {goals}, has {others}")
    differing = _differing(known, document)
    if learn and differing:
        sentence = f"must have the same task for its results to be comparable, but differs in {differing}"
        raise UnfitSearch(f"begin_with.learn: {called} {sentence}; its best can be trained first without learn")


def _goals(document: SearchDocument) -> str:
    return ", ".join(f"{objective.goal} {objective.metric}" for objective in document.objectives)


def _differing(known: SearchDocument, document: SearchDocument) -> str:
    """The options of the tasks that differ."""
    ours, theirs = (each.task.model_dump(mode="json", exclude=set(NO_MATTER)) for each in (document, known))
    return ", ".join(f"task.{name}" for name in ours | theirs if ours.get(name) != theirs.get(name))


def _without_pin(document: Mapping[str, Any]) -> dict[str, Any]:
    section = document.get(SECTION)
    return {**document, SECTION: {**section, PIN: None} if section else None}
