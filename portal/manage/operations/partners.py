"""Partner organisations and next steps, as managers write them down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.new_names import require_new_name
from portal.domain.typed_texts import require_seen
from portal.manage.scoped import get_managed_step, hold_managed_theme
from portal.manage.seen import hash_of_step
from portal.models.partners import NextStep, NextStepText, Partner
from portal.store import audit, outbox
from portal.store.scope import Scope


class StepIsOver(ValueError):
    """A next step on a day that has passed: nobody could be invited to it."""


class StepCalledOff(ValueError):
    """A next step that was called off already: what was said of it stands."""


def add_partner(
    session: Session, *, now: datetime, scope: Scope, name: str, is_external: bool
) -> int:
    """Write down an organisation; returns its id. Raises NameTaken."""
    require_new_name(name, session.scalars(select(Partner.name)))
    partner = Partner(name=name, is_external=is_external, author_id=scope.person_id, created_at=now)
    session.add(partner)
    session.flush()
    audit.record(
        session, at=now, person_id=scope.person_id, action="partner_added", subject="partner",
        subject_id=partner.id, is_external=is_external,
    )  # fmt: skip
    return partner.id


def name_next_step(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    theme_id: int,
    happens_on: date,
    lang: str,
    what: str,
    place: str,
) -> int:
    """Name a theme's next step; the worker invites whoever was told already. Returns its id.

    Sent twice, it is one: a second one of the same words would invite everybody again.
    Raises StepIsOver for a day in the past, ThemeMerged for a theme that was merged.
    """
    if happens_on < today:
        raise StepIsOver
    theme = hold_managed_theme(session, scope, theme_id)
    same = session.scalar(
        select(NextStep.id)
        .join(NextStepText, NextStepText.next_step_id == NextStep.id)
        .where(
            NextStep.theme_id == theme.id,
            NextStep.author_id == scope.person_id,
            NextStep.happens_on == happens_on,
            NextStep.called_off_on.is_(None),
            NextStepText.lang == lang,
            NextStepText.what == what,
            NextStepText.place == place,
        )
        .order_by(NextStep.id.desc())
        .limit(1)
    )
    if same is not None:
        return same
    step = NextStep(
        theme_id=theme.id, happens_on=happens_on, author_id=scope.person_id, created_at=now
    )
    session.add(step)
    session.flush()
    _write_text(session, now=now, scope=scope, step=step, lang=lang, what=what, place=place)
    return step.id


def write_next_step(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    next_step_id: int,
    lang: str,
    what: str,
    place: str,
    seen: str,
) -> None:
    """Say the next step in one more language, or better in one: people are invited in theirs.

    `seen` is the hash of the text as it was read. Raises TextsMoved when somebody else has changed
    it since, StepIsOver once its day has passed, and StepCalledOff: what people were invited to
    does not change.
    """
    step = get_managed_step(session, scope, next_step_id, lock=True)
    _require_open(step, today)
    require_seen(
        hash_of_step(session.get(NextStepText, (step.id, lang))), seen=seen,
        typed=hash_of_step(NextStepText(what=what, place=place)),
    )  # fmt: skip
    _write_text(session, now=now, scope=scope, step=step, lang=lang, what=what, place=place)


def call_off_next_step(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    next_step_id: int,
    reasons: Mapping[str, str],
) -> None:
    """Say that a next step does not take place; the worker tells whoever was invited.

    `reasons` says why, in one or more of the languages in which people were invited. Sent twice,
    it is called off once. Raises StepIsOver once its day has passed, and StepCalledOff where it was
    called off for other reasons: those stand.
    """
    step = get_managed_step(session, scope, next_step_id, lock=True)
    if step.called_off_on is not None and _list_reasons(session, step) == reasons:
        return
    _require_open(step, today)
    for lang, reason in reasons.items():
        session.get_one(NextStepText, (step.id, lang)).called_off_reason = reason
    step.called_off_on = today
    outbox.post(session, "call_off_step", f"call_off_step:{step.id}", now=now, next_step_id=step.id)
    audit.record(
        session, at=now, person_id=scope.person_id, action="next_step_called_off",
        subject="next_step", subject_id=step.id, langs=sorted(reasons),
    )  # fmt: skip


def _list_reasons(session: Session, step: NextStep) -> dict[str, str]:
    """Why a next step was called off, by language."""
    query = select(NextStepText).where(NextStepText.next_step_id == step.id)
    return {
        text.lang: text.called_off_reason
        for text in session.scalars(query)
        if text.called_off_reason
    }


def _require_open(step: NextStep, today: date) -> None:
    if step.called_off_on is not None:
        raise StepCalledOff
    if step.happens_on < today:
        raise StepIsOver


def _write_text(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    step: NextStep,
    lang: str,
    what: str,
    place: str,
) -> None:
    session.merge(
        NextStepText(
            next_step_id=step.id,
            lang=lang,
            what=what,
            place=place,
            author_id=scope.person_id,
            updated_at=now,
        )
    )
    session.flush()
    outbox.post(
        session, "invite_theme", f"invite_theme:{step.id}:{lang}", now=now, next_step_id=step.id
    )
    audit.record(
        session, at=now, person_id=scope.person_id, action="next_step_written",
        subject="next_step", subject_id=step.id, lang=lang,
    )  # fmt: skip
