"""The pages are whole: every file they load is there, and nothing in them points to another host."""

import re

import pytest

from dashboards.pages import HTML, PAGES, STATIC, fingerprint, plotly_script, rendered, static_files, swagger_files

ELSEWHERE = re.compile(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
LOADED = re.compile(r'(?:src|href)="/static/x/([^"]+)"')
IMPORTED = re.compile(r'^(?:import|export) [^"\';]*from "([^"]+)";$|^} from "([^"]+)";$', re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_loads_only_files_that_are_there(page):
    html = rendered(page, assets="/static/x", plotly="/static/plotly/x.js")
    assert set(LOADED.findall(html)) <= static_files().keys()
    assert f"js/pages/{page.name}.js" in html
    assert "$" not in html.replace("${", "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_menu_marks_where_one_is(page):
    html = rendered(page, assets="/static/x", plotly="")
    assert html.count("aria-current") == 1


def test_every_import_of_a_script_names_a_file():
    for path in STATIC.rglob("*.js"):
        for found in IMPORTED.findall(path.read_text()):
            target = (path.parent / next(filter(None, found))).resolve()
            assert target.is_file(), f"{path.name} imports {found}"


def test_nothing_points_to_another_host():
    for path in [*STATIC.rglob("*"), *HTML.glob("*.html")]:
        if path.is_file():
            assert ELSEWHERE.findall(path.read_text(encoding="utf-8")) == [], path.name


def test_no_page_holds_a_script_or_a_handler_of_its_own():
    for path in HTML.glob("*.html"):
        text = path.read_text()
        assert not re.search(r"\son\w+=", text), path.name
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path.name


def test_every_control_of_a_page_has_a_name():
    for path in HTML.glob("*.html"):
        for tag in re.findall(r"<(?:select|input|textarea)\b[^>]*>", path.read_text()):
            labelled = "aria-label=" in tag or re.search(r"<label[^>]*>[^<]*" + re.escape(tag), path.read_text())
            assert labelled, f"{path.name}: {tag}"


def test_the_fingerprint_is_one_of_all_files_and_stays_the_same():
    assert re.fullmatch(r"[0-9a-f]{12}", fingerprint())
    assert fingerprint() == fingerprint()


def test_plotly_is_the_script_of_its_package():
    script = plotly_script()
    assert script is not None
    assert script.stat().st_size > 1_000_000


def test_swagger_is_what_its_package_ships():
    assert {name: path.stat().st_size > 100_000 for name, path in swagger_files().items()} == {
        "swagger-ui-bundle.js": True,
        "swagger-ui.css": True,
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_refers_to_another_host(page):
    html = rendered(page, assets="/static/x", plotly="/static/plotly/x.js", swagger="/static/swagger/x")
    addresses = re.findall(r'(?:src|href|action|content)="([^"]*)"', html)
    assert [each for each in addresses if re.match(r"[a-z]+:|//", each, re.IGNORECASE)] == []
