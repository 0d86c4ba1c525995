"""The pages there are, each a body in `html/` inside one layout, and the files in `static/` they load."""

from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.util import find_spec
from pathlib import Path
from string import Template

from nas.records import SearchStatus

HERE = Path(__file__).parent
HTML, STATIC = HERE / "html", HERE / "static"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page. `html/<name>.html` is its body, `static/js/pages/<name>.js` its script.

    `path` may hold {parameters}, which the script finds in the address. `menu` is what the menu calls it; a page of one
    thing stands in none, and `below` names the page whose entry is marked then.
    """

    path: str
    name: str
    title: str
    menu: str | None = None
    below: str | None = None


PAGES = (
    Page(path="/", name="searches", title="Searches", menu="Searches"),
    Page(path="/submit", name="submit", title="New search", menu="New search"),
    Page(path="/retrainings", name="retrainings", title="Retrainings", menu="Retrainings"),
    Page(path="/operations", name="operations", title="Operations", menu="Operations"),
    Page(path="/api/docs", name="rest", title="REST", menu="REST"),
    Page(path="/searches/{search}", name="search", title="Search", below="searches"),
    Page(path="/searches/{search}/leaderboard", name="leaderboard", title="Leaderboard", below="searches"),
    Page(path="/searches/{search}/compare", name="compare", title="Comparison", below="searches"),
    Page(path="/searches/{search}/trials/{number}", name="trial", title="Trial", below="searches"),
)


def rendered(page: Page, *, assets: str, plotly: str, swagger: str = "") -> str:
    """The page as HTML. `assets` is where `static/` is served, `plotly` and `swagger` where the files of others are,
    empty where they are not installed."""
    values = {
        "assets": escape(assets),
        "plotly": escape(plotly),
        "swagger": escape(swagger),
        "statuses": " ".join(SearchStatus),
        "name": page.name,
        "title": escape(page.title),
        "menu": "".join(_entry(each, page) for each in PAGES if each.menu),
        "main": (HTML / f"{page.name}.html").read_text(encoding="utf-8"),
    }
    return Template((HTML / "layout.html").read_text(encoding="utf-8")).substitute(values)


def static_files() -> dict[str, Path]:
    """Every file below `static/` by its path there, with slashes."""
    return {path.relative_to(STATIC).as_posix(): path for path in sorted(STATIC.rglob("*")) if path.is_file()}


def fingerprint() -> str:
    """Changes whenever one of the static files does: part of their address, so that browsers may keep them for good."""
    digest = sha256()
    for name, path in static_files().items():
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def plotly_script() -> Path | None:
    """Plotly's script as its Python package ships it, found without loading the package; None where there is none."""
    script = _package_folder("plotly") / "package_data" / "plotly.min.js"
    return script if script.is_file() else None


def swagger_files() -> dict[str, Path]:
    """The script and the style sheet of Swagger UI, which describes REST, by their names; none where they are not
    installed."""
    folder = _package_folder("fastapi_offline") / "static"
    found = (folder / name for name in ("swagger-ui-bundle.js", "swagger-ui.css"))
    return {path.name: path for path in found if path.is_file()}


def _package_folder(name: str) -> Path:
    """Where a package lies, found without loading it; a folder that is not there where it is not installed."""
    found = find_spec(name)
    return HERE / "not-installed" if found is None or found.origin is None else Path(found.origin).parent


def _entry(entry: Page, shown: Page) -> str:
    current = ' aria-current="page"' if entry is shown else ' aria-current="true"' if entry.name == shown.below else ""
    return f'<li><a href="{entry.path}"{current}>{escape(entry.menu or "")}</a></li>'
