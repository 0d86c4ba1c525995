"""Stores of artifacts: one in memory, and one on anything that fsspec speaks to, a folder or S3 among them.

fsspec is loaded when something is read or written; who keeps artifacts in the folders of trials needs none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nas.errors import ArtifactUnreachable


class MemoryArtifacts:
    """Implements `nas.artifacts.ArtifactStore` in this process."""

    def __init__(self) -> None:
        self.root = "kept://here"
        self.contents: dict[str, bytes] = {}

    def put(self, content: bytes, key: str) -> str:
        """Kept until the process ends."""
        self.contents[f"{self.root}/{key}"] = content
        return f"{self.root}/{key}"

    def read(self, address: str) -> bytes:
        """What was put there."""
        if address not in self.contents:
            raise ArtifactUnreachable(f"nothing is at {address}")
        return self.contents[address]

    def remove(self, address: str) -> None:
        """Forgets it."""
        self.contents.pop(address, None)

    def remove_all(self, key: str) -> None:
        """Forgets them."""
        gone = f"{self.root}/{key}/"
        self.contents = {address: each for address, each in self.contents.items() if not address.startswith(gone)}

    def holds(self, address: str) -> bool:
        """Whether it begins as ours do, without a way out."""
        return address.startswith(f"{self.root}/") and ".." not in address.split("/")


class FsspecArtifacts:
    """Implements `nas.artifacts.ArtifactStore` below the address of a folder or bucket: file:///kept, s3://bucket/nas.

    Access is told as the library behind expects it; for S3 by AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and their like.
    """

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        with _told(self.root):
            _file_system(self.root)

    def put(self, content: bytes, key: str) -> str:
        """Whole, or not there: other stores write in one step, and nothing names a file before it is written."""
        address = f"{self.root}/{key}"
        with _told(address):
            files, path = _file_system(address)
            files.pipe_file(path, content)
        return address

    def read(self, address: str) -> bytes:
        """What was put there."""
        with _told(address):
            files, path = _file_system(address)
            content: bytes = files.cat_file(path)
            return content

    def remove(self, address: str) -> None:
        """Gone, and for a folder also what it leaves empty."""
        with _told(address):
            files, path = _file_system(address)
            if files.exists(path):
                files.rm_file(path)

    def remove_all(self, key: str) -> None:
        """Gone, with their folder."""
        address = f"{self.root}/{key}"
        with _told(address):
            files, path = _file_system(address)
            files.invalidate_cache()  # other processes have written there
            if files.exists(path):
                files.rm(path, recursive=True)

    def holds(self, address: str) -> bool:
        """Whether it lies below the root, without a way out of it."""
        return address.startswith(f"{self.root}/") and ".." not in address.split("/")


def _file_system(address: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    options = {"auto_mkdir": True} if address.startswith("file:") else {}
    files, path = url_to_fs(address, **options)
    return files, path


@contextmanager
def _told(address: str) -> Iterator[None]:
    """What goes wrong inside, in a sentence."""
    try:
        with _as_of_the_system():
            yield
    except ImportError as error:
        raise ArtifactUnreachable(
            f"{address} needs a package (for S3: pip install 'spinesearch[s3]'): {error}"
        ) from error
    except FileNotFoundError as error:
        raise ArtifactUnreachable(f"nothing is at {address}") from error
    except (OSError, ValueError) as error:
        raise ArtifactUnreachable(f"{address} cannot be reached: {error}") from error


@contextmanager
def _as_of_the_system() -> Iterator[None]:
    """What S3 raises beside errors of the system becomes one of these."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        yield
        return
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
