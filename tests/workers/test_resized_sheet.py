"""The sheet that shows what a resizer learned."""

import numpy as np
import torch
from PIL import Image
from torch import nn

from search_spaces.resizer.architecture import Resizer
from workers.networks.resizer import BaseResizer, LearnedResizer, Resized
from workers.resized_sheet import GAP, TITLE, resized_sheet, show_resized

MEAN, STD = (100.0, 110.0, 120.0), (50.0, 55.0, 60.0)


def resized(**fields):
    architecture = Resizer(**{"input_size": (12, 160), "output_size": (6, 80), "filters": 4, "tail": "zero", **fields})
    return LearnedResizer(architecture)


def normalised(values):
    return (values - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)


def unasked():
    raise AssertionError("no picture is read where nothing was learned")


def cell(sheet, row, left, width, height):
    top = TITLE + GAP + row * (12 + GAP)
    return np.asarray(sheet)[top : top + height, left : left + width]


def test_pictures_stand_as_stored_interpolated_learned_and_as_their_difference(tmp_path):
    values = torch.randint(0, 256, (2, 3, 12, 160), generator=torch.Generator().manual_seed(0)).float()
    network = resized().train()
    sheet = resized_sheet(network, normalised(values), mean=MEAN, std=STD)
    assert network.training
    assert sheet.size == (160 + 3 * 80 + 5 * GAP, TITLE + GAP + 2 * (12 + GAP))
    lefts = [GAP, 2 * GAP + 160, 3 * GAP + 240, 4 * GAP + 320]
    for row in range(2):
        stored = values[row].permute(1, 2, 0).numpy().astype(np.uint8)
        assert np.array_equal(cell(sheet, row, lefts[0], 160, 12), stored)
        halved = stored.reshape(6, 2, 80, 2, 3).astype(float).mean((1, 3))
        assert np.abs(cell(sheet, row, lefts[1], 80, 6) - halved).max() <= 1
        assert np.array_equal(cell(sheet, row, lefts[2], 80, 6), cell(sheet, row, lefts[1], 80, 6))
        assert np.abs(cell(sheet, row, lefts[3], 80, 6) - 127.5).max() <= 1
    behind = Resized(network, nn.Flatten())
    (file,) = show_resized(behind, lambda: normalised(values), tmp_path, mean=MEAN, std=STD)
    assert np.array_equal(np.asarray(Image.open(file)), np.asarray(sheet))
    assert show_resized(nn.Flatten(), unasked, tmp_path, mean=MEAN, std=STD) == ()
    plain = Resized(BaseResizer(network.architecture), nn.Flatten())
    assert show_resized(plain, unasked, tmp_path, mean=MEAN, std=STD) == ()


def test_what_was_learned_shows_in_the_difference_alone_and_in_the_learned_picture():
    network = resized()
    nn.init.constant_(network.tail.bias, 0.2)
    sheet = resized_sheet(network, normalised(torch.full((1, 3, 12, 160), 100.0)), mean=MEAN, std=STD)
    learned, difference = (cell(sheet, 0, left, 80, 6)[0, 0] for left in (3 * GAP + 240, 4 * GAP + 320))
    assert np.abs(learned - (100 + 0.2 * np.array(STD))).max() <= 1
    assert np.abs(difference - (127.5 + 0.2 * np.array(STD))).max() <= 1


def test_titles_of_narrow_pictures_do_not_run_into_one_another():
    narrow = resized(input_size=(12, 16), output_size=(6, 8))
    sheet = resized_sheet(narrow, normalised(torch.full((1, 3, 12, 16), 100.0)), mean=MEAN, std=STD)
    ink = (np.asarray(sheet)[:TITLE] != 255).any((0, 2)).astype(int)
    gaps = np.diff(np.flatnonzero(ink))
    assert (gaps > GAP).sum() == 3
