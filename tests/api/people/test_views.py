"""What REST says of people holds no text but that of a new token, and its examples are true to it."""

import pytest

from api.people import views
from api.people.records import Issued, Role


@pytest.mark.parametrize(
    "view", [views.PrincipalView, views.IssuedView, views.TokenList, views.ProjectList, views.DeedList]
)
def test_examples_are_what_they_are_examples_of(view):
    (example,) = view.model_json_schema()["examples"]
    assert view.model_validate(example).model_dump(mode="json") == example


def test_only_a_new_token_shows_its_text(people):
    issued = people.tokens.issue("a", Role.READ)
    assert isinstance(issued, Issued)
    assert views.issued_view(issued).text == issued.text
    assert issued.text not in views.token_view(issued.token).model_dump_json()
    assert issued.text not in views.token_list(people.tokens.tokens()).model_dump_json()
