"""What a task says of its network, held in a document to the backbones it may be built around: options that would act
on none of them, and layers that some of them lack."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from nas.problems import Problem
from nas.static_metrics import kind_of
from nas.tasks.robustness import RobustnessTask
from nas.tasks.training import BatchNorm, TrainingOptions
from search_spaces.fine_tuning.space import FineTuningSpace
from search_spaces.joint.fixed import FixedSpace
from search_spaces.joint.space import JointSpace
from search_spaces.parts import part
from search_spaces.reference.space import ReferenceSpace
from search_spaces.space import Space

BACKBONE, RESIZER, FINE_TUNING = "backbone", "resizer", "fine_tuning"
ACT_ON: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "activation": ("spinenet", "vgg"),
        "stochastic_depth": ("spinenet",),
        "zero_last_gamma": ("spinenet",),
        "batch_norm.momentum": ("spinenet", "vgg", RESIZER),
        "batch_norm.epsilon": ("spinenet", "vgg", RESIZER),
    }
)
"""Options of a task that some kinds of networks have no use for: the kinds they act on."""
OF_VGG = ("fc6", "fc7", "fc8")  # the literature's names of its fully connected layers
HAVE_THEM = ("vgg", "vgg16")
Backbone = tuple[str, str]  # its kind, and how it is called


def problems_of_network(
    space: Space[Any], task: Mapping[str, Any], options: type[TrainingOptions]
) -> Iterator[Problem]:
    """Every option that changes nothing with any architecture of the space, and every layer that one of them lacks."""
    backbones = list(dict.fromkeys(_backbones(space)))
    if backbones:
        yield from _without_effect(backbones, task, options, resized=_has_part(space, RESIZER))
    if issubclass(options, RobustnessTask):
        yield from _layers(space, task, [called for kind, called in backbones if not {kind, called} & {*HAVE_THEM}])


def _without_effect(
    backbones: Sequence[Backbone], task: Mapping[str, Any], options: type[TrainingOptions], *, resized: bool
) -> Iterator[Problem]:
    found = {kind for kind, _ in backbones} | ({RESIZER} if resized else set())
    for name, kinds in ACT_ON.items():
        outer, _, inner = name.partition(".")
        given = task.get(outer)
        if inner:
            given = given.get(inner) if isinstance(given, dict) else None
        fields = (BatchNorm if inner else options).model_fields
        field = fields.get(inner or outer)
        if field is None or given is None or given == field.default or found & {*kinds}:
            continue
        called = ", ".join(called for _, called in backbones)
        yield f"task.{name}", f"has no effect on {called}, taken as published; leave it out, got {given!r}"


def _layers(space: Space[Any], task: Mapping[str, Any], lacking: Sequence[str]) -> Iterator[Problem]:
    """Layers named as those of VGG where a backbone has none."""
    for field, names in _named_layers(space, task) if lacking else ():
        missing = [name for name in OF_VGG if name in names]
        if missing:
            sentence = f"{', '.join(missing)} are layers of VGG networks, which {', '.join(lacking)} lack"
            yield field, f"{sentence}: name layers of every backbone, as dotted paths of modules (layer4.2.conv3)"


def _named_layers(space: Space[Any], task: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Wherever layers are named, by the field."""
    default = RobustnessTask.model_fields["agreement_layers"].default
    yield "task.agreement_layers", _sequence(task.get("agreement_layers", default))
    tuned = task.get(FINE_TUNING)
    yield "task.fine_tuning.layers", _sequence(tuned.get("layers") if isinstance(tuned, dict) else ())
    held = space.parts.get(FINE_TUNING) if isinstance(space, JointSpace) else None
    if isinstance(held, FineTuningSpace):
        names = [name for layers in held.options.layers for name in layers]
        yield f"space.parts.{FINE_TUNING}.layers", names


def _backbones(space: Space[Any] | None) -> Iterator[Backbone]:
    """What candidates of the space are built around."""
    if isinstance(space, JointSpace):
        yield from _backbones(space.parts.get(BACKBONE))
    elif isinstance(space, ReferenceSpace):
        yield from ((space.kind, name) for name in space.options.names)
    elif isinstance(space, FixedSpace):
        found = (part(architecture, BACKBONE) for architecture in space.architectures)
        yield from ((kind_of(one), getattr(one, "name", kind_of(one))) for one in found if one is not None)
    elif space is not None:
        yield space.kind, space.kind


def _has_part(space: Space[Any], role: str) -> bool:
    if isinstance(space, FixedSpace):
        return any(part(architecture, role) is not None for architecture in space.architectures)
    return isinstance(space, JointSpace) and role in space.parts


def _sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
