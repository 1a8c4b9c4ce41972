"""How each of Marlow's services behaves towards its residents.

Only behaviour is planted here: how often people write, how soon they are told, in which
languages, what they think of it. Every level comes out of the method from the records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

LANGUAGES = (
    ("en", 0.62),
    ("es", 0.2),
    ("vi", 0.06),
    ("zh-Hans", 0.05),
    ("ar", 0.035),
    ("ko", 0.035),
)
"""What share of its residents write in each language."""
EVERY = tuple(lang for lang, _share in LANGUAGES)


class Rhythm(Enum):
    """When a service answers in public."""

    CROWDED = auto()  # ever more often
    STEADY = auto()  # four times a year and more, for two years
    STOPPED = auto()  # as steadily, but not for months before the newest quarter
    LATELY = auto()  # seldom, and steadily since about three quarters


@dataclass(frozen=True)
class Profile:
    """Probabilities are 0..1, `yearly` is submissions a year."""

    yearly: int
    cases: float = 0.55  # of submissions
    told30: float = 0.9
    told90: float = 0.96
    reply: float = 0.45  # of people told
    helped: float = 0.8  # of replies: yes or partly
    looked_again: float = 0.8  # of disputes, within 25 days
    agree: tuple[float, float, float, float, float] = (0.85, 0.75, 0.72, 0.68, 0.35)  # q1..q5
    verified: float = 0.35  # of people told who fill in the full form
    disappointed: float = 0.0  # by how much less these agree that they see what was done (q3)
    unsure: float = 0.08  # who do not know whether they have a say (q5)
    pilot: int = 0  # months before this one until which it asked in earlier words
    answered_in: tuple[str, ...] = EVERY
    offline: bool = True  # paper, phone and counter beside the web
    acknowledged_late: float = 0.02  # of what comes on paper or by phone
    page_missing: tuple[str, ...] = ()  # languages in which nobody checked the page
    responses: int = 6  # how many of its themes were answered
    pause: int = 0  # days since the last response
    promises_kept: float = 0.9
    set_aside: float = 0.02
    years: float = 2.0
    rhythm: Rhythm = Rhythm.CROWDED
    astray: float = 0.07  # of cases: about a theme that nobody has answered
    recent_drop: float = 0.0  # fall of all agreement in the last 90 days
    recent_unseen: float = 0.0  # and by how much more they then do not see what was done (q3)
    slump: float = 0.0  # the same in the 85 days before the newest quarter, and over since
    is_partner: bool = False  # invites whoever was told and decides together with others
    burst: int = 0  # ratings stuffed within one hour
    slower: int = 0  # days since which people wait almost the whole 30 days
    surge: int = 0  # people who raise one theme in the last weeks


_ANSWERS = Profile(yearly=520, rhythm=Rhythm.STEADY)
_LISTENS = Profile(
    yearly=260,
    told30=0.42,
    told90=0.6,
    helped=0.5,
    reply=0.25,
    agree=(0.8, 0.72, 0.4, 0.45, 0.25),
    responses=3,
    promises_kept=0.5,
)
_INFORMS = Profile(
    yearly=110,
    offline=False,
    told30=0.2,
    told90=0.35,
    reply=0.15,
    helped=0.4,
    agree=(0.75, 0.45, 0.25, 0.35, 0.2),
    responses=1,
    pause=200,
)

PROFILES: dict[str, Profile] = {
    # They decide together with others: level 4.
    "library-branches": replace(
        _ANSWERS,
        yearly=700,
        told30=0.985,
        told90=0.995,
        helped=0.92,
        looked_again=1.0,
        astray=0.0,
        agree=(0.93, 0.9, 0.85, 0.8, 0.74),
        promises_kept=1.0,
        is_partner=True,
    ),
    # They answer: level 3.
    "pothole-repair": replace(_ANSWERS, yearly=900),
    "health-clinics": replace(
        _ANSWERS, recent_drop=0.41, recent_unseen=0.2, agree=(0.95, 0.97, 0.8, 0.75, 0.35)
    ),  # a good year, a bad quarter
    # They answered, and now it is in doubt, or over; or it is seen for the first time.
    "park-maintenance": replace(_ANSWERS, slump=0.42, agree=(0.9, 0.88, 0.76, 0.74, 0.3)),
    "senior-meals": replace(_ANSWERS, yearly=420, told30=0.94, helped=0.86, rhythm=Rhythm.STOPPED),
    "curbside-collection": replace(_ANSWERS, yearly=700, burst=34, rhythm=Rhythm.LATELY),
    # They answer, but something stands in the way of being sure.
    "street-lights": replace(
        _ANSWERS,
        yearly=220,
        told30=0.71,
        told90=0.98,
        reply=0.7,
        agree=(0.85, 0.75, 0.82, 0.68, 0.35),
        disappointed=0.57,
    ),  # too close to the threshold, and whoever was answered sees less of it than everybody
    "water-leaks": replace(_ANSWERS, answered_in=("en", "es")),  # others wait for a translation
    # They listen: level 2.
    "sidewalk-repair": _LISTENS,
    "traffic-signals": replace(_LISTENS, yearly=320, surge=23),
    "storm-drains": _LISTENS,
    "bulk-item-pickup": replace(_LISTENS, told30=0.85, told90=0.93, helped=0.25),
    "graffiti-removal": replace(
        _LISTENS,
        yearly=600,
        told30=0.92,
        told90=0.96,
        promises_kept=0.3,
        slower=80,
        reply=0.065,
        helped=0.9,
    ),  # a small crew got smaller; hardly anybody says whether an answer helped
    "bus-stops": replace(_LISTENS, yearly=420, pilot=7),
    "animal-services": replace(_LISTENS, set_aside=0.12),
    "recycling-center": replace(_LISTENS, yearly=200, burst=80),  # most of it under review
    # They inform: level 1.
    "building-permits": _INFORMS,
    "code-enforcement": replace(_INFORMS, yearly=160),
    "power-outages": replace(_INFORMS, yearly=240, unsure=0.75),
    "food-inspections": replace(_INFORMS, yearly=130),
    # Nobody checked the page in every language: not yet level 1.
    "public-housing-repairs": replace(_LISTENS, page_missing=("ko", "ar")),
    "tree-care": replace(_LISTENS, page_missing=("vi",)),
    # Too new or too small to say.
    "bike-lanes": replace(_ANSWERS, yearly=70, years=0.3, responses=2),
    "swimming-pools": replace(_ANSWERS, yearly=22, responses=2),
}
