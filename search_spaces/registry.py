"""The spaces there are, ours and those of installed packages: by their kind, from options and for people; and the
published architectures by their name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from search_spaces.errors import BrokenExtension, FieldProblems, InvalidArchitecture, InvalidOptions, SpaceError
from search_spaces.extensions import Extensions
from search_spaces.fine_tuning import published as fine_tuning
from search_spaces.fine_tuning.architecture import FineTuning
from search_spaces.fine_tuning.options import FineTuningOptions
from search_spaces.fine_tuning.space import FineTuningSpace
from search_spaces.genotypes import count
from search_spaces.joint.architecture import JOINT, Joint, check_role
from search_spaces.joint.fixed import FixedSpace
from search_spaces.joint.options import FixedOptions, JointOptions
from search_spaces.joint.space import JointSpace
from search_spaces.reading import nearest, read
from search_spaces.reference.architecture import Reference
from search_spaces.reference.options import ReferenceOptions
from search_spaces.reference.space import ReferenceSpace
from search_spaces.resizer.architecture import Resizer
from search_spaces.resizer.options import ResizerOptions
from search_spaces.resizer.space import ResizerSpace
from search_spaces.space import Architecture, Space
from search_spaces.spinenet.architecture import SpineNet
from search_spaces.spinenet.options import SpineNetOptions
from search_spaces.spinenet.published import PUBLISHED
from search_spaces.spinenet.space import SpineNetSpace
from search_spaces.training.architecture import Training
from search_spaces.training.options import TrainingSpaceOptions
from search_spaces.training.space import TrainingSpace
from search_spaces.vgg import published as vgg
from search_spaces.vgg.architecture import Vgg
from search_spaces.vgg.options import VggOptions
from search_spaces.vgg.space import VggSpace


@dataclass(frozen=True, kw_only=True, slots=True)
class SpaceKind:
    """One kind of space: what people read about it, its options, how it is made, and its architectures.

    `architecture` is None where the space holds architectures of other kinds. `example` holds what descriptions take
    for the options that are required.
    """

    kind: str
    summary: str
    reference: str
    options: type[BaseModel]
    architecture: type[Architecture] | None
    make: Callable[[Any], Space[Any]]
    published: Mapping[str, Architecture] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)

    def describe(self, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """JSON for people and scripts: options with defaults and descriptions, their JSON schema, the exact count.

        `options` are the ones the count is for, by default those of the paper, and of the example where there are no
        defaults. Raises `InvalidOptions`.
        """
        example = {"kind": self.kind, **self.example}
        space = space_from({**example, **(options or {})})
        schema = self.options.model_json_schema()
        return {
            "kind": self.kind,
            "summary": self.summary,
            "reference": self.reference,
            "count": count(space),
            "example": example,
            "options": [_describe(name, field) for name, field in schema["properties"].items() if name != "kind"],
            "schema": schema,
        }


def _describe(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "required": "default" not in schema,
        "default": schema.get("default"),
        "description": schema.get("description", ""),
    }


def space_from(options: Mapping[str, Any]) -> Space[Any]:
    """The space of a search document's `space`. Raises `InvalidOptions` naming every field that is wrong."""
    found = _kind_of(options, SPACES, error=InvalidOptions)
    return found.make(read(found.options, options, error=InvalidOptions))


def architecture_from(data: Mapping[str, Any]) -> Architecture:
    """The architecture of its JSON, by its kind. Raises `InvalidArchitecture` naming every field that is wrong."""
    ours = {kind: found for kind, found in SPACES.items() if found.architecture is not None}
    architecture = _kind_of(data, ours, error=InvalidArchitecture).architecture
    if architecture is None:  # an installed space may hold architectures of other kinds, too
        raise InvalidArchitecture([("kind", f"must be the kind of an architecture, got {data['kind']!r}")])
    return Joint.load_with(data, _part_from) if architecture is Joint else architecture.load(data)


def space_kind(kind: str) -> SpaceKind | None:
    """What there is to say of a kind of space, ours or an installed one; None for an unknown one. Raises
    `BrokenExtension`."""
    return SPACES.get(kind) or INSTALLED_SPACES.find(kind)


def published_architecture(name: str) -> Architecture:
    """The architecture that was published under this name. Raises `SpaceError` with the names there are."""
    published = {name: architecture for kind in SPACES.values() for name, architecture in kind.published.items()}
    if name not in published:
        installed = [found for _, found in INSTALLED_SPACES.each() if isinstance(found, SpaceKind)]
        published |= {name: one for kind in installed for name, one in kind.published.items()}
    if name not in published:
        raise SpaceError(f"must be a published architecture ({', '.join(published)}), got {name!r}")
    return published[name]


def _joint_space(options: JointOptions) -> JointSpace:
    """The product of the spaces of the parts, every problem told below `parts`."""
    spaces: dict[str, Space[Any]] = {}
    problems: list[tuple[str, str]] = []
    for name, part in options.parts.items():
        try:
            spaces[name] = _part_space(name, part)
        except InvalidOptions as error:
            problems += error.below(f"parts.{name}")
    if problems:
        raise InvalidOptions(problems)
    return JointSpace(spaces)


def _part_space(name: str, options: Mapping[str, Any]) -> Space[Any]:
    """The space of a part. Refused before its own options are read: what can be no part of this name."""
    kind = _kind_of(options, SPACES, error=InvalidOptions)
    if kind.architecture is not None:
        check_role(name, kind.architecture.role, error=InvalidOptions)
    space = space_from(options)
    if isinstance(space, FixedSpace):
        check_role(name, space.architectures[0].role, error=InvalidOptions)
    return space


def _part_from(name: str, data: Mapping[str, Any]) -> Architecture:
    if data.get("kind") == JOINT:
        check_role(name, JOINT, error=InvalidArchitecture)
    return architecture_from(data)


def _fixed_space(options: FixedOptions) -> FixedSpace:
    """The space of what is listed, every problem told below the option it comes from."""
    listed: dict[str, Architecture] = {}
    problems: dict[tuple[str, str], None] = {}  # ordered; those of changes come once, not with every architecture
    for place, given in options.listed.items():
        try:
            listed[place] = _listed(place, given, options.changes)
        except InvalidOptions as error:
            problems |= dict.fromkeys(error.problems)
    problems |= dict.fromkeys(_unfit_lists(listed))
    if problems:
        raise InvalidOptions(list(problems))
    return FixedSpace(*listed.values(), load=architecture_from)


def _listed(place: str, given: str | Mapping[str, Any], changes: Mapping[str, Any]) -> Architecture:
    """The architecture, named or given, with its changes. Raises `InvalidOptions`."""
    try:
        data = published_architecture(given).model_dump(mode="json") if isinstance(given, str) else given
    except SpaceError as error:
        raise InvalidOptions([(place, str(error))]) from error
    try:
        return architecture_from({**data, **changes})
    except InvalidArchitecture as error:
        raise InvalidOptions(
            [
                (f"{'changes' if name.split('.')[0] in changes else place}.{name}", sentence)
                for name, sentence in error.problems
            ]
        ) from error


def _unfit_lists(listed: Mapping[str, Architecture]) -> Iterator[tuple[str, str]]:
    """What is listed twice, or is for something else than the first one listed."""
    seen: dict[Architecture, str] = {}
    for place, architecture in listed.items():
        first = seen.setdefault(architecture, place)
        if first != place:
            yield place, f"is the same architecture as {first}"
        wanted, got = (", ".join(_roles(one)) for one in (next(iter(seen)), architecture))
        if got != wanted:
            yield place, f"must be {wanted} as the first one listed, got {got}"


def _roles(architecture: Architecture) -> tuple[str, ...]:
    """What an architecture is for, of a joint one what its parts are for."""
    return tuple(architecture.parts) if isinstance(architecture, Joint) else (architecture.role,)


def _kind_of(data: Mapping[str, Any], ours: Mapping[str, SpaceKind], *, error: type[FieldProblems]) -> SpaceKind:
    """The kind that the data names, one of ours or an installed one."""
    kind = data.get("kind")
    if isinstance(kind, str) and kind in ours:
        return ours[kind]
    known = [*ours, *INSTALLED_SPACES.names()]
    if kind is None:
        raise error([("kind", f"is missing; known: {', '.join(known)}")])
    try:
        found = INSTALLED_SPACES.find(kind)
    except BrokenExtension as broken:
        raise error([("kind", f"{kind!r} {broken}")]) from broken
    if found is None:
        raise error([("kind", f"unknown kind {kind!r}{nearest(str(kind), known)}")])
    return found


SPACES: dict[str, SpaceKind] = {
    "spinenet": SpaceKind(
        kind="spinenet",
        summary="Backbones with permuted feature scales, free connections across scales, and adjusted blocks",
        reference="Du et al., SpineNet: Learning Scale-Permuted Backbone for Recognition and Localization, CVPR 2020",
        options=SpineNetOptions,
        architecture=SpineNet,
        make=SpineNetSpace,
        published={name: published.architecture for name, published in PUBLISHED.items()},
    ),
    "vgg": SpaceKind(
        kind="vgg",
        summary="Plain chains of 3x3 convolutions and two fully connected layers, from tiny to VGG-19",
        reference="Simonyan and Zisserman, Very Deep Convolutional Networks for Image Recognition, ICLR 2015",
        options=VggOptions,
        architecture=Vgg,
        make=VggSpace,
        published={name: one.architecture for name, one in {**vgg.PUBLISHED, **vgg.SMALL}.items()},
    ),
    "torchvision": SpaceKind(
        kind="torchvision",
        summary="Published classifiers as torchvision builds them, their weights from a local file",
        reference="torchvision's models; each network its own publication",
        options=ReferenceOptions,
        architecture=Reference,
        make=ReferenceSpace,
    ),
    "resizer": SpaceKind(
        kind="resizer",
        summary="Learned resizers in front of a network: residual blocks and filters, sizes, interpolation",
        reference="Talebi and Milanfar, Learning to Resize Images for Computer Vision Tasks, ICCV 2021",
        options=ResizerOptions,
        architecture=Resizer,
        make=ResizerSpace,
    ),
    "fine_tuning": SpaceKind(
        kind="fine_tuning",
        summary="Ways to fine-tune on distorted pictures: loss against the clean teacher, weight, layers, distortions",
        reference="Suzuki et al., the intermediate constraint loss",
        options=FineTuningOptions,
        architecture=FineTuning,
        make=FineTuningSpace,
        published=fine_tuning.PUBLISHED,
    ),
    "training": SpaceKind(
        kind="training",
        summary="How candidates are trained: options of the task from lists and ranges, some only where they matter",
        reference="The options of the task, as the page of the search document tells them",
        options=TrainingSpaceOptions,
        architecture=Training,
        make=TrainingSpace,
        example={"choices": {"optimizer.learning_rate": {"low": 0.0001, "high": 0.01, "log": True}}},
    ),
    "joint": SpaceKind(
        kind="joint",
        summary="Several spaces searched together, one architecture out of each: a backbone with what stands around it",
        reference="The product of its parts; every part keeps the reference of its own kind",
        options=JointOptions,
        architecture=Joint,
        make=_joint_space,
        example={"parts": {"backbone": {"kind": "spinenet"}, "resizer": {"kind": "resizer"}}},
    ),
    "fixed": SpaceKind(
        kind="fixed",
        summary="Listed architectures, published or given: one that is not searched, or a choice among several",
        reference="Any published or given architectures",
        options=FixedOptions,
        architecture=None,
        make=_fixed_space,
        example={"architecture": "spinenet-49"},
    ),
}
INSTALLED_SPACES = Extensions(group="spinesearch.spaces", of=SpaceKind, ours=SPACES)
"""Those that installed packages bring."""
