"""What an architecture has to beat: its controls, which differ from it in nothing but the idea under test."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from search_spaces.fine_tuning import published as fine_tuning
from search_spaces.fine_tuning.architecture import FineTuning
from search_spaces.joint.architecture import Joint
from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.space import Architecture

Controls = dict[str, Architecture]
"""Architectures by the name of what they stand for."""


def controls_of(architecture: Architecture) -> Controls:
    """The controls of an architecture by name, without itself; of a joint one, those of each part in its place.

    A learned resizer has `plain`, its interpolation alone. A way of fine-tuning has `none`, lambda 0, and `mse`, the
    mean squared difference, under the same distortions.
    """
    if isinstance(architecture, Joint):
        return {
            name: Joint(parts={**architecture.parts, role: control})
            for role, part in architecture.parts.items()
            for name, control in controls_of(part).items()
        }
    kind = getattr(architecture, "kind", None)
    controls = CONTROLS[kind](architecture) if isinstance(kind, str) and kind in CONTROLS else {}
    return {name: control for name, control in controls.items() if control != architecture}


def _of_resizer(resizer: Resizer) -> Controls:
    return {"plain": control_of(resizer)}


def _of_fine_tuning(way: FineTuning) -> Controls:
    return {str(control.loss): control for control in fine_tuning.controls_of(way)}


CONTROLS: Mapping[str, Callable[[Any], Controls]] = MappingProxyType(
    {"resizer": _of_resizer, "fine_tuning": _of_fine_tuning}
)
"""By kind; kinds that are missing have none."""
