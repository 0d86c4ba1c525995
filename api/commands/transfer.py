"""The command that moves the learned resizers of a search to all of its backbones."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from api.bootstrap import keep_resizer
from api.commands.session import AsJson, SearchName, console, print_json, reader, settings
from api.errors import Refused
from api.rest import Reader
from nas.leaderboard import MAX_LIMIT, parse_query
from nas.records import Search, Trial
from nas.transfer import Source, check_ended, commands, document_text, sources_of, transfer_document

Epochs = Annotated[int, typer.Option(min=1, help="Epochs of fine-tuning every pair.")]
Seeds = Annotated[
    int | None, typer.Option(min=1, help="Train every pair with so many seeds, and the plain interpolation beside it.")
]
Output = Annotated[Path, typer.Option(help="The search document to write, YAML; weights of resizers go beside it.")]


def transfer(
    search: SearchName,
    epochs: Epochs = 4,
    seeds: Seeds = None,
    output: Output = Path("transfer.yaml"),
    as_json: AsJson = False,
) -> None:
    """Write a search that fine-tunes the best learned resizer of every backbone in front of every other one."""
    if output.suffix not in (".yaml", ".yml"):
        raise typer.BadParameter(f"must end with .yaml or .yml, got {str(output)!r}", param_hint="--output")
    with reader() as source:
        found = source.search(search)
        check_ended(found)
        copies = settings().home / "cache" / "artifacts"
        sources = sources_of(found, completed(source, found), copies=copies)
    folder = output.with_name(f"{output.stem}-resizers")
    files = {each.label: f"{folder.name}/{each.label}.pt" for each in sources}
    document = transfer_document(found, sources, files, epochs=epochs, seeds=seeds)
    try:
        write(sources, folder)
        output.write_text(document_text(found, sources, document, output), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{error.filename or output} cannot be written: {error.strerror}") from error
    tell(found, sources, document, output, as_json=as_json)


def completed(source: Reader, search: Search) -> Iterator[Trial]:
    """The completed candidates with all that is known of them, best first."""
    cursor: str | None = None
    while True:
        page = source.leaderboard(search.id, parse_query(search=search, limit=MAX_LIMIT, cursor=cursor))
        yield from (source.trial(search.id, row.number) for row in page.trials if row.companion is None)
        cursor = page.next_cursor
        if cursor is None:
            return


def write(sources: Sequence[Source], folder: Path) -> None:
    """Writes the weights of every resizer into the folder, called as its backbone is. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        keep_resizer(source.model, source.resizer, folder / f"{source.label}.pt")


def tell(search: Search, sources: Sequence[Source], document: dict[str, Any], output: Path, *, as_json: bool) -> None:
    """What was written and what to run next."""
    following, pairs = commands(document, output), document["budget"]["trials"]
    if as_json:
        moved = [{"label": each.label, "trial": each.trial, "value": each.value} for each in sources]
        print_json({"document": str(output), "search": search.id, "sources": moved, "pairs": pairs, "next": following})
        return
    names = ", ".join(f"{each.label} (trial {each.trial})" for each in sources)
    told = console()
    told.print(f"{output}: {pairs} pairs of {names}\n", soft_wrap=True, markup=False, highlight=False)
    for command in following:
        told.print(f"  {command}", style="cyan", soft_wrap=True, highlight=False)
