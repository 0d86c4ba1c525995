"""Every store of artifacts owes the same: in memory, a folder, S3."""

import pytest

from nas.artifact_stores import FsspecArtifacts, MemoryArtifacts
from nas.errors import ArtifactUnreachable
from nas.testing.artifact_stores import ArtifactStoreLaws
from nas.testing.rejection import broken_laws


class TestMemoryArtifacts(ArtifactStoreLaws):
    @pytest.fixture
    def store(self):
        return MemoryArtifacts()


class TestArtifactsInAFolder(ArtifactStoreLaws):
    @pytest.fixture
    def store(self, tmp_path):
        return FsspecArtifacts((tmp_path / "kept here").as_uri())


class TestArtifactsInS3(ArtifactStoreLaws):
    @pytest.fixture
    def store(self, bucket):
        return FsspecArtifacts(bucket)


class Forgets(MemoryArtifacts):
    """Removes too much."""

    def remove_all(self, key):
        self.contents = {address: each for address, each in self.contents.items() if f"/{key}" not in address}


def test_a_store_that_forgets_what_is_anothers_is_rejected():
    assert broken_laws(ArtifactStoreLaws(), lambda: {"store": MemoryArtifacts()}) == []
    broken = broken_laws(ArtifactStoreLaws(), lambda: {"store": Forgets()})
    assert broken == ["test_all_of_a_search_goes_and_nothing_of_another"]


def test_two_processes_of_one_store_see_the_same(bucket):
    address = FsspecArtifacts(bucket).put(b"weights", "search/00001/model.pt")
    other = FsspecArtifacts(f"{bucket}/")
    assert other.read(address) == b"weights"
    other.remove_all("search")
    with pytest.raises(ArtifactUnreachable, match="nothing is at"):
        FsspecArtifacts(bucket).read(address)


def test_an_address_that_nobody_understands_is_told_at_once():
    with pytest.raises(ArtifactUnreachable, match="nonsense"):
        FsspecArtifacts("nonsense://bucket")


def test_a_bucket_that_is_not_there_is_told(bucket):
    with pytest.raises(ArtifactUnreachable, match="s3://none/"):
        FsspecArtifacts("s3://none").read("s3://none/model.pt")


def test_a_server_that_does_not_answer_is_told(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ArtifactUnreachable, match="cannot be reached"):
        FsspecArtifacts("s3://elsewhere").put(b"x", "model.pt")
