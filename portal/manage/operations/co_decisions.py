"""Co-decisions as managers write them down, and the partner's signature (METHOD.md section 2).

What was signed does not change any more: a record that residents attest to is the one that the
partner has signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from portal.domain.typed_texts import require_seen
from portal.manage.scoped import get_managed_co_decision, hold_managed_theme
from portal.manage.seen import hash_of_record
from portal.models.base import MAX_ID
from portal.models.loops import LoopRow
from portal.models.partners import (
    CoDecision,
    CoDecisionCase,
    CoDecisionText,
    Partner,
    Signature,
)
from portal.models.responses import ThemeCase
from portal.store import audit
from portal.store.co_decisions import count_linked
from portal.store.evidence.known_cases import is_evidence
from portal.store.partner_links import has_vouched
from portal.store.reassessments import ask_to_assess
from portal.store.record_hash import hash_record
from portal.store.scope import NotAllowed, Scope
from portal.store.secrets import sha256


class SignedAlready(ValueError):
    """The record is signed and does not change any more."""


class TranslationIncomplete(ValueError):
    """The record is signed: a language that is still missing comes whole, as it stays then."""


class LinkRefused(ValueError):
    """A link that signs nothing: unknown, used, expired, or the record changed meanwhile."""


@dataclass(frozen=True)
class Record:
    """What a co-decision says in one language."""

    proposed: str
    decided: str
    changed: str

    @property
    def is_complete(self) -> bool:
        """Whether it says all there is to say."""
        return bool(self.proposed and self.decided and self.changed)


def begin_co_decision(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    theme_id: int,
    partner_id: int,
    lang: str,
) -> int:
    """Open the record of a co-decision in a theme; `lang` is its first language. Returns its id.

    Where the person has opened one of these that says nothing yet, it is that one: sent twice, it
    is one. Raises ThemeMerged for a theme that was merged.
    """
    theme = hold_managed_theme(session, scope, theme_id)
    if partner_id > MAX_ID or session.get(Partner, partner_id) is None:
        raise NotAllowed
    empty = _find_empty(session, scope, theme.id, partner_id, lang)
    if empty is not None:
        return empty
    found = CoDecision(
        service_id=theme.service_id,
        theme_id=theme.id,
        partner_id=partner_id,
        source_lang=lang,
        author_id=scope.person_id,
        created_at=now,
        created_on=today,
    )
    session.add(found)
    session.flush()
    session.add(
        CoDecisionText(
            co_decision_id=found.id, lang=lang, author_id=scope.person_id, updated_at=now
        )
    )
    _audit(session, now, scope, "co_decision_begun", found.id, theme_id=theme.id)
    return found.id


def _find_empty(
    session: Session, scope: Scope, theme_id: int, partner_id: int, lang: str
) -> int | None:
    """The record of these that the person has opened and that says nothing yet."""
    return session.scalar(
        select(CoDecision.id)
        .where(
            CoDecision.theme_id == theme_id,
            CoDecision.partner_id == partner_id,
            CoDecision.author_id == scope.person_id,
            CoDecision.source_lang == lang,
            CoDecision.decided_on.is_(None),
            ~exists().where(CoDecisionCase.co_decision_id == CoDecision.id),
            ~exists().where(
                CoDecisionText.co_decision_id == CoDecision.id,
                (CoDecisionText.proposed != "")
                | (CoDecisionText.decided != "")
                | (CoDecisionText.changed != ""),
            ),
        )
        .order_by(CoDecision.id.desc())
        .limit(1)
    )


def write_record(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    co_decision_id: int,
    lang: str,
    record: Record,
    decided_on: date | None,
    seen: str,
) -> bool:
    """Write the record in one language. Its day belongs to the first language.

    Returns whether that ended the partner's link: whoever may hold the link does not write what it
    signs. `seen` is the hash of the record as it was read. Raises TextsMoved when somebody else has
    changed it since. Once it is signed, only languages in which it is not complete may be written,
    whole: else raises SignedAlready or TranslationIncomplete.
    """
    found = get_managed_co_decision(session, scope, co_decision_id, lock=True)
    text = session.get(CoDecisionText, (found.id, lang))
    is_source = lang == found.source_lang
    if is_signed(session, found.id):
        if is_source or (text is not None and text.is_complete):
            raise SignedAlready
        if not record.is_complete:
            raise TranslationIncomplete
    new = CoDecisionText(
        co_decision_id=found.id, lang=lang, proposed=record.proposed, decided=record.decided,
        changed=record.changed, author_id=scope.person_id, updated_at=now,
    )  # fmt: skip
    require_seen(
        hash_of_record(text, found.decided_on if is_source else None), seen=seen,
        typed=hash_of_record(new, decided_on if is_source else None),
    )  # fmt: skip
    session.merge(new)
    if is_source:
        found.decided_on = decided_on
        is_complete = record.is_complete and decided_on is not None
        found.completed_on = (found.completed_on or today) if is_complete else None
    ask_to_assess(session, [found.service_id])
    _audit(session, now, scope, "co_decision_written", found.id, lang=lang)
    return is_source and _end_own_link(session, scope, found)


def _end_own_link(session: Session, scope: Scope, found: CoDecision) -> bool:
    """End a link that this person made by hand, or for whose mailbox they vouched."""
    link = session.get(Signature, found.id)
    if link is None:
        return False
    may_hold_it = (
        has_vouched(session, found.partner_id, scope.person_id)
        if link.is_mailed
        else link.person_id == scope.person_id
    )
    if may_hold_it:
        session.delete(link)
    return may_hold_it


def link_cases(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    co_decision_id: int,
    case_ids: Sequence[int],
    shown: Sequence[int],
) -> int:
    """Link these cases of the theme, and of those `shown` as linked no others.

    What a colleague linked meanwhile stays. Returns how many are not linked, since they do not
    count as evidence (any more), or are not in the theme (any more). Raises SignedAlready.
    """
    found = get_managed_co_decision(session, scope, co_decision_id, lock=True)
    if is_signed(session, found.id):
        raise SignedAlready
    asked = {one for one in case_ids if one <= MAX_ID}
    wanted = set(
        session.scalars(
            select(ThemeCase.submission_id)
            .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
            .where(
                ThemeCase.theme_id == found.theme_id,
                ThemeCase.submission_id.in_(asked),
                LoopRow.service_id == found.service_id,
                is_evidence(),
            )
            .order_by(LoopRow.submission_id)
            .with_for_update(of=LoopRow)  # nobody hands them over until the end
        )
    )
    here = CoDecisionCase.co_decision_id == found.id
    linked = set(session.scalars(select(CoDecisionCase.submission_id).where(here)))
    gone = linked & (set(shown) - wanted)
    session.execute(delete(CoDecisionCase).where(here, CoDecisionCase.submission_id.in_(gone)))
    for number in sorted(wanted - linked):
        session.add(
            CoDecisionCase(
                co_decision_id=found.id, submission_id=number, person_id=scope.person_id,
                added_on=today,
            )
        )  # fmt: skip
    ask_to_assess(session, [found.service_id])
    _audit(session, now, scope, "co_decision_linked", found.id, cases=len((linked - gone) | wanted))
    return len(set(case_ids) - wanted)


def sign(
    session: Session,
    *,
    now: datetime,
    today: date,
    token: str,
    record_hash: str,
    name: str,
    role: str,
) -> None:
    """The partner signs the record that it has read (`record_hash`). Raises LinkRefused."""
    number = session.scalar(
        select(Signature.co_decision_id).where(Signature.token_hash == sha256(token))
    )
    if number is None:
        raise LinkRefused
    # Managers lock the co-decision first too, so that nothing changes while it is signed.
    found = session.get_one(CoDecision, number, with_for_update=True, populate_existing=True)
    link = session.get(Signature, number, with_for_update=True, populate_existing=True)
    if link is None:  # whoever made it by hand has changed the record meanwhile
        raise LinkRefused
    if link.signed_at is not None or link.expires_at < now or found.completed_on is None:
        raise LinkRefused
    if link.token_hash != sha256(token) or hash_record(session, found) != record_hash:
        raise LinkRefused
    if not count_linked(session, number):
        raise LinkRefused
    link.signed_at, link.signed_on = now, today
    link.signer_name, link.signer_role = name, role
    link.record_hash = record_hash
    ask_to_assess(session, [found.service_id])
    audit.record(
        session, at=now, person_id=None, action="partner_signed", subject="co_decision",
        subject_id=number,
    )  # fmt: skip


def is_signed(session: Session, co_decision_id: int) -> bool:
    """Whether the partner has signed, as of this moment."""
    link = session.get(Signature, co_decision_id, populate_existing=True)
    return link is not None and link.signed_at is not None


def _audit(
    session: Session,
    now: datetime,
    scope: Scope,
    action: str,
    co_decision_id: int,
    **detail: object,
) -> None:
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="co_decision",
        subject_id=co_decision_id, **detail,
    )  # fmt: skip
