"""What happens on which day of the replay: data, so that the story can be read at a glance."""

from __future__ import annotations

from datetime import date, timedelta

from tests.replay.ledger import Words

# Sixty days with the start of a 90-day period, of a quarter and of summer time in them.
FIRST_DAY = date(2027, 1, 20)  # the clocks change within, and no quarter begins
LAST = 60
LAST_HOURS = (14, 15, 16)  # of that day, in which they write too
POSTING = (*range(28), 33, 41, 48, 54)  # days on which residents write
DESK = (5, 12, 19, 33, 40, 47)  # days on which staff work, and the worker then does
VERDICTS = (15, 22, 29, 36, 43, 50, 57, LAST)  # days on which residents look at their receipts
INVITED = (29, 50, 57)  # days on which they fill in the full form behind a receipt
ROUNDS = (13, LAST)  # further rounds of the worker
LOOK_BACK = 26  # evidence of this day is kept and asked for again at the end

REAL_SERVICES = 20  # the most used ones of a real city
CITY = "city-services"
PARKS = "parks-and-recreation"
# (department, its services, language in which its people write): each has two people at a desk.
OFFICES = (
    (CITY, ("pothole-repair", "loose-dog"), "en"),
    (CITY, ("park-maintenance-grounds", "water-conservation-violation"), "en"),
    (CITY, ("traffic-signal-maintenance", "debris-in-street"), "en"),
    (PARKS, ("swimming-pools", "community-gardens"), "es"),
)
SERVICES = tuple(slug for _department, services, _lang in OFFICES for slug in services)
WITH_HISTORY = "community-gardens"  # has earlier records too
STUFFED = "loose-dog"  # many ratings in an hour from everywhere
STUFFED_BY_ONE = "debris-in-street"  # and from one address, too many for a library
LIBRARY = "swimming-pools"  # forty people who share one address

_POOLS = ("Swimming pools", "Piscinas", "Hồ bơi", "游泳池", "المسابح", "수영장")
_GARDENS = ("Community gardens", "Huertos", "Vườn cộng đồng", "社区菜园", "الحدائق", "텃밭")
PARKS_FILE = "\n".join(
    (
        "service_name,name:es,name:vi,name:zh-Hans,name:ar,name:ko,department,description",
        f"{','.join(_POOLS)},Parks and Recreation,Public pools and their hours.",
        f"{','.join(_GARDENS)},Parks and Recreation,Plots to grow food.",
    )
)


def day(number: int) -> date:
    """The city's day so many days after the first."""
    return FIRST_DAY + timedelta(number)


def wording(slug: str, theme: int, version: int, *, is_declined: bool) -> dict[str, Words]:
    """A response's texts; no two are alike, and some have several lines."""
    mark, declined = f"{slug}/{theme}/{version}", is_declined
    return {
        "en": (
            f"You told us what is wrong ({mark}) and what you would like instead.",
            "" if declined else f"We sent a crew ({mark}).\nThey come back after 14 days.",
            f"We cannot do this under state law ({mark}); the reasons are public." * declined,
        ),
        "es": (
            f"Ustedes nos dijeron qué está mal ({mark}) y qué prefieren.",
            ""
            if declined
            else f"Enviamos una cuadrilla ({mark}).\nRegresará en 14 días. ¡Gracias!",
            f"No podemos hacerlo según la ley estatal ({mark}); es público." * declined,
        ),
        "zh-Hans": (
            f"您告诉了我们问题所在（{mark}）以及您的期望。",
            "" if declined else f"我们已派出一组工人（{mark}）。\n他们将在14天后复查。",
            f"根据州法律我们无法这样做（{mark}），理由已公开，请您查阅。" * declined,
        ),
    }
