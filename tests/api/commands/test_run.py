"""`nas run`: from a document to the leaderboard, and on from where it was after an interruption or a kill."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from api.commands.session import ExitCode
from api.ownership import this_process
from api.storage import open_storage
from nas.document import load_document
from nas.records import SearchStatus
from nas.strategies.fixed import candidate_of
from search_spaces.registry import space_from
from tests.api.tiny_search import write_document


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The trials of the tiny search when nothing happens to it."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    write_document(folder)
    process = start(folder, "inline")
    process.communicate()
    return outcome(folder)


def start(folder: Path, driver: str) -> subprocess.Popen[str]:
    """`nas run` on the folder's document, in a process group of its own."""
    command = [sys.executable, "-m", "api.cli", "run", "tiny.yaml", "--driver", driver]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NAS_HOME": str(folder / "home")}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )


def heed_interrupts() -> None:
    """Lets Ctrl-C through, which a job in the background of a shell ignores together with all it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """What the process prints, up to the first line that holds the word."""
    lines = ""
    for line in process.stdout:
        lines += line
        if word in line:
            return lines
    raise AssertionError(f"ended without saying {word!r}:\n{lines}")


def outcome(folder: Path):
    """Genotype, status and curve of every trial; without what measures the machine's speed."""
    storage = open_storage(f"sqlite:///{folder / 'home' / 'nas.db'}")
    search = storage.search("tiny")
    trials = storage.trials(search.id)
    storage.close()
    assert search.status is SearchStatus.COMPLETED
    return [(trial.number, trial.genotype, trial.status, [steady(m) for m in trial.measurements]) for trial in trials]


def steady(measurement):
    return {name: value for name, value in measurement.metrics.items() if not name.endswith("_per_s")}


@pytest.mark.parametrize("driver", ["inline", pytest.param("ray", marks=pytest.mark.ray)])
def test_killed_and_run_again_it_ends_as_if_nothing_had_happened(tmp_path, uninterrupted, driver):
    write_document(tmp_path)
    killed = start(tmp_path, driver)
    read_until(killed, "completed:")
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    again = start(tmp_path, driver)
    said, _ = again.communicate(timeout=120)
    assert again.returncode == ExitCode.DONE, said
    assert "goes on where it was" in said
    assert outcome(tmp_path) == uninterrupted
    assert not workers_of(tmp_path)


def workers_of(folder: Path) -> list[int]:
    """Processes of runs in the folder, by the state folder in their environment, that outlive half a minute more."""
    return [process for process in running_in(folder) if not ends(process, within_s=30)]


def running_in(folder: Path) -> list[int]:
    """The processes that were started with the folder's state."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = path.read_bytes()
        except OSError:
            continue
        if f"NAS_HOME={folder / 'home'}".encode() in environment:
            found.append(int(path.parent.name))
    return found


def ends(process: int, *, within_s: float) -> bool:
    """Whether the process is gone, now or soon."""
    try:
        watched = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], within_s)[0])
    finally:
        os.close(watched)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_says_how_to_go_on_and_gives_the_search_back(tmp_path, sign):
    write_document(tmp_path, trials=200)
    running = start(tmp_path, "inline")
    read_until(running, "completed:")
    running.send_signal(sign)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == ExitCode.INTERRUPTED
    assert "`nas run tiny.yaml` goes on with search tiny" in said
    assert "Traceback" not in said
    storage = open_storage(f"sqlite:///{tmp_path / 'home' / 'nas.db'}")
    assert storage.lease_of(storage.search("tiny").id) is None
    storage.close()


@pytest.mark.ray
def test_interrupted_on_ray_it_ends_soon_and_cleanly(tmp_path):
    write_document(tmp_path, trials=200)
    running = start(tmp_path, "ray")
    read_until(running, "completed:")
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=60)
    assert (running.returncode, "Traceback" in said) == (ExitCode.INTERRUPTED, False)


def test_run_again_it_shows_what_it_found_and_anew_only_when_told(nas, tmp_path):
    document = write_document(tmp_path, trials=1, resources={"cpus": 1, "concurrent": 1})
    assert nas("run", document, "--driver", "inline", "--json") == ExitCode.DONE
    first = nas.json
    assert [row["number"] for row in first["leaderboard"]] == [0]
    assert nas("run", document, "--driver", "inline") == ExitCode.DONE
    assert "has run already: completed" in nas.out
    assert f"nas show {first['name']}/0" in nas.out
    assert nas("run", document, "--driver", "inline", "--again", "--quiet", "--json") == ExitCode.DONE
    assert nas.json["id"] != first["id"]


def test_a_resizer_is_trained_and_compared_with_its_control(nas, tmp_path):
    backbone = {"kind": "spinenet", "width": 0.0625, "alpha": 0.25, "stem_filters": 8, "endpoint_filters": 16}
    resizer = {"kind": "resizer", "blocks": [1], "filters": [2], "input_size": [128], "output_size": [64]}
    space = {"kind": "joint", "parts": {"backbone": backbone, "resizer": resizer}}
    task = {**yaml.safe_load(write_document(tmp_path).read_text())["task"], "epochs": 1, "output_multiple": 64}
    del task["image_size"]  # the resizer says what is seen
    path = write_document(tmp_path, trials=1, space=space, task=task, comparison={"top": 1, "seeds": 2})
    assert nas("run", path, "--driver", "inline") == ExitCode.DONE, nas.err
    assert "tiny [1/1 + 4/4] trial 4 (plain of 0, repeat 2) completed" in nas.out
    assert "Candidates of tiny against their controls: AP, more is better" in nas.out
    assert "nas show tiny/0" in nas.out
    assert nas("run", path, "--json") == ExitCode.DONE
    (found,) = nas.json["comparisons"][0]["items"]
    assert (found["candidate"], found["control"], found["difference"]["seeds"]) == (0, "plain", 2)
    beside = {row["number"]: row["companion"] for row in nas.json["leaderboard"]}
    assert beside[0] is None
    assert beside[2] == {"candidate": 0, "control": "plain", "repeat": 1}
    assert nas("compare", "tiny", "--metric", "macs") == ExitCode.DONE
    assert "macs, less is better" in nas.out
    assert nas.out.splitlines()[-2].split()[-1] == "worse"


def test_a_search_goes_on_from_an_earlier_one_and_is_found_again(nas, storage, tmp_path):
    first = write_document(tmp_path, trials=3)
    begin_with = {"candidates": ["spinenet-49"], "search": "tiny", "top": 1, "learn": True}
    further = write_document(tmp_path, trials=3, name="further", begin_with=begin_with)
    assert nas("run", further, "--driver", "inline") == ExitCode.NOT_FOUND
    assert "begin_with.search: no search has the name or id 'tiny'" in nas.err
    assert nas("run", first, "--driver", "inline") == ExitCode.DONE, nas.err
    earlier = storage.search("tiny")
    assert nas("run", further, "--driver", "inline") == ExitCode.DONE, nas.err
    search = storage.search("further")
    trained = [trial.architecture_id for trial in storage.trials(search.id)]
    best = max(storage.trials(earlier.id), key=lambda trial: (trial.metrics["AP"], -trial.number))
    assert trained[:2] == [published_architecture_id(first), best.architecture_id]
    assert trained[2] not in {trial.architecture_id for trial in storage.trials(earlier.id)}
    (told,) = [event.message for event in storage.events(search.id) if event.kind == "begins_with"]
    assert told == (
        f"trained first: 1 given and the best 1 of search tiny ({earlier.id}); "
        "the strategy learns from 3 completed trials of tiny"
    )
    storage.create_search("tiny", earlier.document)  # now the name means a search that has not ended
    assert nas("run", further, "--driver", "inline") == ExitCode.DONE, nas.err
    assert "has run already" in nas.out
    assert nas("run", further, "--driver", "inline", "--again") == ExitCode.REFUSED
    assert "must have ended, is queued" in nas.err


def published_architecture_id(document):
    space = space_from(load_document(document).space)
    return candidate_of("spinenet-49", space).architecture.architecture_id


def test_a_search_somebody_works_on_is_left_to_them(nas, storage, tmp_path):
    path = write_document(tmp_path)
    document = load_document(path)
    search = storage.create_search("tiny", document.model_dump(mode="json"))
    storage.acquire_lease(search.id, str(this_process()).replace("process ", "process 9"), 60)
    assert nas("run", path, "--driver", "inline") == ExitCode.DONE, "its process is gone, so it was free"
    other = storage.create_search("tiny", document.model_dump(mode="json"))
    storage.acquire_lease(other.id, "process 7 on elsewhere (12345678.9)", 60)
    assert nas("run", path, "--driver", "inline") == ExitCode.REFUSED
    assert "is being run by process 7 on elsewhere" in nas.err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"epoch": 3}, "epoch"),
        ({"data": {"train": {"images": "nowhere", "annotations": "no.json"}}}, "must be a folder, got"),
    ],
)
def test_a_wrong_document_is_told_before_anything_begins(nas, tmp_path, change, sentence):
    path = write_document(tmp_path)
    document = yaml.safe_load(path.read_text())
    data = {**document["task"]["data"], **change.pop("data", {})}
    path.write_text(yaml.safe_dump({**document, "task": {**document["task"], "data": data, **change}}))
    assert nas("run", path) == ExitCode.USAGE
    assert sentence in nas.err
    assert not nas.home.exists()


def test_a_document_that_is_not_there_is_told(nas):
    assert nas("run", "nowhere.yaml") == ExitCode.USAGE
    assert "nowhere.yaml: cannot be read" in nas.err


def test_a_search_without_any_good_trial_fails(nas, tmp_path):
    path = write_document(tmp_path, trials=1, budget={"trials": 1, "trial_timeout_s": 1e-9})
    assert nas("run", path, "--driver", "inline") == ExitCode.FAILED
    assert "failed" in nas.out
