"""Themes: what several cases have in common, and who waits in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.responses import Response, Theme, ThemeCase, ThemeText
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.queries.filters import WAITING
from portal.respond.queries.inbox import PAGE, days_left
from portal.respond.queries.sharing import holds_others
from portal.respond.queries.theme_choice import ThemeChoice, choose
from portal.respond.scoped import get_open_theme, get_theme
from portal.store.names import Name, service_names, theme_names
from portal.store.paging import CountedPage, counted_page, on_page
from portal.store.scope import Scope


@dataclass(frozen=True)
class ThemeCaseLine:
    """A case of a theme; the service is named where the theme takes those of several."""

    id: int
    service: Name | None
    words: str | None
    words_lang: str
    lang: str
    state: str
    received_on: date
    days_left: int | None


@dataclass(frozen=True)
class ThemeView:
    """Everything the page of a theme shows.

    `is_home`: it is one's own, to be answered and changed. Of a shared one that is not, there are
    the published answers and one's own cases. `elsewhere` counts the cases of other departments.
    """

    theme: Theme
    is_home: bool
    name: Name
    names: dict[str, str]  # by language
    service: Name
    waiting: dict[str, int]  # people by language
    responses: list[Response]
    cases: CountedPage[ThemeCaseLine]
    elsewhere: int
    merged_into: tuple[int, Name] | None
    merged: list[tuple[int, Name]]  # into this one
    others: ThemeChoice  # of the service, that it may be merged into

    @property
    def is_answered(self) -> bool:
        """Whether an answer is published: then cases that go into a new theme stay here as well."""
        return any(response.status == "published" for response in self.responses)


def count_inside(session: Session, theme_id: int, case_ids: Collection[int]) -> int:
    """How many of these cases are in the theme."""
    inside = select(func.count()).where(
        ThemeCase.theme_id == theme_id, ThemeCase.submission_id.in_(case_ids)
    )
    return session.scalar(inside) or 0


def get_theme_view(
    session: Session,
    scope: Scope,
    theme_id: int,
    *,
    number: int,
    today: date,
    langs: list[str],
    to_change: bool = False,
    find: str = "",
) -> ThemeView:
    """The theme. Raises NotAllowed when it is another department's and not shared.

    `to_change`: whatever is shared by another department is not found either. `find`: words in the
    names of those that it may be merged into.
    """
    theme = (get_theme if to_change else get_open_theme)(session, scope, theme_id)
    is_home = session.get_one(Service, theme.service_id).department_id in scope.desk
    total, elsewhere = _count_cases(session, scope, theme_id)
    cases = _cases(session, scope, theme, number=number, today=today, langs=langs)
    return ThemeView(
        theme=theme,
        is_home=is_home,
        name=theme_names(session, [theme_id], langs)[theme_id],
        names=_names(session, theme_id),
        service=service_names(session, [theme.service_id], langs)[theme.service_id],
        waiting=_waiting(session, theme_id),
        responses=_responses(session, theme_id, with_drafts=is_home),
        cases=counted_page(cases, number, PAGE, total),
        elsewhere=elsewhere,
        merged_into=next(iter(_named(session, Theme.id == theme.merged_into_id, langs)), None),
        merged=_named(session, Theme.merged_into_id == theme_id, langs),
        others=_list_others(session, theme, find, langs) if is_home else ThemeChoice([], False),
    )


def _list_others(session: Session, theme: Theme, words: str, langs: list[str]) -> ThemeChoice:
    """The themes that it may be merged into: of its service, and taking all of its cases."""
    which = (Theme.service_id == theme.service_id) & (Theme.id != theme.id)
    if holds_others(session, theme):
        which &= Theme.is_shared
    return choose(session, which, theme.service_id, words, langs)


def list_names(session: Session, scope: Scope, theme_id: int) -> dict[str, str]:
    """The names of a theme of one's own, by language. Raises NotAllowed for another."""
    get_theme(session, scope, theme_id)
    return _names(session, theme_id)


def _responses(session: Session, theme_id: int, *, with_drafts: bool) -> list[Response]:
    query = select(Response).where(Response.theme_id == theme_id, Response.import_id.is_(None))
    if not with_drafts:
        query = query.where(Response.status == "published")
    return list(session.scalars(query.order_by(Response.id)))


def _in_theme(theme_id: int) -> Select[LoopRow]:
    return (
        select(LoopRow)
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .join(Service, Service.id == LoopRow.service_id)
        .where(ThemeCase.theme_id == theme_id)
    )


def _count_cases(session: Session, scope: Scope, theme_id: int) -> tuple[int, int]:
    """How many cases of one's own departments are in the theme, and how many of others."""
    rows = session.execute(
        _in_theme(theme_id)
        .with_only_columns(Service.department_id, func.count())
        .group_by(Service.department_id)
    )
    counts = {row[0]: row[1] for row in rows}
    own = sum(count for one, count in counts.items() if one in scope.desk)
    return own, sum(counts.values()) - own


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


def _cases(
    session: Session, scope: Scope, theme: Theme, *, number: int, today: date, langs: list[str]
) -> list[ThemeCaseLine]:
    """Cases of one's own departments: what others wrote is for their departments to read."""
    wanted = (
        _in_theme(theme.id)
        .add_columns(Submission)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(Service.department_id.in_(scope.desk))
        .order_by(LoopRow.received_on, LoopRow.submission_id)
    )
    rows = session.execute(on_page(wanted, number, PAGE)).all()
    ids = {row.service_id for row, _submission in rows} if theme.is_shared else set()
    services = service_names(session, ids, langs)
    return [
        ThemeCaseLine(
            id=row.submission_id,
            service=services.get(row.service_id),
            words=submission.comment,
            words_lang=submission.comment_lang or submission.lang,
            lang=row.lang,
            state=row.state,
            received_on=row.received_on,
            days_left=days_left(row, today),
        )
        for row, submission in rows
    ]
