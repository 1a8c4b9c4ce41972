"""The invented lives of Marlow's cases: told or not, answered again, confirmed, disputed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from portal.demo.chance import Chance
from portal.demo.profiles import Profile
from portal.demo.publishing import ResponseRecord
from portal.demo.records import SubmissionRecord
from portal.domain.doors import takes_verdict
from portal.domain.loop import Actor, Event, EventKind, Verdict


class Lives:
    """What becomes of the cases of one service; it changes the records that it is given."""

    def __init__(
        self, random: Random, profile: Profile, responses: Sequence[ResponseRecord], today: date
    ) -> None:
        """Let cases live up to and including `today`, answered by these responses."""
        self.random, self.chance = random, Chance(random)
        self.profile, self.responses, self.today = profile, responses, today

    def join(self, submission: SubmissionRecord) -> None:
        """A case that its resident put into an answered theme: the next worker tells it."""
        on = submission.received_on
        self.add(submission, EventKind.RECEIVED, on, Actor.SYSTEM)
        self.add(submission, EventKind.ACKNOWLEDGED, on, Actor.SYSTEM)
        self.add(submission, EventKind.THEMED, on, Actor.RESIDENT)
        response = self._response_by(submission, on)
        assert response is not None  # noqa: S101 - nobody joins what is not published
        self._answer(submission, response, on, EventKind.TOLD)
        self._follow_up(submission, response, on)
        self._reply(submission, response, on)

    def live(self, submission: SubmissionRecord) -> None:
        """A case that its resident wrote: set aside, left waiting, or told sooner or later."""
        received = submission.received_on
        self.add(submission, EventKind.RECEIVED, received, Actor.SYSTEM)
        late = submission.channel != "web" and self.chance.happens(self.profile.acknowledged_late)
        self.add(
            submission,
            EventKind.ACKNOWLEDGED,
            received + timedelta(days=12 if late else 0),
            Actor.SYSTEM,
        )
        if self.chance.happens(self.profile.set_aside):
            reason = self.random.choice(("spam", "duplicate", "duplicate", "test"))
            on = received + timedelta(days=self.random.randint(1, 6))
            if on <= self.today:
                self.add(submission, EventKind.EXCLUDED, on, Actor.STAFF, reason=reason)
            return
        self._tell(submission)

    def _tell(self, submission: SubmissionRecord) -> None:
        chance = self.random.random()
        if chance > self.profile.told90 or submission.lang not in self.profile.answered_in:
            return
        soon = chance <= self.profile.told30
        wanted = submission.received_on + timedelta(days=self._wait(submission, soon))
        response = self._response_by(submission, wanted)
        if response is None:
            return
        told_on = max(wanted, response.published_on)
        if told_on > self.today:
            return
        themed_on = max(submission.received_on, told_on - timedelta(days=self.random.randint(0, 4)))
        self.add(submission, EventKind.THEMED, themed_on, Actor.STAFF)
        self._answer(submission, response, told_on, EventKind.TOLD)
        self._follow_up(submission, response, told_on)
        self._reply(submission, response, told_on)

    def _wait(self, submission: SubmissionRecord, soon: bool) -> int:
        """After how many days the resident is told: within 30, or within 90."""
        if not soon:
            return self.random.randint(33, 84)
        is_slower = (self.today - submission.received_on).days < self.profile.slower
        return self.random.randint(20, 29) if is_slower else self.random.randint(2, 26)

    def _response_by(self, submission: SubmissionRecord, on: date) -> ResponseRecord | None:
        """The newest response to the theme by that day, else its first one."""
        answering = [found for found in self.responses if found.theme == submission.theme]
        before = [found for found in answering if found.published_on <= on]
        return before[-1] if before else (answering[0] if answering else None)

    def _answer(
        self, submission: SubmissionRecord, response: ResponseRecord, on: date, kind: EventKind
    ) -> None:
        self.add(
            submission,
            EventKind.RESPONDED,
            on,
            Actor.STAFF,
            response=response,
            outcome=response.outcome,
            due_on=response.due_on,
            done_on=response.done_on,
        )
        self.add(submission, kind, on, Actor.SYSTEM, response=response, lang=submission.lang)

    def _follow_up(
        self, submission: SubmissionRecord, response: ResponseRecord, told_on: date
    ) -> None:
        for later in self.responses:
            if later.follows is response and later.published_on >= told_on:
                self._answer(submission, later, later.published_on, EventKind.RETOLD)

    def _reply(self, submission: SubmissionRecord, response: ResponseRecord, told_on: date) -> None:
        on = told_on + timedelta(days=self.random.randint(0, 15))
        if on > self.today or not self.chance.happens(self.profile.reply):
            return
        verdict = self._verdict()
        if not takes_verdict(submission.channel, verdict):
            return
        self.add(submission, EventKind.CONFIRMED, on, Actor.RESIDENT, verdict=verdict)
        if verdict is not Verdict.NO:
            return
        self.add(submission, EventKind.DISPUTED, on, Actor.RESIDENT)
        again = on + timedelta(days=self.random.randint(5, 25))
        if again <= self.today and self.chance.happens(self.profile.looked_again):
            self._answer(submission, response, again, EventKind.RETOLD)

    def _verdict(self) -> Verdict:
        if self.chance.happens(self.profile.helped):
            return Verdict.YES if self.chance.happens(0.7) else Verdict.PARTLY
        return Verdict.NO

    def add(
        self,
        submission: SubmissionRecord,
        kind: EventKind,
        on: date,
        actor: Actor,
        response: ResponseRecord | None = None,
        **facts: object,
    ) -> None:
        """Let something happen to a case, never later than today."""
        event = Event(kind=kind, on=min(on, self.today), actor=actor, **facts)  # type: ignore[arg-type]
        submission.events.append((event, response))
        submission.events.sort(key=lambda pair: pair[0].on)
