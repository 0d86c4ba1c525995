"""The SpineNet backbone, built from an architecture (Du et al. 2020, section 3).

Widths, merges, live blocks and level sizes all come from `search_spaces.spinenet.graph`; this module only computes.
Only live blocks are built.

Down-sampling beyond 2x repeats 3x3 stride-2 max pooling per octave (the TensorFlow 2 release). The TPU release has one
pooling of kernel 3 or 5 instead: the same parameters and the same cost, other values for 8x and more. Repeating was
chosen because each step gives ceil(n / 2), so the result has the size of its level at any input size by itself.
"""

from torch import Tensor, nn

from nas.tasks.training import BatchNorm
from search_spaces.spinenet import graph
from search_spaces.spinenet.architecture import STEM_BLOCKS, BlockKind, SpineNet
from workers.networks.layers import Activation, ConvNorm, LayerOptions, activate, drop_path, enlarge, halve_by_pooling


class SpineNetBackbone(nn.Module):
    """Pictures [B, 3, H, W] -> {level: features [B, endpoint_filters, ceil(H / 2**level), ceil(W / 2**level)]}."""

    def __init__(
        self,
        architecture: SpineNet,
        *,
        activation: Activation = "relu",
        batch_norm: BatchNorm | None = None,
        stochastic_depth: float = 0.0,
        zero_last_gamma: bool = True,
    ) -> None:
        super().__init__()
        options = LayerOptions(activation=activation, batch_norm=batch_norm or BatchNorm())
        outputs = graph.output_blocks(architecture)
        self.levels = tuple(outputs)
        self.channels = architecture.endpoint_filters
        self.stem = Stem(architecture, options)
        self.learned = _learned_blocks(architecture, options, stochastic_depth)
        self.endpoints = _endpoints(architecture, outputs, options)
        self._live = sorted(index for index in graph.live_blocks(architecture) if index >= STEM_BLOCKS)
        self._output_blocks = outputs
        if zero_last_gamma:
            _zero_last_gammas(self)

    def forward(self, pictures: Tensor) -> dict[int, Tensor]:
        """Endpoint features by ascending level."""
        height, width = pictures.shape[-2:]
        features: dict[int, Tensor] = dict(enumerate(self.stem(pictures)))
        for index, block in zip(self._live, self.learned, strict=True):
            features[index] = block(features, (height, width))
        return {
            level: endpoint(features[index])
            for (level, index), endpoint in zip(self._output_blocks.items(), self.endpoints, strict=True)
        }


def _learned_blocks(architecture: SpineNet, options: LayerOptions, stochastic_depth: float) -> nn.ModuleList:
    live = graph.live_blocks(architecture)
    number = len(architecture.blocks)
    return nn.ModuleList(
        LearnedBlock(architecture, STEM_BLOCKS + place, options, stochastic_depth * (place + 1) / number)
        for place in range(number)
        if STEM_BLOCKS + place in live
    )


def _endpoints(architecture: SpineNet, outputs: dict[int, int], options: LayerOptions) -> nn.ModuleList:
    filters = architecture.endpoint_filters
    return nn.ModuleList(
        ConvNorm(graph.output_channels(architecture, index), filters, options=options) for index in outputs.values()
    )


class Stem(nn.Module):
    """Pictures -> the two level-2 bottleneck groups, blocks 0 and 1 of the graph."""

    def __init__(self, architecture: SpineNet, options: LayerOptions) -> None:
        super().__init__()
        self.convolution = ConvNorm(3, architecture.stem_filters, 7, stride=2, options=options)
        self.groups = nn.ModuleList(_group(architecture, index, options, 0.0) for index in range(STEM_BLOCKS))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """[B, 3, H, W] -> features of blocks 0 and 1."""
        x = halve_by_pooling(self.convolution(pictures))
        features = []
        for group in self.groups:
            x = group(x)
            features.append(x)
        return features


class LearnedBlock(nn.Module):
    """Two resampled parents and the absorbed blocks, summed and activated, through a group of residual units."""

    def __init__(self, architecture: SpineNet, index: int, options: LayerOptions, drop_rate: float) -> None:
        super().__init__()
        self._parents = architecture.blocks[index - STEM_BLOCKS].parents
        self._merged = graph.absorbed(architecture).get(index, ())
        self._level = graph.block_level(architecture, index)
        self._activation = options.activation
        self.edges = nn.ModuleList(Edge(architecture, parent, index, options) for parent in self._parents)
        self.group = _group(architecture, index, options, drop_rate)

    def forward(self, features: dict[int, Tensor], picture_size: graph.Size) -> Tensor:
        """The features of all blocks so far and the pictures' height and width -> the features of this block."""
        size = graph.level_size(picture_size, self._level)
        first, second = (edge(features[parent], size) for parent, edge in zip(self._parents, self.edges, strict=True))
        fused = first.add_(second)
        for index in self._merged:
            fused = fused.add_(features[index])
        output: Tensor = self.group(activate(fused, self._activation))
        return output


class Edge(nn.Module):
    """Features of a parent, brought to the size and width that a block takes (section 3.2, resampling)."""

    def __init__(self, architecture: SpineNet, parent: int, target: int, options: LayerOptions) -> None:
        super().__init__()
        middle = graph.edge_filters(architecture, parent)
        octaves = graph.block_level(architecture, target) - graph.block_level(architecture, parent)
        self.squeeze = ConvNorm(graph.output_channels(architecture, parent), middle, options=options)
        self.reduce = ConvNorm(middle, middle, 3, stride=2, options=options) if octaves > 0 else None
        self.expand = ConvNorm(middle, graph.input_channels(architecture, target), options=options, active=False)
        self._octaves = octaves

    def forward(self, x: Tensor, size: graph.Size) -> Tensor:
        """[B, C of the parent, h, w] -> [B, C the target takes, *size]."""
        x = self.squeeze(x)
        if self.reduce is not None:
            x = self.reduce(x)
        for _ in range(self._octaves - 1):
            x = halve_by_pooling(x)
        if self._octaves < 0:
            x = enlarge(x, size)
        output: Tensor = self.expand(x)
        return output


def _group(architecture: SpineNet, index: int, options: LayerOptions, drop_rate: float) -> nn.Sequential:
    """`block_repeats` units in a chain; the first takes the fused inputs."""
    kind = graph.block_kind(architecture, index)
    filters = graph.block_filters(architecture, index)
    unit = Bottleneck if kind is BlockKind.BOTTLENECK else Residual
    widths = [graph.input_channels(architecture, index)]
    widths += [graph.output_channels(architecture, index)] * (architecture.block_repeats - 1)
    return nn.Sequential(*(unit(width, filters, options, drop_rate) for width in widths))


class Residual(nn.Module):
    """Two 3x3 convolutions around an identity; activated after the sum (He et al. 2016, basic block)."""

    expansion = 1

    def __init__(self, inputs: int, filters: int, options: LayerOptions, drop_rate: float) -> None:
        super().__init__()
        outputs = filters * self.expansion
        self.branch = self._branch(inputs, filters, options)
        self.shortcut = None if inputs == outputs else ConvNorm(inputs, outputs, options=options, active=False)
        self._activation = options.activation
        self._drop_rate = drop_rate

    def _branch(self, inputs: int, filters: int, options: LayerOptions) -> nn.Sequential:
        return nn.Sequential(
            ConvNorm(inputs, filters, 3, options=options),
            ConvNorm(filters, filters, 3, options=options, active=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] -> [B, filters * expansion, H, W]."""
        shortcut = x if self.shortcut is None else self.shortcut(x)
        branch = drop_path(self.branch(x), self._drop_rate, training=self.training)
        return activate(branch.add_(shortcut), self._activation)


class Bottleneck(Residual):
    """1x1, 3x3 and 1x1 convolutions around an identity, four times as wide outside as inside."""

    expansion = graph.EXPANSION

    def _branch(self, inputs: int, filters: int, options: LayerOptions) -> nn.Sequential:
        return nn.Sequential(
            ConvNorm(inputs, filters, options=options),
            ConvNorm(filters, filters, 3, options=options),
            ConvNorm(filters, filters * self.expansion, options=options, active=False),
        )


def _zero_last_gammas(backbone: nn.Module) -> None:
    """Every residual unit starts as the identity (Goyal et al. 2017, section 5.1)."""
    for module in backbone.modules():
        if isinstance(module, Residual):
            last = module.branch[-1]
            assert isinstance(last, ConvNorm)
            nn.init.zeros_(last.norm.weight)
