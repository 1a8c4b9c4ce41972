"""Inviting whoever was told to the theme's next steps: everybody, automatically (METHOD.md 2).

Whoever was invited is told when it is called off.

Nobody chooses whom. With a confirmed address the invitation stands in a mail, else on the page of
the receipt. As with telling, everything here may run again and by two workers at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.partners import Invitation, NextStep, NextStepText
from portal.models.responses import ThemeCase
from portal.models.submissions import Contact
from portal.notify.cases import lock_case
from portal.store import outbox
from portal.store.contacts import is_mailable
from portal.store.joining import list_way
from portal.store.next_steps import invite, list_open_steps, tell_called_off

CHUNK = 100


def invite_told(
    session: Session,
    *,
    now: datetime,
    today: date,
    case: LoopRow,
    theme_id: int | None,
    mailed_step_ids: Sequence[int] = (),
) -> None:
    """Invite the resident of a locked case who was told: now, or by a mail of its own.

    `mailed_step_ids` are the next steps that the mail which told them spoke of. One that was named
    since then follows in another mail.
    """
    for step_id in mailed_step_ids:
        invite(session, now=now, today=today, case=case, step_id=step_id)
    is_mailed = is_mailable(session.get(Contact, case.submission_id))
    for step in list_open_steps(session, theme_id=theme_id, case=case, today=today):
        if is_mailed:
            outbox.post(
                session, "invite", f"invite:{case.submission_id}:{step.id}", now=now,
                submission_id=case.submission_id, next_step_id=step.id,
            )  # fmt: skip
        else:
            invite(session, now=now, today=today, case=case, step_id=step.id)


def invite_next(
    session: Session, *, now: datetime, today: date, next_step_id: int, after: int
) -> int | None:
    """Invite the next people who were told of the step's theme, those with an id above `after`.

    Where it was merged into another, those of the other, whose next step it is now. Returns the
    last id where there may be more, else None.
    """
    step = session.get(NextStep, next_step_id)
    if step is None or step.happens_on < today or step.called_off_on is not None:
        return None
    theme_id = list_way(session, step.theme_id)[-1]
    languages = select(NextStepText.lang).where(NextStepText.next_step_id == next_step_id)
    ids = session.scalars(
        select(LoopRow.submission_id)
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .where(
            ThemeCase.theme_id == theme_id,
            LoopRow.submission_id > after,
            LoopRow.told_on.is_not(None),
            LoopRow.excluded.is_(None),
            LoopRow.withdrawn_on.is_(None),
            LoopRow.lang.in_(languages),
            ~exists().where(
                Invitation.next_step_id == next_step_id,
                Invitation.submission_id == LoopRow.submission_id,
            ),
        )
        .order_by(LoopRow.submission_id)
        .limit(CHUNK)
    ).all()
    for submission_id in ids:
        case = lock_case(session, submission_id)
        if case is not None:
            invite_told(session, now=now, today=today, case=case, theme_id=theme_id)
    return ids[-1] if len(ids) == CHUNK else None


def call_off_next(
    session: Session, *, now: datetime, today: date, next_step_id: int, after: int
) -> int | None:
    """Tell the next people who were invited that a step does not take place, as `invite_next` does.

    Those who were set aside since are told too: they would come all the same.
    """
    step = session.get_one(NextStep, next_step_id)
    cases = session.scalars(
        select(LoopRow)
        .join(Invitation, Invitation.submission_id == LoopRow.submission_id)
        .where(
            Invitation.next_step_id == next_step_id,
            LoopRow.submission_id > after,
            LoopRow.withdrawn_on.is_(None),
        )
        .order_by(LoopRow.submission_id)
        .limit(CHUNK)
        .with_for_update(of=LoopRow)
        .execution_options(populate_existing=True)
    ).all()
    for case in cases:
        tell_called_off(session, now=now, today=today, case=case, step=step)
    return cases[-1].submission_id if len(cases) == CHUNK else None
