"""Telephone numbers in comments, and with them everything personal that can be recognised.

The numbers need a library's data, so they are not found in the domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import PhoneNumberMatcher, country_code_for_region

from portal.domain.personal_data import (
    DataKind,
    Finding,
    Plain,
    find_patterns,
    plain,
    without_overlaps,
)

_NORTH_AMERICA = 1
# Seven digits as people there write them within an area; the library takes none without it.
_LOCAL = re.compile(r"(?<![\w.-])[2-9]\d\d[-.]\d{4}(?![\w-])")


def find_personal_data(text: str, region: str) -> list[Finding]:
    """Stretches of the text that look like personal data, in their order, none overlapping.

    `region` is the country (ISO 3166) whose numbers need no country code.
    """
    read = plain(text)
    return without_overlaps([*find_patterns(read), *_find_phones(read, region)])


def _find_phones(text: Plain, region: str) -> Iterator[Finding]:
    for match in PhoneNumberMatcher(text.text, region):
        yield text.finding(match.start, match.end, DataKind.PHONE)
    if country_code_for_region(region) == _NORTH_AMERICA:
        for local in _LOCAL.finditer(text.text):
            yield text.finding(*local.span(), DataKind.PHONE)
