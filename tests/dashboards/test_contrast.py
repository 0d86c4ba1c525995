"""Both themes meet WCAG AA: 4.5:1 for text (1.4.3), 3:1 for what is only seen (1.4.11)."""

import re

import pytest

from dashboards.pages import STATIC

STATUSES = ("queued", "running", "completed", "stopped", "failed", "cancelled", "paused")
GROUNDS = ("page", "surface", "sunken")
READ = [
    *((ink, ground) for ink in ("text", "muted", "accent") for ground in GROUNDS),
    ("text", "soft"),
    ("text", "stopped-soft"),
    *((status, f"{status}-soft") for status in STATUSES),
    *((status, "surface") for status in STATUSES),
    ("accent", "soft"),
    ("on-accent", "accent"),
]
SEEN = [
    *((f"{status}-fill", "surface") for status in STATUSES),
    *((f"plot-{number}", "surface") for number in range(1, 7)),
    ("plot-quiet", "surface"),
    ("plot-high", "surface"),
    ("edge", "surface"),
    ("edge", "page"),
]


def themes():
    """Theme -> name -> colour, of theme.css."""
    text = (STATIC / "css" / "theme.css").read_text()
    light, dark = re.split(r':root\[data-theme="dark"\]', text)
    found = {}
    for name, block in (("light", light), ("dark", dark)):
        found[name] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    return found


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """From 1, the same, to 21, black on white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(READ, 4.5), (SEEN, 3.0)], ids=["read", "seen"])
def test_every_pair_of_colours_has_enough_contrast(theme, pairs, least):
    colours = themes()[theme]
    weak = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


def test_both_themes_define_the_same_colours():
    found = themes()
    assert found["light"].keys() == found["dark"].keys()


def test_no_other_style_sheet_names_a_colour_of_its_own():
    for path in (STATIC / "css").glob("*.css"):
        if path.name != "theme.css":
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text()) == [], path.name


def test_contrast_is_measured_as_defined():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
