"""The cluster as Ray's dashboard tells it, and what is said where it tells nothing."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from api.cluster import NO_DASHBOARD, NODES, NOT_TOLD, STATUS, TOKEN, cluster_of

# As Ray 2.60 answers, without what is not read.
SUMMARY = {
    "summary": [
        {
            "hostname": "gpu-3",
            "raylet": {"nodeId": "9f0c", "state": "ALIVE", "resourcesTotal": {"CPU": 16.0, "GPU": 8.0}},
        },
        {"hostname": "gpu-4", "raylet": {"nodeId": "77aa", "state": "DEAD", "resourcesTotal": {}}},
    ]
}
USED = {"clusterStatus": {"loadMetricsReport": {"usageByNode": {"9f0c": {"CPU": [12.0, 16.0], "GPU": [0.5, 8.0]}}}}}


@contextmanager
def dashboard(answers, *, token=None):
    """An address that answers with these by their paths, to whoever sends the token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            allowed = token is None or self.headers.get("Authorization") == f"Bearer {token}"
            body = json.dumps({"data": answers.get(self.path)}).encode()
            self.send_response(200 if allowed else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def told(url):
    return {"address": "10.0.0.7:6379", "dashboard": url}


def test_machines_are_told_with_what_of_them_is_used(tmp_path):
    with dashboard({NODES: SUMMARY, STATUS: USED}) as url:
        view = cluster_of(told(url), home=tmp_path)
    assert (view.address, view.dashboard, view.unknown) == ("10.0.0.7:6379", url, None)
    first, second = view.nodes
    assert (first.host, first.alive, first.cpus, first.cpus_used, first.gpus, first.gpus_used) == (
        "gpu-3",
        True,
        16.0,
        12.0,
        8.0,
        0.5,
    )
    assert (second.alive, second.cpus, second.cpus_used) == (False, 0.0, None)


@pytest.mark.parametrize("status", [{}, None, {"clusterStatus": None}, {"clusterStatus": {"loadMetricsReport": 3}}])
def test_what_is_used_may_not_be_told(tmp_path, status):
    with dashboard({NODES: SUMMARY, STATUS: status}) as url:
        assert [node.gpus_used for node in cluster_of(told(url), home=tmp_path).nodes] == [None, None]


def test_the_token_that_ray_keeps_is_sent(tmp_path):
    (tmp_path / TOKEN).parent.mkdir()
    (tmp_path / TOKEN).write_text("secret\n")
    with dashboard({NODES: SUMMARY, STATUS: USED}, token="secret") as url:
        assert len(cluster_of(told(url), home=tmp_path).nodes) == 2
        assert cluster_of(told(url), home=tmp_path / "nobody").unknown == f"the Ray dashboard at {url} answers 401"


def test_a_token_of_the_environment_goes_before_it(tmp_path, monkeypatch):
    (tmp_path / TOKEN).parent.mkdir()
    (tmp_path / TOKEN).write_text("of another cluster")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "secret")
    with dashboard({NODES: SUMMARY, STATUS: USED}, token="secret") as url:
        assert len(cluster_of(told(url), home=tmp_path).nodes) == 2


def test_what_is_not_known_is_said(tmp_path):
    assert cluster_of({}).unknown == NOT_TOLD
    here = cluster_of({"address": "10.0.0.7:6379"})
    assert (here.address, here.dashboard, here.unknown) == ("10.0.0.7:6379", None, NO_DASHBOARD)
    assert cluster_of({"address": "a", "dashboard": "not installed"}).unknown == NO_DASHBOARD
    gone = cluster_of(told("http://127.0.0.1:9"), home=tmp_path)
    assert gone.unknown.startswith("the Ray dashboard at http://127.0.0.1:9 cannot be reached")
    with dashboard({NODES: {"nodes": []}}) as url:
        assert "answers otherwise than expected" in cluster_of(told(url), home=tmp_path).unknown
