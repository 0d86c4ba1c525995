"""Searches a plain function of an architecture: `python examples/search_a_function.py`. No document, no service."""

from nas.searching import search
from search_spaces.registry import space_from
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.cost import backbone_cost


def nearness(network: SpineNet) -> float:
    """How near the backbone is to 20 million parameters."""
    return -abs(backbone_cost(network, (640, 640)).params - 20e6)


result = search(space_from({"kind": "spinenet"}), nearness, trials=100, strategy="evolution", seed=0)
print(result.best.metrics, result.best.architecture.canonical_json())
