"""Marlow's "me too": people who read what others said, and have the same to say (decision 40)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from portal.demo.chance import Chance
from portal.demo.lives import Lives
from portal.demo.profiles import LANGUAGES, Profile
from portal.demo.publishing import ResponseRecord
from portal.demo.records import SubmissionRecord
from portal.store.ratings import QUESTIONS

_FEWEST = 2
_ONE_MORE = 60  # submissions a year for each person more who joins a theme
_EARLY = 1.5  # most of them soon after the answer is published, while people talk about it


def join_themes(
    random: Random,
    profile: Profile,
    responses: Sequence[ResponseRecord],
    districts: Sequence[str],
    today: date,
) -> list[SubmissionRecord]:
    """Cases without a rating that joined the published themes, up to and including `today`."""
    chance, lives = Chance(random), Lives(random, profile, responses, today)
    languages = [pair for pair in LANGUAGES if pair[0] in profile.answered_in]
    joined = []
    for response in responses:
        if response.follows is not None:
            continue
        days = (today - response.published_on).days
        for _ in range(random.randint(_FEWEST, _FEWEST + profile.yearly // _ONE_MORE)):
            submission = SubmissionRecord(
                received_on=response.published_on
                + timedelta(days=int(days * random.random() ** _EARLY)),
                lang=chance.pick(languages),
                channel="web",
                person_key=f"{random.getrandbits(256):064x}",
                answers=dict.fromkeys(QUESTIONS),
                district=random.choice(districts) if chance.happens(0.4) else None,
                theme=response.theme,
                is_case=True,
                is_joined=True,
            )
            lives.join(submission)
            joined.append(submission)
    return joined
