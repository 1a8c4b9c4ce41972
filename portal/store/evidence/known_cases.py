"""The cases of a service as they were known on a day.

On a day after which nothing has happened that is the projection. For an earlier day the events up
to then are folded in SQL, by the rules of `portal/domain/loop.py` and to the same facts.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Label,
    Over,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement, count

from portal.domain.loop import EventKind
from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import Submission
from portal.store.evidence.hand_overs import IS_HAND_OVER, ever_with
from portal.store.evidence.window import (
    ANY_DAY,
    ANY_SERVICE,
    SomeDay,
    SomeService,
    Window,
    ask,
)
from portal.store.loops import FACTS

WITHDRAWN = "withdrawn"


def cases_known_on(session: Session, service_id: int, as_of: date) -> FromClause:
    """All cases that the service had on the day, with the facts that were known then.

    The columns are the projection's (without `state`). Cases received later may be among them.
    """
    is_past = has_later_events(session, service_id, as_of)
    return loop_as_of(service_id, as_of) if is_past else counted_now()


def any_cases(is_past: bool) -> FromClause:
    """The same for any service and day: of the past, or after which nothing has happened."""
    return loop_as_of(ANY_SERVICE, Window(ANY_DAY, 0).ago(0)) if is_past else counted_now()


def counted_now() -> FromClause:
    """The projection as it is. "Me too" is left out: it is evidence for nothing (decision 40)."""
    return select(LoopRow.__table__).where(LoopRow.is_joined.is_(False)).subquery("counted_loop")


def is_evidence() -> ColumnElement[bool]:
    """For a query over `LoopRow`: the case is neither set aside nor a "me too"."""
    return and_(LoopRow.excluded.is_(None), LoopRow.is_joined.is_(False))


def has_later_events(session: Session, service_id: int, as_of: date) -> bool:
    """Whether anything has happened since the day to a case that the service had, or has now."""
    return ask(session, _later_events, service_id, as_of).first() is not None


def _later_events() -> Select[Any]:
    # Told in this way, the database begins with the events, of which there are mostly none.
    is_of_service = exists().where(
        LoopRow.submission_id == LoopEvent.submission_id, LoopRow.service_id == ANY_SERVICE
    )
    has_gone = and_(IS_HAND_OVER, LoopEvent.submission_id.in_(ever_with(ANY_SERVICE)))
    today = Window(ANY_DAY, 0).ago(0)
    is_its = or_(is_of_service, has_gone)
    return select(LoopEvent.id).where(LoopEvent.happened_on > today, is_its).limit(1)


def loop_as_of(service_id: SomeService, as_of: SomeDay) -> FromClause:
    """The projection's columns (without `state`) as they were on the day.

    Only cases to which something has happened since need to be folded again. All joins are by an
    index, so that no database can make them quadratic where it knows too little of the tables.
    """
    has_changed = exists().where(
        LoopEvent.submission_id == LoopRow.submission_id, LoopEvent.happened_on > as_of
    )
    is_counted = LoopRow.is_joined.is_(False)
    is_known = and_(LoopRow.service_id == service_id, LoopRow.received_on <= as_of, is_counted)
    names = (*_UNCHANGING, "service_id", *READ_FACTS)
    unchanged = select(*(getattr(LoopRow, name) for name in names)).where(is_known, ~has_changed)
    here = select(LoopRow.submission_id).where(is_known, has_changed)
    gone = select(LoopEvent.submission_id).where(
        IS_HAND_OVER,
        LoopEvent.happened_on > as_of,
        LoopEvent.submission_id.in_(ever_with(service_id)),
    )
    folded = _folded(_known_events(union(here, gone).cte("changed_case"), as_of))
    then = select(*(folded.c[name] for name in names)).where(folded.c.service_id == service_id)
    return union_all(unchanged, then).subquery("loop_as_of")


def _folded(known: CTE) -> Subquery:
    """The facts that the events establish, one row per case."""
    deciding = _deciding_events(known)
    facts: list[Label[object]] = []
    source: FromClause = deciding.join(
        LoopRow.__table__, LoopRow.submission_id == deciding.c.submission_id
    ).join(Submission.__table__, Submission.id == deciding.c.submission_id)
    for place, columns in _FACTS.items():
        event = aliased(LoopEvent.__table__, name=f"{place}_event")
        source = source.outerjoin(event, event.c.id == deciding.c[place])
        facts += [event.c[name].label(fact) for fact, name in columns.items()]
        if place == "excluded":
            reason = case((event.c.kind == EventKind.WITHDRAWN, WITHDRAWN), else_=event.c.reason)
            facts.append(reason.label("excluded"))
        if place == "transferred":
            holder = func.coalesce(event.c.service_id, Submission.service_id)
            facts.append(holder.label("service_id"))
    unchanging = (getattr(LoopRow, name) for name in _UNCHANGING)
    return select(*unchanging, *facts).select_from(source).subquery("folded_case")


_UNCHANGING = (
    "submission_id",
    "lang",
    "kind",
    "district",
    "person_key",
    "received_on",
    "is_imported",
)
# No evidence reads by when the city meant to answer (decision 59).
READ_FACTS = tuple(name for name in FACTS if name != "target_on")
# Which column of which deciding event is which fact.
_FACTS = {
    "acknowledged": {"acknowledged_on": "happened_on"},
    "themed": {"themed_on": "happened_on"},
    "responded": {"responded_on": "happened_on", "outcome": "outcome"},
    "promised": {"due_on": "due_on"},
    "done": {"done_on": "done_on"},
    "told": {"told_on": "happened_on", "told_lang": "lang"},
    "confirmed": {"verdict": "verdict", "verdict_on": "happened_on"},
    "disputed": {"disputed_on": "happened_on"},
    "retold": {"retold_on": "happened_on"},
    "invited": {"invited_on": "happened_on"},
    "withdrawn": {"withdrawn_on": "happened_on"},
    "excluded": {},
    "transferred": {},
}


def _known_events(changed: CTE, as_of: SomeDay) -> CTE:
    """The events up to the day, each with what came before it in its case."""
    event = LoopEvent
    return (
        select(
            event.id,
            event.submission_id,
            event.kind,
            event.due_on,
            event.done_on,
            _earlier(count(event.due_on)).label("promises_before"),
            _earlier(_last_id(EventKind.DISPUTED)).label("disputed_before"),
            _earlier(_last_id(EventKind.RETOLD)).label("retold_before"),
            _earlier(_last_id(EventKind.BOUNCED)).label("bounced_before"),
            _last_id(EventKind.DISPUTED)
            .over(partition_by=event.submission_id)
            .label("last_disputed"),
            func.coalesce(
                _last_id(EventKind.BOUNCED).over(partition_by=event.submission_id), 0
            ).label("last_bounced"),
            _last_id(EventKind.TRANSFERRED)
            .over(partition_by=event.submission_id)
            .label("last_transferred"),
            _last_id(EventKind.CALLED_OFF)
            .over(partition_by=event.submission_id)
            .label("last_called_off"),
        )
        .join(changed, changed.c.submission_id == event.submission_id)
        .where(event.happened_on <= as_of)
        .cte("known_event")
    )


def _last_id(kind: EventKind) -> FunctionElement[int]:
    return func.max(case((LoopEvent.kind == kind, LoopEvent.id)))


def _earlier(aggregate: FunctionElement[int]) -> Over[int]:
    return aggregate.over(
        partition_by=LoopEvent.submission_id, order_by=LoopEvent.id, rows=(None, -1)
    )


def _deciding_events(known: CTE) -> CTE:
    """Per case, the id of the event that decides each fact."""
    event = known.c
    is_responded = event.kind == EventKind.RESPONDED
    # A promise keeps its first date, unless the resident has opened the case again (domain.loop).
    retold_before = func.coalesce(event.retold_before, 0)
    is_new_promise = or_(
        event.promises_before == 0,
        event.disputed_before > retold_before,
        and_(event.disputed_before.is_not(None), event.bounced_before > retold_before),
    )
    ends_dispute = and_(
        event.kind == EventKind.RETOLD,
        event.id > event.last_disputed,
        event.id > event.last_bounced,
    )
    # Once the resident has disputed, what bounces is a later answer, not the first.
    undoes_told = and_(event.kind == EventKind.BOUNCED, event.disputed_before.is_(None))
    last_told = _last(event.id, event.kind == EventKind.TOLD)
    # Whoever is handed a case begins anew: it has left its themes.
    is_with_holder = event.id > func.coalesce(event.last_transferred, 0)
    still_stands = event.id > func.coalesce(event.last_called_off, 0)
    exclusions = (EventKind.EXCLUDED, EventKind.RESTORED, EventKind.WITHDRAWN)
    places: dict[str, ColumnElement[int]] = {
        "acknowledged": _first(event.id, event.kind == EventKind.ACKNOWLEDGED),
        "themed": _first(event.id, and_(event.kind == EventKind.THEMED, is_with_holder)),
        "responded": _last(event.id, is_responded),
        "promised": _last(event.id, and_(is_responded, event.due_on.is_not(None), is_new_promise)),
        "done": _last(
            event.id, and_(is_responded, or_(event.done_on.is_not(None), is_new_promise))
        ),
        "told": case((last_told > func.coalesce(_last(event.id, undoes_told), 0), last_told)),
        "confirmed": _last(event.id, event.kind == EventKind.CONFIRMED),
        "disputed": _last(event.id, event.kind == EventKind.DISPUTED),
        "retold": _first(event.id, ends_dispute),
        "invited": _first(event.id, and_(event.kind == EventKind.INVITED, still_stands)),
        "withdrawn": _last(event.id, event.kind == EventKind.WITHDRAWN),
        "excluded": _last(event.id, event.kind.in_(exclusions)),
        "transferred": _last(event.id, event.kind == EventKind.TRANSFERRED),
    }
    return (
        select(event.submission_id, *(place.label(name) for name, place in places.items()))
        .group_by(event.submission_id)
        .cte("deciding_event")
    )


def _first(event_id: ColumnElement[int], condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.min(event_id).filter(condition)


def _last(event_id: ColumnElement[int], condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.max(event_id).filter(condition)
