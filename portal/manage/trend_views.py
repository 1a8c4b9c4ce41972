"""Trends as pages and tables show them: chosen months and groups, series, words for groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.data import load_instrument
from portal.domain.monthly import Counts, months_until, shown_groups, total
from portal.domain.trends import (
    RATINGS,
    TOLD,
    Distribution,
    Figure,
    Series,
    distributions,
    find_breaks,
    make_series,
)
from portal.manage.queries import trends as queries
from portal.store.districts import list_districts
from portal.web.formats import language_name
from portal.web.i18n import current_language
from portal.web.warning_words import channel_name

SPANS = (12, 24)
GROUPS: dict[str, Any] = {
    "lang": _l("Language"),
    "district": _l("District"),
    "channel": _l("Channel"),
    "kind": _l("Kind"),
}
BY: dict[str, Any] = {
    "lang": _l("by language"),
    "district": _l("by district"),
    "channel": _l("by channel"),
    "kind": _l("by kind"),
}
POOL_WORDS = _l("Small groups together")


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; whatever makes no sense is the usual."""

    span: int = 12
    by: str = "lang"

    @classmethod
    def parse(cls, raw: Mapping[str, str]) -> Wanted:
        """From the address's query."""
        span = int(raw["months"]) if raw.get("months") in {str(one) for one in SPANS} else 12
        return cls(span, raw["by"] if raw.get("by") in GROUPS else "lang")

    def months(self, today: date) -> list[date]:
        """The months that have ended, and the one that has not."""
        return months_until(today, self.span + 1)


@dataclass(frozen=True)
class Trends:
    """Everything about one service, or the city, that is drawn over months."""

    months: Sequence[date]
    total: Counts
    ratings: Series | None
    told: Series | None
    groups_ratings: Sequence[Series]
    groups_told: Sequence[Series]
    breaks: Mapping[date, str]

    @property
    def good(self) -> tuple[int, int]:
        """(good ratings, all) of the months that are shown."""
        return _sum_shown(self.ratings)

    @property
    def told30(self) -> tuple[int, int]:
        """(told within 30 days, old enough) of the months that are shown."""
        return _sum_shown(self.told)


def _sum_shown(series: Series | None) -> tuple[int, int]:
    """Without hidden months: they would follow from the sum and the others."""
    shown = series.shown if series else ()
    return sum(point.x for point in shown), sum(point.n for point in shown)


def service_trends(session: Session, service_id: int, wanted: Wanted, today: date) -> Trends:
    """The trends of one service."""
    months = wanted.months(today)
    whole = [one for _id, one in queries.list_figures(session, [service_id], months, "all")]
    groups = [one for _id, one in queries.list_figures(session, [service_id], months, wanted.by)]
    return _make(whole, groups, months, find_breaks(_instruments(whole)))


def city_trends(city: queries.City, wanted: Wanted, today: date) -> Trends:
    """The trends of all services together."""
    months = wanted.months(today)
    whole = queries.city_figures(city, months, "all")
    groups = queries.city_figures(city, months, wanted.by)
    breaks = {month: name for month, name in queries.city_breaks(city).items() if month in months}
    return _make(whole, groups, months, breaks)


def _make(
    whole: Sequence[Figure],
    groups: Sequence[Figure],
    months: Sequence[date],
    breaks: Mapping[date, str],
) -> Trends:
    return Trends(
        months=months,
        total=total(figure.counts for figure in whole),
        ratings=_first(make_series(whole, months, RATINGS, breaks)),
        told=_first(make_series(whole, months, TOLD)),
        groups_ratings=make_series(groups, months, RATINGS, breaks),
        groups_told=make_series(groups, months, TOLD),
        breaks=breaks,
    )


def _first(series: Sequence[Series]) -> Series | None:
    return series[0] if series else None


def _instruments(figures: Sequence[Figure]) -> dict[date, list[str]]:
    found: dict[date, list[str]] = {}
    for figure in figures:
        if figure.counts["ratings"]:
            found.setdefault(figure.month_on, []).append(figure.instrument)
    return found


def answers_of(
    session: Session, service_id: int, wanted: Wanted, today: date
) -> tuple[str | None, list[Distribution]]:
    """The newest instrument of the time, and how its questions were answered.

    Months are left out in which so few answered it, or others beside it, that the month's own
    figures would give them away.
    """
    months = wanted.months(today)
    figures = [one for _id, one in queries.list_figures(session, [service_id], months, "all")]
    asked = [figure for figure in figures if figure.counts["ratings"]]
    if not asked:
        return None, []
    newest = asked[-1].instrument
    people: dict[date, dict[str, int]] = {}
    for figure in asked:
        people.setdefault(figure.month_on, {})[figure.instrument] = figure.counts["ratings"]
    shown = [
        figure.counts
        for figure in asked
        if figure.instrument == newest and newest in shown_groups(people[figure.month_on])
    ]
    return (newest, distributions(total(shown))) if shown else (None, [])


def question_text(question: str) -> str:
    """The question's words in the page's language."""
    return load_instrument().text(f"{question}.text", current_language())


def answer_text(question: str, value: int) -> str:
    """The answer's words in the page's language."""
    instrument, lang = load_instrument(), current_language()
    if value == 0:
        return instrument.text("scale.dont_know", lang)
    scale = instrument.items[question].scale
    return dict(instrument.options(scale, lang))[str(value)]


def group_namer(session: Session, by: str, langs: Sequence[str]) -> dict[str, str]:
    """Names of groups that are stored as data; others are named by `group_name`."""
    if by != "district":
        return {}
    return dict(list_districts(session, langs[0], langs[1:], with_closed=True))


def group_name(by: str, value: str, names: Mapping[str, str]) -> str:
    """What a group is called in the page's language."""
    match by:
        case "lang":
            return language_name(value)
        case "kind":
            return load_instrument().text(f"kind.{value}", current_language())
        case "channel":
            return channel_name(value)
        case _:
            return names.get(value, value)


CSV_COLUMNS = (
    "month", "breakdown", "group", "measure", "x", "n", "share", "low", "high", "series_break",
)  # fmt: skip


def csv_rows(trends: Trends, by: str) -> Iterator[list[object]]:
    """A row per month, group and measure; hidden cells are there without figures."""
    measures = ((RATINGS, trends.ratings, trends.groups_ratings),
                (TOLD, trends.told, trends.groups_told))  # fmt: skip
    for measure, whole, groups in measures:
        everybody = [("all", whole)] if whole else []
        for breakdown, series in [*everybody, *((by, one) for one in groups)]:
            for point in series.points:
                row: list[object] = [
                    point.month_on.isoformat()[:7],
                    breakdown,
                    series.name,
                    measure,
                ]
                low_high = point.interval
                if point.is_hidden:
                    figures: list[object] = ["under 5 people", None, None, None, None]
                elif low_high is None:
                    figures = [point.x, point.n, None, None, None]
                else:
                    figures = [point.x, point.n, *(round(v, 4) for v in
                               (point.x / point.n, *low_high))]  # fmt: skip
                yield [*row, *figures, "yes" if point.is_after_break else ""]
