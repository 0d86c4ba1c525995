"""The examples of extending SpineSearch run: a package of one's own as pip installs it, and the few lines of Python."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "own_space"
NO_TORCH = """
import sys
from pathlib import Path
from api.bootstrap import Driver, conduct
from api.storage import open_storage
from nas.document import load_document
document = load_document(Path(sys.argv[1]))
storage = open_storage("sqlite:///nas.db")
search = storage.create_search(document.name, document.model_dump(mode="json"))
conduct(storage, search.id, home=Path("home"), driver=Driver.INLINE)
print(len(storage.trials(search.id)), "torch" in sys.modules, "ray" in sys.modules)
"""


@pytest.fixture
def ran(own_space, tmp_path):
    """Runs Python with the package installed, and gives back what it wrote."""

    def run(*command):
        path = os.pathsep.join([str(own_space), str(ROOT)])
        environment = {**os.environ, "PYTHONPATH": path, "NAS_HOME": str(tmp_path / "home"), "COLUMNS": "120"}
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_package_keeps_the_laws(ran):
    told = ran("-m", "pytest", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", ".", EXAMPLE)
    assert " passed" in told


def test_its_search_runs_without_torch_and_ray(ran):
    assert ran("-c", NO_TORCH, EXAMPLE / "search.yaml").split() == ["24", "False", "False"]


@pytest.mark.ray
def test_on_ray_it_is_the_same_search(ran):
    command = ("-m", "api.cli", "run", EXAMPLE / "search.yaml", "--quiet", "--json", "--again", "--driver")
    told = [json.loads(ran(*command, driver)) for driver in ("inline", "ray")]
    rows = [[(row["number"], row["metrics"]["explained"]) for row in each["leaderboard"]] for each in told]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 10
    assert told[0]["trials"] == told[1]["trials"]


def test_its_space_is_listed(ran):
    assert "random_features" in ran("-m", "api.cli", "spaces")
    described = json.loads(ran("-m", "api.cli", "spaces", "random_features", "--json"))
    assert described["count"] == (4 + 4**2 + 4**3) * 3 * 41


def test_a_function_is_searched_in_a_few_lines(ran):
    told = ran(ROOT / "examples" / "search_a_function.py")
    score = float(told.split("}")[0].rpartition(":")[2])
    assert -100_000 < score <= 0
    assert '"kind":"spinenet"' in told
