"""Names of what nobody can take away again."""

from __future__ import annotations

import unicodedata

import pytest

from portal.domain.new_names import NameTaken, require_new_name

NAMES = ("Peña Park", "Phường Hòa")


@pytest.mark.parametrize("name", [*NAMES, "PEÑA park", unicodedata.normalize("NFD", "Phường Hòa")])
def test_the_same_name_is_taken_however_it_is_typed(name: str) -> None:
    with pytest.raises(NameTaken):
        require_new_name(name, NAMES)


@pytest.mark.parametrize("name", ["Pena Park", "Phường Hoà", "Phường Hoa", ""])
def test_another_accent_is_another_name(name: str) -> None:
    require_new_name(name, NAMES)
