"""What an invented service publishes over the years, and which promises it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from portal.demo.content import ThemeContent
from portal.demo.profiles import Profile, Rhythm
from portal.domain.loop import Outcome
from portal.domain.publication import quarter_of

_NEWEST = 24  # days ago, unless the service has paused for longer
_LEAD = 40  # days until a new service answers for the first time
_CROWDING = 2.6  # the higher, the more of the responses are recent
_PACE = 88  # days from one answer to the next of who answers steadily: four in any twelve months
_ANSWERS = 9  # of them in two years
_STOPPED = 125  # days before the newest quarter, so that none of its last 120 days saw an answer
_LATELY = (650, 560, 470, 206, 144, 82, 20)  # days before the newest quarter: enough only by then


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
    """Responses to one theme after the other, with what came of promises, in their order.

    Who has no theme left says once more what has not changed: no promise is made twice.
    """
    order = _order(themes, settled_first=profile.rhythm is Rhythm.LATELY)
    found: list[ResponseRecord] = []
    for theme, on in zip(order, _days(profile, len(themes), today), strict=False):
        found.append(_respond(random, theme, themes[theme], on))
        found += _keep(random, profile, themes[theme], found[-1], today)
    return sorted(found, key=lambda response: response.published_on)


def _order(themes: Sequence[ThemeContent], *, settled_first: bool) -> list[int]:
    settled = [place for place, theme in enumerate(themes) if theme.due_in_days is None]
    promised = [place for place, theme in enumerate(themes) if theme.due_in_days is not None]
    first = [*settled, *promised] if settled_first else list(range(len(themes)))
    return first + 2 * settled


def _days(profile: Profile, themes: int, today: date) -> list[date]:
    """The days of the responses, the earliest first."""
    quarter_on = quarter_of(today)
    match profile.rhythm:
        case Rhythm.STEADY:
            newest = today - timedelta(days=_NEWEST)
            return [newest - timedelta(days=_PACE * back) for back in reversed(range(_ANSWERS))]
        case Rhythm.STOPPED:
            newest = quarter_on - timedelta(days=_STOPPED)
            return [newest - timedelta(days=_PACE * back) for back in reversed(range(_ANSWERS - 1))]
        case Rhythm.LATELY:
            return [quarter_on - timedelta(days=days) for days in _LATELY]
        case Rhythm.CROWDED:
            return _crowd(profile, themes, today)


def _crowd(profile: Profile, themes: int, today: date) -> list[date]:
    """Spread over the time, more of them of late."""
    count = min(profile.responses, themes)
    span = max(1, int(365 * profile.years) - _LEAD - profile.pause)
    shares = [((count - 1 - place) / max(1, count - 1)) ** _CROWDING for place in range(count)]
    newest = today - timedelta(days=profile.pause + _NEWEST)
    return [newest - timedelta(days=int(span * share)) for share in shares]


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
