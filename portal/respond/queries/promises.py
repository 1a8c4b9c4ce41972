"""The ledger of promises: what was promised until when, by whom, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.promises import OPEN_STANDINGS, Standing
from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import Response
from portal.models.services import Service
from portal.store.coverage import DELIVERIES
from portal.store.names import Name, people_names, service_names, theme_names
from portal.store.paging import CountedPage, cut_page
from portal.store.promises import PromiseStory, list_stories
from portal.store.reach import Reach, count_reach
from portal.store.scope import Scope

PAGE = 25
LOOKED_BACK = timedelta(days=730)  # METHOD.md: nothing older is counted
VIEWS: Mapping[str, frozenset[Standing]] = {
    "open": OPEN_STANDINGS,
    "soon": frozenset({Standing.SOON}),
    "overdue": frozenset({Standing.OVERDUE}),
    "broken": frozenset({Standing.BROKEN}),
    "kept": frozenset({Standing.KEPT}),
    "late": frozenset({Standing.LATE}),
}


@dataclass(frozen=True)
class LedgerFilters:
    """What the ledger is narrowed to; None means all."""

    view: str = "open"
    service_id: int | None = None
    author_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class LedgerLine:
    """One promise."""

    story: PromiseStory
    theme: Name
    service: Name
    author: str | None
    told: int  # people who were told of it
    draft_id: int | None  # an answer that follows it, not published yet
    reach: Reach  # of those who were told


@dataclass(frozen=True)
class Ledger:
    """One page of the ledger."""

    page: CountedPage[LedgerLine]
    counts: dict[str, int]  # by view
    services: dict[int, Name]
    authors: dict[int, str]


def get_ledger(
    session: Session,
    scope: Scope,
    filters: LedgerFilters,
    *,
    now: datetime,
    today: date,
    langs: list[str],
) -> Ledger:
    """One page of the promises of one's desk: open ones by their day, done ones newest first."""
    stories = list_stories(session, _mine(scope, today), today=today)
    wanted = [one for one in stories if _fits(one, filters)]
    counts = Counter(one.standing for one in wanted)
    shown = [one for one in wanted if one.standing in VIEWS[filters.view]]
    if filters.view in ("kept", "late"):
        shown.reverse()
    page = cut_page(shown, filters.page, PAGE)
    due = {one.promise.id: one.story.last_due_on for one in page.items if one.story.done_on is None}
    reach = count_reach(session, due, now=now, today=today)
    return Ledger(
        page=page.showing(_lines(session, page.items, reach, langs)),
        counts={view: sum(counts[one] for one in standings) for view, standings in VIEWS.items()},
        services=service_names(session, {one.promise.service_id for one in stories}, langs),
        authors=people_names(session, {one.promise.author_id for one in stories}),
    )


def count_pressing(session: Session, scope: Scope, *, today: date) -> dict[str, int]:
    """How many promises of one's desk are due soon, overdue and broken."""
    counts = Counter(
        one.standing for one in list_stories(session, _mine(scope, today), today=today)
    )
    return {
        one.value: counts[one]
        for one in (Standing.SOON, Standing.OVERDUE, Standing.BROKEN)
        if counts[one]
    }


def _mine(scope: Scope, today: date) -> ColumnElement[bool]:
    services = select(Service.id).where(Service.department_id.in_(scope.desk))
    return Response.service_id.in_(services) & (Response.due_on > today - LOOKED_BACK)


def _fits(story: PromiseStory, filters: LedgerFilters) -> bool:
    return filters.service_id in (None, story.promise.service_id) and filters.author_id in (
        None,
        story.promise.author_id,
    )


def _lines(
    session: Session, stories: Sequence[PromiseStory], reach: Mapping[int, Reach], langs: list[str]
) -> list[LedgerLine]:
    themes = theme_names(session, [one.promise.theme_id or 0 for one in stories], langs)
    services = service_names(session, [one.promise.service_id for one in stories], langs)
    people = people_names(session, [one.promise.author_id for one in stories])
    told, drafts = _told(session, stories), _drafts(session, stories)
    return [
        LedgerLine(
            story=one,
            theme=themes[one.promise.theme_id or 0],
            service=services[one.promise.service_id],
            author=people.get(one.promise.author_id or 0),
            told=told.get(one.promise.id, 0),
            draft_id=drafts.get(one.last.id),
            reach=reach.get(one.promise.id, Reach()),
        )
        for one in stories
    ]


def _told(session: Session, stories: Sequence[PromiseStory]) -> dict[int, int]:
    rows = session.execute(
        select(LoopEvent.response_id, func.count(LoopRow.person_key.distinct()))
        .join(LoopRow, LoopRow.submission_id == LoopEvent.submission_id)
        .where(
            LoopEvent.response_id.in_([one.promise.id for one in stories]),
            LoopEvent.kind.in_(DELIVERIES),
        )
        .group_by(LoopEvent.response_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _drafts(session: Session, stories: Sequence[PromiseStory]) -> dict[int, int]:
    rows = session.execute(
        select(Response.follows_id, Response.id)
        .where(
            Response.follows_id.in_([one.last.id for one in stories]), Response.status == "draft"
        )
        .order_by(Response.id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}
