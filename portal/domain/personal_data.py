"""What in a comment looks like personal data, so that its writer can be warned (SECURITY.md T3).

Here are patterns with their check digits: e-mail addresses, payment cards, identity numbers.
Telephone numbers need a library's data and are found in portal/store/personal_data.py. Digits of
every script count, and marks that only steer the direction of writing do not hide anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class DataKind(StrEnum):
    """What a piece of text looks like."""

    EMAIL = "email"
    CARD = "card"
    ID_NUMBER = "id_number"
    PHONE = "phone"


@dataclass(frozen=True, order=True)
class Finding:
    """A stretch `text[start:end]` of a comment that looks like personal data."""

    start: int
    end: int
    kind: DataKind


@dataclass(frozen=True)
class Plain:
    """A text in ASCII digits and signs, and for each of its letters the place it came from."""

    text: str
    places: Sequence[int]

    def finding(self, start: int, end: int, kind: DataKind) -> Finding:
        """The stretch of the original text behind `text[start:end]`."""
        return Finding(self.places[start], self.places[end - 1] + 1, kind)


_HAN_DIGITS = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")}
_DASHES = dict.fromkeys("‐‑‒–—−﹣", "-")
_SPACES = dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " ")
_SIGNS = {**_HAN_DIGITS, **_DASHES, **_SPACES, "٫": ".", "٬": ","}
_FULL_WIDTH = range(0xFF01, 0xFF5F)


def plain(text: str) -> Plain:
    """The text as the patterns read it: one kind of digits, dashes and spaces, no bidi marks."""
    if text.isascii():
        return Plain(text, range(len(text)))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if unicodedata.category(letter) == "Cf":
            continue
        letters.append(_plain_letter(letter))
        places.append(place)
    return Plain("".join(letters), places)


def _plain_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    if ord(letter) in _FULL_WIDTH:
        return chr(ord(letter) - 0xFEE0)
    digit = unicodedata.decimal(letter, None)
    return str(digit) if digit is not None else _SIGNS.get(letter, letter)


def _digits(text: str) -> list[int]:
    return [int(letter) for letter in text if letter.isdigit()]


def is_card_number(text: str) -> bool:
    """Whether the digits are a payment card's: a known beginning, its length, its check digit."""
    digits = _digits(text)
    number = "".join(map(str, digits))
    if not _CARD_NUMBER.fullmatch(number):
        return False
    doubled = [digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(digit - 9 * (digit > 9) for digit in doubled)) % 10 == 0


# Visa, Mastercard, American Express, Discover, JCB, Diners Club, UnionPay (ISO/IEC 7812 ranges).
_CARD_NUMBER = re.compile(
    r"4(\d{12}|\d{15}|\d{18})|(5[1-5]|2[2-7])\d{14}|3[47]\d{13}|6(011|5\d\d|4[4-9]\d)\d{12}"
    r"|35\d{14}|3(0[0-5]|6\d|8\d)\d{11}|62\d{14,17}"
)


def _is_chinese_id(text: str) -> bool:
    """Resident identity card (GB 11643): 17 digits and a check character modulo 11."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True)) % 11
    return "10X98765432"[rest] == text[-1].upper()


def _is_spanish_id(text: str) -> bool:
    """DNI or NIE: the last letter is the number modulo 23."""
    number, letter = text[:-1].upper().replace("-", "").replace(" ", ""), text[-1].upper()
    digits = number.translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == letter


# A number ends where no digit or Latin letter stands; letters of other scripts may touch it.
_BEGIN, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
# What people write before a number that has no dashes to be known by, in the offered languages.
_SOCIAL = (
    r"(?:\bssn\b|social security|seguro social|an sinh xã hội|社会安全号|社會安全號|社安号|社安號"
    r"|الضمان الاجتماعي|사회보장번호|소셜)"
)
_EMAIL = re.compile(r"[A-Za-z0-9À-ɏ._%+'-]{1,64}@(?:[A-Za-z0-9À-ɏ-]+\.)+[A-Za-z]{2,24}")
# The number is the group where there is one, else all of the match.
_ID_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    # Chinese resident identity card
    (re.compile(rf"{_BEGIN}[1-9]\d{{16}}[\dXx]{_END}"), _is_chinese_id),
    # United States: social security and taxpayer numbers, with dashes or after words that say so
    (re.compile(rf"{_BEGIN}((?!000|666)\d{{3}}([- .])(?!00)\d\d\2(?!0000)\d{{4}}){_END}"), bool),
    (re.compile(rf"{_SOCIAL}\D{{0,20}}(\d{{9}}){_END}", re.IGNORECASE), bool),
    # United States: number of an immigration file
    (re.compile(rf"{_BEGIN}[Aa][- #]{{0,2}}\d{{3}}[- ]?\d{{3}}[- ]?\d{{2,3}}{_END}"), bool),
    # Korean resident registration number
    (
        re.compile(rf"{_BEGIN}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[- ]?[1-8]\d{{6}}{_END}"),
        bool,
    ),
    # Mexican CURP
    (re.compile(rf"{_BEGIN}[A-Za-z]{{4}}\d{{6}}[HMXhmx][A-Za-z]{{5}}[A-Za-z0-9]\d{_END}"), bool),
    # Spanish DNI and NIE
    (
        re.compile(rf"{_BEGIN}(?:\d{{8}}|[XYZxyz]-?\d{{7}})[- ]?[A-HJ-NP-TV-Za-hj-np-tv-z]{_END}"),
        _is_spanish_id,
    ),
)
_RUN = re.compile(rf"{_BEGIN}\d+(?:[ .-]\d+)*")
_GROUP = re.compile(r"\d+")


def _find_cards(text: str) -> Iterator[tuple[int, int]]:
    """Groups of digits that make a card together, whatever other numbers stand beside them."""
    for run in _RUN.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *run.span())]
        for first, (start, _) in enumerate(groups):
            ends = (end for _, end in groups[first : first + 10] if is_card_number(text[start:end]))
            if (found := next(ends, None)) is not None:
                yield start, found


def find_patterns(text: Plain) -> list[Finding]:
    """E-mail addresses, payment cards and identity numbers, the surest first."""
    found = [text.finding(*match.span(), DataKind.EMAIL) for match in _EMAIL.finditer(text.text)]
    found += [text.finding(*span, DataKind.CARD) for span in _find_cards(text.text)]
    for pattern, is_one in _ID_NUMBERS:
        for match in pattern.finditer(text.text):
            span = match.span(1 if pattern.groups else 0)
            if is_one(text.text[slice(*span)]):
                found.append(text.finding(*span, DataKind.ID_NUMBER))
    return found


def without_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the order of the text; where two overlap, the one that came first stays."""
    kept: list[Finding] = []
    for finding in findings:
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept)
