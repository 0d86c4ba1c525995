"""Searches of a proxy check as if trained: curves of known quality and noise."""

import numpy as np

from nas.measured_part import MeasuredPart
from nas.objectives import Objective
from nas.proxy_options import ProxyPart
from nas.records import Companion, Measurement, Search, SearchStatus, TrialStatus
from nas.testing.stored import trial


def part(setting, tables, *, status=SearchStatus.COMPLETED, goal="maximize", seconds=10.0, **fields):
    """The search of a setting; `tables` hold the metric [seeds, architectures] after each epoch, nan: failed."""
    tables = np.asarray(tables, float)
    epochs, seeds, architectures = tables.shape
    trials = [
        measured(seed * architectures + number, number, seed, tables[:, seed, number], seconds=seconds)
        for seed in range(seeds)
        for number in range(architectures)
    ]
    search = Search(id=f"id-{setting}", name=f"cells-proxy-{setting}", document={}, status=status)
    values = {"part": ProxyPart(check="cells", setting=setting, changes={"epochs": epochs}), "search": search}
    values |= {"trials": trials, "objective": Objective(metric="AP", goal=goal), "epochs": epochs}
    return MeasuredPart(**values, planned=len(trials), **fields)


def measured(number, candidate, seed, curve, *, seconds):
    """One trial with its curve, each epoch taking as long as the others."""
    whole = bool(np.isfinite(curve).all())
    steps = [
        Measurement(fidelity=epoch, metrics={"AP": float(value)}, elapsed_s=seconds * epoch / len(curve))
        for epoch, value in enumerate(curve, 1)
    ]
    return trial(
        number,
        architecture_id=f"{candidate:016x}",
        static_metrics={"params": 100.0 + candidate, "macs": 1000.0 + candidate},
        companion=Companion(candidate=candidate, repeat=seed) if seed else None,
        status=TrialStatus.COMPLETED if whole else TrialStatus.FAILED,
        measurements=tuple(steps) if whole else (),
    )


def simulated(setting, truth, *, noise, seeds=3, epochs=4, early=0.0, seed=0, **fields):
    """Scores that rise to the truth, plus noise of every training; `early` adds noise that is gone at the end."""
    rng = np.random.default_rng(seed)
    truth = np.asarray(truth, float)
    own = rng.normal(size=(seeds, len(truth))) * noise
    steps = [
        truth * epoch / epochs + own + early * (epochs - epoch) * rng.normal(size=own.shape)
        for epoch in range(1, epochs + 1)
    ]
    return part(setting, steps, **fields)
