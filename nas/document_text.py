"""From the text of a document to plain data: YAML or JSON, duplicate keys and syntax errors told with their line."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from nas.errors import DocumentError


class DocumentLoader(yaml.SafeLoader):
    """Safe YAML that also reads 1e-3 as a number, which YAML 1.1 takes for text."""


DocumentLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9][0-9_]*(\.[0-9_]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_data(path: Path) -> Any:
    """The plain data of a YAML or JSON file. Raises `DocumentError`, also for a file that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
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


def data_of_json(text: str) -> Any:
    """The plain data of a JSON text. Raises `DocumentError`."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError([(f"line {error.lineno}", f"not JSON: {error.msg}, column {error.colno}")]) from error
    _refuse_duplicates(text.replace("\t", " "))  # JSON is YAML, but for tabs
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
        line = key.start_mark.line + 1
        if first.setdefault(str(key.value), line) != line:
            yield f"line {line}", f"{key.value} was given before, on line {first[str(key.value)]}"
        yield from _duplicates(value)


def _yaml_problem(error: yaml.YAMLError) -> tuple[str, str]:
    mark = getattr(error, "problem_mark", None)
    sentence = getattr(error, "problem", None) or str(error)
    if mark is None:
        return "document", f"not YAML: {sentence}"
    return f"line {mark.line + 1}", f"not YAML: {sentence}, column {mark.column + 1}"
