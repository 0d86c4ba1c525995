"""Which names mean this machine."""

import pytest

from api.hosts import host_name, is_local, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "LocalHost", "::1", "[::1]"])
def test_loopback_is_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "example.org", "localhost.example.org", ""])
def test_nothing_else_is(host):
    assert not is_loopback(host)


def test_a_url_is_local_by_its_host():
    assert is_local("http://127.0.0.1:8765")
    assert is_local("http://[::1]:8765")
    for url in ("https://nas.example.org", "http://127.0.0.1@nas.example.org", "http://127.0.0.1.example.org", ""):
        assert not is_local(url)


def test_the_port_is_no_part_of_a_host_name():
    given = ("Example.org:80", "example.org", "[::1]:8765", "[::1]", "")
    assert [host_name(header) for header in given] == ["example.org", "example.org", "[::1]", "[::1]", ""]
