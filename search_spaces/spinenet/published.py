"""The published SpineNets as data (Du et al. 2020, figure 4); the released code where the paper is silent."""

from dataclasses import dataclass

from search_spaces.spinenet.architecture import Block, BlockKind, SpineNet

Row = tuple[int, BlockKind, tuple[int, int]]  # level, kind, parents
B, R = BlockKind.BOTTLENECK, BlockKind.RESIDUAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """A published backbone with the RetinaNet it was published in; None where no detector was."""

    architecture: SpineNet
    head_filters: int | None = None
    head_convs: int | None = None
    size: tuple[int, int] | None = None  # height, width; the smallest one published
    anchor_size: float | None = None  # times the stride
    source: str


def _graph(intermediates: tuple[Row, ...], outputs: tuple[Row, ...]) -> dict[str, tuple[Block, ...]]:
    return {"intermediates": _blocks(intermediates), "outputs": _blocks(outputs)}


def _blocks(rows: tuple[Row, ...]) -> tuple[Block, ...]:
    return tuple(Block(level=level, kind=kind, parents=parents) for level, kind, parents in rows)


SPINENET_49 = _graph(
    intermediates=(
        (2, B, (0, 1)),
        (4, R, (0, 1)),
        (3, B, (2, 3)),
        (4, B, (2, 4)),
        (6, R, (3, 5)),
        (4, B, (3, 5)),
        (5, R, (6, 7)),
        (7, R, (6, 8)),
        (5, B, (8, 9)),
        (5, B, (8, 10)),  # block 11 dangles; block 14 takes it up
    ),
    outputs=(
        (4, B, (5, 10)),
        (3, B, (4, 10)),
        (5, B, (7, 12)),
        (7, B, (5, 14)),
        (6, B, (12, 14)),
    ),
)
R0_SP53 = _graph(
    intermediates=(
        (2, B, (0, 1)),
        (3, B, (0, 1)),
        (3, B, (2, 3)),
        (4, B, (2, 4)),
        (4, B, (3, 5)),
        (3, B, (5, 6)),
        (5, B, (4, 7)),
        (4, B, (4, 8)),
        (4, B, (8, 9)),
        (4, B, (8, 10)),  # block 11 dangles; block 13 takes it up
    ),
    outputs=(
        (3, B, (4, 10)),
        (4, B, (6, 7)),
        (5, B, (8, 13)),
        (7, B, (6, 9)),
        (6, B, (7, 9)),
    ),
)

PUBLISHED: dict[str, Published] = {
    "spinenet-49s": Published(
        architecture=SpineNet(**SPINENET_49, width=0.65, endpoint_filters=128),
        head_filters=128,
        head_convs=4,
        size=(640, 640),
        anchor_size=3.0,
        source="released code; the paper's 33.8 G multiply-adds need 256 endpoint filters instead of 128",
    ),
    "spinenet-49": Published(
        architecture=SpineNet(**SPINENET_49),
        head_filters=256,
        head_convs=4,
        size=(640, 640),
        anchor_size=3.0,
        source="Du et al. 2020, figure 4d; also published at 896",
    ),
    "spinenet-96": Published(
        architecture=SpineNet(**SPINENET_49, block_repeats=2),
        head_filters=256,
        head_convs=4,
        size=(1024, 1024),
        anchor_size=3.0,
        source="Du et al. 2020, section 3.4",
    ),
    "spinenet-143": Published(
        architecture=SpineNet(**SPINENET_49, alpha=1.0, block_repeats=3),
        head_filters=256,
        head_convs=4,
        size=(1280, 1280),
        anchor_size=4.0,
        source="Du et al. 2020, section 3.4",
    ),
    "spinenet-143l": Published(
        architecture=SpineNet(**SPINENET_49, width=1.3, alpha=1.0, block_repeats=3),
        source="TensorFlow Model Garden; no detector published",
    ),
    "spinenet-190": Published(
        architecture=SpineNet(**SPINENET_49, width=1.3, alpha=1.0, block_repeats=4, endpoint_filters=512),
        head_filters=512,
        head_convs=7,
        size=(1280, 1280),
        anchor_size=4.0,
        source="Du et al. 2020, section 3.4",
    ),
    "r0-sp53": Published(
        architecture=SpineNet(**R0_SP53),
        head_filters=256,
        head_convs=4,
        size=(640, 640),
        source="Du et al. 2020, figure 4c; scale permutation and connections only",
    ),
}
