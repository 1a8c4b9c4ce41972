"""Storing the invented history of one service in bulk."""

from __future__ import annotations

import secrets as random_tokens
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.demo.content import ThemeContent
from portal.demo.profiles import PROFILES
from portal.demo.publishing import ResponseRecord
from portal.demo.records import History, SubmissionRecord
from portal.domain.commitments import commit_rating
from portal.domain.doors import is_first_hand
from portal.domain.loop import Actor, Event, EventKind, Kind, fold
from portal.domain.publication import quarter_of
from portal.domain.working_days import WorkCalendar, target_day
from portal.models.loops import LoopRow
from portal.models.responses import Response, ResponseText, Theme, ThemeCase, ThemeText
from portal.models.submissions import Submission
from portal.store.bulk import insert_all
from portal.store.comments import commit_to_comment
from portal.store.loops import Links, event_values, insert_events, projected
from portal.store.ratings import KIND_OF_CASE
from portal.store.secrets import Secrets, sha256
from portal.store.targets import in_force
from portal.store.texts import source_hash
from portal.store.wordings import said_parts

# Receipts that the command shows, so that somebody trying out can follow a case.
SHOWN_RECEIPTS = 3


@dataclass(frozen=True)
class Authors:
    """Who answers and who reviews, for the authorship of what is published."""

    author_id: int
    reviewer_id: int


@dataclass
class Marlow:
    """What all services' histories share: when it is, and what was shown so far."""

    session: Session
    now: datetime
    zone: ZoneInfo
    secrets: Secrets
    opened: date
    shown: list[tuple[str, str]]  # (service slug, receipt code)
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    targets: Mapping[int | None, int | None] = field(default_factory=dict)  # by service

    def moment(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """That hour of the city's day."""
        return datetime.combine(day, time(hour, minute), self.zone)


class HistoryRecorder:
    """Stores the history of one service."""

    def __init__(self, city: Marlow, service_id: int, authors: Authors, random: Random) -> None:
        """Write as `authors`; `random` decides the times of day."""
        self.city, self.session = city, city.session
        self.service_id, self.authors, self.random = service_id, authors, random
        self.theme_ids: list[int] = []
        self.response_ids: dict[int, int] = {}  # by id() of the record

    def record(
        self, history: History, themes: Sequence[ThemeContent], slug: str
    ) -> list[tuple[int, SubmissionRecord]]:
        """Insert everything that happened, submissions first; returns the cases with their ids."""
        for content in themes:
            self.theme_ids.append(self._theme(content))
        for response in history.responses:
            self._response(response, themes[response.theme])
        self._mean_to_answer(history.submissions)
        rows = [self._submission(record) for record in history.submissions]
        self._show_receipts(slug, history.submissions, rows)
        for row in rows:
            row.update(_commitments(slug, row))
        insert_all(self.session, Submission, rows)
        ids = self._ids()
        cases = [
            (ids[str(row["token_hash"])], record)
            for row, record in zip(rows, history.submissions, strict=True)
            if record.is_case
        ]
        insert_events(
            self.session,
            (values for number, record in cases for values in self._events(number, record)),
        )
        insert_all(self.session, LoopRow, (self._loop(number, record) for number, record in cases))
        insert_all(self.session, ThemeCase, self._theme_cases(cases))
        return cases

    def _ids(self) -> dict[str, int]:
        """The service's submissions by the hash of their token: RETURNING would cost a row each."""
        found = self.session.execute(
            select(Submission.token_hash, Submission.id).where(
                Submission.service_id == self.service_id
            )
        )
        return {str(row.token_hash): row.id for row in found}

    def _mean_to_answer(self, records: Sequence[SubmissionRecord]) -> None:
        """Let every receipt say by when the city means to answer, as the rating form does."""
        working_days = in_force(self.city.targets, self.service_id)
        known: dict[date, date] = {}
        for record in records:
            if working_days is None or record.kind == Kind.PRAISE:
                continue
            day = record.received_on
            if day not in known:
                known[day] = target_day(day, working_days, self.city.calendar)
            record.events = [
                (replace(event, target_on=known[day]), response)
                if event.kind is EventKind.ACKNOWLEDGED
                else (event, response)
                for event, response in record.events
            ]

    def _theme(self, content: ThemeContent) -> int:
        theme = Theme(
            service_id=self.service_id,
            author_id=self.authors.author_id,
            created_at=self.city.moment(self.city.opened),
        )
        self.session.add(theme)
        self.session.flush()
        for lang, name in content.name.items():
            self.session.add(ThemeText(theme_id=theme.id, lang=lang, name=name))
        return theme.id

    def _response(self, record: ResponseRecord, content: ThemeContent) -> None:
        published_at = self.city.moment(record.published_on, 11)
        follows = record.follows
        response = Response(
            service_id=self.service_id,
            theme_id=self.theme_ids[record.theme],
            follows_id=self.response_ids[id(follows)] if follows else None,
            outcome=record.outcome.value,
            due_on=record.due_on,
            done_on=record.done_on,
            source_lang="en",
            status="published",
            author_id=self.authors.author_id,
            created_at=published_at - timedelta(days=3),
            published_at=published_at,
            published_on=record.published_on,
        )
        self.session.add(response)
        self.session.flush()
        self.response_ids[id(record)] = response.id
        source = source_hash(*said_parts(content.wording("en", is_followup=bool(follows))))
        profile = PROFILES[content.service]
        for lang in profile.answered_in:
            self.session.add(
                ResponseText(
                    response_id=response.id,
                    lang=lang,
                    **asdict(content.wording(lang, is_followup=bool(follows))),
                    status="reviewed",
                    source_hash=None if lang == "en" else source,
                    author_id=self.authors.author_id,
                    reviewer_id=self.authors.reviewer_id,
                    reviewed_at=published_at - timedelta(days=1),
                    updated_at=published_at - timedelta(days=2),
                )
            )

    def _submission(self, record: SubmissionRecord) -> dict[str, object]:
        token = random_tokens.token_urlsafe(24)
        hour, minute = (14, 20) if record.is_quarantined else self._time()
        return {
            "service_id": self.service_id,
            "instrument": record.instrument,
            "lang": record.lang,
            "channel": record.channel,
            "received_at": min(self.city.moment(record.received_on, hour, minute), self.city.now),
            "received_on": record.received_on,
            "person_key": record.person_key,
            **record.answers,
            "kind": record.kind,
            "comment": record.comment,
            "wants_answer": record.is_case and record.comment is None,
            "joined_theme_id": self.theme_ids[record.theme or 0] if record.is_joined else None,
            "is_case": record.is_case,
            "district": record.district,
            "age_band": record.age_band,
            "is_rating": not record.is_joined,
            "is_verified": record.is_verified,
            "is_quarantined": record.is_quarantined,
            "is_rating_excluded": False,
            "is_redacted": False,
            "has_personal_data": False,
            "token_hash": sha256(token),
            "receipt_hash": sha256(self.city.secrets.receipt_code(token)),
        }

    def _time(self) -> tuple[int, int]:
        return self.random.randint(7, 21), self.random.randint(0, 59)

    def _show_receipts(
        self, slug: str, records: Sequence[SubmissionRecord], rows: list[dict[str, object]]
    ) -> None:
        """Keep the codes of a few recent cases that were told and may be given any verdict yet.

        The last one came in a quarter that is over: so its rating is in a published list.
        """
        for record, row in zip(reversed(records), reversed(rows), strict=True):
            if len(self.city.shown) >= SHOWN_RECEIPTS:
                return
            loop = fold(event for event, _ in record.events)
            waits = loop.told_on and loop.verdict is None and is_first_hand(record.channel)
            taken = any(shown == slug for shown, _ in self.city.shown)
            fits = len(self.city.shown) < SHOWN_RECEIPTS - 1 or self._is_listed(record)
            if record.comment and waits and fits and not taken:
                token = f"demonstration-{slug}"
                code = self.city.secrets.receipt_code(token)
                row["token_hash"], row["receipt_hash"] = sha256(token), sha256(code)
                self.city.shown.append((slug, code))

    def _is_listed(self, record: SubmissionRecord) -> bool:
        """Whether its rating is in the list of a quarter that is over (decision 24)."""
        today = self.city.now.astimezone(self.city.zone).date()
        return record.received_on < quarter_of(today) and not record.is_quarantined

    def _events(self, submission_id: int, record: SubmissionRecord) -> list[dict[str, object]]:
        return [
            event_values(
                submission_id, event, self._at(event), self._links(event, record, response)
            )
            for event, response in record.events
        ]

    def _at(self, event: Event) -> datetime:
        return min(self.city.moment(event.on, 22, 0), self.city.now)

    def _links(
        self, event: Event, record: SubmissionRecord, response: ResponseRecord | None
    ) -> Links:
        is_staff = event.actor == "staff"
        is_themed = event.kind in {"themed", "invited"} and record.theme is not None
        return Links(
            person_id=self.authors.author_id if is_staff else None,
            theme_id=self.theme_ids[record.theme or 0] if is_themed else None,
            response_id=self.response_ids[id(response)] if response else None,
        )

    def _loop(self, submission_id: int, record: SubmissionRecord) -> dict[str, object]:
        return {
            "submission_id": submission_id,
            "service_id": self.service_id,
            "lang": record.lang,
            "kind": record.kind or KIND_OF_CASE,
            "district": record.district,
            "person_key": record.person_key,
            "received_on": record.received_on,
            "is_imported": False,
            "is_joined": record.is_joined,
            **projected(fold(event for event, _ in record.events)),
        }

    def _theme_cases(
        self, cases: Sequence[tuple[int, SubmissionRecord]]
    ) -> list[dict[str, object]]:
        return [
            {
                "theme_id": self.theme_ids[record.theme or 0],
                "submission_id": number,
                "person_id": self.authors.author_id if event.actor is Actor.STAFF else None,
                "added_at": self._at(event),
            }
            for number, record in cases
            for event, _ in record.events
            if event.kind == "themed"
        ]


def _commitments(slug: str, row: Mapping[str, Any]) -> dict[str, str | None]:
    """What the rating form commits to in the transaction of a rating."""
    rating = (
        commit_rating(slug, row["received_on"], row["q0"], row["receipt_hash"])
        if row["is_rating"]
        else None
    )
    return {"commitment": rating, **commit_to_comment(row["comment"])}
