"""Complete tables to search: the published one of NAS-Bench-Macro, and drawn ones that nothing was tuned to."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Literal

from nas.records import Assignment, Measurement
from search_spaces.space import Architecture, Choose

METRIC = "AP"  # a metric that documents know


class Layers(Architecture):
    """An option per layer."""

    kind: Literal["layers"] = "layers"
    layers: tuple[int, ...]


class LayerSpace:
    """So many layers with so many options each."""

    kind: ClassVar[str] = "layers"

    def __init__(self, layers: int, options: int) -> None:
        self.layers, self.options = layers, range(options)

    def decode(self, choose: Choose) -> Layers:
        """One option per layer."""
        return Layers(layers=tuple(choose.one_of(f"layer_{place}", self.options) for place in range(self.layers)))

    def recall(self, architecture: Layers) -> Mapping[str, Any]:
        """The options by the names of their layers."""
        return {f"layer_{place}": option for place, option in enumerate(architecture.layers)}

    def load(self, data: Mapping[str, Any]) -> Layers:
        """The architecture from its JSON."""
        return Layers.load(data)


@dataclass(frozen=True, kw_only=True, slots=True)
class CompleteTable:
    """The value of every architecture of a space."""

    name: str
    space: LayerSpace
    values: Mapping[tuple[int, ...], float]

    @property
    def optimum(self) -> float:
        """The best value there is."""
        return max(self.values.values())

    def value(self, architecture: Mapping[str, Any]) -> float:
        """The value of an architecture by its JSON."""
        return self.values[tuple(architecture["layers"])]

    def evaluator(self) -> Callable[[Assignment], Iterator[Measurement]]:
        """Measures a trial by looking it up."""

        def look_up(assignment: Assignment) -> Iterator[Measurement]:
            yield Measurement(fidelity=1, metrics={METRIC: self.value(assignment.architecture)}, elapsed_s=1.0)

        return look_up


def nas_bench_macro(file: Path) -> CompleteTable:
    """NAS-Bench-Macro (Su et al. 2021): 8 layers of 3 kinds, mean top-1 of 3 seeds on CIFAR-10, in percent."""
    found = {tuple(map(int, key)): row["mean_acc"] for key, row in json.loads(file.read_text()).items()}
    return CompleteTable(name="NAS-Bench-Macro", space=LayerSpace(8, 3), values=found)


def drawn(seed: int, *, layers: int = 7, options: int = 4, noise: float = 0.0) -> CompleteTable:
    """Effects of single options, of pairs of neighbouring layers and of a few random triples, and a rugged rest."""
    rng = random.Random(seed)
    single = [[rng.gauss(0, 1) for _ in range(options)] for _ in range(layers)]
    pairs = [[[rng.gauss(0, 0.6) for _ in range(options)] for _ in range(options)] for _ in range(layers - 1)]
    triples = [
        (rng.sample(range(layers), 3), [rng.randrange(options) for _ in range(3)], rng.gauss(0, 1.5)) for _ in range(6)
    ]

    def value(point: tuple[int, ...]) -> float:
        total = sum(single[place][option] for place, option in enumerate(point))
        total += sum(pairs[place][point[place]][point[place + 1]] for place in range(layers - 1))
        total += sum(size for places, wanted, size in triples if [point[place] for place in places] == wanted)
        return total + rng.gauss(0, noise)

    points = list(product(range(options), repeat=layers))
    values = {point: value(point) for point in points}
    spread = max(values.values()) - min(values.values())
    name = f"drawn table {seed}, {layers} layers of {options}"
    return CompleteTable(
        name=name, space=LayerSpace(layers, options), values={p: v / spread for p, v in values.items()}
    )
