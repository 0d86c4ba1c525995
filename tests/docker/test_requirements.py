"""What images install is what pyproject.toml says, extra by extra, in exact versions."""

import re
import runpy
import subprocess
import sys
import tomllib

import pytest

from tests.docker.conftest import ROOT

SCRIPT = runpy.run_path(str(ROOT / "docker" / "requirements.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(*extras):
    """The names of what is required."""
    return {re.split(r"[\[>=]", each)[0] for each in SCRIPT["requirements"](PROJECT, extras)}


def test_an_extra_brings_those_it_names():
    assert names() < names("cluster") < names("train")
    assert {"fastapi", "optuna"} <= names()
    assert {"torch", "ray", "plotly"} <= names("train")
    assert "spinesearch" not in names("train")


def test_neither_the_service_nor_the_controller_has_torch_and_the_service_has_no_ray():
    assert not {"torch", "torchvision", "ray"} & names("plots", "parquet")
    assert "ray" in names("cluster")
    assert not {"torch", "torchvision"} & names("cluster")


def test_what_a_controller_does_needs_none_of_what_only_training_needs():
    absent = {name.replace("-", "_") for name in names("train") - names("cluster", "plots")}
    assert {"torch", "torchvision", "pycocotools"} <= absent
    modules = ("workers.ray_cluster.driver", "workers.ray_cluster.screening", "workers.data.checking", "nas.opening")
    code = f"import sys; sys.modules.update(dict.fromkeys({sorted(absent)})); import {', '.join(modules)}"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("extra", sorted(PROJECT["optional-dependencies"]))
def test_every_version_is_held(extra, constraints):
    held = {name.lower().replace("_", "-") for name in constraints}
    assert {name.lower().replace("_", "-") for name in names(extra)} <= held


def test_an_extra_that_does_not_exist_is_told():
    with pytest.raises(SystemExit, match=r"extra must be one of cluster, dev, .*, got 'gpu'"):
        names("gpu")


def test_the_script_prints_a_requirement_a_line(capsys):
    SCRIPT["main"]([str(ROOT / "pyproject.toml"), "cluster"])
    assert "ray[default,tune]>=2.50\n" in capsys.readouterr().out
