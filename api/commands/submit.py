"""`nas submit`: sends a search document to a running service."""

from typing import Annotated

import typer
from rich.console import Console

from api.commands.read import watch_search
from api.commands.run import DocumentPath
from api.commands.session import AsJson, ExitCode, console, print_json, settings
from api.data_sets.catalogue import RemoteCatalogue
from api.rest import connected
from api.schemas import search_view
from nas.data_sets import under_its_name
from nas.document import load_document


def submit(
    document: DocumentPath,
    watch: Annotated[bool, typer.Option("--watch", help="Follow the search until it ends.")] = False,
    key: Annotated[str | None, typer.Option(help="Idempotency key: the same key again finds the first search.")] = None,
    project: Annotated[str | None, typer.Option(help="By default that of the token, else `default`.")] = None,
    priority: Annotated[int, typer.Option(help="Among the searches of the cluster; higher first.")] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Submit nothing: tell what is wrong, or what the search will cost.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Submit a search to the service at NAS_API_URL. Paths are taken from the document's folder and sent absolute."""
    if dry_run:
        from api.commands.preview import preview

        preview(document, project=project, as_json=as_json)
    with connected(settings()) as client:
        loaded = load_document(document, find=RemoteCatalogue(client).find)
        content = under_its_name(loaded.model_dump(mode="json"))
        search = client.submit(content, idempotency_key=key, project=project, priority=priority)
        told = Console(stderr=True) if as_json else console()  # JSON has the standard output for itself
        told.print(f"Search [bold]{search.name}[/] ({search.id}) is {search.status}.", soft_wrap=True)
        code = watch_search(client, search.id, told) if watch else ExitCode.DONE
        if as_json:
            print_json(search_view(client.search(search.id)).model_dump(mode="json"))
    raise typer.Exit(code)
