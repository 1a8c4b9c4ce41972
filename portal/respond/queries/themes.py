"""Themes: what several cases have in common, and who waits in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.responses import Response, Theme, ThemeCase, ThemeText
from portal.models.submissions import Submission
from portal.respond.queries.filters import WAITING
from portal.respond.queries.inbox import PAGE, days_left
from portal.respond.queries.names import Name, service_names, theme_names
from portal.respond.scoped import get_service, get_theme
from portal.store.scope import Scope


@dataclass(frozen=True)
class ThemeLine:
    """A theme in a list to choose from."""

    id: int
    name: Name
    cases: int
    answered_on: date | None  # when its newest answer was published


@dataclass(frozen=True)
class ThemeCaseLine:
    """A case of a theme."""

    id: int
    words: str | None
    words_lang: str
    lang: str
    state: str
    received_on: date
    days_left: int | None


@dataclass(frozen=True)
class ThemeView:
    """Everything the page of a theme shows."""

    theme: Theme
    name: Name
    names: dict[str, str]  # by language
    service: Name
    waiting: dict[str, int]  # people by language
    responses: list[Response]
    cases: list[ThemeCaseLine]
    page: int
    total: int
    merged_into: tuple[int, Name] | None
    merged: list[tuple[int, Name]]  # into this one
    others: list[ThemeLine]  # of the service, that it may be merged into

    @property
    def has_next(self) -> bool:
        """Whether there are more cases."""
        return self.page * PAGE < self.total

    @property
    def is_answered(self) -> bool:
        """Whether an answer is published: then cases that go into a new theme stay here as well."""
        return any(response.status == "published" for response in self.responses)


def list_themes_of(
    session: Session, scope: Scope, service_id: int, *, langs: list[str]
) -> list[ThemeLine]:
    """The themes of a service that cases may come into, the newest first."""
    get_service(session, scope, service_id)
    answered_on = (
        select(func.max(Response.published_on))
        .where(Response.theme_id == Theme.id, Response.status == "published")
        .scalar_subquery()
    )
    rows = session.execute(
        select(Theme.id, func.count(ThemeCase.submission_id), answered_on)
        .outerjoin(ThemeCase, ThemeCase.theme_id == Theme.id)
        .where(Theme.service_id == service_id, Theme.merged_into_id.is_(None))
        .group_by(Theme.id)
        .order_by(Theme.id.desc())
        .limit(200)
    ).all()
    names = theme_names(session, [row[0] for row in rows], langs)
    return [ThemeLine(row[0], names[row[0]], row[1], row[2]) for row in rows if row[0] in names]


def get_theme_view(
    session: Session, scope: Scope, theme_id: int, *, page: int, today: date, langs: list[str]
) -> ThemeView:
    """The theme. Raises NotAllowed when it is another department's."""
    theme = get_theme(session, scope, theme_id)
    total = session.scalar(
        select(func.count()).select_from(ThemeCase).where(ThemeCase.theme_id == theme_id)
    )
    responses = session.scalars(
        select(Response)
        .where(Response.theme_id == theme_id, Response.import_id.is_(None))
        .order_by(Response.id)
    ).all()
    return ThemeView(
        theme=theme,
        name=theme_names(session, [theme_id], langs)[theme_id],
        names=_names(session, theme_id),
        service=service_names(session, [theme.service_id], langs)[theme.service_id],
        waiting=_waiting(session, theme_id),
        responses=list(responses),
        cases=_cases(session, theme_id, page, today),
        page=page,
        total=total or 0,
        merged_into=next(iter(_named(session, Theme.id == theme.merged_into_id, langs)), None),
        merged=_named(session, Theme.merged_into_id == theme_id, langs),
        others=[
            one
            for one in list_themes_of(session, scope, theme.service_id, langs=langs)
            if one.id != theme_id
        ],
    )


def _named(
    session: Session, which: ColumnElement[bool], langs: list[str]
) -> list[tuple[int, Name]]:
    """Themes by their names."""
    ids = session.scalars(select(Theme.id).where(which).order_by(Theme.id)).all()
    return list(theme_names(session, ids, langs).items())


def _names(session: Session, theme_id: int) -> dict[str, str]:
    rows = session.execute(
        select(ThemeText.lang, ThemeText.name).where(ThemeText.theme_id == theme_id)
    )
    return {row[0]: row[1] for row in rows}


def _waiting(session: Session, theme_id: int) -> dict[str, int]:
    rows = session.execute(
        select(LoopRow.lang, func.count(LoopRow.person_key.distinct()))
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .where(
            ThemeCase.theme_id == theme_id,
            LoopRow.state.in_([state.value for state in WAITING]),
        )
        .group_by(LoopRow.lang)
    )
    return {row[0]: row[1] for row in rows}


def _cases(session: Session, theme_id: int, page: int, today: date) -> list[ThemeCaseLine]:
    rows = session.execute(
        select(LoopRow, Submission)
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(ThemeCase.theme_id == theme_id)
        .order_by(LoopRow.received_on, LoopRow.submission_id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return [
        ThemeCaseLine(
            id=row.submission_id,
            words=submission.comment,
            words_lang=submission.comment_lang or submission.lang,
            lang=row.lang,
            state=row.state,
            received_on=row.received_on,
            days_left=days_left(row, today),
        )
        for row, submission in rows
    ]
