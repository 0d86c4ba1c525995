"""The examples of the description are what the models say."""

import pytest
from pydantic import BaseModel

from api.data_sets import views

EXAMPLES = [
    (model, example)
    for model in vars(views).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == views.__name__
    for example in model.model_config.get("json_schema_extra", {}).get("examples", ())
]


@pytest.mark.parametrize(("model", "example"), EXAMPLES, ids=lambda each: getattr(each, "__name__", ""))
def test_an_example_is_valid_and_whole(model, example):
    written = model.model_validate(example).model_dump(mode="json", exclude_unset=True)
    assert written == example
    assert len(EXAMPLES) >= 5
