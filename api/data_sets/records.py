"""What is stored of a data set beside the set itself: how far a check of it is. Frozen values."""

from dataclasses import dataclass
from enum import StrEnum

from nas.data_sets import DataSet


class Checking(StrEnum):
    """How thoroughly a set is checked."""

    SAMPLE = "sample"  # all labels and files, some pictures opened
    EVERY_PICTURE = "every_picture"


class Standing(StrEnum):
    """What is known of a set."""

    UNCHECKED = "unchecked"
    CHECKING = "checking"  # or waiting for that
    SOUND = "sound"
    FAULTY = "faulty"


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """A set, and a check of it that is wanted (`wish`) or runs (`done` of `total` pictures)."""

    data_set: DataSet
    wish: Checking | None = None
    done: int | None = None
    total: int | None = None

    @property
    def standing(self) -> Standing:
        """What is known of it now."""
        if self.wish is not None or self.total is not None:
            return Standing.CHECKING
        report = self.data_set.report
        if report is None:
            return Standing.UNCHECKED
        return Standing.FAULTY if report.faults else Standing.SOUND
