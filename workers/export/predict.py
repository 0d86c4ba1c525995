"""Predicts what pictures show: `python predict.py PICTURE ...`. Stands alone beside the exported network it reads.

A line of JSON per picture: detections (box x1, y1, x2, y2 in pixels of the picture, score, class), or the best classes
with their scores, or the mean and the distribution of votes.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

HERE = Path(__file__).parent
TOP = 5  # classes told
Network = Callable[..., list[torch.Tensor]]
Part = tuple[float, float, float, float]


def main(pictures: Sequence[str], folder: Path = HERE) -> Iterator[dict[str, Any]]:
    """What each picture shows."""
    about = json.loads((folder / "preprocessing.json").read_text(encoding="utf-8"))
    network = load(folder / about["file"], list(about["inputs"]))
    for picture in pictures:
        with Image.open(picture) as image:
            pixels, covered, scale = prepared(image.convert("RGB"), about["preparation"])
        inputs = {"pictures": pixels, "covered": torch.tensor([covered])}
        outputs = network(*(inputs[name] for name in about["inputs"]))
        yield {"picture": picture, **read(outputs, about, covered=covered, scale=scale)}


def load(file: Path, inputs: Sequence[str]) -> Network:
    """The network as a function of tensors."""
    if file.suffix == ".onnx":
        from onnxruntime import InferenceSession

        session = InferenceSession(str(file), providers=["CPUExecutionProvider"])
        return lambda *tensors: [
            torch.from_numpy(value)
            for value in session.run(None, {name: x.numpy() for name, x in zip(inputs, tensors, strict=True)})
        ]
    module = torch.export.load(file).module()

    @torch.no_grad()
    def run(*tensors: torch.Tensor) -> list[torch.Tensor]:
        answers = module(*tensors)
        return [answers] if isinstance(answers, torch.Tensor) else list(answers)

    return run


def prepared(image: Image.Image, preparation: dict[str, Any]) -> tuple[torch.Tensor, tuple[int, int], float]:
    """The input [1, 3, H, W], height and width that the picture covers of it, and its pixels per picture's pixel."""
    if preparation["fit"] == "letterbox":
        values, covered, scale = letterboxed(image, preparation)
    else:
        values, covered, scale = fitted(image, preparation), tuple(preparation["size"]), 1.0
    mean, std = (torch.tensor(preparation[name]).view(3, 1, 1) for name in ("mean", "std"))
    pixels = (torch.from_numpy(values.copy()).permute(2, 0, 1).float() - mean) / std
    return pixels[None], covered, scale


def letterboxed(image: Image.Image, preparation: dict[str, Any]) -> tuple[np.ndarray, tuple[int, int], float]:
    """The picture at the top left of its box."""
    tall, wide = preparation["stored"]
    scale = min(tall / image.height, wide / image.width)
    height, width = (
        max(1, min(limit, int(side * scale + 1e-6))) for side, limit in ((image.height, tall), (image.width, wide))
    )
    part = (0.0, 0.0, min(image.width, width / scale), min(image.height, height / scale))
    values = np.empty((tall, wide, 3), np.uint8)
    values[:] = preparation["fill"]
    values[:height, :width] = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, box=part))
    return values, (height, width), scale


def fitted(image: Image.Image, preparation: dict[str, Any]) -> np.ndarray:
    """The middle of the picture, brought to its size."""
    (tall, wide), (height, width) = preparation["stored"], preparation["size"]
    crop, resampling = preparation["fit"] == "crop", preparation["resampling"]
    if resampling is None or resampling["interpolation"] == "lanczos":
        values = by_pillow(image, (tall, wide), crop=crop, lanczos=resampling is not None)
    else:
        values = by_torch(image, (tall, wide), crop=crop, **resampling)
    top, left = (tall - height) // 2, (wide - width) // 2
    return values[top : top + height, left : left + width]


def by_pillow(image: Image.Image, size: tuple[int, int], *, crop: bool, lanczos: bool) -> np.ndarray:
    """The picture in this size: of its middle, to fractions of pixels, or all of it."""
    part: Part = (0.0, 0.0, float(image.width), float(image.height))
    if crop:
        scale = max(size[0] / image.height, size[1] / image.width)
        width, height = min(image.width, size[1] / scale), min(image.height, size[0] / scale)
        left, top = (image.width - width) / 2, (image.height - height) / 2
        part = (left, top, min(left + width, image.width), min(top + height, image.height))
    way = Image.Resampling.LANCZOS if lanczos else Image.Resampling.BILINEAR
    return np.asarray(image.resize(size[::-1], way, box=part))


def by_torch(
    image: Image.Image, size: tuple[int, int], *, crop: bool, interpolation: str, antialias: bool
) -> np.ndarray:
    """The picture in this size: of its middle, in whole pixels, or all of it."""
    values = np.array(image)
    if crop:
        scale = max(size[0] / image.height, size[1] / image.width)
        sides = zip((image.height, image.width), size, strict=True)
        tall, wide = (min(length, max(1, round(side / scale))) for length, side in sides)
        top, left = (image.height - tall) // 2, (image.width - wide) // 2
        values = values[top : top + tall, left : left + wide]
    pixels = torch.from_numpy(values.copy()).permute(2, 0, 1)[None].float()
    shrinks = values.shape[0] > size[0] or values.shape[1] > size[1]
    widened = {} if interpolation == "area" else {"antialias": antialias and shrinks, "align_corners": False}
    resized = torch.nn.functional.interpolate(pixels, size=size, mode=interpolation, **widened)
    return resized[0].round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()


def read(
    outputs: Sequence[torch.Tensor], about: dict[str, Any], *, covered: tuple[int, int], scale: float
) -> dict[str, Any]:
    """What the outputs for one picture say."""
    reading, classes = about["reading"], about["classes"]
    if reading["kind"] == "detection":
        return {"detections": list(detections(outputs, reading, classes, covered=covered, scale=scale))}
    logits = outputs[0][0].float()
    if reading["kind"] == "quality":
        votes = logits.softmax(-1)
        mean = float((votes * torch.arange(1, len(votes) + 1)).sum())
        return {"mean": mean, "votes": dict(zip(classes, votes.tolist(), strict=True))}
    scores = logits.softmax(-1) if reading["scores"] == "softmax" else logits.sigmoid()
    best = scores.topk(min(TOP, len(classes)))
    return {
        "classes": {classes[at]: score for at, score in zip(best.indices.tolist(), best.values.tolist(), strict=True)}
    }


def detections(
    outputs: Sequence[torch.Tensor],
    reading: dict[str, Any],
    classes: Sequence[str],
    *,
    covered: tuple[int, int],
    scale: float,
) -> Iterator[dict[str, Any]]:
    """The boxes above the threshold that no better one of their class overlaps, best first."""
    from torchvision.ops import batched_nms

    scores, boxes = outputs[0][0].float().sigmoid(), outputs[1][0].float()
    places = (scores > reading["score_threshold"]).nonzero()
    found = scores[places[:, 0], places[:, 1]]
    best = found.topk(min(len(found), reading["candidates"])).indices
    anchors, labels = places[best].unbind(1)
    height, width = covered
    corners = torch.minimum(boxes[anchors].clamp(min=0), torch.tensor([width, height, width, height]).float())
    kept = batched_nms(corners, found[best], labels, reading["iou_threshold"])[: reading["detections"]]
    for at in kept.tolist():
        box = [round(side, 2) for side in (corners[at] / scale).tolist()]
        yield {"box": box, "score": round(float(found[best][at]), 4), "class": classes[int(labels[at])]}


if __name__ == "__main__":
    for line in main(sys.argv[1:]):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
