"""Where a service stands by its published level: what is sure, in doubt, and still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.publication import drops_on, quarter_after
from portal.domain.status import IN_DOUBT
from portal.store.assessments import PublicAssessment
from portal.store.publicity import get_chosen_day, get_public_since


@dataclass(frozen=True)
class Shadow:
    """The city is still trying out how it measures. `chosen` is when levels will be public."""

    chosen: date | None


@dataclass(frozen=True)
class Standing:
    """A published level as pages and pictures show it.

    `doubt` is the level whose evidence is too close to call (0: none): the one held where `flag`
    says why, else the next. `coming` is the level drawn as still open (0: none), `reached_once`
    the one that awaits its second look (0: none). `decides_on` is the day of the next appraisal,
    `drops_on` of the one at which a level in doubt goes; `doubtful_since` is the appraisal that
    first found the doubt, where it is public.
    """

    level: int
    doubt: int
    coming: int
    reached_once: int
    is_provisional: bool
    decides_on: date
    flag: str | None = None
    appraisals_flagged: int = 0
    doubtful_since: date | None = None
    drops_on: date | None = None


def find_shadow(session: Session) -> Shadow | None:
    """The shadow that the city is in; None once levels are public."""
    if get_public_since(session) is not None:
        return None
    return Shadow(get_chosen_day(session))


def stand(assessment: PublicAssessment, earlier: Sequence[PublicAssessment] = ()) -> Standing:
    """Where a service stands; `earlier` are the appraisals before this one, newest first."""
    result, state = assessment.result, assessment.state
    decides_on = quarter_after(assessment.as_of)
    coming = result["next_level"] or 0
    if state is not None and state["flag"] is not None:
        count = state["quarters_flagged"]
        line = [assessment, *earlier]
        return Standing(
            assessment.level, assessment.level, 0, 0, False, decides_on,
            flag=state["flag"],
            appraisals_flagged=count,
            doubtful_since=line[count - 1].as_of if len(line) >= count else None,
            drops_on=drops_on(assessment.as_of, count),
        )  # fmt: skip
    if state is not None and state["awaiting_second_look"]:
        above = assessment.level + 1
        return Standing(assessment.level, 0, above, above, False, decides_on)
    doubt = coming if result["next_status"] == IN_DOUBT else 0
    return Standing(assessment.level, doubt, coming, 0, state is None, decides_on)
