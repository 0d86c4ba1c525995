"""The space of resizers: with or without a network, how deep, how wide, between which sizes, over which interpolation.

What changes nothing is not asked for: without a network only the sizes and the interpolation; with weights no start of
the tail and no initialiser, and weights only where there are files of some; what the publication leaves open only where
more than our default is offered; between equal sizes no interpolation; antialiasing only where it matters.
Interpolations that do the same between two sizes give the same architecture (`resampling.canonical`), so `count` can
exceed `distinct`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, ClassVar

from search_spaces.errors import Rejected
from search_spaces.resizer.architecture import DEAD, HELD_BY_WEIGHTS, Resizer, axes
from search_spaces.resizer.options import ResizerOptions, grows
from search_spaces.resizer.resampling import PLAIN, Axis, Resampling, antialias_matters, canonical
from search_spaces.space import Choose

UPSCALING = "upscaling"
NETWORK = ("blocks", "filters", "tail", "learning_rate_ratio")
OPEN = ("biases", "initialiser", "normalisation")  # left open by the publication
DRAWN: tuple[None] = (None,)  # weights that no file holds


class ResizerSpace:
    """All resizers that the options allow."""

    kind: ClassVar[str] = "resizer"

    def __init__(self, options: ResizerOptions | None = None) -> None:
        self.options = options or ResizerOptions()

    def decode(self, choose: Choose) -> Resizer:
        """The resizer that these choices make. Raises `Rejected` for one that scales up unless that is allowed."""
        method = choose.one_of("method", self.options.method)
        output = choose.one_of("output_size", self.options.output_size)
        taken = choose.one_of("input_size", self.options.input_size)
        network = self._network(choose) if method == "learned" else {}
        way = self._resampling(choose, axes(taken, output))
        sizes = {"input_size": taken, "output_size": output}
        resizer = Resizer.model_validate({"method": method, **sizes, **network, **way._asdict()})
        if resizer.scales_up and not self.options.upscaling:
            sentence = f"must be at least the output size {output} unless upscaling, got {resizer.input_size}"
            raise Rejected(UPSCALING, sentence, field="input_size")
        return resizer

    def recall(self, architecture: Resizer) -> Mapping[str, Any]:
        """The answers by name: the fields, and of all interpolations that do the same the first one offered."""
        wanted = Resampling(architecture.interpolation, architecture.antialias)
        equal = (way for way in self._ways(architecture.axes) if canonical(way, architecture.axes) == wanted)
        return {**architecture.model_dump(), **next(equal, wanted)._asdict()}

    def load(self, data: Mapping[str, Any]) -> Resizer:
        """The resizer from its JSON."""
        return Resizer.load(data)

    def count(self) -> int:
        """How many ways there are to choose, those that scale up included."""
        return sum(networks * len(self._ways(lengths)) for networks, lengths in self._networks(rejected=True))

    def distinct(self) -> int:
        """How many architectures there are: without those that scale up unless allowed, and without repetitions."""
        return sum(
            networks * len({canonical(way, lengths) for way in self._ways(lengths)})
            for networks, lengths in self._networks(rejected=self.options.upscaling)
        )

    def _networks(self, *, rejected: bool) -> Iterator[tuple[int, Sequence[Axis]]]:
        """For every pair of sizes: how many resizers there are between them over one interpolation, and their axes."""
        options = self.options
        drawn = len(options.tail) * len(options.initialiser)
        starts = sum(drawn if weights is None else 1 for weights in options.weights)
        others = ("blocks", "filters", "learning_rate_ratio", "biases", "normalisation")
        learned = starts * prod(len(getattr(options, name)) for name in others)
        networks = sum(learned if method == "learned" else 1 for method in options.method)
        for before, after in product(options.input_size, options.output_size):
            if rejected or not grows(before, after):
                yield networks, axes(before, after)

    def _network(self, choose: Choose) -> dict[str, Any]:
        """The fields of a learned resizer beside its sizes and its interpolation."""
        offered = self.options.weights
        weights = choose.one_of("weights", offered) if offered != DRAWN else None
        left_open = [name for name in OPEN if getattr(self.options, name) != (DEAD[name],)]
        names = [name for name in (*NETWORK, *left_open) if weights is None or name not in HELD_BY_WEIGHTS]
        return {"weights": weights, **{name: choose.one_of(name, getattr(self.options, name)) for name in names}}

    def _resampling(self, choose: Choose, lengths: Sequence[Axis]) -> Resampling:
        """The canonical one of those chosen."""
        if not self._asks_for_an_interpolation(lengths):
            return PLAIN
        interpolation = choose.one_of("interpolation", self.options.interpolation)
        asks = antialias_matters(interpolation, lengths)
        antialias = choose.one_of("antialias", self.options.antialias) if asks else False
        return canonical(Resampling(interpolation, antialias), lengths)

    def _ways(self, lengths: Sequence[Axis]) -> list[Resampling]:
        """Every way to answer `_resampling`, in lexicographic order."""
        if not self._asks_for_an_interpolation(lengths):
            return [PLAIN]
        return [
            Resampling(interpolation, antialias)
            for interpolation in self.options.interpolation
            for antialias in (self.options.antialias if antialias_matters(interpolation, lengths) else (False,))
        ]

    def _asks_for_an_interpolation(self, lengths: Sequence[Axis]) -> bool:
        return any(before != after for before, after in lengths)
