"""Whether a path stays where it may: in a folder, whatever links and dots it goes through."""

from pathlib import Path


def is_inside(path: Path, root: Path) -> bool:
    """Whether the path, links followed, leads to something below the root, or to the root itself."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links that go round in a circle
        return False
