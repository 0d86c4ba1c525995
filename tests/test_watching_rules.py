"""The dashboards and alerts for operators: every metric and label they name is told, and every alert is explained."""

import json
import re
from pathlib import Path

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.people.records import Role
from api.settings import Settings
from api.storage import open_storage
from nas.quotas import Spent
from nas.records import Failure, FailureKind, SearchStatus, TrialStatus
from nas.testing.stored import trial
from tests.api.conftest import Client, token_of

ROOT = Path(__file__).parent.parent
GRAFANA, PROMETHEUS = ROOT / "dashboards" / "grafana", ROOT / "docker" / "prometheus"
OF_PROMETHEUS = {"up": set(), "ALERTS": {"alertstate", "alertname"}}
ADDED = {"job", "instance"}  # by Prometheus, to everything it asks for


def alerts():
    """Every alert by its name."""
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def panels():
    """Every expression of every dashboard, by dashboard and panel."""
    for path in sorted((GRAFANA / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.stem}: {panel['title']} {target['refId']}", target["expr"]


EXPRESSIONS = {**{name: rule["expr"] for name, rule in alerts().items()}, **dict(panels())}


def selectors(expression):
    """Metric and labels of every selector, as the parser of Prometheus' language finds them."""
    plain = expression.replace("$__rate_interval", "5m").replace("$project", ".*")
    found = []

    def visit(node):
        if isinstance(node, promql_parser.VectorSelector):
            found.append((node.name, {matcher.name for matcher in node.matchers.matchers}))
            return
        for part in ("expr", "lhs", "rhs", "vector_selector", "vs", "param", "args"):
            inner = getattr(node, part, None)
            for each in inner if isinstance(inner, list) else [inner]:
                if each is not None and not isinstance(each, str | float | int):
                    visit(each)

    visit(promql_parser.parse(plain))
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The labels of every metric of a service that has seen one of everything."""
    home = tmp_path_factory.mktemp("home")
    storage = open_storage(f"sqlite:///{home / 'nas.db'}")
    search = storage.create_search("cells", {})
    storage.create_search("queued", {})
    lease = storage.acquire_lease(search.id, "test", 60)
    storage.set_search_status(lease, SearchStatus.RUNNING)
    storage.add_trial(lease, trial(0, status=TrialStatus.RUNNING))
    failure = Failure(kind=FailureKind.CRASHED, message="the worker died")
    storage.move_trial(lease, 0, TrialStatus.FAILED, failure, spent=Spent(trial_s=1.0, gpu_s=1.0))
    ended = storage.acquire_lease(storage.create_search("ended", {}).id, "test", 60)
    for status in (SearchStatus.RUNNING, SearchStatus.FAILED):
        storage.set_search_status(ended, status)
    app = create_app(storage, Settings(home=home))
    client = Client(app, token=token_of(app, Role.READ))
    client.get("/metrics")
    samples = [
        each for family in text_string_to_metric_families(client.get("/metrics").text) for each in family.samples
    ]
    storage.close()
    return {sample.name: set(sample.labels) for sample in samples}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_what_is_asked_for_is_told(name, told):
    asked = selectors(EXPRESSIONS[name])
    assert asked
    for metric, labels in asked:
        known = {**told, **OF_PROMETHEUS}
        assert metric in known, f"{metric} is not told at /metrics"
        assert labels <= known[metric] | ADDED, f"{metric} has no label {labels - known[metric]}"


def test_an_alert_says_how_grave_it_is_and_the_operators_page_what_to_do():
    page = (ROOT / "docs" / "operations.md").read_text()
    for name, rule in alerts().items():
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert {"summary", "description"} <= set(rule["annotations"])
        assert f"| `{name}` |" in page, f"docs/operations.md does not explain {name}"


def test_the_operators_page_lists_every_metric_of_ours_and_no_other(told):
    page = (ROOT / "docs" / "operations.md").read_text()
    ours = {re.sub("_(bucket|sum|count|created)$", "", name) for name in told if name.startswith("nas_")}
    assert set(re.findall(r"^\| `(nas_\w+)", page, re.M)) == ours


def test_prometheus_asks_with_a_token_and_reads_the_rules():
    settings = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    assert settings["rule_files"] == ["alerts.yml"]
    (ours,) = [job for job in settings["scrape_configs"] if job["job_name"] == "spinesearch"]
    assert ours["authorization"]["credentials_file"].startswith("/run/secrets/")


def test_dashboards_read_the_provisioned_source():
    (source,) = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    for path in (GRAFANA / "dashboards").glob("*.json"):
        found = re.findall(r'"uid": "(\w+)"', path.read_text())
        assert set(found) == {source["uid"], path.stem}
        assert len(re.findall(r'"id": (\d+)', path.read_text())) == len(
            set(re.findall(r'"id": (\d+)', path.read_text()))
        )
