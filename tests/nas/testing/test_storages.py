"""The suite of storages is whole."""

from nas.testing.storages import StorageSuite


def test_the_suite_holds_the_laws_of_every_side_of_a_storage():
    laws = {name for name in dir(StorageSuite) if name.startswith("test_")}
    assert len(laws) >= 35
    for word in ("lease", "cursor", "pages", "events", "fidelity", "key", "found"):
        assert any(word in law for law in laws), word
