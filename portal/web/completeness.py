"""How much of the portal's own texts a language has."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.mofile import read_mo

from portal.data import find_added
from portal.web.catalogues import count_resident_texts, read_catalogue
from portal.web.i18n import SOURCE_LANGUAGE, TRANSLATIONS, locale_of


def resident_share(tag: str) -> float:
    """The share 0..1 of the texts on residents' pages that the language has."""
    if tag == SOURCE_LANGUAGE:
        return 1.0
    own = find_added(tag)
    shipped = TRANSLATIONS / str(locale_of(tag)) / "LC_MESSAGES/messages.po"
    done, every = _count_resident_texts(own.catalogue if own else shipped)
    return done / every


def interface_share(tag: str) -> float:
    """The share 0..1 of all texts, staff's too, that the language has in its catalogue."""
    if tag == SOURCE_LANGUAGE:
        return 1.0
    largest = max(map(_count_texts, TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")))
    own = find_added(tag)
    folder = own.folder if own else TRANSLATIONS / str(locale_of(tag))
    return _count_texts(folder / "LC_MESSAGES/messages.mo") / largest


@cache
def _count_resident_texts(path: Path) -> tuple[int, int]:
    """Catalogues change with an installation only, and reading one takes a tenth of a second."""
    return count_resident_texts(read_catalogue(path))


@cache
def _count_texts(path: Path) -> int:
    with path.open("rb") as file:
        return len(read_mo(file))
