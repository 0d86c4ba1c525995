"""The examples of the OpenAPI description; a test holds each to its schema."""

from typing import Any

SEARCH = {
    "id": "1kz3qv8a0x7m",
    "name": "blood-cells",
    "project": "default",
    "priority": 0,
    "status": "running",
    "reason": None,
    "cancel_requested": False,
    "pause_requested": None,
    "trial_budget": None,
    "created_at": "2026-03-01T09:00:00Z",
    "started_at": "2026-03-01T09:00:02Z",
    "finished_at": None,
}
TRIAL: dict[str, Any] = {
    "id": "1kz3qv8a0x7m-4",
    "number": 4,
    "status": "completed",
    "architecture_id": "9f2c51d07be83a64",
    "companion": None,
    "attempt": 1,
    "fidelity": 12,
    "elapsed_s": 41.5,
    "metrics": {"AP": 0.41, "AP50": 0.79, "params": 311864.0, "macs": 74912256.0},
    "failure": None,
    "broken": None,
    "created_at": "2026-03-01T09:00:03Z",
    "started_at": "2026-03-01T09:00:04Z",
    "finished_at": "2026-03-01T09:00:49Z",
}
TRIAL_ROW: dict[str, Any] = {
    **TRIAL,
    "repeats": {"AP": {"mean": 0.396, "seeds": 3, "std": 0.006, "low": 0.3811, "high": 0.4109}},
}
COMPARISON: dict[str, Any] = {
    "candidate": 4,
    "control": "plain",
    "candidate_value": {"mean": 0.405, "seeds": 3, "std": 0.0052, "low": 0.392, "high": 0.418},
    "control_value": {"mean": 0.382, "seeds": 3, "std": 0.0044, "low": 0.371, "high": 0.393},
    "difference": {"mean": 0.023, "seeds": 3, "std": 0.0056, "low": 0.009, "high": 0.037, "excludes_zero": True},
    "verdict": "better",
}
RANKED: dict[str, Any] = {
    "candidate": 4,
    "first": 0.41,
    "value": {"mean": 0.396, "seeds": 3, "std": 0.006, "low": 0.3811, "high": 0.4109},
    "lead": {
        "over": 9,
        "mean": 0.012,
        "low": -0.0016,
        "high": 0.0256,
        "p": 0.0707,
        "adjusted_p": 0.0707,
        "verdict": "within_noise",
    },
}
METRIC_COMPARISON: dict[str, Any] = {"metric": "AP", "goal": "maximize", "items": [COMPARISON], "ranking": [RANKED]}
PAIRED_TEST: dict[str, Any] = {
    "candidate": 4,
    "control": "none",
    "repeat": 1,
    "pass_name": "clean",
    "pictures": 500,
    "only_candidate": 34,
    "only_control": 28,
    "exact_p": 0.5256,
}
MEASUREMENT = {"fidelity": 12, "metrics": {"AP": 0.41, "AP50": 0.79}, "elapsed_s": 41.5, "artifacts": []}
BEST = {"metric": "AP", "goal": "maximize", "value": 0.41, "number": 4}
EVENT = {"sequence": 7, "at": "2026-03-01T09:00:49Z", "kind": "trial", "message": "trial 4 completed", "trial": 4}
SPACE = {
    "kind": "spinenet",
    "summary": "Backbones with permuted feature scales",
    "reference": "Du et al., CVPR 2020",
    "count": "15897070781839228211822592000000000000",
}
DOCUMENT: dict[str, Any] = {
    "name": "blood-cells",
    "space": {"kind": "spinenet", "width": 0.125, "alpha": 0.25, "stem_filters": 16, "endpoint_filters": 32},
    "task": {
        "kind": "detection",
        "data": {
            "train": {"images": "/data/bccd/images", "annotations": "/data/bccd/annotations/instances_train.json"},
            "val": {"images": "/data/bccd/images", "annotations": "/data/bccd/annotations/instances_val.json"},
        },
        "image_size": [192, 192],
        "epochs": 12,
        "batch_size": 8,
    },
    "objectives": [{"metric": "AP", "goal": "maximize"}],
    "constraints": [{"metric": "params", "max": 400000}],
    "strategy": {"kind": "evolution", "population": 8, "sample": 3},
    "budget": {"trials": 12},
    "resources": {"cpus": 1, "gpus": 0, "concurrent": 2},
    "seed": 0,
}
RETRAINING: dict[str, Any] = {
    **SEARCH,
    "name": "blood-cells-4-full",
    "trials": {"completed": 3},
    "budget": 1,
    "best": {**BEST, "value": 0.47, "number": 0},
    "of": {"search": SEARCH["id"], "name": "blood-cells", "trial": 4, "metric": "AP", "reached": 0.41, "epochs": 12},
    "epochs": 72,
    "seeds": 3,
    "value": {"mean": 0.468, "seeds": 3, "std": 0.004, "low": 0.4581, "high": 0.4779},
}
EXPORT: dict[str, Any] = {
    "trial": f"{SEARCH['id']}-4",
    "format": "pt2",
    "state": "ready",
    "reason": None,
    "size_bytes": 1_480_211,
    "sha256": "6c1f" * 16,
    "report": {
        "exported_program": {"pictures": 6, "tolerance": 0.0001, "largest_difference": {"logits": 0.0, "boxes": 0.0}}
    },
    "download": f"/api/v1/searches/{SEARCH['id']}/trials/4/export/download?format=pt2",
}
