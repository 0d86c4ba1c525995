"""`nas check-proxy`: from a document to a verdict, and on from where it was after a kill."""

import os
import subprocess
import sys

import pytest
import typer

from api.commands.check_proxy import settings_table, show
from api.commands.run import interruptible
from api.commands.session import ExitCode, console
from api.proxy_page import HEADERS
from api.storage import open_storage
from nas.proxy_quality import proxy_report
from nas.records import Search, TrialStatus
from tests.api.tiny_search import write_document
from tests.nas.simulated_proxy import part, simulated

SECTION = {
    "architectures": 4,
    "seeds": 2,
    "pool": 8,
    "settings": {"small": {"epochs": 1, "image_size": [32, 32]}},
    "full": {"epochs": 2},
}
ONE_AT_A_TIME = {"cpus": 1, "concurrent": 1}
TRUTH = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


def killed_after_the_first_trial(folder, home):
    """Runs the command until it tells of a trial, and kills it."""
    command = [sys.executable, "-m", "api.cli", "check-proxy", "tiny.yaml", "--driver", "inline"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NAS_HOME": str(home)}
    with subprocess.Popen(command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE) as process:
        told = next(line for line in process.stdout if "completed" in line)
        process.kill()
    return told


def trials_of(home, name):
    storage = open_storage(f"sqlite:///{home / 'nas.db'}")
    found = storage.trials(storage.search(name).id)
    storage.close()
    return found


def test_killed_and_run_again_it_trains_what_is_missing_and_reports(nas, tmp_path):
    path = write_document(tmp_path, proxy_check=SECTION, resources=ONE_AT_A_TIME)
    assert killed_after_the_first_trial(tmp_path, nas.home).startswith("tiny-proxy-small [")
    before = [each for each in trials_of(nas.home, "tiny-proxy-small") if each.status is TrialStatus.COMPLETED]
    assert before
    page = tmp_path / "report.html"
    assert nas("check-proxy", path, "--driver", "inline", "--json", "--report", page) == ExitCode.DONE, nas.err
    report = nas.json
    small, full = report["settings"][0], report["full"]
    assert (report["check"], report["status"], report["metric"]) == ("tiny", "complete", "AP")
    assert (small["completed"], small["epochs"], full["completed"], full["epochs"]) == (8, 1, 4, 2)
    assert small["seconds_per_trial"] < full["seconds_per_trial"]
    assert "Plotly.newPlot(" in page.read_text()
    after = trials_of(nas.home, "tiny-proxy-small")
    assert after[: len(before)] == before, "what had been trained was not trained again"
    assert nas("check-proxy", path, "--driver", "inline", "--signal", 3) == ExitCode.DONE
    assert "starts" not in nas.out
    assert "asked is 3.0" in nas.out
    assert trials_of(nas.home, "tiny-proxy-small") == after


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "proxy_check: is required"),
        ({"proxy_check": {**SECTION, "full": {"epoch": 2}}}, "proxy_check.full.epoch: unknown field"),
        (
            {"proxy_check": {**SECTION, "full": {"data.train.images": "nowhere", "epochs": 2}}},
            "task.data.train.images: must be a folder",
        ),
    ],
)
def test_a_wrong_document_is_told_before_anything_begins(nas, tmp_path, change, sentence):
    assert nas("check-proxy", write_document(tmp_path, **change)) == ExitCode.USAGE
    assert sentence in nas.err
    assert not nas.home.exists()


def test_a_page_that_could_not_be_written_is_told_before_anything_begins(nas, tmp_path):
    path = write_document(tmp_path, proxy_check=SECTION)
    assert nas("check-proxy", path, "--report", tmp_path / "nowhere" / "report.html") == ExitCode.USAGE
    assert "--report" in nas.err
    assert not nas.home.exists()


def test_interrupted_it_says_how_to_go_on(capsys):
    search = Search(id="0gqm3x1v7k2a", name="tiny-proxy-small", document={})
    with pytest.raises(typer.Exit) as ended, interruptible(search, "check-proxy tiny.yaml"):
        raise KeyboardInterrupt
    assert ended.value.exit_code == ExitCode.INTERRUPTED
    assert "`nas check-proxy tiny.yaml` goes on with search tiny-proxy-small" in capsys.readouterr().err


def test_people_read_a_line_per_setting_and_what_it_means(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    settings = [simulated("small", TRUTH, noise=0.01), simulated("noisy", TRUTH, noise=1.0)]
    report = proxy_report("cells", settings, part("full", [[TRUTH]], seconds=90.0))
    assert [str(column.header) for column in settings_table(report).columns] == list(HEADERS)
    show(report, console(), tmp_path / "report.html")
    told = capsys.readouterr().out
    assert "small" in told.splitlines()[2]
    assert "trustworthy" in told.splitlines()[2]
    assert "Use small (epochs: 4), the cheapest trustworthy setting: 10 s a trial, the full task takes 90 s" in told
    assert str(tmp_path / "report.html") in told
