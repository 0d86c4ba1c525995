"""One split of detection data, ready to be trained on: annotations, the machine's picture cache, batches."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nas.tasks.detection import CocoSplit
from workers.data.annotations import open_annotations
from workers.data.augment import Batch, Sample, View, batch_of, draw_view
from workers.data.batching import chunks, prepared, steps
from workers.data.cache import Progress, open_cache
from workers.data.coco import Category, Floats, Picture, read_document
from workers.data.pictures import Fit, fit

MEAN_COLOUR = (124, 116, 104)  # of ImageNet; near zero once normalised


class DetectionSplit:
    """Pictures of one size with their boxes, in batches. Immutable; opening it builds the picture cache if need be.

    `image_size`: height, width of the letterbox. `categories`: the table the labels follow, by default the split's own:
    give the validation split's to the training split. `fill`: the padding's colour. Raises what `read_coco` and
    `open_cache` raise.
    """

    def __init__(
        self,
        split: CocoSplit,
        image_size: tuple[int, int],
        cache_directory: Path,
        *,
        categories: Sequence[Category] | None = None,
        fill: tuple[int, int, int] = MEAN_COLOUR,
        progress: Progress | None = None,
    ) -> None:
        self.dataset = open_annotations(split, cache_directory, categories=categories)
        self.image_size = image_size
        self.fill = fill
        self._cache = open_cache(self.dataset, size=image_size, fill=fill, directory=cache_directory, progress=progress)
        self._fits = [fit(picture.height, picture.width, image_size) for picture in self.dataset.pictures]
        self._boxes = [_placed(*pair) for pair in zip(self.dataset.pictures, self._fits, strict=True)]

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.dataset.pictures)

    @property
    def categories(self) -> tuple[Category, ...]:
        """The category of each label."""
        return self.dataset.categories

    @property
    def classes(self) -> int:
        """The number of labels."""
        return len(self.dataset.categories)

    @property
    def category_ids(self) -> tuple[int, ...]:
        """The data's own category id of each label."""
        return tuple(category.id for category in self.dataset.categories)

    @property
    def fingerprint(self) -> str:
        """Equal for equal annotations and letterboxed pixels, wherever they lie: what a result depends on."""
        content = hashlib.sha256(self._cache.checksums.tobytes())
        content.update(self.dataset.digest.encode())
        return content.hexdigest()

    def ground_truth(self) -> dict[str, Any]:
        """The annotations document as it stands in the file, for judging detections; read anew on every call."""
        return read_document(self.dataset.annotations)

    def steps(self, batch_size: int) -> int:
        """Training batches per epoch, as `workers.data.batching.steps` counts them."""
        return steps(len(self), batch_size)

    def train_batches(
        self,
        *,
        epoch: int,
        seed: int,
        batch_size: int,
        flips: Sequence[str] = (),
        scale_jitter: tuple[float, float] = (1.0, 1.0),
        threads: int = 0,
    ) -> Iterator[Batch]:
        """One epoch of `steps(batch_size)` batches; order and views depend on (seed, epoch) alone, not on `threads`.

        The pictures of the rest that is left out differ from epoch to epoch. `threads`: prepare batches beside the
        caller; 0: in the caller. Close the iterator to leave early.
        """
        order = np.random.default_rng((seed, epoch)).permutation(len(self))

        def view_of(index: int) -> View:
            image_id = self.dataset.pictures[index].id
            return draw_view(seed=seed, epoch=epoch, image_id=image_id, flips=flips, scale_jitter=scale_jitter)

        pieces = chunks(order.tolist(), batch_size)[: self.steps(batch_size)]
        return prepared(pieces, lambda chunk: self._batch(chunk, view_of), threads)

    def val_batches(self, batch_size: int, *, threads: int = 0) -> Iterator[Batch]:
        """Every picture once, as it is, by ascending id; the last batch holds the rest."""
        pieces = chunks(list(range(len(self))), batch_size)
        return prepared(pieces, lambda chunk: self._batch(chunk, lambda _: View()), threads)

    def chosen(self, indices: Sequence[int]) -> Batch:
        """These pictures as they are, in this order; no other is read."""
        return self._batch(list(indices), lambda _: View())

    def _batch(self, chunk: list[int], view_of: Callable[[int], View]) -> Batch:
        return batch_of([self._sample(index) for index in chunk], [view_of(index) for index in chunk], self.fill)

    def _sample(self, index: int) -> Sample:
        picture, place = self.dataset.pictures[index], self._fits[index]
        return Sample(
            pixels=self._cache.pixels[index],
            height=place.height,
            width=place.width,
            boxes=self._boxes[index],
            labels=picture.labels,
            crowd=picture.crowd,
            image_id=picture.id,
            scale=place.scale,
        )


def _placed(picture: Picture, place: Fit) -> Floats:
    """The picture's boxes in the letterbox; the sliver that `fit` cuts off is cut off here, too."""
    limits = np.array((place.width, place.height, place.width, place.height), np.float32)
    boxes: Floats = np.minimum(picture.boxes * np.float32(place.scale), limits)
    return boxes
