"""The themes that are offered to put cases into, or to merge another into."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session

from portal.models.responses import Response, Theme, ThemeCase
from portal.respond.scoped import get_service
from portal.store.names import Name, find_named_themes, service_names, theme_names
from portal.store.scope import Scope

OFFERED = 200  # at once; older ones are found by their names


@dataclass(frozen=True)
class ThemeLine:
    """A theme in a list to choose from."""

    id: int
    name: Name
    cases: int
    answered_on: date | None  # when its newest answer was published
    home: Name | None  # the service that answers it, where that is another than is asked for


@dataclass(frozen=True)
class ThemeChoice:
    """The themes that are offered, and whether there are more of them."""

    lines: list[ThemeLine]
    is_cut: bool


def list_themes_for(
    session: Session,
    scope: Scope,
    service_ids: Collection[int],
    *,
    words: str = "",
    langs: list[str],
) -> ThemeChoice:
    """The themes that cases of these services may come into, all of them together.

    First those of the service, where it is one, then those that all services share; the newest
    first, and of those whose names hold the words only. Raises NotAllowed when a service is another
    department's.
    """
    for service_id in service_ids:
        get_service(session, scope, service_id)
    only = next(iter(service_ids)) if len(service_ids) == 1 else None
    which = Theme.is_shared | (Theme.service_id == only)
    return choose(session, which, only, words, langs)


def choose(
    session: Session, which: ColumnElement[bool], home_id: int | None, words: str, langs: list[str]
) -> ThemeChoice:
    """What is offered of these themes: those whose names hold the words, where there are any."""
    if words:
        named = find_named_themes(session, which & _is_offered(), words, most=OFFERED + 1)
        which &= Theme.id.in_(named)
    lines = _list_lines(session, which, home_id, langs)
    return ThemeChoice(lines[:OFFERED], is_cut=len(lines) > OFFERED)


def _is_offered() -> ColumnElement[bool]:
    """Cases may come into it, and it is more than a name: undoing leaves a theme of nothing."""
    has_cases = exists().where(ThemeCase.theme_id == Theme.id).correlate(Theme)
    has_answer = exists().where(Response.theme_id == Theme.id).correlate(Theme)
    return Theme.merged_into_id.is_(None) & (has_cases | has_answer)


def _list_lines(
    session: Session, which: ColumnElement[bool], home_id: int | None, langs: list[str]
) -> list[ThemeLine]:
    """Themes that cases may come into, those of the home first."""
    answered_on = (
        select(func.max(Response.published_on))
        .where(Response.theme_id == Theme.id, Response.status == "published")
        .scalar_subquery()
    )
    rows = session.execute(
        select(Theme.id, func.count(ThemeCase.submission_id), answered_on, Theme.service_id)
        .outerjoin(ThemeCase, ThemeCase.theme_id == Theme.id)
        .where(which, _is_offered())
        .group_by(Theme.id, Theme.service_id)
        .order_by(case((Theme.service_id == home_id, 0), else_=1), Theme.id.desc())
        .limit(OFFERED + 1)
    ).all()
    names = theme_names(session, [row[0] for row in rows], langs)
    homes = service_names(session, {row[3] for row in rows} - {home_id}, langs)
    return [
        ThemeLine(row[0], names[row[0]], row[1], row[2], homes.get(row[3]))
        for row in rows
        if row[0] in names
    ]
