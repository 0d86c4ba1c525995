"""The exception tree of spaces.

SpaceError
├── InvalidOptions        the options of a space are wrong; `problems` lists every (field, sentence)
├── InvalidArchitecture   the JSON of an architecture is wrong; `problems` as above
├── InvalidGenotype       a genotype does not fit the choices of the space; names the choice
├── NotInSpace            a sound architecture that this space does not hold; names the field
├── BrokenExtension       an installed package brings a kind that cannot be used; names the package
├── Rejected              a draw the space throws away; carries the reason it is counted under
└── DrawsExhausted        every one of many draws was thrown away
"""

from collections.abc import Sequence


class SpaceError(ValueError):
    """Root of everything a space raises on purpose."""


class FieldProblems(SpaceError):
    """What is wrong with a document, field by field. `problems` holds (dotted field, sentence); str() is readable."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)  # what it is made of, as pickle asks: errors come back from other processes

    def __str__(self) -> str:
        return "\n".join(f"{field}: {sentence}" for field, sentence in self.problems)

    def below(self, field: str) -> list[tuple[str, str]]:
        """The problems as they are told in a document that holds this one under `field`."""
        return [(f"{field}.{name}" if name else field, sentence) for name, sentence in self.problems]


class InvalidOptions(FieldProblems):
    """The options of a space are wrong."""


class InvalidArchitecture(FieldProblems):
    """The JSON of an architecture has a wrong shape, or a value outside its range."""


class InvalidGenotype(SpaceError):
    """A genotype does not fit the choices of the space. The message names the choice."""


class NotInSpace(SpaceError):
    """A sound architecture that this space does not hold. The message names the field."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        self.sentence = sentence
        super().__init__(field, sentence)

    def __str__(self) -> str:
        return f"{self.field}: {self.sentence}"

    def below(self, field: str) -> "NotInSpace":
        """The same, told of an architecture that holds this one under `field`."""
        return NotInSpace(f"{field}.{self.field}", self.sentence)


class BrokenExtension(SpaceError):
    """An installed package brings a kind that cannot be used. The message names the package, and what is wrong."""


class Rejected(SpaceError):
    """A draw the space does not hold. `reason` is the short key it is counted under, for example `dead_block`.

    `field` names the part of the architecture that is to blame, where there is one.
    """

    def __init__(self, reason: str, sentence: str = "", *, field: str | None = None) -> None:
        self.reason = reason
        self.field = field or reason
        super().__init__(reason, sentence)

    def __str__(self) -> str:
        reason, sentence = self.args
        return str(sentence or reason)

    def below(self, field: str) -> "Rejected":
        """The same, counted under the same reason, told of an architecture that holds this one under `field`."""
        return Rejected(self.reason, str(self), field=f"{field}.{self.field}")


class DrawsExhausted(SpaceError):
    """Every one of many draws was thrown away: the space is empty, or nearly so."""
