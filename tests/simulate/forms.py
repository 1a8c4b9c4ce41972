"""Forms on the web in a city that keeps its hours: how often a rush is set apart, and stuffing.

Every figure is of seeded chance. Nobody rates at night, more people do at noon and in the evening,
fewer on Saturdays and Sundays; in one of 28 days a mailing trebles what comes. Hours that should be
alike are not quite (a gamma factor of shape 20). A third of people come through one of eight
networks that many share. Services begin with four weeks of which nothing is set apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from portal.domain.quarantine import BURST_MIN, is_burst, usual_on_web
from tests.simulate.planted import poisson

WEEKLY = (50, 200, 1000)
KNOWN = 28
_DAY = (
    0, 0, 0, 0, 0, 0, 0.02, 0.04, 0.05, 0.05, 0.05, 0.06,
    0.11, 0.09, 0.05, 0.05, 0.06, 0.07, 0.08, 0.09, 0.07, 0.04, 0.02, 0,
)  # fmt: skip
_WEEK = (1.1, 1.1, 1.1, 1.1, 1.1, 0.8, 0.7)
_HOURS_BACK = 28 * 24
_SHAPE = 20
_NETWORKS = 8


@dataclass(frozen=True)
class Place:
    """A service with so many ratings a week. Whoever looks lets everything `honest` through."""

    weekly: int
    is_looked_at: bool
    is_by_mean: bool = False  # the rule with the mean over all hours alone


@dataclass(frozen=True)
class Hour:
    """An hour: how many ratings, how many of them stuffed, whether people were asked to rate."""

    count: int
    stuffed: int
    is_mailed: bool
    is_set_apart: bool


def live(random: Random, place: Place, *, days: int, stuff: int = 0) -> Iterator[Hour]:
    """The hours with ratings once the service is known; in one of a hundred, `stuff` are added."""
    past: dict[int, int] = {}
    for day in range(days):
        is_known = day >= KNOWN
        is_mailed = is_known and not stuff and random.random() < 1 / 28
        for at, share in enumerate(_DAY):
            mean = place.weekly / 7 * share * _WEEK[day % 7] * (3 if is_mailed else 1)
            own = poisson(random, mean * random.gammavariate(_SHAPE, 1 / _SHAPE)) if mean else 0
            extra = stuff if stuff and mean and is_known and random.random() < 0.01 else 0
            hour, count = day * 24 + at, own + extra
            is_apart = is_known and _is_burst(random, place, past, hour, own, extra)
            if is_known and count:
                yield Hour(count, extra, is_mailed, is_apart)
            if not is_apart or (place.is_looked_at and not extra):
                past[hour] = count


def _is_burst(
    random: Random, place: Place, past: dict[int, int], hour: int, own: int, extra: int
) -> bool:
    count = own + extra
    if count < BURST_MIN:
        return False
    ago = {hour - one: n for one, n in past.items() if hour - one <= _HOURS_BACK}
    usual = sum(ago.values()) / _HOURS_BACK if place.is_by_mean else usual_on_web(ago)
    networks = Counter(random.randrange(_NETWORKS) for _ in range(own) if random.random() < 1 / 3)
    return is_burst(count, usual, max(networks.values(), default=1))


@dataclass(frozen=True)
class Found:
    """Shares: of busy hours set apart, of all ratings set apart, of busy hours after a mailing."""

    busy: int
    hours: float
    ratings: float
    mailed: float


def rushes_set_apart(random: Random, places: Sequence[Place], *, days: int) -> Found:
    """What is set apart where nobody stuffs anything; hours with ten ratings and more are busy."""
    hours = [hour for place in places for hour in live(random, place, days=days)]
    busy = [hour for hour in hours if hour.count >= BURST_MIN]
    plain = [hour.is_set_apart for hour in busy if not hour.is_mailed]
    mailed = [hour.is_set_apart for hour in busy if hour.is_mailed]
    apart = sum(hour.count for hour in hours if hour.is_set_apart and not hour.is_mailed)
    every = sum(hour.count for hour in hours if not hour.is_mailed)
    return Found(
        len(plain), sum(plain) / max(len(plain), 1), apart / max(every, 1),
        sum(mailed) / max(len(mailed), 1),
    )  # fmt: skip


def stuffing_found(
    random: Random, places: Sequence[Place], stuff: int, *, days: int
) -> tuple[int, int]:
    """(set apart, all) of the hours in which somebody added so many ratings."""
    hours = [
        hour
        for place in places
        for hour in live(random, place, days=days, stuff=stuff)
        if hour.stuffed
    ]
    return sum(hour.is_set_apart for hour in hours), len(hours)
