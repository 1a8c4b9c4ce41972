"""The signed, chained file of every finished day, made once whoever makes it.

A day's file is made an hour after its midnight, so that what was on its way has arrived. What comes
later still, after a fault of the clock, stands in the next file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.commitments import FIRST_PREVIOUS, DayFile, make_day_file, parse_day_file
from portal.domain.publication import quarter_of
from portal.models.integrity import RatingList, SignedDay, SignedRating, Standing
from portal.models.submissions import Submission
from portal.store.clock import Clock
from portal.store.content import raise_content_version
from portal.store.engine import Store
from portal.store.integrity.lists import list_ratings
from portal.store.integrity.records import Hashing, find_ratings, leaf_of_standing, list_entries
from portal.store.integrity.standing import list_changed
from portal.store.secrets import Secrets

GRACE = timedelta(hours=1)
LATE = timedelta(days=7)
"""How long after its day something is still looked for."""
_AT_ONCE = timedelta(days=60)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """A day's file, the lists of the quarter that ended with it and what stands then, as rows.

    `ratings` are the submissions whose ratings stand in the file.
    """

    day: dict[str, Any]
    ratings: list[int]
    lists: list[dict[str, Any]]
    standing: list[dict[str, Any]]


def sign_due(store: Store, clock: Clock, secrets: Secrets) -> int:
    """Make the files of all finished days that have none, in order; returns how many."""
    last, signed = last_finished_day(clock), 0
    while True:
        with store.read() as session:
            made = list(make_files(session, last, secrets, clock))
        kept = store.write(keep_files, made) if made else 0
        if not kept:  # nothing is due, or another worker was first
            return signed
        signed += kept


def last_finished_day(clock: Clock) -> date:
    """The newest of the city's days that is over."""
    return clock.day(clock.now() - GRACE) - _DAY


def make_files(session: Session, last: date, secrets: Secrets, clock: Clock) -> Iterator[Made]:
    """The next files that are due, for at most 60 days."""
    newest = get_newest(session)
    first = newest.day + _DAY if newest else _get_first_day(session)
    if first is None or first > last:
        return
    last = min(last, first + _AT_ONCE)
    arrived = _by_day(session, first - LATE, last, Hashing(secrets.leaf_key, clock.day))
    ratings = find_ratings(session, first - LATE, last)
    listed = {entry for file in _list_files(session, first - LATE) for entry in file.entries}
    late = {entry for day, entries in arrived.items() if day < first for entry in entries}
    changed = list_changed(session, secrets.leaf_key, last)
    # Only now: what it holds was done before the moment at which the files say that it was signed.
    number, now = (newest.id if newest else 0), clock.now()
    previous = newest.sha256 if newest else FIRST_PREVIOUS
    for day in _days(first, last):
        lists = _end_quarter(session, day)
        standing = changed if day == last else []
        entries = (late | arrived.get(day, set())) - listed
        entries |= {leaf_of_standing(secrets.leaf_key, row) for row in standing}
        file = make_day_file(day, previous, entries | {row["sha256"] for row in lists})
        number, previous = number + 1, file.sha256
        listed |= entries
        late = set()
        held = [ratings[entry] for entry in file.entries if entry in ratings]
        yield Made(_row(number, file, secrets, now), held, lists, standing)


def keep_files(session: Session, made: Sequence[Made]) -> int:
    """Store files that follow the newest one; none where another worker stored it meanwhile."""
    newest = get_newest(session)
    if (newest.sha256 if newest else FIRST_PREVIOUS) != made[0].day["previous"]:
        return 0
    if not _take(session, made[0].day):
        return 0
    if len(made) > 1:
        session.execute(insert(SignedDay), [file.day for file in made[1:]])
    for file in made:
        if file.ratings:
            held = [{"submission_id": id_, "signed_on": file.day["day"]} for id_ in file.ratings]
            session.execute(insert(SignedRating), held)
    lists = [row for file in made for row in file.lists]
    if lists:
        session.execute(insert(RatingList), lists)
    standing = [row for file in made for row in file.standing]
    if standing:
        session.execute(insert(Standing), standing)
    raise_content_version(session)
    return len(made)


def get_newest(session: Session) -> SignedDay | None:
    """The newest file; None before the first one."""
    return session.scalar(select(SignedDay).order_by(SignedDay.id.desc()).limit(1))


def _take(session: Session, row: dict[str, Any]) -> bool:
    """Store the first file, unless somebody else did: then wait for them and store nothing."""
    table: Table = SignedDay.__table__  # type: ignore[assignment]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
    return session.scalar(statement) is not None


def _row(number: int, file: DayFile, secrets: Secrets, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "day": file.day,
        "text": file.text,
        "sha256": file.sha256,
        "previous": file.previous,
        "signature": secrets.sign(file.text),
        "entries": len(file.entries),
        "signed_at": now,
    }


def _end_quarter(session: Session, day: date) -> list[dict[str, Any]]:
    """The lists of the quarter whose last day it is."""
    if quarter_of(day + _DAY) == quarter_of(day):
        return []
    return list_ratings(session, quarter_of(day))


def _by_day(session: Session, first: date, last: date, hashing: Hashing) -> dict[date, set[str]]:
    found: dict[date, set[str]] = defaultdict(set)
    for day, entry, _ in list_entries(session, first, last, hashing):
        found[day].add(entry)
    return found


def _list_files(session: Session, since: date) -> Iterator[DayFile]:
    texts = session.scalars(
        select(SignedDay.text).where(SignedDay.day >= since).order_by(SignedDay.id)
    )
    return (parse_day_file(text) for text in texts)


def _get_first_day(session: Session) -> date | None:
    """The day of the first rating with a commitment: there the files begin."""
    return session.scalar(
        select(func.min(Submission.received_on)).where(Submission.commitment.is_not(None))
    )


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
