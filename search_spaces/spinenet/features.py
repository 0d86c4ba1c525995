"""Numbers about a SpineNet that its choices tell only together: how its scales are spread and how its blocks hang."""

from collections import Counter
from statistics import fmean

from search_spaces.spinenet.architecture import HIGHEST_LEVEL, LOWEST_LEVEL, STEM_BLOCKS, BlockKind, SpineNet
from search_spaces.spinenet.graph import STEM_LEVEL, dead_blocks


def spinenet_features(architecture: SpineNet) -> dict[str, float]:
    """Blocks per level, kinds, jumps between the levels of parents and children, and lengths of paths in blocks."""
    return {**_of_blocks(architecture), **_of_jumps(architecture), **_of_paths(architecture)}


def _of_blocks(architecture: SpineNet) -> dict[str, float]:
    """Numbers of intermediate blocks by level, the mean level, the share of bottlenecks, the number of dead blocks."""
    levels = Counter(block.level for block in architecture.intermediates)
    per_level = {f"blocks_of_level_{level}": float(levels[level]) for level in range(LOWEST_LEVEL, HIGHEST_LEVEL + 1)}
    return {
        **per_level,
        "mean_level": fmean(block.level for block in architecture.blocks),
        "bottlenecks": fmean(block.kind is BlockKind.BOTTLENECK for block in architecture.blocks),
        "dead_blocks": float(len(dead_blocks(architecture))),
    }


def _of_jumps(architecture: SpineNet) -> dict[str, float]:
    """How far connections go up and down in level, and how far back in the order of building, on average."""
    levels = [STEM_LEVEL] * STEM_BLOCKS + [block.level for block in architecture.blocks]
    pairs = [
        (parent, index) for index, block in enumerate(architecture.blocks, STEM_BLOCKS) for parent in block.parents
    ]
    return {
        "jump_up": fmean(max(0, levels[child] - levels[parent]) for parent, child in pairs),
        "jump_down": fmean(max(0, levels[parent] - levels[child]) for parent, child in pairs),
        "reach": fmean(child - parent for parent, child in pairs),
    }


def _of_paths(architecture: SpineNet) -> dict[str, float]:
    """The longest and the shortest path from the stem to an output, averaged over outputs, and the longest of all."""
    longest, shortest = [0] * STEM_BLOCKS, [0] * STEM_BLOCKS
    for block in architecture.blocks:
        longest.append(1 + max(longest[parent] for parent in block.parents))
        shortest.append(1 + min(shortest[parent] for parent in block.parents))
    outputs = len(architecture.outputs)
    return {
        "depth": float(max(longest[-outputs:])),
        "mean_depth": fmean(longest[-outputs:]),
        "mean_shortcut": fmean(shortest[-outputs:]),
    }
