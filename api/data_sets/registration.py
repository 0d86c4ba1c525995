"""What may be registered as a data set: data as a task of its kind has them, at paths that the service may read."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api.confinement import is_inside
from nas.data_sets import DATA, KINDS
from nas.errors import DocumentError
from nas.problems import Problem, problems_of
from nas.tasks.options import Options
from nas.tasks.paths import named, resolved
from search_spaces.reading import shown


def registrable(kind: str, data: Mapping[str, Any], roots: Sequence[Path]) -> dict[str, Any]:
    """The data as they are stored, relative paths taken from the first root.

    Raises `DocumentError` naming every field that is wrong: a path must lie in a root, or be absolute where there is
    none, and lead to something.
    """
    model = KINDS[kind]
    try:
        options = model.model_validate(data)
    except ValidationError as error:
        problems = problems_of(error, model)
    else:
        options = resolved(options, roots[0]) if roots else options
        problems = list(_problems_of_paths(options, roots))
    if problems:
        raise DocumentError([(f"{DATA}.{field}", sentence) for field, sentence in problems])
    return options.model_dump(mode="json")


def _problems_of_paths(options: Options, roots: Sequence[Path]) -> Iterator[Problem]:
    for field, path, place in named(options):
        if roots and not any(is_inside(Path(path), root) for root in roots):
            yield field, f"must lie inside the service's data roots, got {shown(path)}"
        elif not Path(path).is_absolute():
            yield field, f"must be an absolute path, got {shown(path)}"
        elif not place.is_there(path):
            yield field, f"must be a {place.name}, got {shown(path)}"
