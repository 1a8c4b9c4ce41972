"""The city's monitors, once a day: may answers be compared, is everybody told alike?

THE SHAPE of `CityFigure.figures`:

- `window_days`: the answers of so many days are watched; `ratings`: how many that were;
- `agreeing`: the acquiescence monitor, `items`: the DIF monitor (`portal/domain/monitors.py`);
- `modes`: {"web" | "other": {"ratings": n, "q0": [x, n], … "q6": [x, n]}}, x answered 4 or 5;
- `parity`: told within 30 days by language over all services and the months below, of the cases
  that are due there, judged as L4.1 is (METHOD.md 3.4; the shape of A.4, parity);
- `months`: a row for each of the last 25 months and each group with anything in it: `month_on`,
  `breakdown`, `value` and, summed over services, `ratings`, `good` (4 and 5), `cases`, `due`,
  `told30`, `yes`, `partly`, `no`; and the distinct people behind `ratings` and behind `due`,
  `people_rating` and `people_due` (None where the breakdown is `all`). Only the newest day keeps
  it;
- `instruments`: {month: [instrument]}, as `months`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assess.monthly import KEPT_FRESH
from portal.assess.operations import snapshot
from portal.assess.queries_monitors import (
    Group,
    count_answers,
    count_people,
    list_instruments,
    sum_months,
)
from portal.domain.monitors import watch_agreeing, watch_items
from portal.domain.monthly import QUESTIONS, months_until
from portal.domain.parity import judge_parity
from portal.models.appraisals import CityFigure
from portal.models.services import Service
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.integrity.seals import seal
from portal.store.thresholds import get_thresholds

WINDOW = 365
BANDS = (0, 1, 2)
_OF_PEOPLE = {"people_rating", "people_due"}
_COUNTED_AGAIN = 2
"""Months whose people are counted every day; earlier ones only where their figures have changed."""


def watch_due(store: Store, clock: Clock) -> int:
    """Watch the city unless it was done today; returns 1 if it was done now."""
    today = clock.today()
    with snapshot(store) as session:
        if session.get(CityFigure, today) is not None:
            return 0
        figures = watch_city(session, today, clock.zone)
    store.write(keep_city_figures, today, figures)
    return 1


def keep_city_figures(session: Session, today: date, figures: Mapping[str, Any]) -> None:
    """Store the day's figures; months are kept with the newest day alone."""
    newest = _get_newest(session)
    if newest is not None and newest.as_of < today:
        newest.figures = {
            name: value
            for name, value in newest.figures.items()
            if name not in ("months", "instruments")
        }
    session.merge(CityFigure(as_of=today, figures=dict(figures)))
    moved = [today] if newest is None else [newest.as_of, today]
    seal(session, today, "city_figure", moved)


def watch_city(session: Session, today: date, zone: ZoneInfo) -> dict[str, Any]:
    """All figures of the day, in the shape above."""
    service_ids = session.scalars(select(Service.id).where(Service.is_active)).all()
    answers = count_answers(session, service_ids, today - timedelta(days=WINDOW), today)
    months = _months(session, today, zone)
    begin = months_until(today, KEPT_FRESH)[0]
    instruments = list_instruments(session, begin)
    criterion = get_thresholds(session, today).of_metric("told30_by_language")
    return {
        "window_days": WINDOW,
        "ratings": sum(counts["ratings"] for counts in answers.values()),
        "agreeing": watch_agreeing(_agreeing(answers)),
        "items": watch_items(_items(answers)),
        "modes": _modes(answers),
        "parity": judge_parity(criterion, _told_by_language(months)),
        "months": months,
        "instruments": {month.isoformat(): names for month, names in instruments.items()},
    }


def _agreeing(answers: Mapping[Group, Counter[str]]) -> dict[str, tuple[int, int]]:
    totals: dict[str, Counter[str]] = {}
    for group, counts in answers.items():
        totals.setdefault(group.lang, Counter()).update(counts)
    return {lang: (counts["both_x"], counts["both_n"]) for lang, counts in totals.items()}


def _items(
    answers: Mapping[Group, Counter[str]],
) -> dict[str, dict[str, list[tuple[int, int]]]]:
    """{item: {language: (agree, do not) per band of q0}}."""
    languages = sorted({group.lang for group in answers})
    bands: dict[tuple[str, int], Counter[str]] = {}
    for group, counts in answers.items():
        bands.setdefault((group.lang, group.band), Counter()).update(counts)
    return {
        item: {
            lang: [_agree_or_not(bands.get((lang, band), Counter()), item) for band in BANDS]
            for lang in languages
        }
        for item in QUESTIONS
    }


def _agree_or_not(counts: Counter[str], item: str) -> tuple[int, int]:
    x, n = counts[f"{item}_x"], counts[f"{item}_n"]
    return x, n - x


def _modes(answers: Mapping[Group, Counter[str]]) -> dict[str, Any]:
    totals = {"web": Counter[str](), "other": Counter[str]()}
    for group, counts in answers.items():
        totals["web" if group.is_web else "other"].update(counts)
    return {
        mode: {
            "ratings": counts["ratings"],
            **{q: [counts[f"{q}_x"], counts[f"{q}_n"]] for q in ("q0", *QUESTIONS)},
        }
        for mode, counts in totals.items()
    }


def _told_by_language(months: list[dict[str, Any]]) -> dict[str, list[int]]:
    totals: dict[str, list[int]] = {}
    for row in months:
        if row["breakdown"] == "lang":
            pair = totals.setdefault(row["value"], [0, 0])
            pair[0] += row["told30"]
            pair[1] += row["due"]
    return totals


def _months(session: Session, today: date, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The city's months with the people behind each group."""
    months = months_until(today, KEPT_FRESH)
    rows, known = _by_month(sum_months(session, months[0])), _list_known(session)
    return [
        row
        for month, found in rows.items()
        for row in (
            _taken_over(found, known.get(month, []) if month < months[-_COUNTED_AGAIN] else [])
            or _with_people(found, count_people(session, month, today, zone))
        )
    ]


def _by_month(rows: Iterable[dict[str, Any]]) -> dict[date, list[dict[str, Any]]]:
    found: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["month_on"], []).append(row)
    return found


def _list_known(session: Session) -> dict[date, list[dict[str, Any]]]:
    """The months of the newest figures that know the people of each group."""
    newest = _get_newest(session)
    rows = newest.figures.get("months", ()) if newest else ()
    return _by_month(
        {**row, "month_on": date.fromisoformat(row["month_on"])}
        for row in rows
        if row.keys() >= _OF_PEOPLE
    )


def _taken_over(
    rows: list[dict[str, Any]], known: list[dict[str, Any]]
) -> list[dict[str, Any]] | None:
    """The month as it is known, if nothing in it has changed.

    Earlier months do change: records are brought in, cases are set aside, the worker stands still.
    """
    if rows != [{name: row[name] for name in row.keys() - _OF_PEOPLE} for row in known]:
        return None
    return [{**row, "month_on": row["month_on"].isoformat()} for row in known]


def _with_people(
    rows: list[dict[str, Any]], people: Mapping[tuple[str, str], tuple[int, int]]
) -> list[dict[str, Any]]:
    """The month with the people of each group; one of nobody is hidden (`make_series`)."""
    found = []
    for row in rows:
        is_all = row["breakdown"] == "all"
        raters, due = people.get((row["breakdown"], row["value"]), (0, 0))
        found.append(
            {
                **row,
                "month_on": row["month_on"].isoformat(),
                "people_rating": None if is_all else raters,
                "people_due": None if is_all else due,
            }
        )
    return found


def _get_newest(session: Session) -> CityFigure | None:
    return session.scalar(select(CityFigure).order_by(CityFigure.as_of.desc()).limit(1))
