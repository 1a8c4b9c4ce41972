"""How Marlow's questions were read: in two languages otherwise than meant, and once in other words.

So that the city's monitors have something to find (METHOD.md 1). It lies in translations, not in
people, and moves no level: q6 counts nowhere, and few people answer q5 in the one language.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random

from portal.demo.chance import Chance
from portal.demo.profiles import Profile
from portal.demo.records import SubmissionRecord
from portal.domain.counted_ratings import POSITIVE_FROM
from portal.domain.monthly import months_until

PILOT = "engage-pilot-1"
# There the opposite of q4 has lost its turn: many who agree that problems get fixed agree with it.
BOTH_IN, BOTH = "vi", 0.65
# There "have a say" sounds like deciding alone: most who would agree do not.
ALONE_IN, ALONE = "ko", 0.7


def read_questions(
    random: Random, profile: Profile, submissions: Iterable[SubmissionRecord], today: date
) -> None:
    """Change what was answered, and in which words it was asked, where that was so."""
    chance = Chance(random)
    begun_on = months_until(today, profile.pilot + 1)[0]
    for submission in submissions:
        _misread(chance, submission)
        if profile.pilot and submission.received_on < begun_on:
            submission.instrument = PILOT


def _misread(chance: Chance, submission: SubmissionRecord) -> None:
    answers = submission.answers
    if submission.lang == BOTH_IN and _agrees(answers.get("q4")) and answers.get("q6"):
        if chance.happens(BOTH):
            answers["q6"] = POSITIVE_FROM
    elif submission.lang == ALONE_IN and _agrees(answers.get("q5")) and chance.happens(ALONE):
        answers["q5"] = 2


def _agrees(answer: int | None) -> bool:
    return answer is not None and answer >= POSITIVE_FROM
