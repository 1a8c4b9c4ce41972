"""Early warnings as people read them, on the managers' pages and in the weekly mail.

A warning that the newest round did not find again stays open until somebody closes it, with the
evidence of the day it was last seen: it is said to be gone, since records move on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, or_, select
from sqlalchemy.orm import Session

from portal.domain.words import as_written
from portal.models.running import Setting
from portal.models.services import Service
from portal.models.warnings import OPEN_STATES, WARNING_KINDS, WarningRow
from portal.store.districts import get_district_names
from portal.store.monitors import do_languages_differ
from portal.store.names import Name, service_names, theme_names
from portal.store.texts import InLanguage

DAILY, WEEKLY = "warned_day", "warned_week"
"""Names of the settings that hold the day, and the Monday of the week, of the newest round."""
_ANSWERS_BY_LANGUAGE = ("q0:lang:", "c1:lang:")
_WEEKLY_KINDS = ("ratings", "disparity", "word")


@dataclass(frozen=True)
class WarningView:
    """A warning with its names. `group` is what a disparity is about, as it is stored.

    `measure` is told30, c1 or q0 and `attribute` lang, district or channel, for disparities only.
    `word` is what a suggestion for a theme is called by, in the language in which people write it.
    `is_gone`: open still, but the newest round has not found it again. `is_doubtful`: it compares
    answers between languages, and those may not be comparable now (`store/monitors.py`).
    """

    row: WarningRow
    slug: str
    service: Name
    theme: Name | None = None
    measure: str = ""
    attribute: str = ""
    group: str = ""
    district: Name | None = None
    word: Name | None = None
    is_gone: bool = False
    is_doubtful: bool = False

    @property
    def is_open(self) -> bool:
        """Whether people still have to make something of it."""
        return self.row.state in OPEN_STATES


def view_warnings(
    session: Session, rows: Sequence[tuple[WarningRow, str]], langs: list[str]
) -> list[WarningView]:
    """Warnings (with the slugs of their services) with their names for one reader.

    `langs` = the reader's language, then the fallbacks.
    """
    services = service_names(session, {row.service_id for row, _ in rows}, langs)
    themes = theme_names(
        session, {theme_id_of(row) for row, _ in rows if row.kind == "theme"}, langs
    )
    districts = (
        get_district_names(session, langs[0], langs[1:])
        if any(_is_of_district(row) for row, _ in rows)
        else {}
    )
    rounds = last_rounds(session)
    is_doubtful = any(_compares_answers(row) for row, _ in rows) and do_languages_differ(session)
    return [
        WarningView(
            row,
            slug,
            services.get(row.service_id, InLanguage(langs[0], slug)),
            **_subject_of(row, themes, districts),
            is_gone=_is_gone(row, rounds),
            is_doubtful=is_doubtful and _compares_answers(row),
        )
        for row, slug in rows
    ]


def _subject_of(
    row: WarningRow, themes: Mapping[int, Name], districts: Mapping[str, Name]
) -> dict[str, Any]:
    """What a warning is about beside its service: the fields of its view, as its kind has them."""
    if row.kind == "disparity":
        measure, attribute, group = row.subject.split(":", 2)
        district = districts.get(group) if attribute == "district" else None
        return {"measure": measure, "attribute": attribute, "group": group, "district": district}
    if row.kind == "theme":
        number = theme_id_of(row)
        return {"theme": themes.get(number, InLanguage("en", str(number)))}
    if row.kind == "word":
        lang, _, word = row.subject.partition(":")
        return {"word": InLanguage(lang, as_written(word, row.evidence["words"], lang))}
    return {}


def last_rounds(session: Session) -> dict[str, date]:
    """From which day on warnings count as still seen, by kind; empty before the first round."""
    rows = session.execute(
        select(Setting.name, Setting.value).where(Setting.name.in_((DAILY, WEEKLY)))
    )
    days = {row[0]: date.fromisoformat(row[1]) for row in rows if row[1]}
    of_kinds = {kind: WEEKLY if kind in _WEEKLY_KINDS else DAILY for kind in WARNING_KINDS}
    return {kind: days[name] for kind, name in of_kinds.items() if name in days}


def gone(rounds: Mapping[str, date]) -> ColumnElement[bool]:
    """Whether a warning is open though the newest round of its kind has not found it again."""
    unseen = [
        and_(WarningRow.kind == kind, WarningRow.last_seen_on < day) for kind, day in rounds.items()
    ]
    return and_(WarningRow.state.in_(OPEN_STATES), or_(*unseen) if unseen else false())


def in_order(session: Session) -> tuple[ColumnElement[Any], ...]:
    """The order of every list: what looks different, what may be late, what is gone; newest first.

    Forecasts come back every day wherever people work late: they must not bury the others.
    """
    return (
        case((gone(last_rounds(session)), 1), else_=0),
        WarningRow.kind == "forecast",
        WarningRow.raised_on.desc(),
        WarningRow.id.desc(),
    )


def _is_gone(row: WarningRow, rounds: Mapping[str, date]) -> bool:
    newest = rounds.get(row.kind)
    return row.state in OPEN_STATES and newest is not None and row.last_seen_on < newest


def theme_id_of(row: WarningRow) -> int:
    """The theme that a warning of that kind is about."""
    return int(row.subject.partition(":")[2])


def open_warnings(session: Session, departments: Iterable[int] | None) -> Select[WarningRow, str]:
    """A query for the open warnings of these departments' services (None: all), `in_order`."""
    query = (
        select(WarningRow, Service.slug)
        .join(Service, Service.id == WarningRow.service_id)
        .where(Service.is_active, WarningRow.state.in_(OPEN_STATES))
        .order_by(*in_order(session))
    )
    return query if departments is None else query.where(Service.department_id.in_(departments))


def _is_of_district(row: WarningRow) -> bool:
    return row.kind == "disparity" and ":district:" in row.subject


def _compares_answers(row: WarningRow) -> bool:
    """Whether it is about what people of some language answered, and not about what was done."""
    return row.kind == "disparity" and row.subject.startswith(_ANSWERS_BY_LANGUAGE)
