"""Commitments, leaves, day files and quarter lists: the formats behind "was my rating counted?".

Everything here is SHA-256 (hex) over UTF-8 text, so that anybody can write a verifier;
`docs/integrity.md` describes the formats with examples. They are stable: what changes gets a new
name (`engage-rating-2`), and old files stay as they are. Signatures are the store's business.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.publication import quarter_of

FIRST_PREVIOUS = "0" * 64
"""What the first file names as the hash of the file before it."""
_RATING, _SALT, _COMMENT = "engage-rating-1", "engage-salt-1", "engage-comment-1"
_DAY, _QUARTER = "engage-day-1", "engage-quarter-1"
_HASH = re.compile(r"[0-9a-f]{64}")
_ENTRY = re.compile(r"(withdrawn )?[0-9a-f]{64}")


class FormatError(ValueError):
    """A file is not in the canonical form; the message says what is wrong with it."""


def salt_of(receipt_hash: str) -> str:
    """The salt of a rating (64 hex digits), from the SHA-256 (hex) of its receipt code.

    Who holds the receipt can compute it; from published files nobody can.
    """
    return _sha256(f"{_SALT}\n{receipt_hash}")


def commit_rating(service: str, received_on: date, q0: int, receipt_hash: str) -> str:
    """The commitment (hex) to a rating of 1..5: `service` is the slug, the day gives the quarter.

    No part can hold a line feed, so no two ratings have the same text.
    """
    quarter = quarter_of(received_on).isoformat()
    return _sha256(f"{_RATING}\n{service}\n{quarter}\n{q0}\n{salt_of(receipt_hash)}")


def commit_comment(comment: str, salt: str) -> str:
    """The commitment (hex) to a comment; without its random salt (hex) it says nothing at all."""
    return _sha256(f"{_COMMENT}\n{salt}\n{comment}")


def leaf(key: bytes, table: str, values: Sequence[object]) -> str:
    """The hash (hex) of a record: HMAC-SHA256 over the JSON array of its table and values.

    Keyed, because records hold little that could not be guessed. Values are what JSON knows,
    days (YYYY-MM-DD) and aware moments (ISO 8601, UTC).
    """
    return hmac.digest(key, _encode([table, *values]).encode(), "sha256").hex()


def _in_words(value: object) -> str:
    if isinstance(value, date):  # moments are days, too
        return value.isoformat()
    raise TypeError(f"a record cannot hold {value!r}")


_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_in_words
).encode


@dataclass(frozen=True)
class DayFile:
    """The signed list of a day: hashes of all that entered the records, sorted, so in no order.

    An entry is a hash, or `withdrawn ` and the commitment of a rating whose case was withdrawn.
    `previous` is the SHA-256 of the text of the file before.
    """

    day: date
    previous: str
    entries: tuple[str, ...]

    @property
    def text(self) -> str:
        """The canonical text."""
        head = (_DAY, f"day {self.day.isoformat()}", f"previous {self.previous}")
        return _lines(*head, f"entries {len(self.entries)}", *self.entries)

    @property
    def sha256(self) -> str:
        """The hash (hex) of the text."""
        return _sha256(self.text)


def make_day_file(day: date, previous: str, entries: Iterable[str]) -> DayFile:
    """The file of a day; sorting the entries hides the order in which they came."""
    return DayFile(day, previous, tuple(sorted(set(entries))))


def parse_day_file(text: str) -> DayFile:
    """Read a file. Raises FormatError for everything that is not its one canonical text."""
    lines = text.split("\n")
    try:
        day = date.fromisoformat(_word(lines[1], "day"))
        file = make_day_file(day, _word(lines[2], "previous"), lines[4:-1])
    except (IndexError, ValueError) as error:
        raise FormatError("the file does not begin as such a file does") from error
    if file.text != text:
        raise FormatError("the file is not in its canonical form")
    if not _HASH.fullmatch(file.previous) or not all(map(_ENTRY.fullmatch, file.entries)):
        raise FormatError("the file holds something that is no hash")
    return file


def find_breaks(texts: Iterable[str]) -> list[str]:
    """What is wrong with a chain of files, in order from the first one; empty when it holds."""
    problems: list[str] = []
    previous, last_day = FIRST_PREVIOUS, None
    for number, text in enumerate(texts, start=1):
        try:
            file = parse_day_file(text)
        except FormatError as error:
            problems.append(f"file {number}: {error}")
        else:
            if file.previous != previous:
                problems.append(f"{file.day}: the file does not follow the one before it")
            if last_day is not None and (file.day - last_day).days != 1:
                problems.append(f"{file.day}: the day before it is not {last_day}")
            last_day = file.day
        previous = _sha256(text)
    return problems


@dataclass(frozen=True)
class QuarterList:
    """All ratings of a service in a quarter, as the quarter ended: (commitment, q0), in no order.

    `set_apart` are those that do not count: held back as machines' work, or taken out.
    """

    service: str
    quarter: date
    counted: tuple[tuple[str, int], ...]
    set_apart: tuple[tuple[str, int], ...] = ()

    @property
    def text(self) -> str:
        """The canonical text."""
        head = (_QUARTER, f"service {self.service}", f"quarter {self.quarter.isoformat()}")
        counted = (f"{commitment} {q0}" for commitment, q0 in sorted(self.counted))
        apart = (f"{commitment} {q0} apart" for commitment, q0 in sorted(self.set_apart))
        return _lines(*head, f"counted {len(self.counted)}", *counted, *apart)

    @property
    def sha256(self) -> str:
        """The hash (hex) of the text; an entry of the file of the quarter's last day."""
        return _sha256(self.text)

    @property
    def mean(self) -> float:
        """The mean of the ratings that count, 1 to 5. There is at least one."""
        return sum(q0 for _, q0 in self.counted) / len(self.counted)


def parse_quarter_list(text: str) -> QuarterList:
    """Read a list. Raises FormatError for everything that is not its one canonical text."""
    lines = text.split("\n")
    try:
        service, quarter = (
            _word(lines[1], "service"),
            date.fromisoformat(_word(lines[2], "quarter")),
        )
        rows = [line.split(" ") for line in lines[4:-1]]
        counted = tuple((row[0], int(row[1])) for row in rows if len(row) == 2)
        apart = tuple((row[0], int(row[1])) for row in rows if len(row) == 3)
    except (IndexError, ValueError) as error:
        raise FormatError("the list does not begin as such a list does") from error
    found = QuarterList(service, quarter, counted, apart)
    if found.text != text:
        raise FormatError("the list is not in its canonical form")
    return found


def _word(line: str, name: str) -> str:
    if not line.startswith(f"{name} "):
        raise FormatError(f"{name} is missing")
    return line[len(name) + 1 :]


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
