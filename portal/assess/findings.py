"""From counts to what is worth a warning (METHOD.md section 4), with its figures as evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from statistics import fmean, pstdev
from typing import Any

from portal.assess.queries_warnings import Groups, Pair, Waits, Weeks
from portal.domain.disparities import Table, find_disparities
from portal.domain.warning import (
    CUSUM_LIMIT,
    WEEK,
    ChartStart,
    chart_starts,
    cusum_chart,
    days_before,
    ewma_chart,
    hazard,
    miss_forecast,
    monday_of,
    survival_of_counts,
    theme_surges,
)
from portal.domain.words import Mention, count_word_periods, find_word_surges
from portal.store.untagged import WrittenIn

TARGET_DAYS = 30
HISTORY_MIN = 50
"""Cases that a service needs before its times say what is usual, or what will come."""
USUAL_ANSWERS_MIN = 100
MISSES_MIN = 5
"""Only what is surely more than a few cases is worth somebody's time."""
SD_MIN = 0.25  # of ln(1 + days): where all were told on one day, one more day is no alarm
STILL = timedelta(days=28)  # an alarm that is longer ago is over
RECENT_CASES = 20


@dataclass(frozen=True)
class Finding:
    """Something that looks different, before it is known whether a warning says so already."""

    service_id: int
    kind: str
    subject: str
    evidence: dict[str, Any]


Resolved = Mapping[int, date]
"""{service: day on which its last warning of a kind was done with}."""
Chart = Callable[[ChartStart], dict[str, Any] | None]
"""The evidence of an alarm, drawn from a start on; None without an alarm."""


def find_fallen_ratings(
    ratings: Mapping[int, Weeks], resolved: Resolved, as_of: date
) -> list[Finding]:
    """Services whose weekly share of good ratings has clearly fallen, and still has."""
    found = []
    for service_id, weeks in ratings.items():
        starts = chart_starts(weeks.first_on, resolved.get(service_id), as_of)
        if evidence := _first(partial(_chart_ratings, weeks, as_of=as_of), starts):
            found.append(Finding(service_id, "ratings", "", evidence))
    return found


def _first(chart: Chart, starts: Sequence[ChartStart]) -> dict[str, Any] | None:
    """The evidence of the newest chart that has an alarm."""
    return next(filter(None, map(chart, starts)), None)


def _chart_ratings(weeks: Weeks, start: ChartStart, as_of: date) -> dict[str, Any] | None:
    usual = weeks.between(start.on - start.weeks_before * WEEK, start.weeks_before)
    x, n = sum(x for x, _ in usual), sum(n for _, n in usual)
    if n < USUAL_ANSWERS_MIN:
        return None
    whole_weeks = (as_of + timedelta(days=1) - start.on) // WEEK
    points = ewma_chart(weeks.between(start.on, whole_weeks), x / n, start.limit)
    days = [start.on + point.week * WEEK for point in points]
    if not any(
        point.is_alarm and day > as_of - STILL for day, point in zip(days, points, strict=True)
    ):
        return None
    return {
        "usual_x": x,
        "usual_n": n,
        "usual_weeks": start.weeks_before,
        "points": [
            [day.isoformat(), *point[1:3], round(point.average, 3), round(point.bound, 3)]
            for day, point in zip(days, points, strict=True)
        ],
    }


def find_slower_answers(
    waits: Mapping[int, Waits], resolved: Resolved, as_of: date
) -> list[Finding]:
    """Services whose residents clearly wait longer to be told, and still do."""
    found = []
    for service_id, cases in waits.items():
        starts = chart_starts(cases.first_on, resolved.get(service_id), as_of)
        if evidence := _first(partial(_chart_waits, cases, as_of=as_of), starts):
            found.append(Finding(service_id, "time_to_told", "", evidence))
    return found


def _chart_waits(cases: Waits, start: ChartStart, as_of: date) -> dict[str, Any] | None:
    entered = _entered(cases, as_of)
    # In its first month a service can only have answered quickly: that is not what is usual.
    usual_from = max(
        start.on - start.weeks_before * WEEK, cases.first_on + timedelta(days=TARGET_DAYS + 1)
    )
    usual = [math.log1p(days) for on, days in entered if usual_from <= on < start.on]
    if len(usual) < HISTORY_MIN:
        return None
    mean, sd = fmean(usual), max(pstdev(usual), SD_MIN)
    charted = [(on, days) for on, days in entered if on >= start.on]
    by_day = {
        on: [days for _, days in group] for on, group in groupby(charted, lambda case: case[0])
    }
    heights = cusum_chart(by_day.values(), mean, sd)
    steps = [
        (on, len(days), height) for (on, days), height in zip(by_day.items(), heights, strict=True)
    ]
    if not any(height > CUSUM_LIMIT and on > as_of - STILL for on, _, height in steps):
        return None
    recent = [days for _, days in charted[-RECENT_CASES:]]
    return {
        "usual_days": round(math.expm1(mean), 1),
        "usual_n": len(usual),
        "recent_days": round(math.expm1(fmean(map(math.log1p, recent))), 1),
        "recent_n": len(recent),
        "recent_late": sum(days > TARGET_DAYS for days in recent),
        "points": [
            [week.isoformat(), sum(n for _, n, _ in of_week), round(of_week[-1][2], 2)]
            for week, of_week in (
                (week, list(group))
                for week, group in groupby(steps, lambda step: monday_of(step[0]))
            )
        ],
    }


def _entered(cases: Waits, as_of: date) -> list[tuple[date, int]]:
    """(day, days waited) of each case in the order in which its waiting became known.

    That is when the resident was told, or on the 31st day: from then on it is too late, and a
    case enters only once.
    """
    entered = []
    for (received_on, told_on), n in cases.counts.items():
        waited = TARGET_DAYS + 1
        if told_on is not None:
            waited = min(max((told_on - received_on).days, 0), waited)
        on = received_on + timedelta(days=waited)
        if on <= as_of:
            entered += [(on, waited)] * n
    return sorted(entered)


def find_differences(groups: Groups) -> list[Finding]:
    """Groups that look different, all services and measures judged together."""
    tables = [Table(":".join(map(str, key)), table) for key, table in groups.items()]
    found = []
    for one in find_disparities(tables):
        service_id, measure, attribute = one.subject.split(":")
        evidence = {
            "x": one.x,
            "n": one.n,
            "others_x": one.others_x,
            "others_n": one.others_n,
            "p": float(f"{one.p:.2g}"),
        }
        subject = f"{measure}:{attribute}:{one.group}"
        found.append(Finding(int(service_id), "disparity", subject, evidence))
    return found


def find_surging_themes(
    themes: Mapping[int, tuple[int, Pair]], begun: Mapping[int, date], as_of: date
) -> list[Finding]:
    """Themes that many more people raise than before; the city's themes are judged together.

    `begun` is {service: since when its cases are put in themes}: nobody raised any before.
    """
    days = {
        str(number): days_before(begun[service_id], as_of)
        for number, (service_id, _) in themes.items()
        if service_id in begun
    }
    surging = theme_surges({str(number): pair for number, (_, pair) in themes.items()}, days)
    found = []
    for number in map(int, surging):
        service_id, (now, before) = themes[number]
        evidence = {"now": now, "before": before}
        found.append(Finding(service_id, "theme", f"theme:{number}", evidence))
    return found


def find_surging_words(
    mentions: Mapping[WrittenIn, Sequence[Mention]],
    open_subjects: Collection[tuple[int, str]],
    begun: Mapping[WrittenIn, date],
    as_of: date,
) -> list[Finding]:
    """Words in comments without a theme that many more people write than before.

    `begun` is the day of the first comment about a service in a language: nobody wrote before.
    A suggestion that is open already keeps its word, whichever of its words comes first now.
    """
    found = []
    days = {written_in: days_before(day, as_of) for written_in, day in begun.items()}
    for surge in find_word_surges(mentions, days):
        service_id, lang = surge.group
        subjects = [f"{lang}:{word}" for word in surge.words]
        known = [one for one in subjects if (service_id, one) in open_subjects]
        evidence = {"words": list(surge.words), "now": surge.now, "before": surge.before}
        periods = count_word_periods(mentions[surge.group], surge.words[0])
        subject = (known or subjects)[0]
        found.append(Finding(service_id, "word", subject, {**evidence, "periods": periods}))
    return found


def find_coming_misses(waits: Mapping[int, Waits], as_of: date) -> list[Finding]:
    """Services some of whose open cases will surely pass 30 days at the usual pace."""
    histories = {number: _by_days(cases, as_of) for number, cases in waits.items()}
    city = hazard(_together(list(histories.values())), TARGET_DAYS)
    found = []
    for service_id, daily in histories.items():
        cases = sum(told + still for told, still in daily.values())
        ages = [
            age for age, (_, still) in daily.items() if age <= TARGET_DAYS for _ in range(still)
        ]
        if cases < HISTORY_MIN or not ages:
            continue
        table = survival_of_counts(daily, TARGET_DAYS, city)
        forecast = miss_forecast(ages, table, TARGET_DAYS)
        if round(forecast.low) < MISSES_MIN:
            continue
        evidence = {
            "open": len(ages),
            "expected": round(forecast.expected, 1),
            "low": round(forecast.low),
            "high": round(forecast.high),
            "late": sum(still for age, (_, still) in daily.items() if age > TARGET_DAYS),
            "history": cases,
        }
        found.append(Finding(service_id, "forecast", "", evidence))
    return found


def _by_days(cases: Waits, as_of: date) -> dict[int, Pair]:
    """{days: (told after so many, still open at that age)} of what came in the last year."""
    daily: dict[int, Pair] = {}
    for (received_on, told_on), n in cases.counts.items():
        if (as_of - received_on).days >= 365:
            continue
        days = max(((told_on or as_of) - received_on).days, 0)
        told, still = daily.get(days, (0, 0))
        daily[days] = (told + n, still) if told_on else (told, still + n)
    return daily


def _together(histories: list[dict[int, Pair]]) -> dict[int, Pair]:
    days = sorted({day for daily in histories for day in daily})
    return {
        day: (
            sum(daily.get(day, (0, 0))[0] for daily in histories),
            sum(daily.get(day, (0, 0))[1] for daily in histories),
        )
        for day in days
    }
