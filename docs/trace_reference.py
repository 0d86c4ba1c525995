"""Writes search_spaces/reference/networks.json from the installed torchvision: `python docs/trace_reference.py`.

Every network is traced symbolically; what neither costs anything nor changes a shape is left out, and so are settings
that `Operation` has as defaults. An operation or setting that search_spaces/reference does not model is an error.
"""

import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import fx, nn
from torch.nn.modules.utils import _pair
from torchvision import models
from torchvision.ops import stochastic_depth

from search_spaces.reference.architecture import NAMES
from search_spaces.reference.operations import NETWORKS, Kind, Operation

Row = dict[str, Any]
CLASSES = 1_000_003  # no layer but the classifier is as wide
SHAPELESS_LAYERS = (nn.ReLU, nn.ReLU6, nn.SiLU, nn.Sigmoid, nn.Dropout)
SHAPELESS_FUNCTIONS = (F.relu, stochastic_depth)
WINDOWS = ("input", "kernel_size", "stride", "padding")  # arguments of functional pooling by their places
MODELLED = {"dilation": (1, (1, 1)), "ceil_mode": (False,), "padding_mode": ("zeros",)}


def main() -> None:
    """Writes the file."""
    NETWORKS.write_text(text())


def text() -> str:
    """All networks as JSON, one operation a line."""
    networks = (f'"{name}": {listed(traced(name))}' for name in NAMES)
    return "{\n" + ",\n".join(networks) + "\n}\n"


def listed(rows: list[Row]) -> str:
    """A JSON list with a line for every row."""
    return "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]"


def traced(name: str) -> list[Row]:
    """The operations of a network in the order they run."""
    graph = fx.symbolic_trace(network(name))
    places: dict[fx.Node, int] = {}
    rows: list[Row] = []
    for node in graph.graph.nodes:
        if node.op == "placeholder":
            places[node] = 0
        elif node.op != "output":
            add(rows, places, node, graph)
    return rows


def network(name: str) -> nn.Module:
    """The network without weights; Inception-v3 without its auxiliary classifier."""
    more = {"aux_logits": False, "init_weights": False} if name == "inception_v3" else {}
    with torch.device("meta"):
        built: nn.Module = models.get_model(name, num_classes=CLASSES, **more)
    return built.eval()


def add(rows: list[Row], places: dict[fx.Node, int], node: fx.Node, graph: fx.GraphModule) -> None:
    """Appends the row of a node and notes its place; a node that does nothing to shapes has its parent's place."""
    parents = [places[parent] for parent in node.all_input_nodes]
    layer = graph.get_submodule(str(node.target)) if node.op == "call_module" else None
    if isinstance(layer, SHAPELESS_LAYERS) or node.target in SHAPELESS_FUNCTIONS:
        places[node] = parents[0]
        return
    row = of_function(node) if layer is None else of_layer(layer)
    rows.append(shortened(row | {"parents": parents}, len(rows)))
    places[node] = len(rows)


def of_layer(layer: nn.Module) -> Row:
    """A module that costs something or changes shapes."""
    match layer:
        case nn.Conv2d():
            more = {"filters": layer.out_channels, "groups": layer.groups, "bias": layer.bias is not None}
            return window(Kind.CONVOLUTION, vars(layer)) | more
        case nn.Linear():
            filters = None if layer.out_features == CLASSES else layer.out_features
            return {"kind": Kind.CONVOLUTION, "filters": filters, "bias": layer.bias is not None}
        case nn.BatchNorm2d():
            return {"kind": Kind.BATCH_NORM}
        case nn.MaxPool2d() | nn.AvgPool2d():
            return window(Kind.POOL, vars(layer))
        case nn.AdaptiveAvgPool2d():
            return {"kind": Kind.ADAPTIVE_POOL, "size": _pair(layer.output_size)}
    raise ValueError(f"layers must be modelled in search_spaces/reference, got {layer}")


def of_function(node: fx.Node) -> Row:
    """A function that changes shapes."""
    functions: Mapping[Callable[..., Any], Callable[[], Row]] = {
        operator.add: lambda: {"kind": Kind.BROADCAST},
        operator.mul: lambda: {"kind": Kind.BROADCAST},
        torch.cat: lambda: {"kind": Kind.CONCATENATION},
        torch.flatten: lambda: {"kind": Kind.FLATTEN},
        F.adaptive_avg_pool2d: lambda: {"kind": Kind.ADAPTIVE_POOL, "size": _pair(node.args[1])},
        F.avg_pool2d: lambda: window(Kind.POOL, pooling(node)),
        F.max_pool2d: lambda: window(Kind.POOL, pooling(node)),
    }
    if node.target not in functions:
        raise ValueError(f"functions must be modelled in search_spaces/reference, got {node.target}")
    return functions[node.target]()


def pooling(node: fx.Node) -> Mapping[str, Any]:
    """The arguments of functional pooling by name."""
    return dict(zip(WINDOWS, node.args, strict=False)) | node.kwargs


def window(kind: Kind, settings: Mapping[str, Any]) -> Row:
    """How a kernel moves. Raises ValueError for a setting that is not modelled."""
    for name, modelled in MODELLED.items():
        if name in settings and settings[name] not in modelled:
            raise ValueError(f"{name} must be {modelled[0]}, got {settings[name]}")
    kernel = settings["kernel_size"]
    stride, padding = settings.get("stride") or kernel, settings.get("padding", 0)
    return {"kind": kind, "kernel": _pair(kernel), "stride": _pair(stride), "padding": _pair(padding)}


def shortened(row: Row, before: int) -> Row:
    """The row without what `Operation` has by default, and without parents where it takes the row before it."""
    defaults = {name: field.default for name, field in Operation.__dataclass_fields__.items()}
    defaults["parents"] = [before]
    return {name: value for name, value in row.items() if value != defaults[name]}


if __name__ == "__main__":
    main()
