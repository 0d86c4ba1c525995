"""`nas prune`: files of trials that rules name are removed, records stay."""

from typing import Annotated

import typer
from rich.table import Table

from api.commands.session import AsJson, console, is_remote, print_json, record, settings, storage
from api.commands.tables import plain_table
from api.errors import Refused
from api.pruning import Pruning, ToPrune, carry_out, plan_pruning
from nas.artifacts import open_artifacts
from nas.errors import InvalidQuery
from nas.pruning import ENDED, PruneRules, age
from nas.records import TrialStatus

KeepBest = Annotated[
    int | None,
    typer.Option(min=0, help="Keep so many of the best of every search, by its first objective, with their repeats."),
]
OlderThan = Annotated[str | None, typer.Option(metavar="AGE", help="Only what ended so long ago: 12h, 30d, 2w.")]
Status = Annotated[
    str | None, typer.Option(help="Only trials in these, separated by commas: completed, stopped, failed, cancelled.")
]
InSearch = Annotated[str | None, typer.Option("--search", help="Only of this search; by default of all.")]
Caches = Annotated[
    str | None, typer.Option(metavar="AGE", help="Also caches of pictures that no training opened for so long.")
]


def prune(
    keep_best: KeepBest = None,
    older_than: OlderThan = None,
    status: Status = None,
    search: InSearch = None,
    caches_unused: Caches = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would go, and remove nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove checkpoints, models and pictures of trials that meet all the rules given; records and logs stay.

    Never of searches that go on, of what another search begins with or retrains, or of files that a document names.
    """
    if is_remote():
        raise Refused("files are removed where they lie: run this on the machine that serves, without NAS_API_URL")
    rules = rules_of(keep_best, older_than, status)
    if rules is None and search is not None:
        rules = PruneRules()
    unused = None if caches_unused is None else age(caches_unused)
    if as_json and not (dry_run or yes):
        raise InvalidQuery("--json does not ask: give --dry-run or --yes, too")
    if rules is None and unused is None:
        raise InvalidQuery("give a rule: --keep-best, --older-than, --status, --search or --caches-unused")
    with storage(must_exist=True) as store:
        home, kept = settings().home, open_artifacts(settings().artifacts)
        planned = plan_pruning(store, home, rules, store=kept, search=search, caches_unused=unused)
        tell(planned, as_json=as_json)
        if dry_run or not planned.size_bytes:
            return
        if not yes:
            typer.confirm("Remove these files? Nothing brings them back", abort=True)
        for row in carry_out(store, home, planned, kept):
            record(store, "search.prune", row.search, trials=len(row.numbers), size_bytes=row.size_bytes)
    if not as_json:
        console().print(f"{megabytes(planned.size_bytes)} are free.", highlight=False)


def rules_of(keep_best: int | None, older_than: str | None, status: str | None) -> PruneRules | None:
    """The rules that options name; None where they name none. Raises `InvalidQuery`."""
    if keep_best is None and older_than is None and status is None:
        return None
    return PruneRules(
        keep_best=keep_best,
        older_than=None if older_than is None else age(older_than),
        statuses=ENDED if status is None else statuses_of(status),
    )


def statuses_of(text: str) -> frozenset[TrialStatus]:
    """Those that are named. Raises `InvalidQuery`."""
    names = [name.strip() for name in text.split(",")]
    wrong = [name for name in names if name not in set(ENDED)]
    if wrong:
        raise InvalidQuery(f"--status must be of {', '.join(sorted(ENDED))}, got {wrong[0]!r}")
    return frozenset(TrialStatus(name) for name in names)


def tell(planned: Pruning, *, as_json: bool) -> None:
    """What would go."""
    if as_json:
        print_json(
            {
                "searches": [_as_json(row) for row in planned.rows],
                "spared": [{"search": name, "reason": reason} for name, reason in planned.spared],
                "caches": [str(file) for file in planned.caches],
                "size_bytes": planned.size_bytes,
            }
        )
        return
    told = console()
    told.print(_table(planned) if planned.size_bytes else "Nothing to remove.")
    for name, reason in planned.spared:
        told.print(f"{name} is left alone: it {reason}", soft_wrap=True, highlight=False, markup=False)


def megabytes(size_bytes: int) -> str:
    """A size for people."""
    return f"{size_bytes / 1e6:,.1f} MB"


def _as_json(row: ToPrune) -> dict[str, object]:
    found = row.search
    return {"id": found.id, "name": found.name, "trials": list(row.numbers), "size_bytes": row.size_bytes}


def _table(planned: Pruning) -> Table:
    table = plain_table("search", "id", "trials", "size", numbers=True)
    for row in planned.rows:
        table.add_row(row.search.name, row.search.id, f"{len(row.numbers):,}", megabytes(row.size_bytes))
    if planned.caches:
        table.add_row("caches of pictures", "", f"{len(planned.caches):,}", megabytes(planned.cache_bytes))
    table.add_row("all", "", f"{sum(len(row.numbers) for row in planned.rows):,}", megabytes(planned.size_bytes))
    return table
