"""The Ray cluster as this process knows it: where it is, and by Ray's dashboard its machines. Ray is not loaded."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from api.operation_views import ClusterView, NodeView

NODES, STATUS = "/nodes?view=summary", "/api/cluster_status"
TIMEOUT_S = 2.0
TOKEN = Path(".ray") / "auth_token"  # below the user's home folder, where Ray keeps it
NOT_TOLD = "no search has run on Ray since this process began, or another process runs them"
NO_DASHBOARD = "where its dashboard answers is not known here"


def cluster_of(told: Mapping[str, str], *, home: Path | None = None) -> ClusterView:
    """What there is to say of the cluster whose addresses whoever runs searches has told."""
    dashboard = told.get("dashboard", "")
    if urlsplit(dashboard).scheme not in ("http", "https"):
        unknown = NO_DASHBOARD if told else NOT_TOLD
        return ClusterView(address=told.get("address"), dashboard=None, nodes=[], unknown=unknown)
    nodes, unreachable = _nodes(dashboard, home or Path.home())
    return ClusterView(address=told.get("address"), dashboard=dashboard, nodes=nodes, unknown=unreachable)


def _nodes(dashboard: str, home: Path) -> tuple[list[NodeView], str | None]:
    """The machines, or why they are not known."""
    try:
        with httpx.Client(base_url=dashboard, headers=_token(home), timeout=TIMEOUT_S) as http:
            summary, status = (_data(http, path) for path in (NODES, STATUS))
        used = _inside(status, "clusterStatus", "loadMetricsReport", "usageByNode")
        return [_node(each, used) for each in summary["summary"]], None
    except httpx.HTTPStatusError as error:
        return [], f"the Ray dashboard at {dashboard} answers {error.response.status_code}"
    except httpx.HTTPError as error:
        return [], f"the Ray dashboard at {dashboard} cannot be reached: {error}"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [], f"the Ray dashboard at {dashboard} answers otherwise than expected: {error!r}"


def _token(home: Path) -> dict[str, str]:
    """The header with the token where Ray looks for it: in the environment, then in the user's home folder."""
    try:
        text = os.environ.get("RAY_AUTH_TOKEN") or (home / TOKEN).read_text().strip()
    except OSError:
        return {}
    return {"Authorization": f"Bearer {text}"}


def _data(http: httpx.Client, path: str) -> dict[str, Any]:
    answer = http.get(path)
    answer.raise_for_status()
    data: dict[str, Any] = answer.json()["data"]
    return data


def _node(summary: Mapping[str, Any], used: Mapping[str, Any]) -> NodeView:
    """A machine by what it has and what of it trials have; an autoscaler may not tell the latter."""
    raylet = summary["raylet"]
    total, taken = raylet.get("resourcesTotal", {}), used.get(raylet["nodeId"])
    return NodeView(
        id=raylet["nodeId"],
        host=summary["hostname"],
        alive=raylet.get("state") == "ALIVE",
        cpus=total.get("CPU", 0.0),
        cpus_used=None if taken is None else taken.get("CPU", [0.0])[0],
        gpus=total.get("GPU", 0.0),
        gpus_used=None if taken is None else taken.get("GPU", [0.0])[0],
    )


def _inside(value: Any, *names: str) -> Mapping[str, Any]:
    """The mapping at that path; an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
