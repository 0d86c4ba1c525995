"""The seeds trials train with: the same in every run of a search, others under another seed of the search."""

from hashlib import sha256


def trial_seed(search_seed: int, number: int, repeat: int | None = None) -> int:
    """32 bits: the seed of trial `number`, or of a repeat of it, which its controls share."""
    parts = (search_seed, number) if repeat is None else (search_seed, number, repeat)
    return int.from_bytes(sha256("/".join(map(str, parts)).encode()).digest()[:4], "big")
