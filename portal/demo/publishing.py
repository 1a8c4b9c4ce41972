"""What an invented service publishes over the years, and which promises it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from portal.demo.content import ThemeContent
from portal.demo.profiles import Profile
from portal.domain.loop import Outcome

_NEWEST = 24  # days ago, unless the service has paused for longer
_LEAD = 40  # days until a new service answers for the first time
_CROWDING = 2.6  # the higher, the more of the responses are recent


@dataclass
class ResponseRecord:
    """A response to a theme; `follows` is the promise that it keeps."""

    theme: int
    published_on: date
    outcome: Outcome
    due_on: date | None = None
    done_on: date | None = None
    follows: ResponseRecord | None = None


def publish_responses(
    random: Random, profile: Profile, themes: Sequence[ThemeContent], today: date
) -> list[ResponseRecord]:
    """Responses spread over the time, more of them of late, in the order of their themes."""
    count = min(profile.responses, len(themes))
    span = max(1, int(365 * profile.years) - _LEAD - profile.pause)
    found: list[ResponseRecord] = []
    for place in range(count):
        share = ((count - 1 - place) / max(1, count - 1)) ** _CROWDING
        on = today - timedelta(days=profile.pause + _NEWEST + int(span * share))
        found.append(_respond(random, place, themes[place], on))
        found += _keep(random, profile, themes[place], found[-1], today)
    return found


def _respond(random: Random, theme: int, content: ThemeContent, on: date) -> ResponseRecord:
    outcome = Outcome(content.outcome)
    if outcome is Outcome.DONE:
        done_on = on - timedelta(days=random.randint(1, 12))
        return ResponseRecord(theme, on, outcome, done_on=done_on)
    due_on = on + timedelta(days=content.due_in_days) if content.due_in_days else None
    return ResponseRecord(theme, on, outcome, due_on=due_on)


def _keep(
    random: Random, profile: Profile, content: ThemeContent, promise: ResponseRecord, today: date
) -> list[ResponseRecord]:
    """A promise kept more or less in time, and said so; or nothing is heard of it again."""
    if promise.due_on is None or content.followup is None:
        return []
    done_on = promise.due_on + timedelta(days=random.randint(-6, 9))
    told_on = done_on + timedelta(days=2)
    if told_on > today or random.random() >= profile.promises_kept:
        return []
    return [ResponseRecord(promise.theme, told_on, Outcome.DONE, done_on=done_on, follows=promise)]
