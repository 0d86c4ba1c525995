"""A service over drawn searches on a free port, and one Chromium for all tests of this folder."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from api.app import create_app
from api.commands.serve import listen
from api.people.records import Principal, Role
from api.people.sessions import COOKIE, session_for
from api.serving import Server
from api.settings import Settings
from api.storage import SqlStorage, open_storage
from api.watching import Watching
from nas.clock import ManualClock
from tests.dashboards.drawn_search import drawn_search

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-component-update "
    "--disable-sync --disable-extensions --no-first-run"
)
PATIENCE_MS = 60_000  # a busy machine takes its time to run the script of the plots
SEED_S = 1_790_000_000.0
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, kw_only=True)
class Served:
    """A service that runs: where it answers, the session of an admin, and the storage below it, with its `clock`."""

    url: str
    session: str
    storage: SqlStorage
    clock: ManualClock


@contextmanager
def serving(
    folder: Path, *, watching: Watching | None = None, data_roots: tuple[Path, ...] = (), role: Role = Role.ADMIN
) -> Iterator[Served]:
    """A service on a free port over a new database, inside; `watching` stands in for its own streams, and whoever looks
    has that role."""
    clock = ManualClock(SEED_S)
    storage = open_storage(f"sqlite:///{folder / 'nas.db'}", clock=clock)
    app = create_app(storage, Settings(home=folder, data_roots=data_roots))
    if watching is not None:
        app.state.service = replace(app.state.service, watching=watching)
    session = session_for(app.state.service.people.tokens, Principal(name=role, role=role), source=None)
    server = Server(app)
    listener = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Served(url=url, session=session.text, storage=storage, clock=clock)
    finally:
        server.should_exit = True
        thread.join(20)
        storage.close()
        assert not thread.is_alive(), "the server did not end within 20 s"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with searches that have ended, one that runs, and one that waits. Tests only look at them."""
    with serving(tmp_path_factory.mktemp("served")) as service:
        drawn_search(service.storage, service.clock, name="baseline", trials=24, ends=True)
        drawn_search(service.storage, service.clock, name="cells", trials=60)
        yield service


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """A service without a search, for a test that changes what it looks at."""
    with serving(tmp_path) as service:
        yield service


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, for tests marked `browser`: they come last, because Playwright keeps an event loop in their thread."""
    assert CHROMIUM.exists(), f"the tests of the pages need Chromium at {CHROMIUM}: apt-get install chromium"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        yield found
        found.close()


@dataclass
class Watched:
    """What pages did that they should not do."""

    url: str
    wrong: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        """Notes errors and warnings of the console."""
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def request(self, request: Request) -> None:
        """Notes what leaves the host."""
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.wrong.append(f"request to {request.url}")


def logged_in(browser: Browser, service: Served, **options: object) -> BrowserContext:
    """What an admin sees."""
    context: BrowserContext = browser.new_context(base_url=service.url, **options)  # type: ignore[arg-type]
    context.add_cookies([{"name": COOKIE, "value": service.session, "url": service.url}])
    return context


@contextmanager
def opened(browser: Browser, service: Served, **options: object) -> Iterator[Page]:
    """A page of the service; at the end no script has failed and no request has left the host."""
    context = logged_in(browser, service, **options)
    context.set_default_timeout(PATIENCE_MS)
    watched = Watched(url=service.url)
    page = context.new_page()
    page.on("console", watched.console)
    page.on("pageerror", lambda error: watched.wrong.append(f"uncaught: {error}"))
    page.on("request", watched.request)
    try:
        yield page
        assert watched.wrong == []
    finally:
        context.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A page of the service with drawn searches."""
    with opened(browser, served) as found:
        yield found
