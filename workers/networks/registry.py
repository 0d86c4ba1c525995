"""Which network stands for which kind of architecture."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from nas.tasks.training import BatchNorm
from search_spaces.space import Architecture
from workers.networks.layers import Activation
from workers.networks.spinenet import SpineNetBackbone


class BackboneBuilder(Protocol):
    """Builds the backbone of one kind of architecture."""

    def __call__(
        self,
        architecture: Any,
        *,
        activation: Activation,
        batch_norm: BatchNorm | None,
        stochastic_depth: float,
        zero_last_gamma: bool,
    ) -> SpineNetBackbone: ...


BACKBONES: Mapping[str, BackboneBuilder] = MappingProxyType({"spinenet": SpineNetBackbone})


def build_backbone(
    architecture: Architecture,
    *,
    activation: Activation = "relu",
    batch_norm: BatchNorm | None = None,
    stochastic_depth: float = 0.0,
    zero_last_gamma: bool = True,
) -> SpineNetBackbone:
    """The backbone of this architecture, freshly initialised. ValueError for a kind without a network."""
    kind = getattr(architecture, "kind", type(architecture).__name__)
    if kind not in BACKBONES:
        raise ValueError(f"architecture kind must be one of {sorted(BACKBONES)}, got {kind!r}")
    return BACKBONES[kind](
        architecture,
        activation=activation,
        batch_norm=batch_norm,
        stochastic_depth=stochastic_depth,
        zero_last_gamma=zero_last_gamma,
    )
