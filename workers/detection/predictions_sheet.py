"""A sheet of validation pictures with what a detector finds on them, beside what is annotated."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from PIL import Image, ImageDraw
from torch import Tensor

SIDE = 320  # pixels of the longer side of a picture on the sheet
COLUMNS = 3
GAP, TITLE = 6, 16  # pixels between pictures, and of the line above them
LEAST, MOST = 3, 40  # predictions shown of a picture: as many of the best as boxes are annotated, within these
LONGEST = 24  # letters of a name
QUALITY = 88  # of the JPEG
FILE = "predictions.jpg"
PAPER, INK, FOUND, ANNOTATED = (255, 255, 255), (40, 40, 40), (230, 97, 0), (0, 150, 70)
LEGEND = "thick orange: predicted, with its score; thin green: annotated"

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicted:
    """One picture: `pixels` uint8 [3, H, W], of which `covered` (height, width) at the top left are the picture; boxes
    [N, 4] are corners in its pixels. What was found comes best first."""

    pixels: Tensor
    covered: tuple[int, int]
    boxes: Tensor
    scores: Tensor
    labels: Tensor
    annotated: Tensor


def predictions_sheet(pictures: Sequence[Predicted], names: Sequence[str]) -> Image.Image:
    """The pictures with their boxes, a few in a row, each fitted into a square; `names` are those of the labels."""
    drawn = [_drawn(picture, names) for picture in pictures]
    columns = min(COLUMNS, len(drawn))
    rows = ceil(len(drawn) / COLUMNS)
    sheet = Image.new("RGB", (GAP + columns * (SIDE + GAP), TITLE + GAP + rows * (SIDE + GAP)), PAPER)
    ImageDraw.Draw(sheet).text((GAP, 2), LEGEND, fill=INK)
    for place, picture in enumerate(drawn):
        row, column = divmod(place, COLUMNS)
        sheet.paste(picture, (GAP + column * (SIDE + GAP), TITLE + GAP + row * (SIDE + GAP)))
    return sheet


def show_predictions(pictures: Sequence[Predicted], names: Sequence[str], folder: Path) -> Path:
    """The sheet, written into the folder."""
    file = folder / FILE
    predictions_sheet(pictures, names).save(file, format="JPEG", quality=QUALITY)
    return file


def _drawn(picture: Predicted, names: Sequence[str]) -> Image.Image:
    height, width = picture.covered
    scale = SIDE / max(height, width)
    whole = Image.fromarray(picture.pixels[:, :height, :width].permute(1, 2, 0).cpu().numpy())
    sized = whole.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(sized)
    for box in _corners(picture.annotated, scale):
        draw.rectangle(box, outline=ANNOTATED, width=1)
    shown = min(max(LEAST, len(picture.annotated)), MOST)
    found = zip(_corners(picture.boxes, scale), picture.scores.tolist(), picture.labels.tolist(), strict=True)
    for box, score, label in reversed(list(found)[:shown]):  # the best on top
        draw.rectangle(box, outline=FOUND, width=2)
        _label(draw, box, f"{_spelled(names[label])} {score:.2f}")
    return sized


def _corners(boxes: Tensor, scale: float) -> list[Box]:
    return [(x1, y1, max(x1, x2), max(y1, y2)) for x1, y1, x2, y2 in (boxes.float().cpu() * scale).tolist()]


def _spelled(name: str) -> str:
    """The name in letters that every font has, cut where it is long."""
    return name[:LONGEST].encode("latin-1", "replace").decode("latin-1")


def _label(draw: ImageDraw.ImageDraw, box: Box, text: str) -> None:
    """The text on paper, above the box where there is room."""
    left, top, right, bottom = draw.textbbox((0, 0), text)
    place = (box[0], max(0.0, box[1] - (bottom - top) - 4))
    draw.rectangle((place[0], place[1], place[0] + right - left + 3, place[1] + bottom - top + 3), fill=PAPER)
    draw.text((place[0] + 2 - left, place[1] + 1 - top), text, fill=INK)
