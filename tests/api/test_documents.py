"""What is said to whoever writes a document."""

import json

from api.documents import examples, guide
from api.examples import DOCUMENT
from nas.document_text import data_of_yaml
from search_spaces.registry import SPACES


def test_the_schema_lists_the_options_of_every_kind_of_space():
    schema = guide().schema_
    assert schema["$defs"]["space"]["discriminator"]["mapping"].keys() == SPACES.keys()
    parts = schema["$defs"]["space.joint"]["properties"]["parts"]
    assert parts["additionalProperties"] == {"$ref": "#/$defs/space"}
    assert not {"proxy_part", "retrains", "data_set"} & schema["properties"].keys()


def test_every_reference_of_the_schema_leads_somewhere():
    schema = guide().schema_
    text = json.dumps(schema)
    for part in text.split('"#/$defs/')[1:]:
        assert part.partition('"')[0] in schema["$defs"]


def test_the_kind_of_data_is_told_by_kind_of_task():
    assert guide().data == {kind: kind for kind in ("detection", "classification", "quality")} | {
        "robustness": "classification"
    }


def test_metrics_are_told_by_kind_of_task():
    metrics = guide().metrics
    assert metrics["detection"][0] == "AP"
    assert {"params", "macs", "nwot"} <= set(metrics["classification"])


def test_the_documents_that_come_along_are_offered():
    found = {each.name: each for each in examples()}
    assert found["blood-cells"].summary.startswith("Blood cells (BCCD)")
    assert all(data_of_yaml(each.text)["name"] == name for name, each in found.items())


def test_where_none_come_along_that_of_the_description_is(tmp_path, monkeypatch):
    monkeypatch.setattr("api.documents.HERE", tmp_path / "nowhere")
    monkeypatch.setattr("api.documents.SHARED", tmp_path / "nowhere")
    (only,) = examples()
    assert data_of_yaml(only.text) == DOCUMENT
