"""`nas doctor`: looks at everything a search needs, and says what to do."""

import os
from dataclasses import asdict

import typer
from rich.table import Table

from api.commands.session import AsJson, ExitCode, console, print_json, settings
from api.diagnosis import Finding, Level, diagnosis

COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}


def doctor(as_json: AsJson = False) -> None:
    """Check versions, GPUs, state folder, database, data roots, Ray and service, and say what to do about each.

    Exit code 4 where something will fail.
    """
    found = list(diagnosis(settings(), asks_service=bool(os.environ.get("NAS_API_URL"))))
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        console().print(table_of(found))
    if any(finding.level is Level.PROBLEM for finding in found):
        raise typer.Exit(ExitCode.REFUSED)


def table_of(found: list[Finding]) -> Table:
    """A row per finding, what to do beneath it."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in found:
        do = f"\n[bold]{finding.do}[/]" if finding.do else ""
        table.add_row(f"[{COLOURS[finding.level]}]{finding.level}[/]", finding.thing, finding.told + do)
    return table
