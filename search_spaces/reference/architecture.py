"""A published classifier as a frozen value."""

from typing import Literal, get_args

from pydantic import Field

from search_spaces.space import Architecture

Name = Literal["resnet50", "densenet121", "mobilenet_v2", "inception_v3", "efficientnet_b0", "vgg16"]
NAMES: tuple[Name, ...] = get_args(Name)


class Reference(Architecture):
    """A network of torchvision under its name there, freshly initialised or with the weights of a local file."""

    kind: Literal["torchvision"] = "torchvision"
    name: Name
    weights: str | None = Field(None, min_length=1, description="path of a state dict of torchvision; null: random")
