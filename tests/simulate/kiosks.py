"""Kiosks in a city that keeps its hours: how often a rush is set apart, and how often stuffing is.

Every figure is of seeded chance. A kiosk is open ten hours a day. `rate` is what it has in an hour
on the whole; `day` and `week` say when people come; and hours that should be alike are not quite,
as where buses arrive (a gamma factor of shape 6, so that counts vary more than Poisson's).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from portal.domain.quarantine import is_kiosk_burst, usual_at_kiosks
from tests.simulate.planted import poisson

RATES = (1, 3, 6, 10, 20)
DAYS: Mapping[str, Sequence[float]] = {
    "even": [1.0] * 10,
    "morning and afternoon": [0.5, 0.7, 1.0, 1.6, 1.4, 0.8, 1.0, 1.5, 1.0, 0.5],
    "one rush": [0.3, 0.4, 0.6, 2.6, 2.2, 0.6, 0.6, 1.3, 0.9, 0.5],
}
WEEKS: Mapping[str, Sequence[float]] = {
    "six days": [1, 1, 1, 1, 1, 1, 0],
    "market day": [0.7, 0.7, 0.7, 0.8, 1.0, 2.5, 0],
    "one day": [0, 0, 1, 0, 0, 0, 0],
}
KNOWN = 35  # days after which four weeks are behind a kiosk
_HOURS_BACK = 28 * 24
_BUSY = 10
_SHAPE = 6


@dataclass(frozen=True)
class Place:
    """Where a kiosk stands."""

    rate: float
    day: Sequence[float]
    week: Sequence[float]


@dataclass(frozen=True)
class Hour:
    """An hour: on which day since the kiosk came, how many ratings, how many of them stuffed."""

    day: int
    count: int
    stuffed: int
    is_set_apart: bool
    is_over_mean: bool  # by METHOD.md's mean over all hours of the 28 days


def live(random: Random, place: Place, *, days: int, stuff: int = 0) -> Iterator[Hour]:
    """The kiosk's hours with ratings; in one of fifty somebody adds `stuff`, once it is known."""
    past: dict[int, int] = {}
    for day in range(days):
        for at, share in enumerate(place.day):
            hour = day * 24 + at
            mean = place.rate * share * place.week[day % 7]
            own = poisson(random, mean * random.gammavariate(_SHAPE, 1 / _SHAPE)) if mean else 0
            extra = stuff if stuff and mean and day >= KNOWN and random.random() < 0.02 else 0
            count = own + extra
            if not count:
                continue
            ago = {hour - one: n for one, n in past.items() if hour - one <= _HOURS_BACK}
            is_apart = is_kiosk_burst(count, usual_at_kiosks(ago))
            is_over = is_kiosk_burst(count, sum(ago.values()) / _HOURS_BACK)
            yield Hour(day, count, extra, is_apart, is_over)
            if not is_apart:
                past[hour] = count


def places(rate: float) -> list[Place]:
    """Kiosks with this rate, one for each way in which people may come."""
    return [Place(rate, day, week) for day in DAYS.values() for week in WEEKS.values()]


def rushes_set_apart(
    random: Random, kiosks: Sequence[Place], *, days: int = 91
) -> tuple[int, int, int]:
    """(set apart, set apart by a mean over all hours, all) of busy hours at known kiosks."""
    hours = [
        hour
        for kiosk in kiosks
        for hour in live(random, kiosk, days=days)
        if hour.day >= KNOWN and hour.count >= _BUSY
    ]
    apart = sum(hour.is_set_apart for hour in hours)
    return apart, sum(hour.is_over_mean for hour in hours), len(hours)


def stuffing_found(
    random: Random, kiosks: Sequence[Place], stuff: int, *, days: int = 126
) -> tuple[int, int]:
    """(set apart, all) of the hours in which somebody added so many ratings."""
    hours = [
        hour
        for kiosk in kiosks
        for hour in live(random, kiosk, days=days, stuff=stuff)
        if hour.stuffed
    ]
    return sum(hour.is_set_apart for hour in hours), len(hours)
