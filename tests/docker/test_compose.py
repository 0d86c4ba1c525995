"""The compose file as Docker reads it: complete, pinned, healthy in order, closed to the network, without passwords."""

import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from api.people.records import Role, TokenKind
from api.people.tokens import Tokens
from api.storage import open_storage
from tests.docker.conftest import ROOT
from tests.docker.dockerfile import stages_of

FILE = ROOT / "docker" / "compose.yaml"
EXAMPLE = ROOT / "docker" / ".env.example"
SECRETS = {"NAS_DATABASE_PASSWORD": "one", "RAY_AUTH_TOKEN": "two", "GRAFANA_ADMIN_PASSWORD": "three"}
GIVEN = {**SECRETS, "NAS_DATA": "/srv/data"}
PROFILES = {"gpu": "worker", "cpu": "worker-without-gpu"}
ALWAYS = {"postgres", "migrate", "metrics-token", "api", "controller", "ray-head", "prometheus", "grafana"}


@pytest.fixture(scope="session")
def read(tool):
    """Reads the file with the profiles."""

    def read(*profiles, **environment):
        chosen = [part for profile in profiles for part in ("--profile", profile)]
        return tool("docker-compose", "--file", FILE, *chosen, "config", **environment)

    return read


@pytest.fixture(scope="session")
def services(read):
    """All services there are, by name."""
    return yaml.safe_load(read("gpu", "cpu", **GIVEN).stdout)["services"]


def test_nothing_starts_without_the_secrets(read):
    told = read()
    assert told.returncode != 0
    for name in GIVEN:
        assert f"{name} is missing a value" in told.stderr, "there is no default"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_brings_its_worker(read, profile):
    told = read(profile, **GIVEN)
    assert (told.returncode, told.stderr) == (0, "")
    assert set(yaml.safe_load(told.stdout)["services"]) == ALWAYS | {PROFILES[profile]}


def test_one_worker_has_the_gpus(services):
    (device,) = services["worker"]["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["capabilities"], device["count"]) == ("nvidia", ["gpu"], -1)
    assert "deploy" not in services["worker-without-gpu"]


def test_images_are_ours_or_in_one_exact_version(services):
    ours = set(stages_of(ROOT / "docker" / "Dockerfile"))
    for name, service in services.items():
        image, version = service["image"].split(":")
        assert re.search(r"\d+\.\d+", version), name
        if image.startswith("spinesearch/"):
            assert image.removeprefix("spinesearch/") in ours
    built = {service["build"]["target"] for service in services.values() if "build" in service}
    assert built == {"api", "controller", "worker"}


def test_no_service_gains_rights(services):
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name


def test_what_is_reached_from_outside_is_reached_on_this_machine_alone(services):
    ports = {name: port for name, service in services.items() for port in service.get("ports", [])}
    assert {port["host_ip"] for port in ports.values()} == {"127.0.0.1"}
    assert set(ports) == {"api", "ray-head", "prometheus", "grafana"}


def test_services_wait_for_what_they_need(services):
    order = {
        name: {other: need["condition"] for other, need in service.get("depends_on", {}).items()}
        for name, service in services.items()
    }
    migrated, healthy = "service_completed_successfully", "service_healthy"
    assert order["migrate"] == {"postgres": healthy}
    assert order["api"] == {"migrate": migrated}
    assert order["controller"] == {"migrate": migrated, "ray-head": healthy}
    assert order["worker"] == order["worker-without-gpu"] == {"ray-head": healthy}


def test_who_is_waited_for_says_how_it_is(services):
    of_image = {name for name in services if name in ("api", "controller", "worker", "worker-without-gpu")}
    for name in set(services) - of_image - {"migrate", "metrics-token"}:
        assert services[name]["healthcheck"]["test"][0] == "CMD", name


def test_everybody_who_reads_or_writes_trials_sees_them_under_the_same_path(services):
    for name in ("api", "controller", "worker", "worker-without-gpu"):
        mounts = {mount["target"]: mount for mount in services[name]["volumes"]}
        assert mounts["/var/lib/nas"]["source"] == "home"
        assert mounts["/data"]["read_only"]
        assert services[name]["environment"]["NAS_HOME"] == "/var/lib/nas"


def test_what_is_mounted_from_the_repository_exists_and_is_read_only(services):
    mounts = [mount for service in services.values() for mount in service.get("volumes", [])]
    ours = {Path(mount["source"]) for mount in mounts if mount["source"].startswith(str(ROOT))}
    assert all(mount["read_only"] for mount in mounts if Path(mount["source"]) in ours)
    assert {path.relative_to(ROOT).as_posix() for path in ours} == {
        "docker/prometheus",
        "dashboards/grafana/provisioning",
        "dashboards/grafana/dashboards",
    }
    assert all(path.is_dir() for path in ours)


def test_prometheus_finds_its_files_where_they_are_mounted(services):
    mounts = {mount["target"] for mount in services["prometheus"]["volumes"]}
    asked = (ROOT / "docker" / "prometheus" / "prometheus.yml").read_text()
    for path in re.findall(r"/[\w./]+", asked):
        if path.startswith(("/run", "/tmp")):
            assert str(Path(path).parent) in mounts
    assert "/etc/prometheus" in mounts
    token = services["metrics-token"]
    assert "/run/secrets" in {mount["target"] for mount in token["volumes"]}
    assert Path(re.search(r"credentials_file: (\S+)", asked)[1]).name in token["command"][-1]


def test_the_token_of_prometheus_is_made_once(services, tmp_path):
    command = [*services["metrics-token"]["command"]]
    command[-1] = command[-1].replace("/run/secrets", str(tmp_path))
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    kept = []
    for _ in range(2):
        subprocess.run(command, env={"PATH": path, "NAS_HOME": str(tmp_path / "home")}, check=True)
        kept.append((tmp_path / "nas_metrics_token").read_text())
    assert kept[0] == kept[1]
    with closing(open_storage(f"sqlite:///{tmp_path}/home/nas.db")) as storage:
        token = Tokens(storage.engine, storage.clock).valid(kept[0].strip(), TokenKind.TOKEN)
    assert (token.name, token.role, token.project) == ("prometheus", Role.READ, None)


def test_grafana_finds_its_files_where_they_are_mounted(services):
    mounts = {mount["target"] for mount in services["grafana"]["volumes"]}
    for file in (ROOT / "dashboards" / "grafana" / "provisioning" / "dashboards").glob("*.yaml"):
        for provider in yaml.safe_load(file.read_text())["providers"]:
            path = Path(provider["options"]["path"])
            assert mounts & {str(path), *map(str, path.parents)}, provider["name"]


def test_a_secret_is_known_to_those_who_need_it(services):
    knowing = {
        secret: {name for name, service in services.items() if value in str(service.get("environment", {}).values())}
        for secret, value in SECRETS.items()
    }
    assert knowing["NAS_DATABASE_PASSWORD"] == {"postgres", "migrate", "metrics-token", "api", "controller"}
    assert knowing["RAY_AUTH_TOKEN"] == {"ray-head", "api", "controller", "worker", "worker-without-gpu"}
    assert knowing["GRAFANA_ADMIN_PASSWORD"] == {"grafana"}


def test_the_example_names_every_variable_and_holds_no_secret():
    lines = [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    example = dict(line.split("=") for line in lines)
    used = set(re.findall(r"\$\{(\w+)", FILE.read_text()))
    assert set(example) == used - {"NAS_VERSION"}
    assert {value for name, value in example.items() if name in GIVEN} == {""}


def test_filled_in_it_is_not_kept_in_the_repository():
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
