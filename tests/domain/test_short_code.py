"""Codes on posters and paper forms: what is mistyped leads nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.short_code import ALPHABET, read_short_code, short_code

NUMBERS = st.integers(min_value=1, max_value=2**60)


@given(NUMBERS)
def test_a_code_is_read_back_however_it_is_typed(number: int) -> None:
    code = short_code(number)
    assert read_short_code(code) == number
    typed = f" {code[:2].lower()}-{code[2:]} ".replace("1", "l").replace("0", "O")
    assert read_short_code(typed) == number


@given(NUMBERS, st.data())
def test_one_wrong_symbol_is_found(number: int, data: st.DataObject) -> None:
    code = short_code(number)
    place = data.draw(st.integers(min_value=0, max_value=len(code) - 1))
    wrong = data.draw(st.sampled_from([one for one in ALPHABET if one != code[place]]))
    assert read_short_code(code[:place] + wrong + code[place + 1 :]) is None


@given(NUMBERS, st.data())
def test_swapped_neighbours_are_found(number: int, data: st.DataObject) -> None:
    code = short_code(number)
    place = data.draw(st.integers(min_value=0, max_value=len(code) - 2))
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or read_short_code(swapped) is None


@pytest.mark.parametrize("nonsense", ["", "0", "0000", "U23U", "٣٣٣٣", "00012", "Z" * 99])
def test_nonsense_is_no_code(nonsense: str) -> None:
    assert read_short_code(nonsense) is None


def test_codes_begin_at_one() -> None:
    assert short_code(1) == "0012"
    with pytest.raises(ValueError, match="from 1"):
        short_code(0)
