"""Writing earlier records of a service, as often as wanted, without doubling.

A record is the same when service, source and id are. One that is unchanged is left alone; a case
that has only gone on since the last import gets the events that are new; anything else that changed
is a problem, because what was received and decided cannot be rewritten. Records that a later file
leaves out stay. Everything happens in one transaction, or nothing does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.domain.loop import apply, fold
from portal.domain.raw_records import (
    RawRating,
    RawRecordError,
    RawRecords,
    RawSubmission,
    arrival,
)
from portal.imports.history import events_of, events_since, record_hash
from portal.imports.history_limits import storable_problems
from portal.imports.history_offers import (
    first_and_newest_day,
    write_co_decisions,
    write_offers,
    write_responses,
)
from portal.imports.history_rows import RowMaker, Source
from portal.models.assessments import HistoryImport
from portal.models.loops import LoopEvent, LoopRow
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store import audit
from portal.store.bulk import batches, insert_all, insert_rows
from portal.store.content import raise_content_version
from portal.store.integrity.seals import seal_import
from portal.store.loops import Links, event_values, facts_of, insert_events, projected
from portal.store.reassessments import ask_to_assess


@dataclass(frozen=True)
class ImportedHistory:
    """How many records are new, have gone on since the last import, and are as they were."""

    added: int
    continued: int
    unchanged: int


def import_history(
    session: Session,
    source: Source,
    records: RawRecords,
    *,
    now: datetime,
    progress: Callable[[int], None] = lambda _done: None,
) -> ImportedHistory:
    """Bring the records of a file in. Raises RawRecordError with every problem; then nothing is.

    `progress` is told again and again how many more submissions and ratings are dealt with.
    """
    problems = storable_problems(records)
    if problems:
        raise RawRecordError(problems)
    session.execute(
        select(Service.id).where(Service.id == source.service_id).with_for_update()
    ).one()
    importer = _Importer(session, source, _open_import(session, source, records, now), progress)
    importer.take_ratings(records.ratings)
    importer.take_cases(records.submissions)
    today = now.astimezone(source.zone).date()
    importer.take_others(records, first_and_newest_day(records) or (today, today), now)
    if importer.problems:
        raise RawRecordError(importer.problems)
    counts = importer.counts
    done = ImportedHistory(counts["added"], counts["continued"], counts["unchanged"])
    seal_import(session, today, importer.import_id)
    raise_content_version(session)  # what it says of the service may be all that is new
    audit.record(
        session,
        at=now,
        person_id=None,
        action="import_history",
        subject="service",
        subject_id=source.service_id,
        source=source.name,
        added=done.added,
        continued=done.continued,
    )
    return done


def _open_import(session: Session, source: Source, records: RawRecords, now: datetime) -> int:
    row = session.scalar(
        select(HistoryImport).where(
            HistoryImport.service_id == source.service_id, HistoryImport.source == source.name
        )
    )
    if row is None:
        row = HistoryImport(
            service_id=source.service_id, source=source.name, channels=0, imported_at=now
        )
        session.add(row)
    row.channels, row.imported_at = records.service.channels, now
    session.flush()
    return row.id


@dataclass(frozen=True)
class _Known:
    submission_id: int
    hash: str | None


class _Importer:
    def __init__(
        self, session: Session, source: Source, import_id: int, progress: Callable[[int], None]
    ) -> None:
        self.session, self.source, self.import_id = session, source, import_id
        self.rows = RowMaker(source, import_id)
        self.progress = progress
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()
        self.known = self._known()

    def take_ratings(self, ratings: Sequence[RawRating]) -> None:
        """Add the ratings that are new, in the order in which they count."""
        new = []
        for rating in sorted(ratings, key=lambda rating: arrival(rating.at, rating.id)):
            known = self.known.get(f"rating:{rating.id}")
            if known is None:
                new.append(rating)
            elif known.hash == record_hash(rating):
                self.counts["unchanged"] += 1
            else:
                self.problems.append(f"ratings (id {rating.id}): has changed since its import")
        self.progress(len(ratings) - len(new))
        self._insert_submissions(map(self.rows.rating_values, new))
        self.counts["added"] += len(new)

    def take_cases(self, cases: Sequence[RawSubmission]) -> None:
        """Add the cases that are new, in the order in which they count, and continue others."""
        new, changed = [], []
        for case in sorted(cases, key=lambda case: arrival(case.received_at, case.id)):
            known = self.known.get(f"case:{case.id}")
            if known is None:
                new.append(case)
            elif known.hash == record_hash(case):
                self.counts["unchanged"] += 1
            else:
                changed.append((known.submission_id, case))
        self.progress(len(cases) - len(new) - len(changed))
        self._insert_submissions(map(self.rows.case_values, new))
        self._open_loops(new)
        self.counts["added"] += len(new)
        for batch in batches(changed):
            self._continue(dict(batch))
            self.progress(len(batch))

    def take_others(self, records: RawRecords, days: tuple[date, date], now: datetime) -> None:
        """Responses, co-decisions, and what the file says of the service itself."""
        session, service_id, import_id = self.session, self.source.service_id, self.import_id
        lang = next(iter(records.service.required_languages), "und")
        added, problems = write_responses(
            session, service_id, import_id, records.responses, self.rows.moment, lang=lang, now=now
        )
        self.problems += problems
        added += write_co_decisions(session, service_id, import_id, records.co_decisions)
        others = len(records.responses) + len(records.co_decisions)
        self.counts["added"] += added
        self.counts["unchanged"] += others - added
        write_offers(session, service_id, import_id, records.service, days)
        ask_to_assess(session, [service_id])

    def _known(self) -> dict[str, _Known]:
        rows = self.session.execute(
            select(Submission.id, Submission.import_ref, Submission.answers_hash).where(
                Submission.import_id == self.import_id
            )
        )
        return {ref: _Known(number, digest) for number, ref, digest in rows if ref is not None}

    def _insert_submissions(self, rows: Iterable[dict[str, Any]]) -> None:
        for done in insert_rows(self.session, Submission, rows):
            self.progress(done)

    def _open_loops(self, cases: Sequence[RawSubmission]) -> None:
        """Events and projection of new cases."""
        self.known = self._known() if cases else self.known
        links = Links(import_id=self.import_id)
        for batch in batches(cases):
            events, loops = [], []
            for case in batch:
                number = self.known[f"case:{case.id}"].submission_id
                story = events_of(case)
                events += [
                    event_values(number, event, self.rows.moment(event.on), links)
                    for event in story
                ]
                loops.append(
                    {
                        **self.rows.identity(case),
                        "submission_id": number,
                        "is_imported": True,
                        **projected(fold(story)),
                    }
                )
            insert_all(self.session, LoopEvent, events)
            insert_all(self.session, LoopRow, loops)

    def _continue(self, changed: Mapping[int, RawSubmission]) -> None:
        """Let cases go on from where the last import (or the portal since) left them."""
        last_days: dict[int, date] = {
            row.submission_id: row.last_on
            for row in self.session.execute(
                select(LoopEvent.submission_id, func.max(LoopEvent.happened_on).label("last_on"))
                .where(LoopEvent.submission_id.in_(changed))
                .group_by(LoopEvent.submission_id)
            )
        }
        rows = self.session.scalars(
            select(LoopRow).where(LoopRow.submission_id.in_(changed)).with_for_update()
        )
        for row in rows:
            case = changed[row.submission_id]
            try:
                self._go_on(row, case, last_days[row.submission_id])
            except ValueError as error:
                self.problems.append(
                    f"submissions (id {case.id}): has changed since its import, and not only"
                    f" gone on: {error}"
                )

    def _go_on(self, row: LoopRow, case: RawSubmission, last_on: date) -> None:
        identity = self.rows.identity(case)
        different = [name for name, value in identity.items() if getattr(row, name) != value]
        if different:
            raise ValueError(", ".join(different))
        events = events_since(facts_of(row), case, last_on)
        links = Links(import_id=self.import_id)
        insert_events(
            self.session,
            [
                event_values(row.submission_id, event, self.rows.moment(event.on), links)
                for event in events
            ],
        )
        loop = reduce(apply, events, facts_of(row))
        self.session.execute(
            update(LoopRow)
            .where(LoopRow.submission_id == row.submission_id)
            .values(**projected(loop))
        )
        self.session.execute(
            update(Submission)
            .where(Submission.id == row.submission_id)
            .values(answers_hash=record_hash(case))
        )
        self.counts["continued"] += 1
