"""What searches on real pictures reach: `python -m benchmarks.real_data FOLDER`, FOLDER holding `bccd` and `coco_mini`.

Runs the blood-cell document, the published SpineNet-49 graph in it, four of its candidates with a second seed, and one
epoch of the 80 COCO classes, all through `nas run`. About ten minutes on two cores.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from benchmarks.__main__ import table
from benchmarks.rows import Row

EXAMPLES = Path(__file__).parent.parent / "examples"
NAS = Path(sys.executable).with_name("nas")
BEST_GOAL, FIXED_GOAL, MINUTES_GOAL = 0.60, 0.75, 12.0
REPEATED = 4  # candidates trained with a second seed
SEEDS = (0, 1, 2)


def main() -> None:
    """Runs everything in a folder of its own and prints one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_data", description=__doc__)
    parser.add_argument("data", type=Path, help="folder that holds bccd and coco_mini")
    data = parser.parse_args().data.resolve()
    console = Console(width=max(Console().width, 140))
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Path(folder), data)
        console.print(table([*runs.search(), runs.published(), runs.seeds(), runs.coco()]))


class Runs:
    """Searches in one folder, each by its document."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._folder, self._data = folder, data

    def search(self) -> list[Row]:
        """The blood-cell document: 12 trials, two at a time."""
        begin = time.perf_counter()
        self._run(self._blood_cells("blood_cells.yaml"))
        minutes = (time.perf_counter() - begin) / 60
        best = self._values("blood-cells", "AP50")[0]
        return [
            _reached("blood cells, 12 trials, best AP50", best, BEST_GOAL),
            Row(
                name="blood cells, 12 trials, wall time",
                ours=f"{minutes:.1f} min",
                goal=f"under {MINUTES_GOAL:g} min",
                met=minutes < MINUTES_GOAL,
            ),
        ]

    def published(self) -> Row:
        """The SpineNet-49 graph as the only candidate, over several seeds."""
        found = []
        for seed in SEEDS:
            document = self._blood_cells("blood_cells_spinenet49.yaml") | {"name": f"fixed-{seed}", "seed": seed}
            self._run(document)
            found += self._values(f"fixed-{seed}", "AP50")
        shown = " ".join(f"{value:.3f}" for value in found)
        return Row(
            name="blood cells, SpineNet-49 graph, AP50",
            ours=f"{shown} (seeds {SEEDS[0]} to {SEEDS[-1]})",
            goal=f"{FIXED_GOAL}",
            met=min(found) >= FIXED_GOAL,
        )

    def seeds(self) -> Row:
        """Candidates 0, 1, 2 ... of the search once more with another seed: noise of a seed against spread."""
        first = [self._show(f"blood-cells/{number}") for number in range(REPEATED)]
        document = self._blood_cells("blood_cells.yaml") | {
            "name": "second-seed",
            "seed": 1,
            "strategy": {"kind": "fixed", "candidates": [trial["genotype"] for trial in first]},
            "budget": {"trials": REPEATED},
        }
        self._run(document)
        second = [self._show(f"second-seed/{number}") for number in range(REPEATED)]
        pairs = [(one["metrics"]["AP50"], two["metrics"]["AP50"]) for one, two in zip(first, second, strict=True)]
        noise = (sum((one - two) ** 2 for one, two in pairs) / (2 * len(pairs))) ** 0.5
        spread = statistics.stdev(statistics.fmean(pair) for pair in pairs)
        return Row(
            name=f"AP50 of {REPEATED} candidates, two seeds each",
            ours=f"sd {noise:.3f} between seeds",
            rival=f"sd {spread:.3f} between architectures",
            ratio=spread / noise,
            goal="far less",
            met=noise < spread / 2,
            note=", ".join(f"{one:.3f} {two:.3f}" for one, two in pairs),
        )

    def coco(self) -> Row:
        """One epoch of COCO's 80 classes through the same path."""
        document = self._blood_cells("blood_cells_spinenet49.yaml") | {"name": "coco-mini"}
        document["task"] |= {"epochs": 1, "flips": ["horizontal"]}
        document["task"]["data"] = self._splits(self._data / "coco_mini")
        document["constraints"] = []
        self._run(document)
        metrics = self._show("coco-mini/0")["metrics"]
        classes = sum(name.startswith("AP50/") for name in metrics)
        return Row(
            name="COCO, 80 classes, one epoch",
            ours=f"AP {metrics['AP']:.4f}, {classes} classes judged",
            goal="trained and judged",
            met=classes > 70,
        )

    def _blood_cells(self, example: str) -> dict[str, Any]:
        document: dict[str, Any] = yaml.safe_load((EXAMPLES / example).read_text())
        document["task"]["data"] = self._splits(self._data / "bccd")
        return document

    def _splits(self, root: Path) -> dict[str, Any]:
        annotations = {split: str(root / "annotations" / f"instances_{split}.json") for split in ("train", "val")}
        return {split: {"images": str(root / "images"), "annotations": file} for split, file in annotations.items()}

    def _run(self, document: dict[str, Any]) -> None:
        path = self._folder / f"{document['name']}.yaml"
        path.write_text(yaml.safe_dump(document))
        self._nas("run", str(path))

    def _values(self, search: str, metric: str) -> list[float]:
        rows = json.loads(self._nas("leaderboard", search, f"--sort=-{metric}", "--json"))
        return [row["metrics"][metric] for row in rows]

    def _show(self, trial: str) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self._nas("show", trial, "--json"))
        return shown

    def _nas(self, *arguments: str) -> str:
        environment = os.environ | {"NAS_HOME": str(self._folder / ".nas"), "OMP_NUM_THREADS": "1"}
        done = subprocess.run([NAS, *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"nas {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout


def _reached(name: str, value: float, goal: float) -> Row:
    return Row(name=name, ours=f"{value:.3f}", goal=f"{goal:.2f}", met=value >= goal)


if __name__ == "__main__":
    main()
