"""From the text of a document to plain data and back: YAML or JSON; syntax errors and repeated keys are told."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from nas.errors import DocumentError

DATE = "tag:yaml.org,2002:timestamp"
TOO_DEEP = "is nested too deeply, or holds itself"
MOST_NODES = 200_000  # of a document written out: a few lines of aliases can stand for billions


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
    return reader_of(path)(read_text(path))


def read_text(path: Path) -> str:
    """The text of the file. Raises `DocumentError`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DocumentError([(str(path), f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise DocumentError([(str(path), f"must be UTF-8 text, got byte {error.object[error.start]:#x}")]) from error


def reader_of(path: Path) -> Callable[[str], Any]:
    """What reads the text of a file of that name: JSON by its suffix, else YAML."""
    return data_of_json if path.suffix == ".json" else data_of_yaml


def data_of_yaml(text: str) -> Any:
    """The plain data of a YAML text. Raises `DocumentError`."""
    try:
        _check(text)
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


def yaml_of(data: Any) -> str:
    """Plain data as YAML, its order kept: a line for what holds no other lists and mappings."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)


def _check(text: str) -> None:
    root = yaml.compose(text, Loader=DocumentLoader)
    if root is None:
        return
    if _nodes(root, {}) > MOST_NODES:
        raise DocumentError([("document", f"may hold up to {MOST_NODES:,} values, its aliases written out")])
    problems = list(_duplicates(root))
    if problems:
        raise DocumentError(problems)


def _nodes(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values there are below the node, aliases written out."""
    if id(node) not in known:
        inner = [each for pair in node.value for each in pair] if isinstance(node, yaml.MappingNode) else node.value
        below = () if isinstance(node, yaml.ScalarNode) else inner
        known[id(node)] = 1 + sum(_nodes(each, known) for each in below)
    return known[id(node)]


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
