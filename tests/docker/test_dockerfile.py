"""The images: pinned, small where they should be, not root, and made of files that exist."""

import re
import tomllib

import pytest

from tests.docker.conftest import ROOT
from tests.docker.dockerfile import Instruction, environment_of, stages_of

FILE = ROOT / "docker" / "Dockerfile"
STAGES = stages_of(FILE)
TARGETS = ("api", "controller", "worker")
CONTEXT = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def test_the_linter_has_nothing_to_say(tool):
    assert tool("hadolint", FILE).stdout == ""


def test_the_base_is_one_exact_python_for_all():
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", STAGES["python"].base)
    assert {stage.base for stage in STAGES.values()} - {STAGES["python"].base} <= set(STAGES)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_not_root_and_says_how_it_is(target):
    stage = STAGES[target]
    assert [each.text for each in stage.all("USER")] == ["10001:10001"], "a number, which Kubernetes can check"
    assert stage.instructions[-1].name == "CMD"
    assert stage.instructions[-1].text.startswith("["), "no shell between the signals and the process"
    assert len(stage.all("HEALTHCHECK")) == 1
    assert environment_of(stage, {"PATH": ""})["NAS_HOME"] == "/var/lib/nas"


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_labelled_with_the_version_of_the_project(target):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    stage = STAGES[target]
    assert [each.text for each in stage.all("ARG")] == [f"VERSION={version}"]
    for label in ("title", "description", "licenses", "version"):
        assert f"org.opencontainers.image.{label}=" in stage.all("LABEL")[0].text


@pytest.mark.parametrize(
    ("target", "extras"), [("api", "plots parquet"), ("controller", "cluster"), ("worker", "train onnx")]
)
def test_a_target_installs_its_extras_in_exact_versions(target, extras):
    (install,) = STAGES[f"{target}-environment"].all("RUN")
    assert f"requirements.py pyproject.toml {extras} >" in install.text
    assert "--constraint constraints.txt" in install.text


def test_all_that_is_copied_exists_and_is_let_through():
    copied = [each for stage in STAGES.values() for each in stage.all("COPY") if each.flag("from") is None]
    sources = {source for each in copied for source in each.words()[:-1]}
    assert CONTEXT[0] == "*", "nothing but what is named"
    assert sources == {line[1:] for line in CONTEXT if line.startswith("!")}
    assert all((ROOT / source).exists() for source in sources)


def test_all_that_the_wheel_is_made_of_is_copied():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rooms = {pattern.rstrip("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    copied = {source for each in STAGES["wheel"].all("COPY") for source in each.words()[:-1]}
    assert rooms | {project["project"]["readme"], "LICENSE"} <= copied


@pytest.mark.parametrize("target", ["controller", "worker"])
def test_a_command_of_ours_is_a_script_that_can_be_run(target):
    (name,) = STAGES[target].instructions[-1].words()
    assert (ROOT / "docker" / "entrypoints" / name).stat().st_mode & 0o111 == 0o111


def test_lines_are_joined_and_flags_are_read():
    copy = Instruction(name="COPY", text="--from=wheel /wheels /wheels")
    assert (copy.words(), copy.flag("from"), copy.flag("chown")) == (["/wheels", "/wheels"], "wheel", None)
    assert "&& useradd" in STAGES["python"].all("RUN")[0].text
