"""Named next steps of themes: inviting people to them once each, and what is called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.models.loops import LoopEvent, LoopRow
from portal.models.partners import Invitation, NextStep, NextStepText
from portal.models.submissions import Contact
from portal.store import outbox
from portal.store.contacts import is_mailable
from portal.store.joining import list_origins
from portal.store.loops import Links, append_event
from portal.store.texts import InLanguage, in_language


@dataclass(frozen=True)
class OpenStep:
    """A next step that is still ahead, in the language of whoever is invited."""

    id: int
    theme_id: int
    happens_on: date
    lang: str
    what: str
    place: str


@dataclass(frozen=True)
class ShownStep:
    """A next step in `lang`; `why` it was called off, where it was, is in the best language too."""

    happens_on: date
    lang: str
    what: str
    place: str
    called_off_on: date | None
    why: InLanguage[str] | None


def show_step(
    session: Session, step: NextStep, lang: str, fallbacks: Sequence[str]
) -> ShownStep | None:
    """A next step in `lang`, else in the first fallback there is."""
    query = select(NextStepText).where(NextStepText.next_step_id == step.id)
    texts = {text.lang: text for text in session.scalars(query)}
    shown = in_language(texts, lang, fallbacks)
    if shown is None:
        return None
    reasons = {tag: text.called_off_reason for tag, text in texts.items() if text.called_off_reason}
    return ShownStep(
        step.happens_on,
        shown.lang,
        shown.text.what,
        shown.text.place,
        step.called_off_on,
        in_language(reasons, lang, fallbacks),
    )


def list_open_steps(
    session: Session,
    *,
    theme_id: int | None,
    case: LoopRow,
    today: date,
    is_invited: bool = False,
) -> list[OpenStep]:
    """The theme's next steps for the resident of a case, the soonest first.

    They are open, stand in the resident's own language, and they were not invited to them yet, or
    were, where `is_invited`. The next steps of themes that were merged into this one are its own
    now.
    """
    if theme_id is None:
        return []
    invitation = exists().where(
        Invitation.next_step_id == NextStep.id, Invitation.submission_id == case.submission_id
    )
    rows = session.execute(
        select(NextStep, NextStepText)
        .join(NextStepText, NextStepText.next_step_id == NextStep.id)
        .where(
            NextStep.theme_id.in_(list_origins(session, theme_id)),
            is_open(today),
            NextStepText.lang == case.lang,
            invitation if is_invited else ~invitation,
        )
        .order_by(NextStep.happens_on, NextStep.id)
    )
    return [
        OpenStep(step.id, step.theme_id, step.happens_on, text.lang, text.what, text.place)
        for step, text in rows
    ]


def is_open(today: date) -> ColumnElement[bool]:
    """Whether people are invited to a next step: it is still ahead, and was not called off."""
    return and_(NextStep.happens_on >= today, NextStep.called_off_on.is_(None))


def ask_to_invite(session: Session, theme_id: int, *, now: datetime, today: date) -> None:
    """Ask that everybody who was told in the theme be invited to each next step that is open."""
    steps = select(NextStep.id).where(
        NextStep.theme_id.in_(list_origins(session, theme_id)), is_open(today)
    )
    for step_id in session.scalars(steps.order_by(NextStep.id)):
        outbox.post(
            session, "invite_theme", f"invite_theme:{step_id}:{now.isoformat()}", now=now,
            next_step_id=step_id,
        )  # fmt: skip


def invite(session: Session, *, now: datetime, today: date, case: LoopRow, step_id: int) -> None:
    """Write down that the resident of a locked case was invited: once per next step.

    Where it was called off while their mail was on its way, they are told that as well.
    """
    if session.get(Invitation, (step_id, case.submission_id)) is not None:
        return
    # Whoever calls it off waits until this is written, or it is known here: it is read anew.
    step = session.get_one(
        NextStep, step_id, populate_existing=True, with_for_update={"read": True}
    )
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
        links=Links(theme_id=step.theme_id),
    )
    if step.called_off_on is not None:
        tell_called_off(session, now=now, today=today, case=case, step=step)


def tell_called_off(
    session: Session, *, now: datetime, today: date, case: LoopRow, step: NextStep
) -> None:
    """Tell the resident of a locked case that what they were invited to does not take place.

    By mail where they can be reached, and on the page of the receipt. Unless something else still
    invites them, nobody has invited them any more (decision 68).
    """
    session.refresh(case)
    if case.invited_on is not None and not _is_still_invited(session, case.submission_id):
        append_event(
            session,
            case.submission_id,
            Event(kind=EventKind.CALLED_OFF, on=today, actor=Actor.SYSTEM),
            at=now,
            links=Links(theme_id=step.theme_id),
        )
    if is_mailable(session.get(Contact, case.submission_id)):
        outbox.post(
            session, "call_off", f"call_off:{case.submission_id}:{step.id}", now=now,
            submission_id=case.submission_id, next_step_id=step.id,
        )  # fmt: skip


def _is_still_invited(session: Session, submission_id: int) -> bool:
    """By a next step that was not called off, or by earlier history, which names none."""
    stands = exists().where(
        Invitation.submission_id == submission_id,
        NextStep.id == Invitation.next_step_id,
        NextStep.called_off_on.is_(None),
    )
    is_imported = exists().where(
        LoopEvent.submission_id == submission_id,
        LoopEvent.kind == EventKind.INVITED,
        LoopEvent.import_id.is_not(None),
    )
    return bool(session.scalar(select(or_(stands, is_imported))))
