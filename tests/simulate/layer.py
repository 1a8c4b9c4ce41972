"""Early warning as it is wired, tried on rows in a database: false alarms, and what it finds.

Beside the functions of the domain (`planted.py`) this has all that stands between them and a
warning on somebody's page: what is counted and since when, where a chart begins, how often one
looks, what is raised again and what rests. Every figure is (how often, of how many).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assess.warnings import look_daily, look_weekly
from portal.models.loops import LoopRow
from portal.models.warnings import WarningRow
from tests.simulate.rows import WEEK, Built, Plan, build, planted_word
from tests.simulate.walking import empty_store, walk

START = date(2026, 1, 5)  # a Monday
YEAR = 364
TWO_YEARS_EARLIER = START - 104 * WEEK
RUN_DAYS = 28
"""Every so many days all that is found at one look is counted, what rests too."""
FOUND_WITHIN = {"ratings": 43, "time_to_told": 84, "theme": 36, "word": 36, "disparity": 29}
"""Days. A fall is looked for once a week: within six weeks, on the Monday after them."""
BEFORE_CHANGE = 8 * WEEK
PLANTED_DAYS = 22 * 7
Figures = dict[str, tuple[float, int]]


def add_up(parts: list[Figures]) -> Figures:
    """The figures of several cities together."""
    found: Figures = {}
    for name, (x, n) in (one for part in parts for one in part.items()):
        so_far = found.get(name, (0, 0))
        found[name] = (so_far[0] + x, so_far[1] + n)
    return found


def quiet(random: Random, services: int, days: int = YEAR, step: int = 1, **more: Any) -> Figures:
    """A city in which nothing changes: services that have been there for two years."""
    plans = [Plan(TWO_YEARS_EARLIER, **more) for _ in range(services)]
    return _false_alarms(random, plans, days, step)


def young(random: Random, services: int, days: int = YEAR, step: int = 1) -> Figures:
    """A city in which nothing changes, and every service has opened in the last 40 weeks."""
    plans = [Plan(START - random.randint(0, 40) * WEEK) for _ in range(services)]
    return _false_alarms(random, plans, days, step)


def _false_alarms(random: Random, plans: list[Plan], days: int, step: int) -> Figures:
    runs: list[set[str]] = []

    def look(session: Session, day: date) -> None:
        if (day - START).days % RUN_DAYS == 0:
            found = [*look_daily(session, day, _city_day), *look_weekly(session, day, _city_day)]
            runs.append({one.kind for one in found})

    with empty_store() as store:
        store.write(build, random, plans, START + timedelta(days=days))
        store.refresh_statistics()
        rows = walk(store, START, days, step=step, look=look)
    services = len(plans)
    figures: Figures = {}
    for kind in ("ratings", "time_to_told"):
        alarmed = {row.service_id for row in rows if row.kind == kind}
        figures[f"{kind}: services with a false alarm"] = (len(alarmed), services)
    for kind in ("disparity", "theme", "word"):
        raised = sum(row.kind == kind for row in rows)
        figures[f"{kind}: looks that find something"] = (
            sum(kind in run for run in runs),
            len(runs),
        )
        figures[f"{kind}: raised in a city"] = (raised, 1)
    return figures


def planted(random: Random, each: int, step: int = 1) -> Figures:
    """A city with `each` services of every planted change, as many quiet ones, and forecasts."""
    changes: list[Callable[[date], dict[str, Any]]] = [
        lambda day: {"fall_on": day},
        lambda day: {"slow_on": day},
        lambda _day: {"has_gap": True},
        lambda day: {"surge_on": day},
        lambda day: {"word_on": day, "cases": 20},
        lambda _day: {"days": 22, "cases": 12},
        lambda _day: {},
    ]
    plans = [
        Plan(TWO_YEARS_EARLIER, **change(START + BEFORE_CHANGE + random.randrange(7) * WEEK))
        for change in changes
        for _ in range(each)
    ]
    until = START + timedelta(days=PLANTED_DAYS)
    covered: list[bool] = []
    different: list[int] = []  # services with a difference, of each look

    def look(session: Session, day: date) -> None:
        covered.extend(_coverage(session, day))
        if (day - START).days % RUN_DAYS == 0:
            found = look_weekly(session, day, _city_day)
            different.extend(one.service_id for one in found if one.kind == "disparity")

    with empty_store() as store:
        built = store.write(build, random, plans, until + timedelta(days=60))
        store.refresh_statistics()
        rows = walk(store, START, PLANTED_DAYS, step=step, look=look)
    gaps = {one for one, plan in zip(built.services, plans, strict=True) if plan.has_gap}
    raised = [row.service_id for row in rows if row.kind == "disparity"]
    figures = _found(plans, built, rows)
    figures["forecast: the 80 % range covers what came"] = (sum(covered), len(covered))
    for name, services in (("found at a look", different), ("raised in all looks", raised)):
        false = sum(one not in gaps for one in services)
        figures[f"disparity: false ones among those {name}"] = (false, len(services))
    return figures


def _found(plans: list[Plan], built: Built, rows: list[WarningRow]) -> Figures:
    """Which planted changes were raised in time, of those services that were quiet before."""
    found: dict[str, list[bool]] = defaultdict(list)
    for plan, service_id, theme in zip(plans, built.services, built.themes, strict=True):
        for kind, subject, day in (
            ("ratings", "", plan.fall_on),
            ("time_to_told", "", plan.slow_on),
            ("disparity", "told30:lang:es", START if plan.has_gap else None),
            ("theme", f"theme:{theme}", plan.surge_on),
            ("word", "", plan.word_on),
        ):
            own = [row for row in rows if (row.service_id, row.kind) == (service_id, kind)]
            if kind == "word":
                own = [row for row in own if planted_word(service_id) in row.evidence["words"]]
            own = [row for row in own if row.kind == "word" or row.subject == subject]
            if day and not any(row.raised_on < day for row in own):
                last = day + timedelta(days=FOUND_WITHIN[kind])
                found[kind].append(any(row.raised_on <= last for row in own))
    return {f"{kind}: found": (sum(hits), len(hits)) for kind, hits in found.items()}


def _coverage(session: Session, day: date) -> list[bool]:
    """Whether each forecast of the day holds how many open cases really passed 30 days."""
    if day.weekday():
        return []
    rows = session.scalars(
        select(WarningRow).where(WarningRow.kind == "forecast", WarningRow.last_seen_on == day)
    )
    return [
        row.evidence["low"] <= _count_missed(session, row.service_id, day) <= row.evidence["high"]
        for row in rows
    ]


def _count_missed(session: Session, service_id: int, day: date) -> int:
    cases = session.execute(
        select(LoopRow.received_on, LoopRow.told_on).where(
            LoopRow.service_id == service_id, LoopRow.received_on <= day,
            LoopRow.received_on >= day - timedelta(days=30),
        )
    )  # fmt: skip
    return sum(
        told is None or (told > day and (told - received).days > 30) for received, told in cases
    )


def _city_day(moment: Any) -> date:
    found: date = moment.date()
    return found
