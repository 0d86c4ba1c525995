"""The conformance suite of artifact stores: what each of them owes, by example."""

import pytest

from nas.artifacts import ArtifactStore
from nas.errors import ArtifactUnreachable


class ArtifactStoreLaws:
    """Inherit and give a fixture `store` that is empty."""

    def test_what_was_put_is_read_and_replaced(self, store: ArtifactStore) -> None:
        address = store.put(b"weights", "search/00001/ab/model.pt")
        assert address.endswith("/search/00001/ab/model.pt")
        assert store.read(address) == b"weights"
        assert store.put(b"others", "search/00001/ab/model.pt") == address
        assert store.read(address) == b"others"

    def test_contents_may_be_empty_and_large(self, store: ArtifactStore) -> None:
        for content in (b"", bytes(range(256)) * 40_000):
            assert store.read(store.put(content, "search/00000/x/file.bin")) == content

    def test_what_is_not_there_is_told(self, store: ArtifactStore) -> None:
        address = store.put(b"weights", "search/00001/model.pt")
        store.remove(address)
        store.remove(address)
        with pytest.raises(ArtifactUnreachable, match="nothing is at"):
            store.read(address)

    def test_all_of_a_search_goes_and_nothing_of_another(self, store: ArtifactStore) -> None:
        ours = [store.put(b"x", f"ab/{number:05d}/model.pt") for number in range(3)]
        theirs = store.put(b"y", "abc/00000/model.pt")
        store.remove_all("ab")
        store.remove_all("ab")
        for address in ours:
            with pytest.raises(ArtifactUnreachable):
                store.read(address)
        assert store.read(theirs) == b"y"

    def test_it_knows_its_own_addresses(self, store: ArtifactStore) -> None:
        address = store.put(b"x", "search/00001/model.pt")
        assert store.holds(address)
        assert not store.holds("file:///etc/passwd")
        assert not store.holds(address.replace("/search/", "/../search/"))
