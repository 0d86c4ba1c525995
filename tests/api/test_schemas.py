"""The examples in the description are true: each is an answer the service could give, and the document is valid."""

import pytest
from pydantic import BaseModel

from api import schemas
from api.examples import DOCUMENT
from api.settings import Settings
from api.submission import submitted_document
from nas.records import Failure, FailureKind, Measurement, Trial, TrialStatus
from tests.api.no_data_sets import nowhere

VIEWS = [each for each in vars(schemas).values() if isinstance(each, type) and issubclass(each, BaseModel)]


@pytest.mark.parametrize("view", [each for each in VIEWS if "json_schema_extra" in each.model_config])
def test_an_example_is_a_valid_answer(view):
    for example in view.model_config["json_schema_extra"]["examples"]:
        assert view.model_validate(example).model_dump(mode="json", by_alias=True).keys() == example.keys()


def test_the_example_document_is_valid():
    assert submitted_document(DOCUMENT, Settings(), find=nowhere, anywhere=True)["name"] == "blood-cells"


def test_a_trial_without_measurements_has_no_fidelity():
    trial = Trial(search_id="s", number=0, genotype=(), architecture={}, architecture_id="a")
    view = schemas.trial_view(trial)
    assert (view.id, view.fidelity, view.elapsed_s, view.failure) == ("s-0", None, None, None)


def test_a_failed_trial_tells_why():
    trial = Trial(
        search_id="s",
        number=1,
        genotype=(1,),
        architecture={},
        architecture_id="a",
        status=TrialStatus.FAILED,
        measurements=(Measurement(fidelity=2, metrics={"AP": 0.1}, elapsed_s=3.0),),
        failure=Failure(kind=FailureKind.TIMEOUT, message="60 s are over"),
    )
    detail = schemas.trial_detail(trial)
    assert (detail.fidelity, detail.metrics, detail.failure.kind) == (2, {"AP": 0.1}, "timeout")
    assert detail.measurements[0].elapsed_s == 3.0
