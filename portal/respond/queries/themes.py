"""Themes: what several cases have in common, and who waits in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session

from portal.domain.search_words import is_found
from portal.models.loops import LoopRow
from portal.models.responses import Response, Theme, ThemeCase, ThemeText
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.queries.filters import WAITING
from portal.respond.queries.inbox import PAGE, days_left
from portal.respond.queries.names import Name, service_names, theme_names
from portal.respond.queries.sharing import holds_others
from portal.respond.scoped import get_open_theme, get_service, get_theme
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
    cases: list[ThemeCaseLine]
    page: int
    total: int
    elsewhere: int
    merged_into: tuple[int, Name] | None
    merged: list[tuple[int, Name]]  # into this one
    others: ThemeChoice  # of the service, that it may be merged into

    @property
    def has_next(self) -> bool:
        """Whether there are more cases."""
        return self.page * PAGE < self.total

    @property
    def is_answered(self) -> bool:
        """Whether an answer is published: then cases that go into a new theme stay here as well."""
        return any(response.status == "published" for response in self.responses)


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
    return _choose(session, which, only, words, langs)


def _choose(
    session: Session, which: ColumnElement[bool], home_id: int | None, words: str, langs: list[str]
) -> ThemeChoice:
    """What is offered of these themes: those whose names hold the words, where there are any."""
    if words:
        which &= Theme.id.in_(_find_named(session, which, words))
    lines = _list_lines(session, which, home_id, langs)
    return ThemeChoice(lines[:OFFERED], is_cut=len(lines) > OFFERED)


def _find_named(session: Session, which: ColumnElement[bool], words: str) -> list[int]:
    """The newest of these themes whose names, in whatever languages, hold the words.

    Names are short and read here: they are found as words of residents are, in every script.
    """
    names: defaultdict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(ThemeText.theme_id, ThemeText.name)
        .join(Theme, Theme.id == ThemeText.theme_id)
        .where(which, _is_offered())
        .order_by(Theme.id.desc())
    )
    for theme_id, name in rows:
        names[theme_id].append(name)
    found = (one for one, texts in names.items() if is_found(" ".join(texts), words))
    return list(islice(found, OFFERED + 1))


def _is_offered() -> ColumnElement[bool]:
    """Cases may come into it, and it is more than a name: undoing leaves a theme of nothing."""
    has_cases = exists().where(ThemeCase.theme_id == Theme.id).correlate(Theme)
    has_answer = exists().where(Response.theme_id == Theme.id).correlate(Theme)
    return Theme.merged_into_id.is_(None) & (has_cases | has_answer)


def count_inside(session: Session, theme_id: int, case_ids: Collection[int]) -> int:
    """How many of these cases are in the theme."""
    inside = select(func.count()).where(
        ThemeCase.theme_id == theme_id, ThemeCase.submission_id.in_(case_ids)
    )
    return session.scalar(inside) or 0


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


def get_theme_view(
    session: Session,
    scope: Scope,
    theme_id: int,
    *,
    page: int,
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
    return ThemeView(
        theme=theme,
        is_home=is_home,
        name=theme_names(session, [theme_id], langs)[theme_id],
        names=_names(session, theme_id),
        service=service_names(session, [theme.service_id], langs)[theme.service_id],
        waiting=_waiting(session, theme_id),
        responses=_responses(session, theme_id, with_drafts=is_home),
        cases=_cases(session, scope, theme, page=page, today=today, langs=langs),
        page=page,
        total=total,
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
    return _choose(session, which, theme.service_id, words, langs)


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
    session: Session, scope: Scope, theme: Theme, *, page: int, today: date, langs: list[str]
) -> list[ThemeCaseLine]:
    """Cases of one's own departments: what others wrote is for their departments to read."""
    rows = session.execute(
        _in_theme(theme.id)
        .add_columns(Submission)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .where(Service.department_id.in_(scope.desk))
        .order_by(LoopRow.received_on, LoopRow.submission_id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
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
