"""Two invented years of one service, person by person, from a seeded generator.

Makes plain records; `build` stores them. Nothing here knows what level will come of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from portal.demo.chance import Chance
from portal.demo.content import Comment, ThemeContent
from portal.demo.joining import join_themes
from portal.demo.lives import Lives
from portal.demo.profiles import LANGUAGES, Profile
from portal.demo.publishing import publish_responses
from portal.demo.readings import read_questions
from portal.demo.records import History, SubmissionRecord
from portal.domain.doors import is_first_hand
from portal.domain.loop import Actor, EventKind
from portal.domain.publication import quarter_of
from portal.store.secrets import period_of

_CHANNELS = (("web", 0.72), ("phone", 0.12), ("paper", 0.08), ("counter", 0.05), ("kiosk", 0.03))
_KINDS = (("problem", 0.58), ("idea", 0.16), ("question", 0.18), ("praise", 0.08))
_SLUMP = 85  # days
_UNSURE = 0.08
_RECENT = 90
_AGES = (("under_25", 0.15), ("25_44", 0.35), ("45_64", 0.3), ("65_plus", 0.2))


def make_history(
    random: Random,
    profile: Profile,
    themes: Sequence[ThemeContent],
    districts: Sequence[str],
    today: date,
) -> History:
    """Invent the service's last years up to and including `today`."""
    return _Years(random, profile, themes, districts, today).make()


class _Years:
    def __init__(
        self,
        random: Random,
        profile: Profile,
        themes: Sequence[ThemeContent],
        districts: Sequence[str],
        today: date,
    ) -> None:
        self.random, self.chance = random, Chance(random)
        self.profile, self.themes = profile, themes
        self.districts, self.today = districts, today
        self.responses = publish_responses(random, profile, themes, today)
        self.lives = Lives(random, profile, self.responses, today)
        self.people: list[tuple[str, int]] = []

    def make(self) -> History:
        days = int(365 * self.profile.years)
        count = int(self.profile.yearly * self.profile.years)
        # Somewhat more of them of late: people hear of a place that answers.
        ages = sorted(
            (int(days * self.random.random() ** 1.15) for _ in range(count)), reverse=True
        )
        submissions: list[SubmissionRecord] = []
        for age in ages:
            submission = self._submit(self.today - timedelta(days=age))
            submissions.append(submission)
            submissions += self._rate_again(submission)
        submissions += self._stuff()
        submissions += [self._raise_lately() for _ in range(self.profile.surge)]
        # With chances of their own, so that everything else stays as it was planted.
        others = Random(len(submissions))
        submissions += join_themes(others, self.profile, self.responses, self.districts, self.today)
        read_questions(others, self.profile, submissions, self.today)
        submissions.sort(key=lambda submission: submission.received_on)
        return History(self.responses, submissions)

    # -- the residents' side -------------------------------------------------------------------
    def _submit(self, on: date) -> SubmissionRecord:
        lang = self.chance.pick(LANGUAGES)
        channel = self.chance.pick(_CHANNELS) if self.profile.offline else "web"
        submission = SubmissionRecord(
            received_on=on,
            lang=lang,
            channel=channel,
            person_key=self._person(on),
            answers=self._answers(on, full=self.chance.happens(0.6)),
            district=self.random.choice(self.districts) if self.chance.happens(0.6) else None,
            age_band=self.chance.pick(_AGES) if self.chance.happens(0.5) else None,
        )
        if self.chance.happens(self.profile.cases):
            self._open(submission)
        return submission

    def _open(self, submission: SubmissionRecord) -> None:
        submission.is_case = True
        submission.theme = self._theme_for(submission.received_on)
        comment = self._comment(submission)
        submission.comment = comment.text if comment else None
        submission.kind = comment.kind if comment else self.chance.pick(_KINDS)
        self.lives.live(submission)

    def _theme_for(self, on: date) -> int:
        """Mostly a theme that is answered by then or soon; people write of what goes on."""
        soon = [
            response.theme
            for response in self.responses
            if response.published_on <= on + timedelta(days=14) and response.follows is None
        ]
        if soon and not self.chance.happens(self.profile.astray):
            return self.random.choice(soon)
        return self.random.randrange(len(self.themes))

    def _comment(self, submission: SubmissionRecord) -> Comment | None:
        assert submission.theme is not None  # noqa: S101 - set just before
        fitting = [
            comment
            for comment in self.themes[submission.theme].comments
            if comment.lang == submission.lang
        ]
        return self.random.choice(fitting) if fitting and self.chance.happens(0.72) else None

    def _answers(self, on: date, *, full: bool, is_verified: bool = False) -> dict[str, int | None]:
        drop = self._drop(on)
        less = {3: self._unseen(on, is_verified=is_verified)}
        unsure = {5: self.profile.unsure}
        mood = self.profile.agree[3] - drop
        answers: dict[str, int | None] = {"q0": self._stars(mood)}
        for number, share in enumerate(self.profile.agree, 1):
            answers[f"q{number}"] = (
                self._scale(share - drop - less.get(number, 0.0), unsure.get(number, _UNSURE))
                if full
                else None
            )
        answers["q6"] = self._scale(0.95 - self.profile.agree[2] + drop) if full else None
        return answers

    def _drop(self, on: date) -> float:
        """By how much less they agree on this day."""
        quarter_on = quarter_of(self.today)
        is_slump = quarter_on - timedelta(days=_SLUMP) <= on < quarter_on
        slump = self.profile.slump if is_slump else 0.0
        return slump + (self.profile.recent_drop if self._is_recent(on) else 0.0)

    def _unseen(self, on: date, *, is_verified: bool) -> float:
        """By how much less still they agree that they see what was done."""
        profile = self.profile
        lately = profile.recent_unseen if self._is_recent(on) else 0.0
        return lately + (profile.disappointed if is_verified else 0.0)

    def _is_recent(self, on: date) -> bool:
        return (self.today - on).days < _RECENT

    def _stars(self, mood: float) -> int:
        return self._scale_without_dont_know(mood)

    def _scale(self, share: float, unsure: float = _UNSURE) -> int | None:
        if self.chance.happens(unsure):
            return 0
        return None if self.chance.happens(0.03) else self._scale_without_dont_know(share)

    def _scale_without_dont_know(self, share: float) -> int:
        if self.chance.happens(share):
            return 5 if self.chance.happens(0.4) else 4
        return self.random.choices((1, 2, 3), (2, 4, 3))[0]

    def _person(self, on: date) -> str:
        """Mostly somebody new; some write more than once within a period."""
        period = period_of(on)
        known = [key for key, their_period in self.people[-40:] if their_period == period]
        if known and self.chance.happens(0.07):
            return self.random.choice(known)
        key = f"{self.random.getrandbits(256):064x}"
        self.people.append((key, period))
        return key

    def _rate_again(self, submission: SubmissionRecord) -> list[SubmissionRecord]:
        """The full form through the receipt, which is what makes a rating verified."""
        told = [event.on for event, _ in submission.events if event.kind is EventKind.TOLD]
        is_invited = bool(told) and is_first_hand(submission.channel)
        if not is_invited or not self.chance.happens(self.profile.verified):
            return []
        on = told[0] + timedelta(days=self.random.randint(0, 20))
        if on > self.today:
            return []
        same = period_of(on) == period_of(submission.received_on)
        return [
            SubmissionRecord(
                received_on=on,
                lang=submission.lang,
                channel="web",
                person_key=submission.person_key if same else self._person(on),
                answers=self._answers(on, full=True, is_verified=True),
                is_verified=True,
            )
        ]

    def _raise_lately(self) -> SubmissionRecord:
        """Many people write about one thing; staff see what they have in common, and no answer yet.

        These cases are not 30 days old, so that they say nothing about the level.
        """
        on = self.today - timedelta(days=self.random.randint(1, 24))
        submission = SubmissionRecord(
            received_on=on,
            lang=self.chance.pick(LANGUAGES),
            channel="web",
            person_key=self._person(on),
            answers=self._answers(on, full=False),
            district=self.random.choice(self.districts),
            theme=len(self.themes) - 1,
            is_case=True,
        )
        comment = self._comment(submission)
        submission.comment = comment.text if comment else None
        submission.kind = comment.kind if comment else "problem"
        self.lives.add(submission, EventKind.RECEIVED, on, Actor.SYSTEM)
        self.lives.add(submission, EventKind.ACKNOWLEDGED, on, Actor.SYSTEM)
        self.lives.add(submission, EventKind.THEMED, on + timedelta(days=1), Actor.STAFF)
        return submission

    def _stuff(self) -> list[SubmissionRecord]:
        """A burst within one hour, put in quarantine as the worker would have done."""
        on = self.today - timedelta(days=41)
        return [
            SubmissionRecord(
                received_on=on,
                lang="en",
                channel="web",
                person_key=f"{self.random.getrandbits(256):064x}",
                answers={"q0": 5, **{f"q{number}": 5 for number in range(1, 7)}},
                is_quarantined=True,
            )
            for _ in range(self.profile.burst)
        ]
