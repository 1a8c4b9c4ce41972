"""Grouping cases under a theme, and setting them aside."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.domain.second_person import is_low
from portal.models.loops import ExclusionRequest, LoopRow
from portal.models.responses import Response, Theme, ThemeCase, ThemeText
from portal.models.running import AuditEvent
from portal.respond.act import Act
from portal.respond.rules import OFFERED_REASONS, Conflict, Problem, Refusal
from portal.respond.scoped import (
    find_hand_over_problem,
    get_case,
    get_open_theme,
    lock_themes,
)
from portal.store import audit, outbox
from portal.store.loops import Links, append_event
from portal.store.scope import Scope


class MixedServices(ValueError):
    """A theme that takes one service's cases was to get others."""


def group_cases(
    session: Session,
    act: Act,
    *,
    case_ids: list[int],
    theme_id: int | None,
    name: str,
    lang: str,
    is_shared: bool = False,
    deed: int | None = None,
) -> tuple[int, AuditEvent]:
    """Put cases into a theme, or into a new one with this name in `lang`.

    Returns the theme's id and what was written down; `deed` is the one it is a part of.
    Cases that are in it already stay as they are; those set aside or withdrawn are left out. Where
    the theme has a published response, its telling is asked for. Only a shared theme takes cases of
    other services than its own, else raises MixedServices; Conflict for one that was merged.

    A new theme that is sent twice is one: where the person has put the same cases into a new one of
    this name, it is that.
    """
    # Locked in the order of their ids, so that two people who add the same cases add them once.
    rows = [get_case(session, act.scope, one, lock=True)[0] for one in sorted(set(case_ids))]
    services = {row.service_id for row in rows}
    if theme_id is not None:
        _require_taking(session, get_open_theme(session, act.scope, theme_id), services)
    elif len(services) == 1:
        done = find_same(
            session, act, "cases_grouped", cases=live_cases(rows), name=name, lang=lang
        )
        if done is not None:
            return done.subject_id or 0, done
        theme_id = make_theme(session, act, services.pop(), name, lang, is_shared=is_shared)
    else:
        raise MixedServices
    added = [one for one in live_cases(rows) if add_to_theme(session, act, theme_id, one)]
    ask_to_tell(session, [theme_id], now=act.now, person_id=act.person_id)
    part = {} if deed is None else {"deed": deed}
    event = audit.record(
        session, at=act.now, person_id=act.person_id, action="cases_grouped", subject="theme",
        subject_id=theme_id, cases=added, **part,
    )  # fmt: skip
    return theme_id, event


def live_cases(rows: list[LoopRow]) -> list[int]:
    """Those of the cases that nobody has set aside or withdrawn."""
    return [row.submission_id for row in rows if row.excluded is None and row.withdrawn_on is None]


def find_same(
    session: Session, act: Act, action: str, *, cases: list[int], name: str, lang: str
) -> AuditEvent | None:
    """The last thing the person did, where it put these locked cases into a theme of this name.

    They have to be in it still, and it must not be merged: else the same asked again is no repeat.
    """
    last = session.scalar(
        select(AuditEvent)
        .where(AuditEvent.person_id == act.person_id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    if last is None or last.action != action or last.detail["cases"] != cases:
        return None
    theme_id = last.subject_id
    text = session.get(ThemeText, (theme_id, lang))
    if text is None or text.name != name:
        return None
    is_merged = session.get_one(Theme, theme_id).merged_into_id is not None
    inside = all(session.get(ThemeCase, (theme_id, one)) is not None for one in cases)
    return last if inside and not is_merged else None


def _require_taking(session: Session, theme: Theme, services: set[int]) -> None:
    """Hold the theme, so that until the end nobody merges it or lets it take fewer cases."""
    lock_themes(session, [theme.id])
    session.refresh(theme)
    if theme.merged_into_id is not None:
        raise Conflict
    if not theme.is_shared and services != {theme.service_id}:
        raise MixedServices


def make_theme(
    session: Session, act: Act, service_id: int, name: str, lang: str, *, is_shared: bool
) -> int:
    """A new theme of the service with a name in one language; returns its id."""
    theme = Theme(
        service_id=service_id, author_id=act.person_id, created_at=act.now, is_shared=is_shared
    )
    session.add(theme)
    session.flush()
    session.add(ThemeText(theme_id=theme.id, lang=lang, name=name))
    session.flush()
    return theme.id


def add_to_theme(session: Session, act: Act, theme_id: int, submission_id: int) -> bool:
    """Put one case into the theme; returns whether it was not in it before."""
    if session.get(ThemeCase, (theme_id, submission_id)) is not None:
        return False
    session.add(
        ThemeCase(
            theme_id=theme_id,
            submission_id=submission_id,
            person_id=act.person_id,
            added_at=act.now,
        )
    )
    session.flush()
    append_event(
        session,
        submission_id,
        Event(kind=EventKind.THEMED, on=act.today, actor=Actor.STAFF),
        at=act.now,
        links=Links(person_id=act.person_id, theme_id=theme_id),
    )
    return True


def ask_to_tell(session: Session, theme_ids: list[int], *, now: datetime, person_id: int) -> None:
    """Ask that published responses of these themes reach cases that came in later.

    The themes are locked, as by publishing: a response is either published by now, or will find
    the cases when it is.
    """
    lock_themes(session, theme_ids)
    published = session.scalars(
        select(Response.id)
        .where(Response.theme_id.in_(theme_ids), Response.status == "published")
        .order_by(Response.id)
    )
    for response_id in published:
        outbox.post(
            session, "tell_response", f"tell:{response_id}:later:{now.isoformat()}", now=now,
            response_id=response_id, person_id=person_id,
        )  # fmt: skip


def set_aside(
    session: Session, *, now: datetime, today: date, scope: Scope, submission_id: int, reason: str
) -> bool:
    """Leave a case out of the loop, for a reason that stays visible; its rating stays counted.

    A case rated 1 or 2 only becomes a request, which a second person confirms (SECURITY.md T2).
    Returns whether it was set aside at once. Raises Conflict where a request waits for a decision.
    """
    if reason not in OFFERED_REASONS:
        raise ValueError(f"no such reason: {reason}")
    row, submission = get_case(session, scope, submission_id, lock=True)
    if row.excluded is not None or row.withdrawn_on is not None:
        raise Conflict
    if session.get(ExclusionRequest, submission_id) is not None:
        raise Conflict
    if is_low(submission.q0):
        request_exclusion(session, Act(scope, now, today), submission_id, reason)
        return False
    _exclude(session, Act(scope, now, today), submission_id, reason)
    return True


def request_exclusion(
    session: Session, act: Act, submission_id: int, reason: str, to_service_id: int | None = None
) -> None:
    """Ask a second person to set a case aside, or to hand it over. Raises Conflict if asked."""
    if session.get(ExclusionRequest, submission_id) is not None:
        raise Conflict
    session.add(
        ExclusionRequest(
            submission_id=submission_id,
            reason=reason,
            to_service_id=to_service_id,
            person_id=act.person_id,
            requested_at=act.now,
        )
    )
    details = {} if to_service_id is None else {"to_service": to_service_id}
    _audit_case(session, act, "exclusion_requested", submission_id, reason=reason, **details)


def decide_request(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    submission_id: int,
    is_agreed: bool,
    seen: str | None = None,
) -> int | None:
    """Confirm or refuse a request to set a case aside, or to hand it over; returns to whom.

    Only somebody else than who asked may confirm, and only a hand-over that can still be made (else
    Refusal); who asked may take it back.
    `seen` is when the request that was read was made. Raises Conflict when it was decided already,
    or another one has taken its place.
    """
    row, _submission = get_case(session, scope, submission_id, lock=True)
    request = session.get(ExclusionRequest, submission_id)
    if request is None or seen not in (None, request.requested_at.isoformat()):
        raise Conflict
    if is_agreed and request.person_id == scope.person_id:
        raise Refusal(("", Problem.OWN_REQUEST))
    if is_agreed and request.to_service_id is not None:
        problem = find_hand_over_problem(session, row, request.to_service_id)
        if problem is not None:
            raise Refusal(("", problem))
    session.delete(request)
    session.flush()
    act = Act(scope, now, today)
    if not is_agreed:
        _audit_case(session, act, "exclusion_refused", submission_id, reason=request.reason)
    elif request.to_service_id is not None:
        move_case(session, act, row, request.to_service_id, requested_by=request.person_id)
        return request.to_service_id
    elif row.excluded is None and row.withdrawn_on is None:
        _exclude(session, act, submission_id, request.reason, request.person_id)
    return None


def move_case(
    session: Session, act: Act, row: LoopRow, to_service_id: int, *, requested_by: int | None = None
) -> None:
    """Hand a locked case that waits for its first answer to another service, clock and all.

    It leaves its themes: whoever has it now decides anew where it belongs.
    """
    number, from_service_id = row.submission_id, row.service_id
    append_event(
        session,
        number,
        Event(kind=EventKind.TRANSFERRED, on=act.today, actor=Actor.STAFF),
        at=act.now,
        links=Links(person_id=act.person_id, service_id=to_service_id),
    )
    row.service_id = to_service_id
    session.execute(delete(ThemeCase).where(ThemeCase.submission_id == number))
    _audit_case(
        session, act, "case_handed_over", number, from_service=from_service_id,
        to_service=to_service_id, requested_by=requested_by,
    )  # fmt: skip


def _exclude(
    session: Session, act: Act, submission_id: int, reason: str, requested_by: int | None = None
) -> None:
    append_event(
        session,
        submission_id,
        Event(kind=EventKind.EXCLUDED, on=act.today, actor=Actor.STAFF, reason=reason),
        at=act.now,
        links=Links(person_id=act.person_id),
    )
    _audit_case(
        session, act, "case_excluded", submission_id, reason=reason, requested_by=requested_by
    )


def _audit_case(
    session: Session, act: Act, action: str, submission_id: int, **detail: object
) -> None:
    audit.record(
        session, at=act.now, person_id=act.person_id, action=action, subject="submission",
        subject_id=submission_id, **detail,
    )  # fmt: skip
