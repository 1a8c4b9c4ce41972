"""Partner organisations, themes to choose from, and the themes' next steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.manage.scoped import get_managed_step, managed_services
from portal.models.loops import LoopRow
from portal.models.partners import CoDecision, Invitation, NextStep, NextStepText, Partner
from portal.models.responses import Theme, ThemeCase
from portal.models.services import Service
from portal.store.evidence.window import count_where
from portal.store.joining import find_ends
from portal.store.names import Name, find_named_themes, service_names, theme_names
from portal.store.paging import Page, on_page_and_one, peeked_page
from portal.store.scope import Scope

CityDay = Callable[[datetime], date]
MOST_THEMES = 500  # to choose from; older ones are found by their names
STEPS = 50  # on a page


@dataclass(frozen=True)
class PartnerLine:
    """A partner, and how many of the portal's co-decisions name it."""

    id: int
    name: str
    is_external: bool
    co_decisions: int


@dataclass(frozen=True)
class ThemeChoice:
    """A theme with its service."""

    id: int
    name: Name
    service: Name


@dataclass(frozen=True)
class ThemeChoices:
    """The themes that are offered, by service, and whether there are more of them."""

    themes: Sequence[ThemeChoice]
    is_cut: bool


@dataclass(frozen=True)
class StepLine:
    """A next step with the theme that holds its cases: how many were invited of those told in it.

    Of those who were told while it was open: from the day it was named to its own, or to the one
    on which it was called off. Whoever was told
    earlier and invited too is among them.
    """

    id: int
    theme: Name
    service: Name
    happens_on: date
    called_off_on: date | None
    languages: list[str]
    invited: int
    told: int


@dataclass(frozen=True)
class StepView:
    """A next step with its texts by language, and who was told in a language that it lacks."""

    line: StepLine
    texts: Mapping[str, NextStepText]
    left_out: Mapping[str, int]  # people told, by language without a text


def list_partners(session: Session) -> list[PartnerLine]:
    """All partners by name."""
    rows = session.execute(
        select(Partner, func.count(CoDecision.id))
        .outerjoin(CoDecision, CoDecision.partner_id == Partner.id)
        .group_by(Partner.id)
        .order_by(func.lower(Partner.name))
    )
    return [PartnerLine(row[0].id, row[0].name, row[0].is_external, row[1]) for row in rows]


def list_theme_choices(
    session: Session, scope: Scope, langs: list[str], *, words: str = ""
) -> ThemeChoices:
    """The newest themes of one's own services; of those whose names hold the words, where given.

    Themes that were merged hold no cases and are not offered.
    """
    own = managed_services(scope).with_only_columns(Service.id)
    which = Theme.service_id.in_(own) & Theme.merged_into_id.is_(None)
    if words:
        which &= Theme.id.in_(find_named_themes(session, which, words, most=MOST_THEMES + 1))
    rows = session.execute(
        select(Theme.id, Theme.service_id)
        .where(which)
        .order_by(Theme.id.desc())
        .limit(MOST_THEMES + 1)
    ).all()
    is_cut, rows = len(rows) > MOST_THEMES, rows[:MOST_THEMES]
    themes = theme_names(session, [row[0] for row in rows], langs)
    services = service_names(session, [row[1] for row in rows], langs)
    found = [
        ThemeChoice(number, themes[number], services[service_id])
        for number, service_id in rows
        if number in themes and service_id in services
    ]
    return ThemeChoices(sorted(found, key=lambda one: (one.service.text, one.name.text)), is_cut)


def page_next_steps(
    session: Session, scope: Scope, number: int, *, city_day: CityDay, langs: list[str]
) -> Page[StepLine]:
    """A page of the next steps of one's own services, the latest day first."""
    own = managed_services(scope).with_only_columns(Service.id)
    query = (
        select(NextStep, Theme.service_id)
        .join(Theme, Theme.id == NextStep.theme_id)
        .where(Theme.service_id.in_(own))
        .order_by(NextStep.happens_on.desc(), NextStep.id.desc())
    )
    rows = session.execute(on_page_and_one(query, number, STEPS)).all()
    found = peeked_page([(row[0], row[1]) for row in rows], number, STEPS)
    return found.showing(_lines(session, found.items, city_day, langs))


def get_step_view(
    session: Session, scope: Scope, step_id: int, *, city_day: CityDay, langs: list[str]
) -> StepView:
    """One next step. Raises NotAllowed when it is another department's."""
    step = get_managed_step(session, scope, step_id)
    theme = session.get_one(Theme, step.theme_id)
    texts = {
        text.lang: text
        for text in session.scalars(
            select(NextStepText).where(NextStepText.next_step_id == step_id)
        )
    }
    told = session.execute(
        select(LoopRow.lang, func.count())
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .where(
            ThemeCase.theme_id == find_ends(session, [step.theme_id])[step.theme_id], *_is_told()
        )
        .group_by(LoopRow.lang)
    )
    left_out = {row[0]: row[1] for row in told if row[0] not in texts}
    line = _lines(session, [(step, theme.service_id)], city_day, langs)[0]
    return StepView(line, texts, left_out)


def _lines(
    session: Session, steps: Sequence[tuple[NextStep, int]], city_day: CityDay, langs: list[str]
) -> list[StepLine]:
    ids = [step.id for step, _ in steps]
    ends = find_ends(session, {step.theme_id for step, _ in steps})
    themes = theme_names(session, list(ends.values()), langs)
    services = service_names(session, [service_id for _, service_id in steps], langs)
    languages: dict[int, list[str]] = {number: [] for number in ids}
    for number, lang in session.execute(
        select(NextStepText.next_step_id, NextStepText.lang)
        .where(NextStepText.next_step_id.in_(ids))
        .order_by(NextStepText.lang)
    ):
        languages[number].append(lang)
    named_on = {step.id: city_day(step.created_at) for step, _ in steps}
    reached = _count_reached(session, named_on, {step.id: ends[step.theme_id] for step, _ in steps})
    nameless = Name(langs[0], "–")
    return [
        StepLine(
            step.id,
            themes.get(ends[step.theme_id], nameless),
            services.get(service_id, nameless),
            step.happens_on,
            step.called_off_on,
            languages[step.id],
            *reached.get(step.id, (0, 0)),
        )
        for step, service_id in steps
    ]


def _count_reached(
    session: Session, named_on: Mapping[int, date], themes: Mapping[int, int]
) -> dict[int, tuple[int, int]]:
    """{next step: (invited, told while it was open or invited)}.

    `named_on` and `themes`, which hold the cases, are by next step.
    """
    if not named_on:
        return {}
    is_invited = Invitation.submission_id.is_not(None)
    opened = case(*((NextStep.id == number, literal(on, Date)) for number, on in named_on.items()))
    closed = func.coalesce(NextStep.called_off_on, NextStep.happens_on)
    theme = case(*((NextStep.id == number, themes[number]) for number in named_on))
    rows = session.execute(
        select(NextStep.id, count_where(is_invited).label("invited"), func.count().label("told"))
        .join(ThemeCase, ThemeCase.theme_id == theme)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .outerjoin(
            Invitation,
            and_(
                Invitation.next_step_id == NextStep.id,
                Invitation.submission_id == ThemeCase.submission_id,
            ),
        )
        .where(
            NextStep.id.in_(named_on),
            *_is_told(),
            or_(is_invited, LoopRow.told_on.between(opened, closed)),
        )
        .group_by(NextStep.id)
    )
    return {row.id: (row.invited, row.told) for row in rows}


def _is_told() -> tuple[ColumnElement[bool], ...]:
    return (
        LoopRow.told_on.is_not(None),
        LoopRow.excluded.is_(None),
        LoopRow.withdrawn_on.is_(None),
    )
