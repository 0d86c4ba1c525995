"""The pictures of a quality task beside their ratings: what fits together, and what is left over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.quality import QualityData, RatedFiles
from workers.data.ratings import RatedPictures, matched, read_ratings, selected


@dataclass(frozen=True, kw_only=True, slots=True)
class RatedData:
    """What candidates are trained on and what they are judged on; no picture is in both."""

    train: RatedPictures
    val: RatedPictures


def read_rated(data: QualityData) -> RatedData:
    """The rated pictures of both splits. Pictures without a rating, and ratings without a picture, are left out where
    the data allows it.

    Raises `TrialFailure` of kind data, with their number and the first of them, where it does not, and for pictures
    that are in both splits; and what `workers.data.ratings` raises.
    """
    train, val = _matched(data.train), _matched(data.val)
    if not data.allow_unrated:
        _refuse_unrated(train, val)
        _refuse_unrated(val, train)
    found = RatedData(train=_selected(train, data.train), val=_selected(val, data.val))
    if not data.allow_missing:
        _refuse_missing(found.train)
        _refuse_missing(found.val)
    _refuse_shared(found)
    return found


def _matched(files: RatedFiles) -> RatedPictures:
    return matched(read_ratings(Path(files.ratings)), Path(files.pictures))


def _selected(rated: RatedPictures, files: RatedFiles) -> RatedPictures:
    return rated if files.image_ids is None else selected(rated, Path(files.image_ids))


def _refuse_unrated(rated: RatedPictures, other: RatedPictures) -> None:
    """Pictures of a folder that both splits share may be rated in the file of either."""
    rated_elsewhere = set(other.names) if _same_folder(rated, other) else set()
    unrated = [name for name in rated.without_rating if name not in rated_elsewhere]
    _refuse(unrated, f"pictures in {rated.folder} are not rated", "data.allow_unrated: true leaves them out")


def _refuse_missing(rated: RatedPictures) -> None:
    what = f"rated pictures are not in {rated.folder}"
    _refuse(rated.without_picture, what, "data.allow_missing: true leaves them out")


def _refuse_shared(found: RatedData) -> None:
    """What was trained on proves nothing; one file of ratings for both splits would come to that."""
    trained = set(found.train.names) if _same_folder(found.train, found.val) else set()
    shared = [name for name in found.val.names if name in trained]
    _refuse(shared, "pictures of data.val are in data.train, too", "data.*.image_ids can tell the splits apart")


def _same_folder(a: RatedPictures, b: RatedPictures) -> bool:
    return a.folder.resolve() == b.folder.resolve()


def _refuse(pictures: Sequence[str], what: str, advice: str) -> None:
    if pictures:
        sentence = f"{len(pictures)} {what}, the first is {pictures[0]!r}; {advice}"
        raise TrialFailure(FailureKind.DATA, sentence)
