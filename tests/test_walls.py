"""The walls between the rooms hold: who imports whom, which library is known where, and no cycle between modules."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "search_spaces": {"search_spaces"},
    "nas": {"nas", "search_spaces"},
    "workers": {"workers", "nas", "search_spaces"},
    "api": {"api", "nas", "search_spaces", "dashboards"},
    "dashboards": {"dashboards", "nas", "search_spaces"},
}
COMPOSITION_ROOT = {"api/bootstrap.py", "api/cli.py"}
LIBRARIES = {  # a library, and the places that may know it
    "torch": ("workers/", "nas/strategies/policy.py"),
    "torchvision": ("workers/",),
    "ray": ("workers/ray_cluster/",),
    "sqlalchemy": ("api/",),
    "alembic": ("api/",),
    "fastapi": ("api/",),
    "uvicorn": ("api/",),
}


@cache
def modules() -> dict[str, tuple[str, ast.Module]]:
    """Module name -> (path from the root, tree), for every source file of every room."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text()))
    return found


def imports(tree: ast.Module) -> set[str]:
    """Every dotted name a file imports, also inside its functions; relative imports are not used in this house."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_imports_only_what_its_room_may_know(name):
    path, tree = modules()[name]
    room = path.split("/")[0]
    for top in {imported.split(".")[0] for imported in imports(tree)}:
        if top in ROOMS:
            wired = top == "workers" and path in COMPOSITION_ROOT
            assert top in ROOMS[room] or wired, f"{path} imports the room {top}"
        if top in LIBRARIES:
            assert path.startswith(LIBRARIES[top]), f"{path} imports {top}"


def test_no_module_imports_itself_through_others():
    names = set(modules())
    graph = {
        name: {n for n in imports(tree) if n in names and n != name and not name.startswith(n + ".")}
        for name, (_, tree) in modules().items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"import cycle: {' -> '.join(error.args[1])}") from None


def test_the_walls_are_seen_when_broken():
    tree = ast.parse("def f():\n    from ray import tune\n    import sqlalchemy.orm\n")
    assert {"ray", "ray.tune", "sqlalchemy.orm"} <= imports(tree)
