"""Artifacts are put into a store by the boundary of trials, and read as the very bytes that were recorded."""

import hashlib
from pathlib import Path

import pytest

from nas.artifact_stores import FsspecArtifacts
from nas.artifacts import content_of, fetched, file_of, kept, open_artifacts
from nas.drivers.boundary import reports
from nas.errors import ArtifactUnreachable
from nas.records import Artifact, Assignment, Failed, Finished, Measured, Measurement


def artifact(file, content=b"weights"):
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return Artifact(name=file.stem, uri=file.as_uri(), sha256=digest, size_bytes=len(content))


def assignment(folder, artifacts=None):
    return Assignment(
        search_id="cells",
        search_name="cells",
        number=7,
        attempt=1,
        seed=0,
        architecture={},
        task={},
        cpus=1,
        gpus=0,
        directory=str(folder),
        cache_directory=str(folder),
        artifacts=artifacts,
    )


@pytest.fixture
def measurement(tmp_path):
    return Measurement(fidelity=1, metrics={}, elapsed_s=1.0, artifacts=(artifact(tmp_path / "model one.pt"),))


def test_without_a_store_artifacts_stay_where_they_were_written(tmp_path, measurement):
    assert kept(measurement, assignment(tmp_path)) == measurement
    (found,) = measurement.artifacts
    assert content_of(found) == b"weights"
    assert fetched(found, tmp_path / "copies") == file_of(found) == tmp_path / "model one.pt"
    assert open_artifacts(None) is None


def test_in_a_store_they_have_an_address_with_search_trial_and_checksum(tmp_path, measurement):
    root = (tmp_path / "store").as_uri()
    moved = kept(measurement, assignment(tmp_path, root))
    (found,) = moved.artifacts
    assert found.uri == f"{root}/cells/00007/{found.sha256[:16]}/model one.pt"
    assert FsspecArtifacts(root).read(found.uri) == b"weights"
    assert kept(moved, assignment(tmp_path, root)) == moved
    assert (tmp_path / "model one.pt").exists(), "a trial that goes on finds its own"


def test_from_s3_they_are_fetched_once_and_checked(tmp_path, measurement, bucket):
    (found,) = kept(measurement, assignment(tmp_path, bucket)).artifacts
    assert found.uri.startswith(f"{bucket}/cells/00007/")
    assert content_of(found) == b"weights"
    copy = fetched(found, tmp_path / "copies")
    assert (copy.read_bytes(), copy.suffix) == (b"weights", ".pt")
    FsspecArtifacts(bucket).put(b"others", found.uri.removeprefix(f"{bucket}/"))
    assert fetched(found, tmp_path / "copies") == copy
    with pytest.raises(ArtifactUnreachable, match="is not the file that was recorded"):
        fetched(found, tmp_path / "other copies")
    assert not list((tmp_path / "other copies").glob("*.pt"))


def test_what_is_gone_is_told(tmp_path, measurement):
    (found,) = measurement.artifacts
    Path(tmp_path / "model one.pt").unlink()
    with pytest.raises(ArtifactUnreachable, match="No such file"):
        content_of(found)
    with pytest.raises(ArtifactUnreachable, match="must be a file of this machine"):
        fetched(found, tmp_path)


def test_trials_report_what_is_in_the_store_and_fail_where_that_is_out_of_reach(tmp_path, measurement):
    root = (tmp_path / "store").as_uri()
    measured, finished = reports(lambda _: iter([measurement]), assignment(tmp_path, root))
    assert isinstance(measured, Measured)
    assert measured.measurement.artifacts[0].uri.startswith(root)
    assert isinstance(finished, Finished)
    (tmp_path / "file").touch()
    (failed,) = reports(lambda _: iter([measurement]), assignment(tmp_path, (tmp_path / "file").as_uri()))
    assert isinstance(failed, Failed)
    assert "cannot be reached" in failed.failure.message
