"""A document as one would write it: without what is so by default. That of a stored search spells everything out."""

from typing import Any

from pydantic import BaseModel

from nas.data_sets import under_its_name
from nas.document import SearchDocument
from nas.problems import KIND


def brief(document: SearchDocument) -> dict[str, Any]:
    """The JSON of the document without its defaults, kinds kept, a data set by its name; read again it is the same
    document."""
    return under_its_name(_brief(document, document.model_dump(mode="json")))


def _brief(model: BaseModel, content: dict[str, Any]) -> dict[str, Any]:
    fields = type(model).model_fields
    own = [name for name in (KIND, *fields) if name in fields and name in content]
    return {
        name: _value(getattr(model, name), content[name])
        for name in dict.fromkeys(own)
        if name == KIND or getattr(model, name) != fields[name].get_default(call_default_factory=True)
    }


def _value(value: Any, content: Any) -> Any:
    if isinstance(value, BaseModel):
        return _brief(value, content)
    if isinstance(value, tuple):
        return [_value(each, plain) for each, plain in zip(value, content, strict=True)]
    return content
