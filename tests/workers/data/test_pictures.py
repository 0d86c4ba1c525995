"""Decoding and letterboxing: every mode, exact geometry, readable failures."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nas.errors import TrialFailure
from nas.records import FailureKind
from workers.data.pictures import decode, fit, pad, read_fitted, read_letterboxed

GREY = (1, 2, 3)


def gradient(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([columns * 255 / width, rows * 255 / height, np.full((height, width), 90)], -1).astype(np.uint8)


def read(path, size, stored):
    return read_letterboxed(path, height=stored[0], width=stored[1], size=size, fill=GREY)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "CMYK", "RGBA", "LA", "1", "YCbCr"])
def test_every_mode_decodes_to_rgb(tmp_path, mode):
    path = tmp_path / ("picture.tif" if mode in ("CMYK", "YCbCr") else "picture.png")
    Image.new("RGB", (8, 6), (255, 255, 255)).convert(mode).save(path)
    assert decode(path).tolist() == np.full((6, 8, 3), 255).tolist()


def test_a_cmyk_jpeg_keeps_its_colours(tmp_path):
    path = tmp_path / "picture.jpg"
    Image.new("RGB", (16, 16), (200, 40, 90)).convert("CMYK").save(path, quality=100)
    assert np.abs(decode(path).astype(int) - (200, 40, 90)).max() <= 3


def test_sixteen_bits_give_their_upper_byte(tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(np.array([[0, 256, 65535]], np.uint16)).save(path)
    assert decode(path)[0].tolist() == [[0] * 3, [1] * 3, [255] * 3]


def test_a_transparent_palette_decodes_without_a_warning(tmp_path):
    path = tmp_path / "picture.png"
    Image.new("P", (4, 4)).save(path, transparency=b"\x00\x80")
    assert decode(path).shape == (4, 4, 3)


def test_floating_point_pictures_are_refused(tmp_path):
    path = tmp_path / "picture.tif"
    Image.fromarray(np.ones((2, 2), np.float32)).save(path)
    with pytest.raises(TrialFailure, match="holds floating point values"):
        decode(path)


def test_exif_orientation_is_not_applied(tmp_path):
    path = tmp_path / "picture.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # "rotate by 90 degrees to show"
    Image.fromarray(gradient(20, 40)).save(path, exif=exif)
    assert decode(path).shape == (20, 40, 3)
    assert read(path, (40, 40), (20, 40)).shape == (40, 40, 3)


def test_the_letterbox_keeps_aspect_and_pads_below_and_right(tmp_path):
    path = tmp_path / "picture.png"
    Image.new("RGB", (40, 30), (200, 0, 0)).save(path)
    box = read(path, (64, 80), (30, 40))
    assert (fit(30, 40, (64, 80)).height, fit(30, 40, (64, 80)).width) == (60, 80)
    assert (box[:60] == (200, 0, 0)).all()
    assert (box[60:] == GREY).all()


def test_coordinates_map_by_the_scale_alone(tmp_path):
    """Of a picture that does not fit evenly, an edge at 60.0 lies at 60.0 * scale to a fraction of a pixel."""
    pixels = np.zeros((97, 131, 3), np.uint8)
    pixels[:, 60:] = 255
    path = tmp_path / "picture.png"
    Image.fromarray(pixels).save(path)
    place = fit(97, 131, (50, 50))
    row = read(path, (50, 50), (97, 131))[10, : place.width, 0].astype(float) / 255
    assert place.width - row.sum() == pytest.approx(60 * place.scale, abs=0.02)


def test_draft_decoding_changes_next_to_nothing(tmp_path):
    path = tmp_path / "picture.jpg"
    Image.fromarray(gradient(800, 1200)).save(path, quality=95)
    whole = Image.open(path).convert("RGB").resize((120, 80), Image.Resampling.BILINEAR)
    box = read(path, (120, 120), (800, 1200))
    assert np.abs(box[:80].astype(int) - np.asarray(whole).astype(int)).max() <= 4


@given(
    height=st.integers(1, 3000), width=st.integers(1, 3000), size=st.tuples(st.integers(1, 700), st.integers(1, 700))
)
def test_the_covered_part_lies_inside_and_misses_less_than_a_pixel(height, width, size):
    place = fit(height, width, size)
    assert 1 <= place.height <= size[0]
    assert 1 <= place.width <= size[1]
    assert place.height == size[0] or place.width == size[1]
    assert place.height == 1 or -1e-5 <= height * place.scale - place.height < 1
    assert place.width == 1 or -1e-5 <= width * place.scale - place.width < 1


def test_extreme_aspects_leave_at_least_one_pixel(tmp_path):
    path = tmp_path / "picture.png"
    Image.new("RGB", (500, 1), (9, 9, 9)).save(path)
    box = read(path, (20, 20), (1, 500))
    assert (box[0] == 9).all()
    assert (box[1:] == GREY).all()


def test_padding_paints_everything_that_is_not_covered():
    box = np.zeros((5, 6, 3), np.uint8)
    pad(box, 2, 3, GREY)
    assert (box[:2, :3] == 0).all()
    assert (box[2:] == GREY).all()
    assert (box[:2, 3:] == GREY).all()


def test_a_picture_of_another_size_than_annotated_is_refused(tmp_path):
    path = tmp_path / "picture.png"
    Image.new("RGB", (40, 30)).save(path)
    with pytest.raises(TrialFailure, match=r"picture\.png is 30 x 40 pixels, its annotations say 40 x 30"):
        read(path, (64, 64), (40, 30))


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(TrialFailure, match=r"picture .*none\.jpg is missing") as caught:
        decode(tmp_path / "none.jpg")
    assert caught.value.failure.kind is FailureKind.DATA


@pytest.mark.filterwarnings("ignore")  # Pillow warns about what it finds broken
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "gif", "bmp", "webp"])
def test_every_broken_picture_ends_in_a_trial_failure_or_a_picture(tmp_path_factory, suffix):
    path = tmp_path_factory.mktemp("broken") / f"picture.{suffix}"
    Image.fromarray(gradient(24, 24)).save(path)
    content = path.read_bytes()

    @settings(max_examples=60, deadline=None)
    @given(end=st.integers(0, len(content)), place=st.integers(0, len(content) - 1), value=st.integers(0, 255))
    def holds(end, place, value):
        path.write_bytes((content[:place] + bytes([value]) + content[place + 1 :])[:end])
        with contextlib.suppress(TrialFailure):
            assert decode(path).ndim == 3

    holds()


def test_a_crop_keeps_the_aspect_and_the_middle(tmp_path):
    path = tmp_path / "picture.png"
    pixels = np.zeros((40, 120, 3), np.uint8)
    pixels[:, 40:80] = 255  # the middle square
    Image.fromarray(pixels).save(path)
    assert (read_fitted(path, size=(40, 40), fit="crop") == 255).all()
    assert (read_fitted(path, size=(20, 20), fit="crop")[:, 1:-1] == 255).all()  # edges see their neighbours


def test_stretching_takes_all_of_the_picture(tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(gradient(40, 120)).save(path)
    stretched = read_fitted(path, size=(60, 60), fit="stretch").astype(int)
    assert np.abs(stretched - gradient(60, 60).astype(int)).max() <= 3


def test_an_exact_fit_changes_no_pixel(tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(gradient(24, 32)).save(path)
    for fitting in ("crop", "stretch"):
        assert np.array_equal(read_fitted(path, size=(24, 32), fit=fitting), gradient(24, 32))


@pytest.mark.parametrize("fitting", ["crop", "stretch"])
def test_fitting_after_draft_decoding_changes_next_to_nothing(tmp_path, fitting):
    path = tmp_path / "picture.jpg"
    Image.fromarray(gradient(800, 1200)).save(path, quality=95)
    whole = Image.open(path).convert("RGB")
    part = whole.crop((200, 0, 1000, 800)) if fitting == "crop" else whole
    expected = np.asarray(part.resize((100, 100), Image.Resampling.BILINEAR)).astype(int)
    assert np.abs(read_fitted(path, size=(100, 100), fit=fitting).astype(int) - expected).max() <= 4


@settings(max_examples=60, deadline=None)
@given(
    stored=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    size=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    fitting=st.sampled_from(["crop", "stretch"]),
)
def test_every_picture_fits_every_size(tmp_path_factory, stored, size, fitting):
    path = tmp_path_factory.mktemp("fitted") / "picture.bmp"
    Image.new("RGB", stored, (7, 8, 9)).save(path)
    fitted = read_fitted(path, size=size, fit=fitting)
    assert fitted.shape == (*size, 3)
    assert (fitted == (7, 8, 9)).all()
