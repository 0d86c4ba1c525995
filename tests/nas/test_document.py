"""The search document: what is accepted, what is refused and how."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from nas.document import SearchDocument, document_digest, load_document, parse_document
from nas.document_text import data_of_yaml
from nas.errors import DocumentError

STRATEGIES = "random, evolution, fixed, exhaustive, local_search, nsga2, reinforce, predictor, optuna"
DOCUMENT = """
name: blood-cells
space: {kind: spinenet, width: 0.125, alpha: 0.25, stem_filters: 16, endpoint_filters: 32}
task:
  kind: detection
  data:
    train: {images: data/bccd/images, annotations: data/bccd/annotations/instances_train.json}
    val:   {images: data/bccd/images, annotations: data/bccd/annotations/instances_val.json}
  image_size: [192, 192]
  epochs: 12
  batch_size: 8
  optimizer: {kind: adamw, learning_rate: 0.01, weight_decay: 0.02}
  head: {filters: 32, convs: 1}
  anchors: {scales: 3, aspect_ratios: [1.0], size: 1.5}
  flips: [horizontal, vertical]
objectives: [{metric: AP, goal: maximize}]
constraints: [{metric: params, max: 400000}]
strategy: {kind: evolution, population: 8, sample: 3}
budget: {trials: 12}
resources: {cpus: 1, gpus: 0, concurrent: 2}
seed: 0
"""


def problems(data) -> dict[str, str]:
    with pytest.raises(DocumentError) as refused:
        parse_document(data)
    return dict(refused.value.problems)


def changed(**fields) -> dict:
    return {**data_of_yaml(DOCUMENT), **fields}


def task(**fields) -> dict:
    data = data_of_yaml(DOCUMENT)
    data["task"].update(fields)
    return data


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_the_published_document_is_read():
    document = parse_document(data_of_yaml(DOCUMENT))
    assert document.strategy.population == 8
    assert document.task.optimizer.learning_rate == 0.01
    assert document.task.data.train.images == "data/bccd/images"


def test_paths_are_relative_to_the_folder_of_the_document(tmp_path):
    (tmp_path / "search.yaml").write_text(DOCUMENT.replace("data/bccd/images, annotations", "/abs, annotations", 1))
    data = load_document(tmp_path / "search.yaml").task.data
    assert data.train.images == "/abs"
    assert data.val.images == str(tmp_path / "data/bccd/images")
    assert data.val.annotations == str(tmp_path / "data/bccd/annotations/instances_val.json")


def test_a_document_survives_json(tmp_path):
    document = parse_document(data_of_yaml(DOCUMENT))
    (tmp_path / "search.json").write_text(json.dumps(document.model_dump(mode="json")))
    again = load_document(tmp_path / "search.json")
    assert again == document.model_copy(update={"task": document.task.resolved(tmp_path)})
    assert SearchDocument.model_validate(document.model_dump(mode="json")) == document


def test_the_digest_is_that_of_the_meaning():
    data = data_of_yaml(DOCUMENT)
    digest = document_digest(parse_document(data))
    assert digest == document_digest(parse_document(dict(reversed(data.items()))))
    assert digest == document_digest(parse_document(changed(resources={"concurrent": 2})))
    assert digest != document_digest(parse_document(changed(seed=1)))


def test_every_problem_is_told_at_once():
    data = task(epoch=3, image_size=[16, 192])
    data |= {"space": {"kind": "spinenet", "widht": 1}, "objectives": [{"metric": "mAP"}], "budget": {}}
    told = problems(data)
    assert told["task.epoch"] == "unknown field; did you mean 'epochs'?"
    assert told["task.image_size.0"] == "must be at least 32, got 16"
    assert "'width'" in told["space.widht"]
    assert "did you mean 'AP'?" in told["objectives.0.metric"]
    assert told["budget.trials"] == "is required"
    assert len(told) == 5


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        (
            changed(strategy={"kind": "foo"}),
            "strategy.kind",
            f"must be one of {STRATEGIES}, got 'foo'",
        ),
        (changed(strategy={}), "strategy.kind", f"is required, one of {STRATEGIES}"),
        (task(optimizer={"kind": "adam"}), "task.optimizer.kind", "must be one of adamw, sgd, got 'adam'"),
        (
            changed(strategy={"kind": "evolution", "population": 4, "sample": 5}),
            "strategy.sample",
            "must be at most population, 4, got 5",
        ),
        (
            changed(strategy={"kind": "evolution", "lag": 1}),
            "strategy.lag",
            "must be at least resources.concurrent, 2, or workers would wait; got 1",
        ),
        (changed(strategy={"kind": "evolution", "lag": 0}), "strategy.lag", "must be at least 1, none or null, got 0"),
        (
            changed(strategy={"kind": "evolution", "lag": "soon"}),
            "strategy.lag",
            "must be a whole number, none or null, got 'soon'",
        ),
        (changed(constraints=[{"metric": "params"}]), "constraints.0.max", "min or max is required"),
        (
            changed(constraints=[{"metric": "params", "min": 9, "max": 3}]),
            "constraints.0.min",
            "must be at most max, 3, got 9",
        ),
        (changed(resources={"cpus": 0}), "resources.cpus", "must be more than 0.0, got 0"),
        (changed(resources={"gpus": 1.5}), "resources.gpus", "must be a whole number above 1, got 1.5"),
        (changed(name="a b"), "name", "must match ^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$, got 'a b'"),
        (task(batch_size="8"), "task.batch_size", "must be a whole number, got '8'"),
        (changed(objectives=[{"metric": "AP"}] * 2), "objectives.1.metric", "AP is an objective already"),
        (
            changed(strategy={"kind": "fixed", "candidates": ["spinenet-49", "spinenet-96"]}),
            "strategy.candidates.1",
            "is the same architecture as strategy.candidates.0",
        ),
        ([], "document", "must be a mapping of names to values, got list"),
        (None, "document", "must be a mapping of names to values, got nothing"),
        (changed(name="x" * 1000), "name", f"must match ^[A-Za-z0-9][A-Za-z0-9._-]{{0,99}}$, got '{'x' * 76}..."),
    ],
)
def test_what_is_wrong_is_told_with_its_field_and_what_was_allowed(data, field, sentence):
    assert problems(data) == {field: sentence}


@pytest.mark.parametrize("name", ["\ud800", {1}, b"x", nested(100_000), nested(300)])
def test_what_no_json_holds_is_refused_as_a_whole(name):
    told = problems(changed(name=name))
    assert told["document"].startswith("must hold only text, numbers, lists and mappings: ")
    assert len(told["document"]) < 200


def test_a_candidate_that_does_not_fit_is_named():
    told = problems(changed(strategy={"kind": "fixed", "candidates": ["spinenet-50", [1, 2], [1.5]]}))
    assert told["strategy.candidates.0"].endswith("got 'spinenet-50'")
    assert "the genotype ends after 2 choices" in told["strategy.candidates.1"]
    assert told["strategy.candidates.2"].startswith("must be a published name, a genotype")


def joint(**parts) -> dict:
    return changed(space={"kind": "joint", "parts": parts})


NARROW = {"kind": "spinenet", "width": 0.125, "endpoint_filters": 32}
FIXED = {"kind": "fixed", "architecture": "spinenet-49", "changes": {"width": 0.125}}


@pytest.mark.parametrize("backbone", [NARROW, FIXED], ids=["searched", "fixed"])
def test_a_joint_space_is_read_whatever_the_order_of_its_parts(backbone):
    data = joint(backbone=backbone)
    assert parse_document(data).space == data["space"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            joint(backbone={**NARROW, "width": -1, "blocks": 3}),
            {"space.parts.backbone.width": "must be greater", "space.parts.backbone.blocks": "unknown field"},
        ),
        (joint(backbone={"kind": "spinnet"}), {"space.parts.backbone.kind": "unknown kind 'spinnet'; did you mean"}),
        (joint(body=NARROW), {"space.parts.body": "a part is named after its role"}),
        (joint(), {"space.parts": "must have at least 1 entries"}),
        (
            joint(backbone={**FIXED, "architecture": "spinenet-50"}),
            {"space.parts.backbone.architecture": "must be a published architecture"},
        ),
        (changed(space={"kind": "jiont"}), {"space.kind": "unknown kind 'jiont'; did you mean 'joint'?"}),
    ],
)
def test_what_is_wrong_with_a_part_of_a_joint_space_is_told_under_its_field(data, told):
    found = problems(data)
    assert found.keys() == told.keys()
    assert all(found[field].startswith(sentence) for field, sentence in told.items())


def test_a_part_that_is_nested_beyond_reading_is_refused():
    assert problems(joint(backbone=nested(100_000)))["document"].startswith("must hold only")


def test_candidates_of_a_joint_space_are_held_to_its_parts():
    candidates = [{"kind": "joint", "parts": {"backbone": name}} for name in ("spinenet-49", "spinenet-50", 3)]
    data = {**joint(backbone=NARROW), "strategy": {"kind": "fixed", "candidates": candidates}}
    found = problems(data)
    assert sorted(found) == ["strategy.candidates.1.parts.backbone", "strategy.candidates.2.parts.backbone"]
    sentence = found["strategy.candidates.1.parts.backbone"]
    assert sentence.startswith("must be a published architecture (spinenet-49s, spinenet-49, ")
    assert sentence.endswith("), got 'spinenet-50'")
    assert found["strategy.candidates.2.parts.backbone"] == "must be an object, got 3"


@pytest.mark.parametrize("metric", ["AP75", "AR100", "AP_small", "macs", "backbone_params", "AP50/red blood cell"])
def test_metrics_of_the_task_and_static_ones_are_known(metric):
    assert parse_document(changed(objectives=[{"metric": metric}])).objectives[0].metric == metric


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        yield from models_in(field.annotation)


def models_in(annotation) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from models(annotation)
    for argument in get_args(annotation):
        yield from models_in(argument)


def test_every_field_of_every_part_is_documented():
    parts = set(models(SearchDocument))
    assert len(parts) > 15
    bare = [f"{p.__name__}.{name}" for p in parts for name, field in p.model_fields.items() if not field.description]
    assert bare == []


def test_the_json_schema_carries_the_descriptions():
    schema = SearchDocument.model_json_schema()
    assert all("description" in field for field in schema["properties"].values())
    assert "EvolutionStrategy" in schema["$defs"]


def test_the_example_documents_are_valid():
    examples = Path(__file__).parents[2] / "examples"
    for path in examples.glob("*.yaml"):
        load_document(path)
