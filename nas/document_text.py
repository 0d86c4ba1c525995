"""From the text of a document to plain data: YAML or JSON; syntax errors and repeated keys are told."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from nas.errors import DocumentError

DATE = "tag:yaml.org,2002:timestamp"
TOO_DEEP = "is nested too deeply, or holds itself"


class DocumentLoader(yaml.SafeLoader):
    """Safe YAML that reads 1e-3 as a number and a date as text; YAML 1.1 has both the other way round."""


DocumentLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != DATE]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
DocumentLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9][0-9_]*(\.[0-9_]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_data(path: Path) -> Any:
    """The plain data of a YAML or JSON file. Raises `DocumentError`, also for a file that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DocumentError([(str(path), f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise DocumentError([(str(path), f"must be UTF-8 text, got byte {error.object[error.start]:#x}")]) from error
    return data_of_json(text) if path.suffix == ".json" else data_of_yaml(text)


def data_of_yaml(text: str) -> Any:
    """The plain data of a YAML text. Raises `DocumentError`."""
    try:
        _refuse_duplicates(text)
        return yaml.load(text, Loader=DocumentLoader)
    except yaml.YAMLError as error:
        raise DocumentError([_yaml_problem(error)]) from error
    except ValueError as error:  # of a scalar that is not what its tag says, or a number of thousands of digits
        raise DocumentError([("document", f"not YAML: {error}")]) from error
    except RecursionError as error:
        raise DocumentError([("document", TOO_DEEP)]) from error


def data_of_json(text: str) -> Any:
    """The plain data of a JSON text. Raises `DocumentError`."""
    repeated: list[tuple[str, str]] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(key for key, _ in pairs)
        repeated.extend((key, f"is given {count} times in one mapping") for key, count in counts.items() if count > 1)
        return dict(pairs)

    try:
        data = json.loads(text, object_pairs_hook=mapping)
    except json.JSONDecodeError as error:
        raise DocumentError([(f"line {error.lineno}", f"not JSON: {error.msg}, column {error.colno}")]) from error
    except ValueError as error:  # of a number of thousands of digits
        raise DocumentError([("document", f"not JSON: {error}")]) from error
    except RecursionError as error:
        raise DocumentError([("document", TOO_DEEP)]) from error
    if repeated:
        raise DocumentError(repeated)
    return data


def _refuse_duplicates(text: str) -> None:
    root = yaml.compose(text, Loader=DocumentLoader)
    problems = list(_duplicates(root)) if root is not None else []
    if problems:
        raise DocumentError(problems)


def _duplicates(node: yaml.Node) -> Iterator[tuple[str, str]]:
    """Every key that a mapping holds twice."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _duplicates(item)
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in first:
            yield f"line {line}", f"{name} was given before, on line {first[name]}"
        first.setdefault(name, line)
        yield from _duplicates(value)


def _yaml_problem(error: yaml.YAMLError) -> tuple[str, str]:
    mark = getattr(error, "problem_mark", None)
    sentence = getattr(error, "problem", None) or str(error)
    if mark is None:
        return "document", f"not YAML: {sentence}"
    return f"line {mark.line + 1}", f"not YAML: {sentence}, column {mark.column + 1}"
