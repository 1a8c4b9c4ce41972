"""Comments that nobody has put in a theme, and the words in them (METHOD.md 4.3).

The worker looks for words that surge, managers read the comments that a suggestion comes from:
both mean the same ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from portal.domain.warning import THEME_DAYS_BEFORE, THEME_DAYS_NOW
from portal.domain.words import Mention, words_of
from portal.models.loops import LoopRow
from portal.models.responses import ThemeCase
from portal.models.services import Service
from portal.models.submissions import Submission

WrittenIn = tuple[int, str]
"""A service, and the language in which people wrote about it."""
_FETCHED = 2000
_LANGUAGE = func.coalesce(Submission.comment_lang, Submission.lang)


@dataclass(frozen=True)
class Written:
    """A comment with one of the words of a suggestion."""

    submission_id: int
    text: str
    lang: str
    received_on: date


def list_mentions(session: Session, as_of: date) -> dict[WrittenIn, list[Mention]]:
    """Words of the last 210 days by service in use and language."""
    found: dict[WrittenIn, list[Mention]] = defaultdict(list)
    days = THEME_DAYS_NOW + THEME_DAYS_BEFORE
    statement = (
        _untagged(as_of, days)
        .join(Service, Service.id == LoopRow.service_id)
        .where(Service.is_active)
        .execution_options(yield_per=_FETCHED)
    )
    for row in session.execute(statement):
        age = (as_of - row.received_on).days
        mention = Mention(row.person_key, age, words_of(row.comment, row.written_in))
        found[row.service_id, row.written_in].append(mention)
    return dict(found)


def first_written(session: Session) -> dict[WrittenIn, date]:
    """The day of the first comment here by service in use and language.

    Those in themes too: people could write. What was imported has no words of residents.
    """
    rows = session.execute(
        select(LoopRow.service_id, _LANGUAGE, func.min(LoopRow.received_on))
        .join(Submission, Submission.id == LoopRow.submission_id)
        .join(Service, Service.id == LoopRow.service_id)
        .where(
            Service.is_active,
            Submission.comment.is_not(None),
            LoopRow.excluded.is_(None),
            LoopRow.is_imported.is_(False),
        )
        .group_by(LoopRow.service_id, _LANGUAGE)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def list_with_word(
    session: Session,
    written_in: WrittenIn,
    words: frozenset[str],
    *,
    until: date,
    limit: int,
) -> list[Written]:
    """Comments of the 28 days until then with one of the words, the newest first."""
    service_id, lang = written_in
    statement = (
        _untagged(until, THEME_DAYS_NOW)
        .where(LoopRow.service_id == service_id, _LANGUAGE.in_([lang]))
        .order_by(LoopRow.received_on.desc(), LoopRow.submission_id.desc())
        .execution_options(yield_per=_FETCHED)
    )
    found: list[Written] = []
    for one in _with_word(session, statement, words):
        found.append(one)
        if len(found) == limit:
            break
    return found


def _with_word(
    session: Session, statement: Select[*tuple[Any, ...]], words: frozenset[str]
) -> Iterator[Written]:
    for row in session.execute(statement):
        if words & words_of(row.comment, row.written_in):
            yield Written(row.submission_id, row.comment, row.written_in, row.received_on)


def _untagged(until: date, days: int) -> Select[*tuple[Any, ...]]:
    """Comments of so many days that are in no theme; those set aside are left out."""
    return (
        select(
            LoopRow.submission_id,
            LoopRow.service_id,
            LoopRow.person_key,
            LoopRow.received_on,
            Submission.comment,
            _LANGUAGE.label("written_in"),
        )
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(
            Submission.comment.is_not(None),
            LoopRow.excluded.is_(None),
            LoopRow.received_on <= until,
            LoopRow.received_on > until - timedelta(days=days),
            ~exists().where(ThemeCase.submission_id == LoopRow.submission_id),
        )
    )
