"""Do the signed day files hold, and do all records still say what the files say they said?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.commitments import (
    FIRST_PREVIOUS,
    FormatError,
    commit_comment,
    commit_rating,
    parse_day_file,
    parse_quarter_list,
)
from portal.domain.publication import quarter_after
from portal.models.integrity import RatingList, SignedDay, SignedRating
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.integrity.days import LATE
from portal.store.integrity.records import LATER, Hashing, list_entries, list_texts
from portal.store.secrets import Secrets

_AT_ONCE = timedelta(days=60)
_DAY = timedelta(days=1)


def check_commitments(session: Session) -> Iterator[str]:
    """Every rating and every comment still is what was committed to when it came in."""
    statement = (
        select(
            Submission.id,
            Service.slug,
            Submission.received_on,
            Submission.q0,
            Submission.receipt_hash,
            Submission.commitment,
            Submission.comment,
            Submission.comment_commitment,
            Submission.comment_salt,
            Submission.is_redacted,
        )
        .join(Service, Service.id == Submission.service_id)
        .where(Submission.commitment.is_not(None))
        .execution_options(yield_per=2000)
    )
    for row in session.execute(statement):
        made = commit_rating(row.slug, row.received_on, row.q0, row.receipt_hash)
        if made != row.commitment:
            yield f"submission {row.id}: its rating is not the one that was committed to"
        if row.comment is None:
            if row.comment_commitment is not None and not row.is_redacted:
                yield f"submission {row.id}: its comment is gone and was not redacted"
        elif row.is_redacted and row.comment_salt is None:
            continue  # what is left of the words is no longer what was committed to
        elif commit_comment(row.comment, row.comment_salt or "") != row.comment_commitment:
            yield f"submission {row.id}: its comment is not the one that was committed to"


def check_chain(session: Session, secrets: Secrets) -> Iterator[str]:
    """Every day's file follows the one before it, is canonical and carries our signature."""
    number, previous, day = 0, FIRST_PREVIOUS, None
    files = select(SignedDay).order_by(SignedDay.id).execution_options(yield_per=100)
    for row in session.scalars(files):
        number += 1
        try:
            file = parse_day_file(row.text)
        except FormatError as error:
            yield f"signed day {row.day}: {error}"
        else:
            if (file.day, file.previous, len(file.entries)) != (row.day, previous, row.entries):
                yield f"signed day {row.day}: the file is not that of its day and place"
            if file.sha256 != row.sha256 or row.previous != previous:
                yield f"signed day {row.day}: the chain of hashes is broken"
        if row.id != number or (day is not None and row.day != day + _DAY):
            yield f"signed day {row.day}: the file before it is missing"
        if secrets.sign(row.text) != row.signature:
            yield f"signed day {row.day}: the signature is not ours"
        number, previous, day = row.id, row.sha256, row.day


def check_lists(session: Session) -> Iterator[str]:
    """The quarters' lists are those that the signed files name, and say what their rows say."""
    for row in session.scalars(select(RatingList).order_by(RatingList.id)):
        name = f"list of ratings {row.id}"
        try:
            found = parse_quarter_list(row.text)
        except FormatError as error:
            yield f"{name}: {error}"
            continue
        if found.sha256 != row.sha256 or found.quarter != row.quarter_on:
            yield f"{name}: its hash or quarter differs"
        if len(found.counted) != row.count or abs(found.mean - row.mean) > 1e-9:
            yield f"{name}: count or mean do not follow from it"
        end = SignedDay.day == quarter_after(row.quarter_on) - _DAY
        if not session.scalar(select(SignedDay.text.contains(row.sha256)).where(end)):
            yield f"{name}: the file of the quarter's last day does not name it"


def check_records(session: Session, hashing: Hashing) -> Iterator[str]:
    """Every record of a signed day is in the files, and every entry still has its record."""
    first = session.scalar(select(func.min(SignedDay.day)))
    last = session.scalar(select(func.max(SignedDay.day)))
    if first is None or last is None:
        return
    lasting = {entry for _, entry, _ in list_texts(session, hashing)}
    lasting |= set(session.scalars(select(RatingList.sha256)))
    start, begun = first, dict[str, date]()
    while start <= last:
        end = min(start + _AT_ONCE, last)
        yield from _compare(session, (start, end), hashing, lasting, begun)
        start = end + _DAY


def _compare(
    session: Session,
    days: tuple[date, date],
    hashing: Hashing,
    lasting: set[str],
    begun: dict[str, date],
) -> Iterator[str]:
    """`begun` gathers the first day of each table of which the files hold a row."""
    first, last = days
    files = _read_entries(session, first, last + LATE)
    listed = set().union(*files.values())
    known, unlisted = set(lasting), Counter[tuple[date, str]]()
    entries = list_entries(session, first - LATE, last, hashing)
    for day, entry, table in entries:
        known.add(entry)
        if entry in listed:
            begun[table] = min(day, begun.get(table, day))
        elif day >= first:
            unlisted[day, table] += 1
    for (day, table), count in sorted(unlisted.items()):
        if table in LATER and day < begun.get(table, date.max):
            continue  # of a time when the files held no such rows
        yield f"{count} rows of {table} of {day} are not as they were when the day was signed"
    misplaced = _count_misplaced(session, days, files, listed)
    if misplaced:
        yield f"{misplaced} ratings of {first} to {last} stand in another file than receipts say"
    for day, found in sorted(files.items()):
        lost = len(found - known)
        if day <= last and lost:
            yield f"signed day {day}: {lost} of its entries have no record any more"


def _count_misplaced(
    session: Session, days: tuple[date, date], files: dict[date, set[str]], listed: set[str]
) -> int:
    """How many ratings of these days stand elsewhere than `signed_rating` has it."""
    told = (
        select(Submission.commitment, SignedRating.signed_on)
        .outerjoin(SignedRating, SignedRating.submission_id == Submission.id)
        .where(Submission.received_on.between(*days), Submission.commitment.is_not(None))
        .execution_options(yield_per=2000)
    )
    return sum(
        row.commitment in listed
        if row.signed_on is None
        else row.commitment not in files.get(row.signed_on, ())
        for row in session.execute(told)
    )


def _read_entries(session: Session, first: date, last: date) -> dict[date, set[str]]:
    found: dict[date, set[str]] = defaultdict(set)
    rows = session.execute(
        select(SignedDay.day, SignedDay.text).where(SignedDay.day.between(first, last))
    )
    for day, text in rows:
        found[day].update(text.split("\n")[4:-1])
    return found
