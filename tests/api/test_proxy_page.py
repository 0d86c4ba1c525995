"""The page of a check: its figures, its plots, and that it needs nothing else."""

import json
import re
import sys
from html.parser import HTMLParser

import pytest

from api.errors import Refused
from api.proxy_page import HEADERS, proxy_page, row_of
from nas.proxy_quality import proxy_report
from tests.nas.simulated_proxy import part, simulated

TRUTH = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


class Page(HTMLParser):
    """What of a page matters: texts by tag, scripts and addresses."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.addresses, self.open = {}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            continue

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


@pytest.fixture(scope="module")
def report():
    settings = [simulated("small", TRUTH, noise=0.01), simulated("noisy", TRUTH, noise=1.0)]
    return proxy_report("<b>cells</b>", settings, part("full", [[TRUTH]], seconds=90.0))


@pytest.fixture(scope="module")
def page(report):
    return Page(proxy_page(report))


def plots(page):
    """The traces of every plot."""
    found = [script for script in page.texts["script"] if "Plotly.newPlot(" in script and len(script) < 100_000]
    return [json.JSONDecoder().raw_decode(script, re.search(r"\[\{", script).start())[0] for script in found]


def test_it_holds_four_plots_and_all_that_was_measured(page, report):
    against, epochs, trust, seeds = plots(page)
    assert [trace["name"] for trace in against] == ["small", "noisy"]
    assert against[0]["x"] == TRUTH
    assert against[0]["y"] == pytest.approx(TRUTH, abs=0.05)
    assert epochs[0]["x"] == [1, 2, 3, 4]
    assert epochs[0]["y"] == [each.kendall for each in report.settings[0].by_epoch]
    assert [trace["name"] for trace in trust] == ["small: trustworthy", f"noisy: {report.settings[1].verdict}"]
    assert [len(trace["y"]) for trace in seeds] == [18, 18, 6]


def test_it_tells_the_verdicts_in_words_and_figures(page, report):
    assert page.texts["th"] == list(HEADERS)
    assert page.texts["td"][: len(HEADERS)] == row_of(report.settings[0])
    assert page.texts["strong"] == [report.summary[0]]
    assert page.texts["li"] == report.summary[1:]


def test_its_script_stands_in_it_and_texts_are_no_markup(page):
    assert page.addresses == []
    assert "Is the proxy of <b>cells</b> to be trusted?" in page.texts["h1"]
    assert "b" not in page.texts


def test_a_check_that_has_just_begun_has_a_page(page):
    begun = proxy_report("cells", [part("small", [[[]]])], part("full", [[[]]]))
    assert "No setting has proved trustworthy." in Page(proxy_page(begun)).texts["strong"]


def test_without_plotly_it_says_what_to_install(report, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(Refused, match=r"pip install 'spinesearch\[plots\]'"):
        proxy_page(report)
