"""The rivals, measured by a Python they are installed for: this file is run there as a script, and prints JSON.

They are given what makes them quicker: no HTTP before MLflow, trials in memory behind optuna-dashboard.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

THIS_PYTHON = sys.executable
PAGE = 50
REPEATS = 5
PATIENCE_S = 400
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class RivalAt:
    """Measures rivals with the Python of this path."""

    python: str

    def row(self, name: str, size: int) -> Any:
        """Its figure, or which command installs it."""
        from benchmarks.rows import Row

        what, package, note = TOLD[name]
        asked = [self.python, __file__, name, str(size)]
        try:
            found = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
            told = json.loads(found.splitlines()[-1])["told"]
        except subprocess.TimeoutExpired:
            told = f"not measured within {PATIENCE_S} s"
        except subprocess.CalledProcessError as error:
            told = _why(error.stderr, package)
        return Row(name=what.format(size=size), ours="", rival=told, note=note)


def _why(printed: str, package: str) -> str:
    last = (printed.strip().splitlines() or ["no reason given"])[-1]
    if not last.startswith("ModuleNotFoundError"):
        return f"failed: {last}"
    return (
        f"not installed: python -m venv .rivals && .rivals/bin/pip install {package}, then --rivals .rivals/bin/python"
    )


def mlflow_page(size: int) -> str:
    """A filtered and sorted page of runs from MLflow's store on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        store, experiment = _mlflow_store(Path(folder))
        _fill_mlflow(store, experiment, size)
        asked: dict[str, Any] = {
            "experiment_ids": [experiment],
            "filter_string": "metrics.params < 300000 and metrics.AP50 >= 0.2",
            "run_view_type": 1,
            "max_results": PAGE,
            "order_by": ["metrics.AP DESC"],
        }
        return f"median {_median_ms(lambda: store.search_runs(**asked)):,.0f} ms"


def mlflow_reports(writes: int) -> str:
    """Metrics logged one by one into MLflow's store on SQLite."""
    from mlflow.entities import Metric

    with tempfile.TemporaryDirectory() as folder:
        store, experiment = _mlflow_store(Path(folder))
        run = store.create_run(experiment, "bench", 0, [], "reports").info.run_id
        began = time.perf_counter()
        for step in range(writes):
            store.log_metric(run, Metric("AP", step / 1_000, 0, step))
        return f"{writes / (time.perf_counter() - began):,.0f} per second"


def optuna_page(size: int) -> str:
    """What optuna-dashboard sends for the page of a study: every trial."""
    import optuna
    from optuna_dashboard import wsgi

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(storage=optuna.storages.InMemoryStorage(), study_name="bench")
    uniform = optuna.distributions.FloatDistribution(0, 1)
    names = [f"choice_{number}" for number in range(46)]
    rng = random.Random(0)
    for _ in range(size):
        params = {name: rng.random() for name in names}
        distributions: Any = dict.fromkeys(names, uniform)
        study.add_trial(optuna.create_trial(params=params, distributions=distributions, value=rng.random()))
    app = wsgi(study._storage)
    path = f"/api/studies/{study._study_id}"
    size_mb = len(_asked(app, path)) / 1e6
    return f"median {_median_ms(lambda: _asked(app, path)):,.0f} ms, {size_mb:.1f} MB"


def optuna_reports(writes: int) -> str:
    """Values reported one by one into Optuna's storage on SQLite."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        study = optuna.create_study(storage=f"sqlite:///{folder}/optuna.db")
        began = time.perf_counter()
        for step in range(writes):
            if step % 10 == 0:
                trial = study.ask()
            trial.report(step / 1_000, step % 10)
        return f"{writes / (time.perf_counter() - began):,.0f} per second"


def _mlflow_store(folder: Path) -> tuple[Any, str]:
    import logging

    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    logging.disable(logging.WARNING)
    store = SqlAlchemyStore(f"sqlite:///{folder / 'mlflow.db'}", str(folder / "artifacts"))
    return store, store.create_experiment("bench")


def _fill_mlflow(store: Any, experiment: str, size: int) -> None:
    """Writes finished runs with their newest metrics into its tables."""
    from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlRun
    from sqlalchemy import insert

    rng = random.Random(0)
    run = {"experiment_id": int(experiment), "status": "FINISHED", "lifecycle_stage": "active", "source_type": "LOCAL"}
    run |= {"user_id": "bench", "start_time": 0, "end_time": 1, "artifact_uri": "."}
    metric = {"timestamp": 0, "step": 12, "is_nan": False}
    for start in range(0, size, BATCH):
        ids = [f"{number:032x}" for number in range(start, min(start + BATCH, size))]
        drawn = [
            {"AP": round(rng.random(), 3), "AP50": rng.random(), "params": rng.uniform(100_000, 500_000)} for _ in ids
        ]
        metrics = [
            {**metric, "run_uuid": run_id, "key": key, "value": value}
            for run_id, values in zip(ids, drawn, strict=True)
            for key, value in values.items()
        ]
        with store.engine.begin() as connection:
            connection.execute(insert(SqlRun.__table__), [{**run, "run_uuid": each, "name": each} for each in ids])
            connection.execute(insert(SqlLatestMetric.__table__), metrics)


def _asked(app: Any, path: str) -> bytes:
    """The body that a WSGI application answers with."""
    from io import BytesIO
    from wsgiref.util import setup_testing_defaults

    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": "after=0", "wsgi.input": BytesIO()}
    setup_testing_defaults(environ)
    statuses: list[str] = []
    body = b"".join(app(environ, lambda status, _headers, _error=None: statuses.append(status)))
    assert statuses[0].startswith("200"), f"{path} answered {statuses[0]}: {body[:200]!r}"
    return body


def _median_ms(call: Callable[[], object]) -> float:
    call()
    spent = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        call()
        spent.append(time.perf_counter() - began)
    return 1_000 * sorted(spent)[REPEATS // 2]


MEASURES = {
    "mlflow-page": mlflow_page,
    "mlflow-reports": mlflow_reports,
    "optuna-dashboard-page": optuna_page,
    "optuna-reports": optuna_reports,
}
PACKAGES = {"mlflow": "'mlflow>=3'", "optuna": "optuna optuna-dashboard"}
TOLD = {
    "mlflow-page": ("page of runs, MLflow, {size:,} runs", PACKAGES["mlflow"], "filtered, sorted; its store, no HTTP"),
    "mlflow-reports": ("reports of an epoch, MLflow on SQLite", PACKAGES["mlflow"], "its store, no HTTP, one writer"),
    "optuna-dashboard-page": (
        "page of a study, optuna-dashboard, {size:,} trials",
        PACKAGES["optuna"],
        "all trials, which the browser filters and sorts; trials in memory, no HTTP",
    ),
    "optuna-reports": ("reports of an epoch, Optuna on SQLite", PACKAGES["optuna"], "one writer, ten to a trial"),
}

if __name__ == "__main__":
    print(json.dumps({"told": MEASURES[sys.argv[1]](int(sys.argv[2]))}))
