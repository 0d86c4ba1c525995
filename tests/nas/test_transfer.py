"""Transfer: which resizers of a search are moved, and the search that trains every pair."""

from pathlib import Path
from typing import Any

import pytest

from nas.document import parse_document
from nas.document_text import data_of_yaml
from nas.errors import DocumentError
from nas.records import Artifact, Measurement, Search, SearchStatus, Trial, TrialStatus
from nas.transfer import (
    NoTransfer,
    check_ended,
    commands,
    document_text,
    sources_of,
    transfer_document,
    transfer_name,
)
from search_spaces.genotypes import count, enumerate_genotypes
from search_spaces.joint.architecture import Joint
from search_spaces.registry import published_architecture, space_from
from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.space import Architecture

LEARNED = Resizer(input_size=(96, 96), output_size=(64, 64), filters=8, tail="zero")
TINY, MINI = published_architecture("vgg-tiny"), published_architecture("vgg-mini")
OWN = TINY.model_copy(update={"fc_width": 8})
DOCUMENT: dict[str, Any] = {
    "name": "first",
    "space": {"kind": "joint", "parts": {"backbone": {"kind": "vgg"}, "resizer": {"kind": "resizer"}}},
    "task": {
        "kind": "classification",
        "data": {"train": "/data/train", "val": "/data/val"},
        "epochs": 3,
        "warm_start": {"epochs": 6},
    },
    "objectives": [{"metric": "top1_error", "goal": "minimize"}],
    "constraints": [{"metric": "params", "max": 100}],
    "strategy": {"kind": "evolution"},
    "budget": {"trials": 9, "trial_timeout_s": 60},
    "resources": {"gpus": 1},
    "seed": 7,
}


def first(status: SearchStatus = SearchStatus.COMPLETED) -> Search:
    document = parse_document(DOCUMENT).model_dump(mode="json")
    return Search(id="0001", name="first", document=document, status=status)


@pytest.fixture
def trial(tmp_path: Path) -> Any:
    """Makes completed trials whose model is a file."""

    def made(number: int, backbone: Architecture, resizer: Resizer = LEARNED, *, model: str | None = None) -> Trial:
        file = tmp_path / f"{number}.pt"
        file.write_bytes(b"weights")
        artifact = Artifact(name="model", uri=model or file.as_uri(), sha256="", size_bytes=7)
        measured = Measurement(fidelity=1, metrics={"top1_error": number / 10}, artifacts=(artifact,))
        joint = Joint(parts={"backbone": backbone, "resizer": resizer})
        return Trial(
            search_id="0001",
            number=number,
            genotype=(),
            architecture=joint.model_dump(mode="json"),
            architecture_id=joint.architecture_id,
            status=TrialStatus.COMPLETED,
            measurements=(measured,),
        )

    return made


@pytest.fixture
def document(trial: Any) -> dict[str, Any]:
    sources = sources_of(first(), [trial(1, TINY), trial(2, OWN)])
    return transfer_document(first(), sources, {each.label: f"r/{each.label}.pt" for each in sources}, epochs=4)


def test_of_every_backbone_the_first_learned_resizer_with_a_model_is_taken(trial, tmp_path):
    bare = trial(0, MINI)
    bare = Trial(**{name: getattr(bare, name) for name in Trial.__dataclass_fields__ if name != "measurements"})
    wide = LEARNED.model_copy(update={"filters": 16})
    trials = [
        bare,
        trial(1, OWN, control_of(LEARNED)),
        trial(2, MINI),
        trial(3, OWN, wide),
        trial(4, OWN),
        trial(5, MINI),
    ]
    found = sources_of(first(), trials)
    assert [(each.trial, each.value, each.backbone, each.resizer) for each in found] == [
        (2, 0.2, MINI, LEARNED),
        (3, 0.3, OWN, wide),
    ]
    assert [each.label for each in found] == ["vgg-mini", f"vgg-{OWN.architecture_id[:6]}"]
    assert found[0].model == tmp_path / "2.pt"


def test_without_two_backbones_behind_learned_resizers_there_is_nothing_to_move(trial):
    wanted = r"search first \(0001\) must have completed learned resizers of at least 2 backbones, got "
    with pytest.raises(NoTransfer, match=rf"{wanted}those of vgg-tiny alone$"):
        sources_of(first(), [trial(1, TINY), trial(2, TINY), trial(3, OWN, control_of(LEARNED))])
    with pytest.raises(NoTransfer, match=rf"{wanted}none with a model$"):
        sources_of(first(), [trial(1, TINY, control_of(LEARNED))])


def test_a_model_that_is_not_there_is_named(trial, tmp_path):
    for uri in ((tmp_path / "gone.pt").as_uri(), "s3://models/1.pt"):
        with pytest.raises(NoTransfer, match=rf"the model of trial 2 must be a file of this machine, got '{uri}'"):
            sources_of(first(), [trial(1, TINY), trial(2, OWN, model=uri)])


@pytest.mark.parametrize("status", [SearchStatus.QUEUED, SearchStatus.RUNNING])
def test_a_search_that_goes_on_is_refused(status):
    with pytest.raises(NoTransfer, match=rf"search first \(0001\) must have ended, is {status}$"):
        check_ended(first(status))
    check_ended(first(SearchStatus.CANCELLED))


def test_the_space_holds_every_pair_once(document):
    parts = parse_document(document).space["parts"]
    own = OWN.model_dump(mode="json")
    assert parts["backbone"] == {"kind": "fixed", "architectures": ["vgg-tiny", own]}
    moved = {**LEARNED.model_dump(mode="json"), "tail": "random"}
    files = ["r/vgg-tiny.pt", f"r/vgg-{OWN.architecture_id[:6]}.pt"]
    assert parts["resizer"]["architectures"] == [{**moved, "weights": file} for file in files]
    space = space_from(document["space"])
    assert len(list(enumerate_genotypes(space))) == count(space) == document["budget"]["trials"] == 4


def test_every_pair_is_trained_to_the_end_as_the_candidates_were_but_for_the_epochs(document):
    source = first().document
    assert document["task"] == {**source["task"], "epochs": 4}
    assert document["task"]["warm_start"]["epochs"] == 6
    assert all(document[name] == source[name] for name in ("objectives", "resources", "seed"))
    assert document["strategy"] == {"kind": "random"}
    assert document["budget"] == {"trials": 4, "trial_timeout_s": 60}
    assert document["comparison"] == {"top": 0}
    assert "constraints" not in document
    assert "scheduler" not in document


def test_with_seeds_every_pair_is_compared(trial):
    sources = sources_of(first(), [trial(1, TINY), trial(2, OWN)])
    files = {each.label: f"{each.label}.pt" for each in sources}
    told = transfer_document(first(), sources, files, epochs=4, seeds=3)
    assert told["comparison"] == {"top": 4, "seeds": 3}


def test_more_pairs_than_can_be_compared_are_refused_in_a_sentence(trial):
    backbones = [TINY.model_copy(update={"fc_width": width}) for width in range(1, 12)]
    sources = sources_of(first(), [trial(number, backbone) for number, backbone in enumerate(backbones)])
    files = {each.label: f"{each.label}.pt" for each in sources}
    assert transfer_document(first(), sources, files, epochs=1)["budget"]["trials"] == 121
    with pytest.raises(DocumentError, match=r"^comparison\.top: must be .* 100, got 121$"):
        transfer_document(first(), sources, files, epochs=1, seeds=2)


def test_the_text_is_the_document_below_what_people_want_to_know(trial, document):
    sources = sources_of(first(), [trial(1, TINY), trial(2, OWN)])
    text = document_text(first(), sources, document, Path("out/moved.yaml"))
    assert data_of_yaml(text) == document
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert "written by `nas transfer first`" in head[0]
    assert "#   vgg-tiny: trial 1, 0.1" in head
    assert [line.removeprefix("#   ") for line in head[-2:]] == list(commands(document, Path("out/moved.yaml")))
    assert "nas run out/moved.yaml" in head[-2]
    assert "--rows parts.resizer.weights --columns parts.backbone" in head[-1]
    assert max(map(len, head)) <= 120


def test_the_name_is_one_a_search_may_have():
    assert transfer_name("first") == "first-pairs"
    assert len(transfer_name("x" * 100)) == 100
