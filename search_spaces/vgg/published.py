"""The published VGG networks as data (Simonyan and Zisserman 2015, table 1), and small ones for small pictures."""

from dataclasses import dataclass

from search_spaces.vgg.architecture import Stage, Vgg

WIDTHS = (64, 128, 256, 512, 512)


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """A named network, and where it comes from."""

    architecture: Vgg
    source: str


def _stages(widths: tuple[int, ...], depths: tuple[int, ...]) -> tuple[Stage, ...]:
    return tuple(Stage(width=width, depth=depth) for width, depth in zip(widths, depths, strict=True))


def _published(column: str, *depths: int) -> Published:
    source = f"Simonyan and Zisserman 2015, table 1, column {column}"
    return Published(architecture=Vgg(stages=_stages(WIDTHS, depths)), source=source)


def _small(widths: tuple[int, ...], depths: tuple[int, ...], *, pooled_size: int, fc_width: int) -> Published:
    stages = _stages(widths, depths)
    architecture = Vgg(stages=stages, batch_norm=True, pooled_size=pooled_size, fc_width=fc_width)
    return Published(architecture=architecture, source="SpineSearch; for pictures of about 128 pixels")


PUBLISHED: dict[str, Published] = {
    "vgg-11": _published("A", 1, 1, 2, 2, 2),
    "vgg-13": _published("B", 2, 2, 2, 2, 2),
    "vgg-16": _published("D", 2, 2, 3, 3, 3),
    "vgg-19": _published("E", 2, 2, 4, 4, 4),
}
SMALL: dict[str, Published] = {
    "vgg-tiny": _small((16, 32, 48, 64, 64), (1, 1, 1, 1, 1), pooled_size=2, fc_width=96),
    "vgg-mini": _small((16, 32, 64, 96, 96), (1, 1, 1, 1, 1), pooled_size=2, fc_width=128),
    "vgg-small": _small((16, 32, 64, 96, 96), (1, 1, 2, 2, 2), pooled_size=2, fc_width=192),
}
