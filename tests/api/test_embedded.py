"""A service that lives as long as the code that uses it."""

import httpx
import pytest

from api.embedded import embedded_service
from api.errors import Unreachable


def test_it_serves_inside_and_is_gone_afterwards(tmp_path):
    with embedded_service(tmp_path / "home", "--driver=inline") as settings:
        assert httpx.get(f"{settings.api_url}/api/v1/health", timeout=60).status_code == 200
        assert settings.api_token.get_secret_value().startswith("nas_")
    with pytest.raises(httpx.ConnectError):
        httpx.get(settings.api_url)


def test_a_service_that_does_not_begin_says_why(tmp_path):
    with pytest.raises(Unreachable, match=r"(?s)did not begin: .*--cpus"), embedded_service(tmp_path, "--cpus=none"):
        pass
