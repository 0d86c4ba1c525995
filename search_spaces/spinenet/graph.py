"""What follows from a SpineNet architecture: merges, live blocks, widths and sizes (Du et al. 2020, section 3).

Networks and costs are both built on these functions, so they agree on every width and on which blocks exist. Blocks
are named by their index in the graph: 0 and 1 are the stem's two level-2 bottleneck groups, the learned blocks follow
in building order.

Which blocks are built: the live ones. A block is live when some path of consumption leads from it to an output;
a dead block belongs to the architecture (it is in its JSON and its id), but no network computes it and no cost
counts it. A space that redraws dead blocks never proposes an architecture that has any.
"""

from search_spaces.spinenet.architecture import BASE_FILTERS, STEM_BLOCKS, Block, BlockKind, SpineNet

STEM_LEVEL = 2
EXPANSION = 4  # a bottleneck carries EXPANSION * C channels in and out
Size = tuple[int, int]


def absorbed(architecture: SpineNet) -> dict[int, tuple[int, ...]]:
    """Output block -> the dangling blocks it adds to its inputs, ascending; outputs that absorb none are left out.

    As released: outputs are built in order, and each takes every earlier block that nothing built so far consumes and
    whose features have its level and its input width. An absorbed block counts as consumed from then on. Sizes are
    compared as levels, so an architecture merges alike at every input size.
    """
    merges: dict[int, tuple[int, ...]] = {}
    consumed: set[int] = set()
    first_output = STEM_BLOCKS + len(architecture.intermediates)
    for index, block in enumerate(architecture.blocks, STEM_BLOCKS):
        consumed.update(block.parents)
        dangling = () if index < first_output else _dangling(architecture, index, consumed)
        if dangling:
            merges[index] = dangling
            consumed.update(dangling)
    return merges


def _dangling(architecture: SpineNet, target: int, consumed: set[int]) -> tuple[int, ...]:
    free = (index for index in range(target) if index not in consumed)
    return tuple(index for index in free if _fits(architecture, index, target))


def _fits(architecture: SpineNet, source: int, target: int) -> bool:
    same_level = block_level(architecture, source) == block_level(architecture, target)
    return same_level and output_channels(architecture, source) == input_channels(architecture, target)


def live_blocks(architecture: SpineNet) -> frozenset[int]:
    """The blocks that some output needs: what a network builds and a cost counts.

    Both stem blocks are always among them: the first live learned block can only have them as its parents.
    """
    merges = absorbed(architecture)
    live = set(output_blocks(architecture).values())
    for index in reversed(range(STEM_BLOCKS, STEM_BLOCKS + len(architecture.blocks))):
        if index in live:
            live.update(architecture.blocks[index - STEM_BLOCKS].parents, merges.get(index, ()))
    return frozenset(live)


def dead_blocks(architecture: SpineNet) -> tuple[int, ...]:
    """The learned blocks that no output needs, ascending: those nothing consumes, and those only dead ones consume."""
    live = live_blocks(architecture)
    learned = range(STEM_BLOCKS, STEM_BLOCKS + len(architecture.blocks))
    return tuple(index for index in learned if index not in live)


def output_blocks(architecture: SpineNet) -> dict[int, int]:
    """Level -> the output block of that level, ascending levels."""
    first_output = STEM_BLOCKS + len(architecture.intermediates)
    found = {block.level: index for index, block in enumerate(architecture.outputs, first_output)}
    return dict(sorted(found.items()))


def block_level(architecture: SpineNet, index: int) -> int:
    """The feature level of a block, the stem's being 2."""
    return STEM_LEVEL if index < STEM_BLOCKS else _learned(architecture, index).level


def block_kind(architecture: SpineNet, index: int) -> BlockKind:
    """The kind of a block; the stem's groups are bottlenecks."""
    return BlockKind.BOTTLENECK if index < STEM_BLOCKS else _learned(architecture, index).kind


def _learned(architecture: SpineNet, index: int) -> Block:
    inner = len(architecture.intermediates)
    position = index - STEM_BLOCKS
    return architecture.intermediates[position] if position < inner else architecture.outputs[position - inner]


def block_filters(architecture: SpineNet, index: int) -> int:
    """C, the width of the 3x3 convolutions of a block: the base width of its level, scaled and truncated."""
    return int(BASE_FILTERS[block_level(architecture, index)] * architecture.width)


def output_channels(architecture: SpineNet, index: int) -> int:
    """Channels of a block's features: 4C of a bottleneck, C of a residual block."""
    expansion = EXPANSION if block_kind(architecture, index) is BlockKind.BOTTLENECK else 1
    return expansion * block_filters(architecture, index)


def input_channels(architecture: SpineNet, index: int) -> int:
    """Channels a block takes: as many as it gives, but for block 0, which takes the stem convolution's."""
    return architecture.stem_filters if index == 0 else output_channels(architecture, index)


def stem_projects(architecture: SpineNet) -> bool:
    """True when the first copy of block 0 projects its shortcut, by a 1x1 convolution and a batch norm.

    That is where the stem convolution has not the width of the block already; no other block ever needs to project.
    """
    return input_channels(architecture, 0) != output_channels(architecture, 0)


def edge_filters(architecture: SpineNet, parent: int) -> int:
    """Width in the middle of every edge that leaves `parent`: alpha times its C, truncated, but at least the floor."""
    return max(architecture.minimum_edge_filters, int(block_filters(architecture, parent) * architecture.alpha))


def level_size(size: Size, level: int) -> Size:
    """Height and width of the features at a level for an input of `size`, each rounded up."""
    stride = 2**level
    return -(-size[0] // stride), -(-size[1] // stride)
