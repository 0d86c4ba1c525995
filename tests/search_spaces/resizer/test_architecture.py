"""A resizer keeps its invariants, has one value for what changes nothing, and names what breaks them."""

import json

import pytest

from search_spaces.errors import InvalidArchitecture
from search_spaces.resizer.architecture import Resizer, control_of, plain

PAPER = Resizer(input_size=(448, 448), output_size=(224, 224))
DATA = json.loads(PAPER.canonical_json())
PLAIN = {"method": "none", "input_size": 300, "output_size": 224}


def test_the_paper_s_best_trade_off_has_its_golden_id():
    assert (PAPER.method, PAPER.blocks, PAPER.filters, PAPER.tail) == ("learned", 1, 16, "random")
    assert (PAPER.interpolation, PAPER.antialias, PAPER.learning_rate_ratio) == ("bilinear", False, 1.0)
    assert PAPER.architecture_id == "1f283a411423ee3f"


def test_it_plays_the_part_of_the_resizer():
    assert Resizer.role == "resizer"
    assert "role" not in DATA


def test_a_number_is_a_square_and_integers_are_the_same_ratio():
    written = {**DATA, "input_size": 448, "output_size": 224, "learning_rate_ratio": 1}
    assert Resizer.load(written) == PAPER
    assert Resizer.load({**DATA, "output_size": [192, 256]}).axes == ((448, 192), (448, 256))


def test_without_a_network_dead_fields_may_be_left_out_and_are_all_there():
    plain = Resizer.load({**PLAIN, "interpolation": "bicubic", "antialias": True})
    assert json.loads(plain.canonical_json()) == {
        "kind": "resizer",
        "method": "none",
        "blocks": 0,
        "filters": 0,
        "input_size": [300, 300],
        "output_size": [224, 224],
        "interpolation": "bicubic",
        "antialias": True,
        "tail": "zero",
        "learning_rate_ratio": 1.0,
        "weights": None,
        "biases": "ends",
        "initialiser": "lecun",
        "normalisation": "before",
    }
    assert Resizer.load(json.loads(plain.canonical_json())) == plain


def test_the_control_of_a_resizer_is_its_interpolation_alone():
    learned = Resizer(
        input_size=(448, 320), output_size=(224, 192), blocks=3, interpolation="lanczos", antialias=True, weights="a.pt"
    )
    control = control_of(learned)
    way = {"interpolation": "lanczos", "antialias": True}
    assert control == Resizer.load({"method": "none", "input_size": [448, 320], "output_size": [224, 192], **way})
    assert control_of(control) == control


def test_a_plain_interpolation_to_another_size_is_written_as_the_first_that_does_the_same():
    learned = Resizer(input_size=(448, 448), output_size=(300, 300), interpolation="area")
    assert (plain(learned, output_size=(320, 310)).interpolation, plain(learned, output_size=(224, 224))) == (
        "area",
        Resizer.load({**PLAIN, "input_size": 448}),
    )
    assert plain(learned, output_size=(448, 448)).interpolation == "bilinear"


@pytest.mark.parametrize(
    ("sizes", "up"), [((448, 224), False), ((224, 224), False), ((223, 224), True), (([448, 223], 224), True)]
)
def test_it_knows_whether_it_scales_up(sizes, up):
    assert Resizer.load({"input_size": sizes[0], "output_size": sizes[1]}).scales_up is up


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "muller"}, "method: must be 'none' or 'learned', got 'muller'"),
        ({"blocks": -1}, "blocks: must be greater than or equal to 0, got -1"),
        ({"blocks": 101}, "blocks: must be less than or equal to 100, got 101"),
        ({"filters": 0}, r"filters: must be in 1\.\.65536 with method learned, got 0"),
        ({"filters": 1.5}, "filters: .*got 1.5"),
        ({"input_size": 2}, r"input_size\.0: must be greater than or equal to 3, got 2"),
        ({"input_size": [224, 10**5]}, r"input_size\.1: must be less than or equal to 16384, got 100000"),
        ({"input_size": [224]}, r"input_size: must be one number or \[height, width\], got \[224\]"),
        ({"input_size": [5, 6, 7]}, r"input_size: must be one number or \[height, width\], got \[5, 6, 7\]"),
        ({"input_size": [224, 224.5]}, r"input_size\.1: must be a valid integer, got 224\.5"),
        ({"output_size": True}, r"output_size: must be one number or \[height, width\], got True"),
        ({"output_size": "224"}, "output_size: .*got '224'"),
        ({"interpolation": "nearest"}, "interpolation: must be 'bilinear', 'bicubic', 'lanczos' or 'area', got 'near"),
        ({"antialias": 1}, "antialias: must be a valid boolean, got 1"),
        ({"tail": "ones"}, "tail: must be 'random' or 'zero', got 'ones'"),
        ({"learning_rate_ratio": 0}, "learning_rate_ratio: must be greater than or equal to 0.001, got 0"),
        ({"learning_rate_ratio": float("nan")}, "learning_rate_ratio"),
        ({"kind": "toy"}, "kind: must be 'resizer', got 'toy'"),
        ({"weights": ""}, "weights: .* at least 1 character, got ''"),
        ({"weights": ["a.pt"]}, r"weights: must be a valid string, got \['a\.pt'\]"),
        ({"weights": "a.pt", "tail": "zero"}, "tail: must be random with weights, which hold it, got zero"),
        ({"weights": "a.pt", "initialiser": "he"}, "initialiser: must be lecun with weights, which hold it, got he"),
        ({"biases": "none"}, "biases: must be 'ends' or 'all', got 'none'"),
        ({"interpolation": "area"}, r"interpolation: must be bilinear, which resizes the same from \(448, 448\) to"),
        ({"input_size": 224, "antialias": True}, r"antialias: must be false, which resizes the same .*, got true"),
        ({"input_size": 224, "interpolation": "lanczos"}, "interpolation: must be bilinear, which .*, got lanczos"),
    ],
)
def test_a_broken_invariant_is_told_under_its_field(changes, message):
    with pytest.raises(InvalidArchitecture, match=message):
        Resizer.load({**DATA, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blocks": 1}, "blocks: must be 0 with method none, got 1"),
        ({"filters": 16}, "filters: must be 0 with method none, got 16"),
        ({"tail": "random"}, "tail: must be zero with method none, got random"),
        ({"weights": "a.pt"}, r"weights: must be null with method none, got a\.pt"),
        ({"learning_rate_ratio": 0.1}, r"learning_rate_ratio: must be 1\.0 with method none, got 0\.1"),
        ({"biases": "all"}, "biases: must be ends with method none, got all"),
        ({"initialiser": "he"}, "initialiser: must be lecun with method none, got he"),
        ({"normalisation": "after"}, "normalisation: must be before with method none, got after"),
        (
            {"interpolation": "area", "antialias": True},
            r"antialias: must be false, which resizes the same .*, got true",
        ),
        ({"input_size": 448, "interpolation": "area"}, r"interpolation: must be bilinear, which .*, got area"),
    ],
)
def test_a_dead_field_with_another_value_is_refused(changes, message):
    with pytest.raises(InvalidArchitecture, match=message):
        Resizer.load({**PLAIN, **changes})


def test_a_missing_size_is_named():
    with pytest.raises(InvalidArchitecture) as raised:
        Resizer.load({"method": "none"})
    assert [field for field, _ in raised.value.problems] == ["input_size", "output_size"]
