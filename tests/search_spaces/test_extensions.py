"""Kinds of installed packages: found by name, loaded when asked for, and told when they are broken."""

import sys
from dataclasses import dataclass
from typing import Literal

import pytest
from pydantic import BaseModel

from search_spaces.errors import BrokenExtension, InvalidOptions
from search_spaces.extensions import Extensions
from search_spaces.registry import INSTALLED_SPACES, architecture_from, published_architecture, space_from, space_kind
from tests.installed import write_package

GROUP = "spinesearch.tests"
SPACES = "spinesearch.spaces"
CODE = """
from typing import ClassVar, Literal
from pydantic import BaseModel
from search_spaces.registry import SpaceKind
from search_spaces.space import Architecture

class Dot(Architecture):
    kind: Literal["dot"] = "dot"
    size: int

class DotOptions(BaseModel):
    kind: Literal["dot"] = "dot"
    largest: int = 3

class DotSpace:
    kind: ClassVar[str] = "dot"
    def __init__(self, options):
        self.options = options
    def decode(self, choose):
        return Dot(size=choose.one_of("size", range(self.options.largest)))
    def recall(self, architecture):
        return architecture.model_dump()
    def load(self, data):
        return Dot.load(data)

DOT = SpaceKind(kind="dot", summary="Dots", reference="None", options=DotOptions, architecture=Dot, make=DotSpace,
                published={"great-dot": Dot(size=2)})
NOTHING = 3
"""


class ToyOptions(BaseModel):
    kind: Literal["toy"] = "toy"


@dataclass(frozen=True)
class ToyKind:
    kind: str
    options: type[BaseModel] = ToyOptions


TOY, MISNAMED = ToyKind("toy"), ToyKind("tay")
EXTENSIONS = Extensions(group=GROUP, of=ToyKind, ours=("house",))
HERE = "tests.search_spaces.test_extensions"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package with these entry points for the length of the test."""

    def installed(name="mine", code=CODE, **groups):
        monkeypatch.syspath_prepend(
            write_package(
                tmp_path / name,
                name=name,
                code=code,
                entry_points={group.replace("_", "."): kinds for group, kinds in groups.items()},
            )
        )
        monkeypatch.delitem(sys.modules, name, raising=False)

    return installed


def test_an_installed_kind_is_found_by_its_name(install):
    install(spinesearch_tests={"toy": f"{HERE}:TOY"})
    found = EXTENSIONS.find("toy")
    assert found is not None
    assert found.options.model_fields == ToyOptions.model_fields
    assert EXTENSIONS.names() == ["toy"]
    assert EXTENSIONS.find("tay") is None
    assert EXTENSIONS.find(["toy"]) is None


def test_without_any_package_there_is_none():
    assert EXTENSIONS.names() == []
    assert list(EXTENSIONS.each()) == []


def test_names_are_told_without_loading_anything(install):
    install(name="careless", code="raise RuntimeError('loaded')", spinesearch_tests={"toy": "careless:TOY"})
    assert EXTENSIONS.names() == ["toy"]
    assert "careless" not in sys.modules


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import nowhere_to_be_found", "cannot be loaded: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("1 / 0", "cannot be loaded: ZeroDivisionError"),
        ("", "cannot be loaded: AttributeError"),
        ("TOY = 3", "must be a ToyKind, got int"),
        (f"from {HERE} import MISNAMED as TOY", "whose kind must be called 'toy' too, got 'tay'"),
    ],
)
def test_what_is_wrong_with_a_package_is_told_with_its_name(install, code, sentence):
    install(name="careless", code=code, spinesearch_tests={"toy": "careless:TOY"})
    with pytest.raises(BrokenExtension, match=r"^is brought by the installed package careless 1\.0") as raised:
        EXTENSIONS.find("toy")
    assert sentence in str(raised.value)
    assert EXTENSIONS.sound("toy") is None
    assert [(name, type(found)) for name, found in EXTENSIONS.each()] == [("toy", BrokenExtension)]


def test_what_is_ours_stays_ours(install):
    install(name="careless", code="1 / 0", spinesearch_tests={"house": "careless:HOUSE"})
    assert EXTENSIONS.names() == []
    assert EXTENSIONS.find("house") is None


def test_two_packages_of_one_kind_are_told(install):
    install(name="one", spinesearch_tests={"toy": "one:TOY"})
    install(name="other", spinesearch_tests={"toy": "other:TOY"})
    with pytest.raises(BrokenExtension, match=r"more than one installed package: one 1\.0 and other 1\.0"):
        EXTENSIONS.find("toy")


def test_an_installed_space_is_one_like_ours(install):
    install(spinesearch_spaces={"dot": "mine:DOT"})
    assert space_from({"kind": "dot", "largest": 5}).options.largest == 5
    with pytest.raises(InvalidOptions, match=r"^largest: must be a valid integer, got 'x'$"):
        space_from({"kind": "dot", "largest": "x"})
    assert architecture_from({"kind": "dot", "size": 1}).size == 1
    assert published_architecture("great-dot").size == 2
    joint = space_from({"kind": "joint", "parts": {"backbone": {"kind": "dot"}, "resizer": {"kind": "resizer"}}})
    assert joint.parts["backbone"].kind == "dot"
    kind = space_kind("dot")
    assert kind is not None
    assert kind.describe()["count"] == 3


def test_an_unknown_space_is_told_with_the_installed_ones(install):
    install(spinesearch_spaces={"dot": "mine:DOT"})
    with pytest.raises(InvalidOptions, match=r"unknown kind 'zzz'; known: spinenet, .*fixed, dot"):
        space_from({"kind": "zzz"})


def test_a_broken_package_is_told_to_who_asks_for_it_and_to_nobody_else(install):
    install(name="careless", code="import nowhere_to_be_found", spinesearch_spaces={"dot": "careless:DOT"})
    with pytest.raises(InvalidOptions, match=r"^kind: 'dot' is brought by the installed package careless"):
        space_from({"kind": "dot"})
    assert space_from({"kind": "vgg"}).kind == "vgg"
    assert published_architecture("spinenet-49").kind == "spinenet"
    assert INSTALLED_SPACES.names() == ["dot"]
