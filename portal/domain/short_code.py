"""Short codes that people type from paper: a number and a check symbol, in Crockford's base32.

The alphabet has no I, L, O and U, so that a code survives being read aloud. The check symbol makes
the symbols' sum, weighted with powers of a primitive element of GF(32), zero: every single wrong
symbol and every swap of two neighbours is found, so a mistyped code leads nowhere instead of to
another service or form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FEWEST_DIGITS = 3
_FIELD = 0b100101  # x⁵ + x² + 1, primitive over GF(2)
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})
_CODE = re.compile(f"[{ALPHABET}]{{{_FEWEST_DIGITS + 1},14}}")


def short_code(number: int) -> str:
    """The code of a number from 1, in four symbols or more: 1 is "0012". Raises ValueError."""
    if number < 1:
        raise ValueError(f"only numbers from 1 have a code, not {number}")
    digits: list[int] = []
    while number or len(digits) < _FEWEST_DIGITS:
        number, digit = divmod(number, len(ALPHABET))
        digits.insert(0, digit)
    return "".join(ALPHABET[digit] for digit in (*digits, _times_x(_weigh(digits))))


def read_short_code(text: str) -> int | None:
    """The number that a typed code stands for; None when it is no code of ours."""
    code = re.sub(r"[\s-]", "", text).upper().translate(_LOOKALIKES)
    if not _CODE.fullmatch(code):
        return None
    symbols = [ALPHABET.index(symbol) for symbol in code]
    if _weigh(symbols) != 0:
        return None
    number = 0
    for digit in symbols[:-1]:
        number = number * len(ALPHABET) + digit
    # One number, one code: leading zeros beyond the fewest digits are none of ours.
    return number if number and short_code(number) == code else None


def _weigh(symbols: Iterable[int]) -> int:
    weight = 0
    for symbol in symbols:
        weight = _times_x(weight) ^ symbol
    return weight


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD if doubled >= len(ALPHABET) else doubled
