"""`nas token`, `nas project`, `nas audit`: who may do what, how much of it, and who did."""

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from api.commands.session import AsJson, console, counter, print_json
from api.people.forms import DAY_S, NewProject, NewToken, ProjectChange
from api.people.records import Deed, Issued, Project, Role, Token

token = typer.Typer(help="Tokens: who may do what.", no_args_is_help=True)
project = typer.Typer(help="Projects: whose searches share quotas.", no_args_is_help=True)

Limit = Annotated[int, typer.Option(min=1, max=500, help="At most so many.")]
Quota = Annotated[str | None, typer.Option(metavar="NUMBER", help="`none`: no limit.")]
TokenName = Annotated[str, typer.Argument(metavar="NAME", help="Who or what uses it; told in the audit.")]
ProjectName = Annotated[str, typer.Argument(metavar="NAME")]
QUOTAS = {  # field of a project -> as a table heads it
    "weight": "weight",
    "max_searches": "searches",
    "max_concurrent": "concurrent trials",
    "gpu_hours": "GPU hours",
    "artifact_bytes": "artifact bytes",
}


@token.command("create")
def create_token(
    name: TokenName,
    role: Annotated[Role, typer.Option(help="What it may do; each may do what those before it may.")] = Role.SUBMIT,
    in_project: Annotated[str | None, typer.Option("--project", help="The only one it sees; by default all.")] = None,
    days: Annotated[float, typer.Option(help="So many until it expires.")] = 90,
    forever: Annotated[bool, typer.Option("--forever", help="It never expires.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a token. It is printed this once and stored nowhere; clients find it in NAS_API_TOKEN."""
    lifetime_s = None if forever else days * DAY_S
    asked = NewToken(name=name, role=role, project=in_project, lifetime_s=lifetime_s)
    with counter(must_exist=False) as desk:
        issued = desk.create_token(asked)
    if as_json:
        print_json({**token_row(issued.token), "text": issued.text})
    else:
        show_issued(issued)


@token.command("list")
def list_tokens(limit: Limit = 50, as_json: AsJson = False) -> None:
    """List tokens, newest first, also those that are good no longer."""
    with counter() as desk:
        rows = [token_row(each) for each in desk.tokens(limit=limit).items]
    show_rows(rows, "Tokens", as_json=as_json)


@token.command("revoke")
def revoke_token(token_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Make a token good no longer, and with it the browsers that logged in with it."""
    with counter() as desk:
        revoked = desk.revoke_token(token_id)
    if as_json:
        print_json(token_row(revoked))
    else:
        console().print(f"Token {revoked.name} ({revoked.id}) is good no longer.", soft_wrap=True, markup=False)


@project.command("create")
def create_project(
    name: ProjectName,
    weight: Annotated[float, typer.Option(help="Its part of the cluster, beside other projects that wait.")] = 1.0,
    max_searches: Quota = None,
    max_concurrent: Quota = None,
    gpu_hours: Quota = None,
    artifact_bytes: Quota = None,
    as_json: AsJson = False,
) -> None:
    """Make a project; quotas that are left out set no limit."""
    given = quotas(
        max_searches=max_searches, max_concurrent=max_concurrent, gpu_hours=gpu_hours, artifact_bytes=artifact_bytes
    )
    with counter(must_exist=False) as desk:
        made = desk.create_project(NewProject(name=name, weight=weight, **given))
    show_rows([project_row(made)], "Project", as_json=as_json, only=True)


@project.command("list")
def list_projects(limit: Limit = 50, as_json: AsJson = False) -> None:
    """List projects by name, with their quotas."""
    with counter() as desk:
        rows = [project_row(each) for each in desk.projects(limit=limit).items]
    show_rows(rows, "Projects", as_json=as_json)


@project.command("set")
def set_project(
    name: ProjectName,
    weight: Annotated[float | None, typer.Option(help="Its part of the cluster, beside others that wait.")] = None,
    max_searches: Quota = None,
    max_concurrent: Quota = None,
    gpu_hours: Quota = None,
    artifact_bytes: Quota = None,
    as_json: AsJson = False,
) -> None:
    """Change the weight or quotas of a project; those that are left out stay as they are."""
    given = quotas(
        max_searches=max_searches, max_concurrent=max_concurrent, gpu_hours=gpu_hours, artifact_bytes=artifact_bytes
    )
    asked = ProjectChange(**given, **({} if weight is None else {"weight": weight}))
    with counter() as desk:
        changed = desk.change_project(name, asked)
    show_rows([project_row(changed)], "Project", as_json=as_json, only=True)


def audit(
    in_project: Annotated[str | None, typer.Option("--project", help="Only what was done there.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Tell who did what, newest first."""
    with counter() as desk:
        rows = [deed_row(each) for each in desk.deeds(project=in_project, limit=limit).items]
    show_rows(rows, "Audit", as_json=as_json)


def quotas(**given: str | None) -> dict[str, Any]:
    """Those that were given; whether they are numbers is for the form to say."""
    return {name: None if text == "none" else text for name, text in given.items() if text is not None}


def show_issued(issued: Issued) -> None:
    """The text of a new token, and what it is good for."""
    made, told = issued.token, console()
    scope = f"project {made.project}" if made.project else "all projects"
    until = f"until {made.expires_at:%Y-%m-%d %H:%M} UTC" if made.expires_at else "for ever"
    told.print(issued.text, soft_wrap=True, markup=False, highlight=False)
    sentence = f"Token {made.name} ({made.id}): {made.role.value}, {scope}, {until}. It is not shown again."
    told.print(sentence, soft_wrap=True, markup=False, highlight=False)


def token_row(each: Token) -> dict[str, Any]:
    """A token as it is shown."""
    fields = ("id", "name", "role", "project", "created_at", "expires_at", "revoked_at")
    return {field: getattr(each, field) for field in fields}


def project_row(each: Project) -> dict[str, Any]:
    """A project as it is shown."""
    return {field: getattr(each, field) for field in ("name", *QUOTAS)}


def deed_row(each: Deed) -> dict[str, Any]:
    """A deed as it is shown."""
    return {field: getattr(each, field) for field in ("at", "actor", "project", "action", "object", "detail")}


def show_rows(rows: list[dict[str, Any]], title: str, *, as_json: bool, only: bool = False) -> None:
    """A table for people, or JSON; `only`: of one row that is no list."""
    if as_json:
        print_json(rows[0] if only else rows)
        return
    table = Table(title=title)
    for field in rows[0] if rows else ():
        table.add_column(QUOTAS.get(field, field.removesuffix("_at")), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(field, value)) for field, value in row.items()))
    console().print(table if rows else f"{title}: none")


def _cell(field: str, value: Any) -> str:
    if value is None:
        return {"project": "all", "expires_at": "never", "revoked_at": ""}.get(field, "no limit")
    if field == "detail":
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return f"{value:%Y-%m-%d %H:%M}" if field == "at" or field.endswith("_at") else str(value)
