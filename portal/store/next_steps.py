"""Named next steps of themes: which one people are invited to, and inviting them once each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.models.loops import LoopRow
from portal.models.partners import Invitation, NextStep, NextStepText
from portal.store import outbox
from portal.store.joining import list_origins
from portal.store.loops import Links, append_event


@dataclass(frozen=True)
class OpenStep:
    """A next step that is still ahead, in the language of whoever is invited."""

    id: int
    theme_id: int
    happens_on: date
    lang: str
    what: str
    place: str


def find_open_step(
    session: Session,
    *,
    theme_id: int | None,
    case: LoopRow,
    today: date,
    is_invited: bool = False,
) -> OpenStep | None:
    """The theme's next step for the resident of a case; None where there is none to invite to.

    It is still ahead, stands in the resident's own language, and they were not invited to it yet,
    or were, where `is_invited`. Of several the soonest. The next steps of themes that were merged
    into this one are its own now.
    """
    if theme_id is None:
        return None
    invitation = exists().where(
        Invitation.next_step_id == NextStep.id, Invitation.submission_id == case.submission_id
    )
    row = session.execute(
        select(NextStep, NextStepText)
        .join(NextStepText, NextStepText.next_step_id == NextStep.id)
        .where(
            NextStep.theme_id.in_(list_origins(session, theme_id)),
            NextStep.happens_on >= today,
            NextStepText.lang == case.lang,
            invitation if is_invited else ~invitation,
        )
        .order_by(NextStep.happens_on, NextStep.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    step, text = row[0], row[1]
    return OpenStep(step.id, step.theme_id, step.happens_on, text.lang, text.what, text.place)


def ask_to_invite(session: Session, theme_id: int, *, now: datetime, today: date) -> None:
    """Ask that everybody who was told in the theme be invited to each next step still ahead."""
    steps = select(NextStep.id).where(
        NextStep.theme_id.in_(list_origins(session, theme_id)), NextStep.happens_on >= today
    )
    for step_id in session.scalars(steps.order_by(NextStep.id)):
        outbox.post(
            session, "invite_theme", f"invite_theme:{step_id}:{now.isoformat()}", now=now,
            next_step_id=step_id,
        )  # fmt: skip


def invite(session: Session, *, now: datetime, today: date, case: LoopRow, step_id: int) -> None:
    """Write down that the resident of a locked case was invited: once per next step."""
    if session.get(Invitation, (step_id, case.submission_id)) is not None:
        return
    theme_id = session.get_one(NextStep, step_id).theme_id
    session.add(
        Invitation(
            next_step_id=step_id,
            submission_id=case.submission_id,
            lang=case.lang,
            invited_at=now,
            invited_on=today,
        )
    )
    session.flush()
    append_event(
        session,
        case.submission_id,
        Event(kind=EventKind.INVITED, on=today, actor=Actor.SYSTEM),
        at=now,
        links=Links(theme_id=theme_id),
    )
