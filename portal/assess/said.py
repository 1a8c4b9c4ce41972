"""How many said so, and what they replied to the answer: figures that move in batches.

A theme's and a response's figures are kept as they may be published: nothing below 10 people, and
no part that follows from the others by subtraction. They move in batches (decision 39): one page
costs a look at one row, however many have written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from portal.assess.queries_said import (
    ELSEWHERE,
    NOWHERE,
    Count,
    count_people,
    count_replies,
    list_published_responses,
    list_published_themes,
)
from portal.assess.results import list_verdicts
from portal.domain.joint_suppression import suppress_beside
from portal.domain.monthly import month_of
from portal.domain.results import VERDICT_PARTS
from portal.domain.suppression import K, suppress
from portal.models.appraisals import ServiceResult
from portal.models.responses import Response, Theme
from portal.models.said import VOICES, Reaction, ThemeDistrict, ThemeFigure
from portal.models.services import Service
from portal.store.clock import Clock
from portal.store.content import raise_content_version
from portal.store.engine import Store
from portal.store.in_turn import do_in_turn
from portal.store.integrity.seals import seal
from portal.store.newest_days import get_appraised_on

_OF_THEMES = ("theme_figure", "theme_district")


def refresh_due(store: Store, clock: Clock) -> int:
    """Refresh the figures of every service, each in a transaction; returns how many moved.

    One that goes wrong keeps no other waiting.
    """
    today = clock.today()
    with store.read() as session:
        services = session.scalars(select(Service.id).order_by(Service.id)).all()
    return do_in_turn(
        services,
        lambda service_id: store.write(refresh_figures, service_id=service_id, today=today),
    )


def refresh_figures(session: Session, *, service_id: int, today: date) -> int:
    """Let the figures of a service's themes and responses move that are due; returns how many."""
    # Two workers at once: the second finds nothing due any more.
    session.execute(select(Service.id).where(Service.id == service_id).with_for_update()).one()
    moved = _refresh_themes(session, service_id, today)
    moved += _refresh_reactions(session, service_id, today)
    if moved:
        raise_content_version(session)
    return moved


def _refresh_themes(session: Session, service_id: int, today: date) -> int:
    known = {row.theme_id: row for row in session.scalars(_figures(service_id))}
    due = {
        theme_id: known.get(theme_id)
        for theme_id in list_published_themes(session, service_id)
        if _is_due(_day_of(known.get(theme_id)), today, K)
    }
    counts = count_people(session, service_id) if due else {}
    moved: list[int] = []
    for theme_id, figure in due.items():
        people = counts.get(theme_id, {})
        if _is_due(_day_of(figure), today, _change(figure, people)):
            _keep_theme(session, figure or ThemeFigure(theme_id=theme_id), people, today)
            moved.append(theme_id)
    for table in _OF_THEMES if moved else ():
        seal(session, today, table, moved)
    return len(moved)


def _keep_theme(
    session: Session, figure: ThemeFigure, people: Mapping[str, int], today: date
) -> None:
    everybody = sum(people.values())
    figure.people, figure.as_of = everybody if everybody >= K else None, today
    session.add(figure)
    session.flush()
    session.execute(delete(ThemeDistrict).where(ThemeDistrict.theme_id == figure.theme_id))
    session.add_all(
        ThemeDistrict(theme_id=figure.theme_id, district=district, people=n)
        for district, n in suppress(people).items()
        if n and district != NOWHERE
    )
    session.flush()


def _refresh_reactions(session: Session, service_id: int, today: date) -> int:
    """All of a service's reactions move together: what they add up to is public elsewhere."""
    known = {row.response_id: row for row in session.scalars(_reactions(service_id))}
    last = min((row.as_of for row in known.values()), default=None)
    ids = list_published_responses(session, service_id)
    new = [one for one in ids if one not in known] if last is not None else []
    for response_id in new:  # until the next batch it has none
        known[response_id] = Reaction(response_id=response_id, as_of=last)
        session.add(known[response_id])
    if new:
        seal(session, today, "reaction", new)
    if not ids or not _may_move(session, service_id, last, today):
        return 0
    counts = count_replies(session, service_id)
    elsewhere = _said(counts.pop(ELSEWHERE, Count()))
    fresh = sum(count.new for count in counts.values())
    if last is not None and fresh < K and get_appraised_on(session, service_id) != today:
        return 0
    rows = [_said(counts.get(response_id, Count())) for response_id in ids]
    # The last row is shown nowhere, but follows from the service's sum and what is shown.
    quarters = list_verdicts(session, service_id, today)
    visible = suppress_beside([*rows, elsewhere], quarters, parts=VERDICT_PARTS)[:-1]
    for response_id, row, shown in zip(ids, rows, visible, strict=True):
        reaction = known.get(response_id) or Reaction(response_id=response_id)
        _keep_reaction(session, reaction, sum(row.values()), shown, today)
    seal(session, today, "reaction", ids)
    return len(ids)


def _said(count: Count) -> dict[str, int]:
    return {verdict: count.people.get(verdict, 0) for verdict in VOICES}


def _keep_reaction(
    session: Session, reaction: Reaction, replies: int, shown: dict[str, int | None], today: date
) -> None:
    reaction.as_of, reaction.replies = today, replies if replies >= K else None
    for verdict in VOICES:
        setattr(reaction, verdict, shown[verdict])
    session.add(reaction)


def _may_move(session: Session, service_id: int, last: date | None, today: date) -> bool:
    """Whether reactions of that day may move: with the results by quarter that they add up to.

    On a day of their own, the difference would show what a few people replied in between.
    """
    if last is None:
        return True
    batch_on = select(func.max(ServiceResult.batch_on))
    return last < today == session.scalar(batch_on.where(ServiceResult.service_id == service_id))


def _is_due(last: date | None, today: date, change: int) -> bool:
    """Whether a theme's figures of that day may move: at first, then in new months, by enough.

    A quarter that begins moves none by itself, for no appraisal holds them: it would show who
    wrote in a few days.
    """
    return last is None or (month_of(today) > month_of(last) and change >= K)


def _day_of(row: ThemeFigure | None) -> date | None:
    return row.as_of if row else None


def _change(figure: ThemeFigure | None, people: Mapping[str, int]) -> int:
    """By how many people the figure would move, up or down; from nothing while none is shown.

    However they came or went: by writing, with a merge, or because a case was set aside. Whoever
    writes again moves nothing.
    """
    shown = (figure and figure.people) or 0
    return abs(sum(people.values()) - shown)


def _figures(service_id: int) -> Select[ThemeFigure]:
    return (
        select(ThemeFigure)
        .join(Theme, Theme.id == ThemeFigure.theme_id)
        .where(Theme.service_id == service_id)
    )


def _reactions(service_id: int) -> Select[Reaction]:
    return (
        select(Reaction)
        .join(Response, Response.id == Reaction.response_id)
        .where(Response.service_id == service_id)
    )
