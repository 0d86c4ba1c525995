"""Identifiers of searches and tokens: 12 characters, ascending with time, easy to read aloud."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_TIME, _CHANCE = 9, 3  # characters; the first 9 hold milliseconds until the year 3084


def id_after(newest: str | None, now: float, chance: int) -> str:
    """An id larger than `newest`, made of the time (seconds since 1970) and 15 random bits.

    Within one millisecond, or with a clock that was set back, it is the successor of `newest`.
    """
    fresh = _encode(int(now * 1000), _TIME) + _encode(chance, _CHANCE)
    if newest is None or fresh > newest:
        return fresh
    return _encode(_decode(newest) + 1, _TIME + _CHANCE)


def _encode(value: int, length: int) -> str:
    digits = [_ALPHABET[value >> shift & 31] for shift in range(5 * (length - 1), -1, -5)]
    return "".join(digits)


def _decode(text: str) -> int:
    value = 0
    for character in text:
        value = value << 5 | _ALPHABET.index(character)
    return value
