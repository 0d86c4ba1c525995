"""What people want of searches and trials: to pause, go on, end, have more trials, be cloned or deleted; to be retried.

Each asks the service of NAS_API_URL where that is set, and works on the state folder otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from api.commands.read import find_trial
from api.commands.session import AsJson, SearchName, console, find_data_set, print_json, reader, record, settings
from api.data_sets.catalogue import RemoteCatalogue
from api.deletion import delete_search
from api.errors import Refused
from api.rest import Reader, RestClient
from api.schemas import search_view
from nas.cloning import changed, changes_of
from nas.creation import create_search
from nas.data_sets import FindDataSet
from nas.document import parse_document
from nas.records import LEGAL_SEARCH, Pause, Search, TrialWish

TrialName = Annotated[str, typer.Argument(metavar="TRIAL", help="SEARCH/NUMBER, or the id of a trial.")]


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to a search: how the audit calls it, what people are told became of it, and what belongs to it."""

    action: str
    told: str
    detail: dict[str, Any] = field(default_factory=dict)


def pause(
    search: SearchName,
    now: Annotated[bool, typer.Option("--now", help="Stop running trials; they go on from their checkpoints.")] = False,
    as_json: AsJson = False,
) -> None:
    """Pause a search once its running trials have ended, or now. `nas resume` lets it go on."""
    wish = Pause.NOW if now else Pause.LATER
    deed = Deed("search.pause", "will pause", {"now": now})
    _wish(search, lambda source, found: source.request_pause(found.id, wish), deed, as_json=as_json)


def resume(search: SearchName, as_json: AsJson = False) -> None:
    """Let a paused search go on; in the state folder, whoever serves or runs it takes it up."""
    deed = Deed("search.resume", "may go on")
    _wish(search, lambda source, found: source.request_pause(found.id, None), deed, as_json=as_json)


def cancel(search: SearchName, as_json: AsJson = False) -> None:
    """Ask for a search to be cancelled; whoever runs it stops its trials."""
    deed = Deed("search.cancel", "will be cancelled")
    _wish(search, lambda source, found: source.request_cancel(found.id), deed, as_json=as_json)


def extend(
    search: SearchName,
    trials: Annotated[int, typer.Option(min=1, help="How many candidates it is to have in all.")],
    as_json: AsJson = False,
) -> None:
    """Raise the budget of a search; one that has ended goes on, as if it had had the larger budget from its start."""
    deed = Deed("search.extend", f"is to have {trials} trials", {"trials": trials})
    _wish(search, lambda source, found: source.request_trials(found.id, trials), deed, as_json=as_json)


def stop(trial: TrialName, as_json: AsJson = False) -> None:
    """Stop one running trial; it ends as cancelled, and its search goes on."""
    _wish_of_trial(trial, TrialWish.STOP, Deed("trial.stop", "is to be stopped"), as_json=as_json)


def retry(trial: TrialName, as_json: AsJson = False) -> None:
    """Try a trial again that failed, or was stopped or cancelled; an ended search goes on for that."""
    _wish_of_trial(trial, TrialWish.RETRY, Deed("trial.retry", "is to be tried again"), as_json=as_json)


def clone(
    search: SearchName,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="As task.epochs=24; may be repeated.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the new search; by default the same.")] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write the document to this file, for `nas run`, and submit nothing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Submit the document of a search once more, with changes."""
    wanted = changes_of(changes or ()) | ({} if name is None else {"name": name})
    with reader() as source:
        found = source.search(search)
        if write is not None:
            document = parse_document(changed(source.summary(found.id).search.document, wanted), find=_find_in(source))
            write.write_text(yaml.safe_dump(document.model_dump(mode="json", exclude_unset=True), sort_keys=False))
            console().print(f"Wrote {write}; `nas run {write}` searches it.", soft_wrap=True, highlight=False)
            return
        made = _cloned(source, found, wanted)
    _tell(made, f"is {made.status}", as_json=as_json)


def delete(
    search: SearchName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a search that has ended, with its trials and the files of their artifacts. Nothing brings them back."""
    with reader() as source:
        found = source.search(search)
        if not yes:
            typer.confirm(f"Delete search {found.name} ({found.id}) with all its trials and files?", abort=True)
        if isinstance(source, RestClient):
            source.delete_search(found.id)
        else:
            here = settings()
            delete_search(source, found, here.home, here.artifacts)  # type: ignore[arg-type]  # it is the storage
            record(source, "search.delete", found)
    console().print(f"Search {found.name} ({found.id}) is deleted.", soft_wrap=True)


def _cloned(source: Reader, found: Search, wanted: dict[str, object]) -> Search:
    if isinstance(source, RestClient):
        return source.clone(found.id, wanted)
    document = parse_document(changed(found.document, wanted), find=_find_in(source))
    made = create_search(source, document, project=found.project)  # type: ignore[arg-type]  # it is the storage
    record(source, "search.clone", made, of=found.id)
    return made


def _find_in(source: Reader) -> FindDataSet:
    """What finds the data sets of a service, or of the state folder."""
    return RemoteCatalogue(source).find if isinstance(source, RestClient) else find_data_set


def _wish(search: str, wish: Callable[[Reader, Search], Search], deed: Deed, *, as_json: bool) -> None:
    with reader() as source:
        asked = wish(source, source.search(search))
        if not LEGAL_SEARCH[asked.status]:
            raise Refused(f"search {asked.name} ({asked.id}) has already ended: {asked.status}")
        record(source, deed.action, asked, **deed.detail)
    _tell(asked, deed.told, as_json=as_json)


def _wish_of_trial(trial: str, wish: TrialWish, deed: Deed, *, as_json: bool) -> None:
    with reader() as source:
        search, found = find_trial(source, trial)
        asked = source.request_trial(search.id, found.number, wish)
        record(source, deed.action, asked, number=found.number)
    if as_json:
        print_json(search_view(asked).model_dump(mode="json"))
    else:
        console().print(f"Trial {found.number} of {asked.name} ({asked.id}) {deed.told}.", soft_wrap=True)


def _tell(search: Search, told: str, *, as_json: bool) -> None:
    if as_json:
        print_json(search_view(search).model_dump(mode="json"))
    else:
        console().print(f"Search {search.name} ({search.id}) {told}.", soft_wrap=True)
