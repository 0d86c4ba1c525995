"""Packages that count as installed: a folder on the path of modules with the files that pip writes about it."""

from collections.abc import Mapping
from pathlib import Path


def write_package(
    folder: Path, *, name: str = "mine", code: str = "", entry_points: Mapping[str, Mapping[str, str]]
) -> Path:
    """The folder, which holds the package `name` 1.0 with this code, and its entry points by group and kind."""
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        line
        for group, kinds in entry_points.items()
        for line in (f"[{group}]", *(f"{kind} = {value}" for kind, value in kinds.items()))
    ]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n")
    (folder / f"{name}.py").write_text(code)
    return folder
