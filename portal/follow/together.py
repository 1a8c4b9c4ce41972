"""What a receipt shows of deciding together: invitations, and records to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.partners import (
    Attestation,
    CoDecision,
    CoDecisionText,
    Invitation,
    NextStep,
    Partner,
    Signature,
)
from portal.models.responses import ThemeCase
from portal.store.evidence.known_cases import is_evidence
from portal.store.joining import origins
from portal.store.next_steps import ShownStep, show_step
from portal.store.texts import in_language


@dataclass(frozen=True)
class Judged:
    """The signed record of a co-decision, in `lang`, and what this resident said of it."""

    id: int
    partner: str
    decided_on: date
    lang: str
    proposed: str
    decided: str
    changed: str
    is_fair: bool | None


def list_invited(
    session: Session, case_id: int, lang: str, fallbacks: Sequence[str], today: date
) -> list[ShownStep]:
    """The next steps ahead to which the resident of a case was invited, the soonest first.

    Those that were called off too. Where all are over, the last one that took place, if any did.
    """
    rows = session.execute(
        select(NextStep, Invitation.lang)
        .join(Invitation, Invitation.next_step_id == NextStep.id)
        .where(Invitation.submission_id == case_id)
        .order_by(NextStep.happens_on, NextStep.id)
    ).all()
    shown = (
        show_step(session, step, lang, (invited_lang, *fallbacks)) for step, invited_lang in rows
    )
    found = [one for one in shown if one is not None]
    ahead = [one for one in found if one.happens_on >= today]
    return ahead or [one for one in found if one.called_off_on is None][-1:] or found[-1:]


def list_judged(
    session: Session, case_id: int, lang: str, fallbacks: Sequence[str]
) -> list[Judged]:
    """The records that this resident may judge, the newest decision first."""
    said = (
        select(Attestation.is_fair)
        .where(Attestation.co_decision_id == CoDecision.id, Attestation.submission_id == case_id)
        .order_by(Attestation.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        _may_judge(case_id)
        .join(Partner, Partner.id == CoDecision.partner_id)
        .with_only_columns(CoDecision, Partner.name, said)
        .order_by(CoDecision.decided_on.desc(), CoDecision.id.desc())
    ).all()
    found = []
    for co_decision, partner, is_fair in rows:
        texts = {
            text.lang: text
            for text in session.scalars(
                select(CoDecisionText).where(CoDecisionText.co_decision_id == co_decision.id)
            )
            if text.is_complete
        }
        shown = in_language(texts, lang, (co_decision.source_lang, *fallbacks))
        if shown is not None:
            text = shown.text
            found.append(
                Judged(
                    co_decision.id,
                    partner,
                    co_decision.decided_on,
                    shown.lang,
                    text.proposed,
                    text.decided,
                    text.changed,
                    is_fair,
                )
            )
    return found


def may_judge(session: Session, case_id: int, co_decision_id: int) -> bool:
    """Whether the resident of this case was invited to what this record is about."""
    wanted = _may_judge(case_id).where(CoDecision.id == co_decision_id)
    return session.scalar(wanted.with_only_columns(func.count())) == 1


def find_judgement(session: Session, case_id: int, co_decision_id: int) -> bool | None:
    """What the resident of this case said last, None while they said nothing."""
    return session.scalar(
        select(Attestation.is_fair)
        .where(
            Attestation.co_decision_id == co_decision_id,
            Attestation.submission_id == case_id,
        )
        .order_by(Attestation.id.desc())
        .limit(1)
    )


def _may_judge(case_id: int) -> Select[Any]:
    """Signed records of the themes of the case to whose next step its resident was invited.

    Before the partner has signed, the record can still change under those who judge it. "Me too"
    in a theme that is answered is told and invited within seconds: it judges nothing (decision 40).
    """
    is_counted = exists().where(LoopRow.submission_id == case_id, is_evidence())
    is_signed = exists().where(
        Signature.co_decision_id == CoDecision.id, Signature.signed_at.is_not(None)
    )
    is_in_theme = exists().where(
        ThemeCase.theme_id == CoDecision.theme_id, ThemeCase.submission_id == case_id
    )
    way = origins()
    is_invited = exists().where(
        Invitation.submission_id == case_id,
        Invitation.next_step_id == NextStep.id,
        NextStep.theme_id == way.c.origin_id,
        way.c.theme_id == CoDecision.theme_id,
    )
    return select(CoDecision).where(
        CoDecision.completed_on.is_not(None), is_signed, is_in_theme, is_invited, is_counted
    )
