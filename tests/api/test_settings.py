"""Settings come from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import Settings


def test_an_empty_environment_means_a_folder_here_and_no_token():
    settings = Settings.from_environment({"NAS_API_TOKEN": ""})
    assert settings == Settings()
    assert settings.api_token is None
    assert settings.storage_url == f"sqlite:///{Path('.nas/nas.db').absolute()}"


def test_every_variable_is_read():
    settings = Settings.from_environment(
        {
            "NAS_HOME": "/var/nas",
            "NAS_DATABASE_URL": "postgresql://db/nas",
            "NAS_RAY_ADDRESS": "ray://head:10001",
            "NAS_RAY_DASHBOARD": "http://head:8265",
            "NAS_API_URL": "https://nas.example.org",
            "NAS_API_TOKEN": "s3cret",
            "NAS_DATA_ROOT": "/data:/archive/sets:",
            "NAS_ALLOWED_HOSTS": "a.example.org, b.example.org",
            "PATH": "/bin",
        }
    )
    assert settings.home == Path("/var/nas")
    assert settings.storage_url == "postgresql://db/nas"
    assert settings.data_roots == (Path("/data"), Path("/archive/sets"))
    assert settings.allowed_hosts == ("a.example.org", "b.example.org")
    assert settings.api_token is not None
    assert settings.api_token.get_secret_value() == "s3cret"


def test_settings_are_frozen():
    with pytest.raises(ValidationError):
        Settings().home = Path("elsewhere")


def test_artifacts_go_to_a_folder_or_to_an_address():
    assert Settings.from_environment({}).artifacts is None
    assert Settings.from_environment({"NAS_ARTIFACTS": "s3://bucket/nas"}).artifacts == "s3://bucket/nas"
    assert Settings.from_environment({"NAS_ARTIFACTS": "/mnt/kept here"}).artifacts == "file:///mnt/kept%20here"
