"""Draws docs/screenshots: `python docs/screenshots.py`, with data, service and Chromium of the tests of the pages.

The searches in the pictures are drawn at random, not trained.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.dashboards.conftest import ARGUMENTS, CHROMIUM, Served, logged_in, serving
from tests.dashboards.drawn_search import drawn_search

FOLDER = Path(__file__).parent / "screenshots"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
COLOURS = 96
View = tuple[str, str, dict[str, int], str, Callable[[Page], None]]


def nothing(page: Page) -> None:
    """The page as it opens."""


def the_front(page: Page) -> None:
    """Down to the Pareto front."""
    page.locator("#pareto").scroll_into_view_if_needed()


def views(search: str) -> list[View]:
    """Name, address, size, theme, and what is done before the picture is taken."""
    found = f"/searches/{search}"
    return [
        ("searches", "/", DESK, "light", nothing),
        ("submit", "/submit", DESK, "light", nothing),
        ("search", found, DESK, "light", nothing),
        ("pareto", found, DESK, "light", the_front),
        ("leaderboard", f"{found}/leaderboard", DESK, "light", nothing),
        ("trial", f"{found}/trials/0", DESK, "light", nothing),
        ("compare", f"{found}/compare?trials=0,1", DESK, "light", nothing),
        ("search-dark", found, DESK, "dark", nothing),
        ("search-phone", found, PHONE, "light", nothing),
    ]


def draw(browser: Browser, service: Served, view: View) -> None:
    """One picture, in few colours, so that the repository stays small."""
    name, address, size, theme, prepare = view
    context = logged_in(browser, service, viewport=size, color_scheme=theme)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(2500)  # plots draw themselves once they are seen
    prepare(page)
    page.wait_for_timeout(1500)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    picture.save(FOLDER / f"{name}.png", optimize=True)
    context.close()


def main() -> None:
    """All of them."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as service, sync_playwright() as playwright:
        drawn_search(service.storage, service.clock, name="baseline", trials=24, ends=True)
        drawn_search(service.storage, service.clock, name="cells", trials=60)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        for view in views("cells"):
            draw(browser, service, view)
        browser.close()


if __name__ == "__main__":
    main()
