"""The SpineNet search space: scale permutation, cross-scale connections, block adjustments (Du et al. 2020, section 3).

Choices are asked for in the paper's order: a permutation of the intermediate blocks, one of the output blocks, two
parents for every block, then a level offset for every intermediate block and a kind for every block.

Blocks that nothing consumes. An output takes up the dangling blocks of its level and width (`graph.absorbed`). What
dangles still, or feeds only such blocks, is dead compute; the paper does not say what to do with it. With
`dead_blocks: redraw` the space rejects such a draw with the reason `dead_block`; with `keep` it holds it, as the
released code does, and neither networks nor costs include the dead blocks.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from search_spaces.errors import NotInSpace, Rejected
from search_spaces.space import Choose
from search_spaces.spinenet.architecture import STEM_BLOCKS, Block, BlockKind, SpineNet
from search_spaces.spinenet.features import spinenet_features
from search_spaces.spinenet.graph import dead_blocks
from search_spaces.spinenet.options import SpineNetOptions

SHARED = ("width", "alpha", "stem_filters", "endpoint_filters", "block_repeats", "minimum_edge_filters")
DEAD_BLOCK = "dead_block"


class SpineNetSpace:
    """All SpineNets that the options allow."""

    kind: ClassVar[str] = "spinenet"

    def __init__(self, options: SpineNetOptions | None = None) -> None:
        self.options = options or SpineNetOptions()
        self._bases = self.options.base_levels
        self._inner = len(self._bases)
        self._shared = {name: getattr(self.options, name) for name in SHARED}

    def decode(self, choose: Choose) -> SpineNet:
        """The architecture that these choices make. Raises `Rejected` for dead blocks if they are to be redrawn."""
        bases = choose.ordering("intermediates", self._bases)
        outputs = choose.ordering("outputs", self.options.outputs)
        parents = [choose.subset(f"{place}.parents", candidates, 2) for place, candidates in self._candidates()]
        offsets = self._offsets(choose)
        kinds = self._kinds(choose)
        levels = [*(base + offset for base, offset in zip(bases, offsets, strict=True)), *outputs]
        blocks = tuple(
            Block(level=level, kind=kind, parents=(first, second))
            for level, kind, (first, second) in zip(levels, kinds, parents, strict=True)
        )
        architecture = SpineNet(intermediates=blocks[: self._inner], outputs=blocks[self._inner :], **self._shared)
        self._check_alive(architecture)
        return architecture

    def recall(self, architecture: SpineNet) -> Mapping[str, Any]:
        """The answers by name: of all ways to reach the levels, the lexicographically smallest genotype."""
        self._check_sizes(architecture)
        levels = [block.level for block in architecture.intermediates]
        bases = self._smallest_bases(levels)
        answers: dict[str, Any] = {"intermediates": bases, "outputs": [block.level for block in architecture.outputs]}
        for number, (level, base) in enumerate(zip(levels, bases, strict=True)):
            answers[f"intermediates.{number}.offset"] = level - base
        for (place, _), block in zip(self._candidates(), architecture.blocks, strict=True):
            answers[f"{place}.parents"] = block.parents
            answers[f"{place}.kind"] = block.kind
        return answers

    def load(self, data: Mapping[str, Any]) -> SpineNet:
        """The architecture from its JSON."""
        return SpineNet.load(data)

    def features(self, architecture: SpineNet) -> Mapping[str, float]:
        """How its scales are spread and how its blocks hang together."""
        return spinenet_features(architecture)

    def _candidates(self) -> Iterator[tuple[str, Sequence[int]]]:
        """For every block in building order its place in the architecture, and the blocks it may take as parents."""
        window = self.options.window
        for place in range(self._inner):
            index = STEM_BLOCKS + place
            yield f"intermediates.{place}", range(0 if window is None else max(0, index - window), index)
        for place in range(len(self.options.outputs)):
            yield f"outputs.{place}", range(STEM_BLOCKS + self._inner + place)

    def _offsets(self, choose: Choose) -> list[int]:
        if not self.options.adjustments:
            return [0] * self._inner
        return [choose.one_of(f"intermediates.{place}.offset", self.options.offsets) for place in range(self._inner)]

    def _kinds(self, choose: Choose) -> list[BlockKind]:
        if not self.options.adjustments:
            return [BlockKind.BOTTLENECK for _ in self._candidates()]
        return [choose.one_of(f"{place}.kind", self.options.kinds) for place, _ in self._candidates()]

    def _check_alive(self, architecture: SpineNet) -> None:
        dead = dead_blocks(architecture) if self.options.dead_blocks == "redraw" else ()
        if dead:
            place = f"intermediates.{dead[0] - STEM_BLOCKS}"
            raise Rejected(DEAD_BLOCK, f"no output needs block {dead[0]}", field=place)

    def _check_sizes(self, architecture: SpineNet) -> None:
        for field, wanted in (("intermediates", self._inner), ("outputs", len(self.options.outputs))):
            got = len(getattr(architecture, field))
            if got != wanted:
                raise NotInSpace(field, f"must have {wanted} blocks, got {got}")

    def _smallest_bases(self, levels: Sequence[int]) -> list[int]:
        """The base level of every intermediate block, lexicographically smallest among those that use each once."""
        left = dict(self.options.intermediates)
        bases = self._assign(levels, left, hopeless=set())
        if bases is None:
            raise NotInSpace(
                "intermediates",
                f"levels {list(levels)} cannot be reached from {list(self._bases)} by the offsets "
                f"{list(self.options.offered_offsets)}",
            )
        return bases

    def _assign(
        self, levels: Sequence[int], left: dict[int, int], *, hopeless: set[tuple[int, ...]]
    ) -> list[int] | None:
        """Bases for `levels` out of the numbers still `left`, or None; what is left once in vain is not tried again."""
        if not levels:
            return []
        state = tuple(left.values())
        if state in hopeless:
            return None
        for base in left:
            if left[base] and levels[0] - base in self.options.offered_offsets:
                rest = self._assign(levels[1:], {**left, base: left[base] - 1}, hopeless=hopeless)
                if rest is not None:
                    return [base, *rest]
        hopeless.add(state)
        return None
