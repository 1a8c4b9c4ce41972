"""What stands behind a criterion of today's: cases and ratings one by one, those that failed first.

What has no records of its own is in `made_of.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.information import shown_groups
from portal.domain.monthly import STAFF_K
from portal.manage.queries.services import ManagedService
from portal.models.assessments import Assessment
from portal.models.loops import LoopRow
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.evidence.records import (
    GROUPED,
    Record,
    Records,
    list_group_records,
    list_records,
)
from portal.store.evidence.window import Window
from portal.store.paging import CountedPage, counted_page
from portal.store.scope import NotAllowed, Scope

PAGE = 50


@dataclass(frozen=True)
class Words:
    """What a resident wrote, and in which language."""

    text: str
    lang: str


@dataclass(frozen=True)
class ShownRecord:
    """A record, and what was written where the person may read it.

    `may_read`: it is a case that a department of the person's has today. What was handed to
    another department still counts here, and is read there.
    """

    record: Record
    may_read: bool
    words: Words | None


@dataclass(frozen=True)
class RecordsPage:
    """Records behind a criterion, of which `positive` count for the service.

    `is_hidden`: too few ratings, so that showing them would show who said what.
    """

    page: CountedPage[ShownRecord]
    positive: int
    is_hidden: bool

    @property
    def total(self) -> int:
        """How many there are."""
        return self.page.total


def get_criterion(service: ManagedService, criterion_id: str) -> Mapping[str, Any]:
    """One of today's criteria. Raises NotAllowed for anything else."""
    for criterion in service.shown_result["criteria"]:
        if criterion["id"] == criterion_id:
            found: Mapping[str, Any] = criterion
            return found
    raise NotAllowed


def list_groups(service: ManagedService, criterion: Mapping[str, Any]) -> dict[str, Sequence[int]]:
    """{group: (x, n)} that today's evidence compares, the smallest share first."""
    groups = shown_groups(_todays(service).evidence, criterion["metric"])
    by_share = sorted(groups.items(), key=lambda item: (item[1][0] / item[1][1], item[0]))
    return dict(by_share)


def page_records(
    session: Session,
    scope: Scope,
    service: ManagedService,
    criterion: Mapping[str, Any],
    *,
    group: str | None = None,
    number: int,
) -> RecordsPage:
    """A page of the records that today's figures of a share count, or of one of their groups.

    Raises NotAllowed for a group that the evidence does not name.
    """
    metric, start = criterion["metric"], (number - 1) * PAGE
    if metric in GROUPED:
        records = _of_group(session, service, metric, group, start)
        share, _attribute = GROUPED[metric]
    else:
        todays, share = _todays(service), metric
        window = Window(todays.as_of, todays.evidence["window_days"])
        records = list_records(session, service.id, metric, window, start=start, limit=PAGE)
    is_hidden = share.startswith("q") and 0 < records.total < STAFF_K
    items = [] if is_hidden else records.items
    return RecordsPage(
        page=counted_page(_show(session, scope, items), number, PAGE, records.total),
        positive=records.positive,
        is_hidden=is_hidden,
    )


def _of_group(
    session: Session, service: ManagedService, metric: str, group: str | None, start: int
) -> Records:
    todays = _todays(service)
    groups = shown_groups(todays.evidence, metric)
    if group is None or group not in groups:
        raise NotAllowed
    return list_group_records(
        session, service.id, metric, todays.as_of, group=group, groups=groups.keys(),
        start=start, limit=PAGE,
    )  # fmt: skip


def _todays(service: ManagedService) -> Assessment:
    if service.todays is None:
        raise NotAllowed
    return service.todays


def _show(session: Session, scope: Scope, records: Sequence[Record]) -> list[ShownRecord]:
    rows = session.execute(
        select(Submission.id, Submission.comment, Submission.comment_lang, Submission.lang)
        .join(LoopRow, LoopRow.submission_id == Submission.id)
        .join(Service, Service.id == LoopRow.service_id)
        .where(
            Submission.id.in_([record.submission_id for record in records]),
            Service.department_id.in_(scope.desk),
        )
    )
    own = {
        number: Words(comment, written_in or lang) if comment else None
        for number, comment, written_in, lang in rows
    }
    return [
        ShownRecord(record, record.submission_id in own, own.get(record.submission_id))
        for record in records
    ]
