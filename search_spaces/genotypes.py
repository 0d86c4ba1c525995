"""What strategies do with genotypes, written once for every space: sample, mutate, cross, encode, validate, count."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

A = TypeVar("A")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw(Generic[A]):
    """A genotype with its architecture; `rejected` counts the draws thrown away on the way, by reason."""

    genotype: tuple[int, ...]
    architecture: A
    rejected: dict[str, int] = field(default_factory=dict)
