"""Where the fields of a document stand in its text, so that what is wrong can be told with a line."""

import re

import yaml

from nas.document_text import DocumentLoader

LINE = re.compile(r"line (\d+)")


class Lines:
    """The lines of a text of YAML or JSON, by dotted field. Of a text that cannot be read only what names a line."""

    def __init__(self, text: str) -> None:
        try:
            self._root = yaml.compose(text, Loader=DocumentLoader)
        except (yaml.YAMLError, ValueError, RecursionError):
            self._root = None

    def of(self, field: str) -> int | None:
        """The line of the field, or of what it would stand in; None for what has none, as the whole document."""
        named = LINE.fullmatch(field)
        if named:
            return int(named[1])
        node, line = self._root, None
        for name in field.split("."):
            found = _inside(node, name)
            if found is None:
                break
            line, node = found
        return line


def _inside(node: yaml.Node | None, name: str) -> tuple[int, yaml.Node] | None:
    """Where the entry of that name begins, and what it holds."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and name.isdecimal() and int(name) < len(node.value):
        value = node.value[int(name)]
        return value.start_mark.line + 1, value
    return None
