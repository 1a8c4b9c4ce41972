"""Co-decisions with what still keeps each of them from counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.domain.partnership import conditions
from portal.manage.operations.co_decisions import is_signed
from portal.manage.scoped import get_managed_co_decision, managed_services
from portal.models.loops import LoopRow
from portal.models.partners import (
    CoDecision,
    CoDecisionCase,
    CoDecisionText,
    Partner,
    Signature,
)
from portal.models.responses import ThemeCase
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.co_decisions import count_linked, list_figures
from portal.store.evidence.known_cases import counted_now, is_evidence
from portal.store.names import Name, service_names, theme_names
from portal.store.paging import Page, on_page_and_one, peeked_page
from portal.store.record_hash import hash_record
from portal.store.scope import Scope
from portal.store.secrets import sha256

CASES = 100  # to link from, on a page


@dataclass(frozen=True)
class CoDecisionLine:
    """A co-decision in the list; `conditions` as in domain/partnership."""

    id: int
    service: Name
    theme: Name
    partner: str
    decided_on: date | None
    figures: Mapping[str, Any]
    conditions: Mapping[str, bool]

    @property
    def counts(self) -> bool:
        """Whether it counts for level 4."""
        return all(self.conditions.values())


@dataclass(frozen=True)
class LinkableCase:
    """A case of the theme, linked or not.

    `may_read`: the reader works on the department's cases, and may read residents' words. One that
    is linked and does not count was set aside or handed over since, or is a "me too".
    """

    id: int
    words: str | None
    words_lang: str
    received_on: date
    is_linked: bool
    counts: bool
    may_read: bool


@dataclass(frozen=True)
class CoDecisionView:
    """Everything its page shows. `link` is the partner's link or signature."""

    line: CoDecisionLine
    source_lang: str
    texts: Mapping[str, CoDecisionText]
    is_external: bool
    link: Signature | None
    cases: Page[LinkableCase]

    @property
    def is_signed(self) -> bool:
        """Whether the partner has signed: then the record does not change any more."""
        return self.link is not None and self.link.signed_at is not None

    def is_final(self, lang: str) -> bool:
        """Whether its words in this language do not change any more."""
        text = self.texts.get(lang)
        is_written = text is not None and text.is_complete
        return self.is_signed and (is_written or lang == self.source_lang)

    @property
    def is_ready(self) -> bool:
        """Whether there is something to sign."""
        rules = self.line.conditions
        return rules["decision_record"] and rules["linked_submissions"]


@dataclass(frozen=True)
class SigningView:
    """What a partner reads before it signs; state open, signed, expired, or unfinished again."""

    state: str
    partner: str
    service: Name
    text: CoDecisionText
    decided_on: date | None
    cases: int
    link: Signature
    record_hash: str


def list_co_decisions(
    session: Session, scope: Scope, *, today: date, langs: list[str]
) -> list[CoDecisionLine]:
    """The portal's own co-decisions of one's services, the newest first."""
    own = managed_services(scope).with_only_columns(Service.id)
    wanted = (CoDecision.service_id.in_(own), CoDecision.import_id.is_(None))
    rows = session.scalars(select(CoDecision).where(*wanted).order_by(CoDecision.id.desc())).all()
    return _lines(session, rows, today, langs)


def get_co_decision_view(
    session: Session,
    scope: Scope,
    co_decision_id: int,
    *,
    number: int,
    today: date,
    langs: list[str],
) -> CoDecisionView:
    """One co-decision with a page of its cases. Raises NotAllowed for another department's."""
    found = get_managed_co_decision(session, scope, co_decision_id)
    partner = session.get_one(Partner, found.partner_id)
    texts = session.scalars(select(CoDecisionText).where(CoDecisionText.co_decision_id == found.id))
    may_read = session.get_one(Service, found.service_id).department_id in scope.desk
    return CoDecisionView(
        line=_lines(session, [found], today, langs)[0],
        source_lang=found.source_lang or langs[0],
        texts={text.lang: text for text in texts},
        is_external=partner.is_external,
        link=session.get(Signature, found.id),
        cases=_page_cases(session, found, number, may_read=may_read),
    )


def find_signing(
    session: Session, token: str, *, now: datetime, langs: list[str]
) -> SigningView | None:
    """What this link is for; None for a link that nobody made, or that a newer one replaced."""
    link = session.scalar(select(Signature).where(Signature.token_hash == sha256(token)))
    if link is None:
        return None
    found = session.get_one(CoDecision, link.co_decision_id)
    cases = count_linked(session, found.id)
    return SigningView(
        state=_state(link, found, cases, now),
        partner=session.get_one(Partner, found.partner_id).name,
        service=service_names(session, [found.service_id], langs)[found.service_id],
        # Signed is what its first language says; translations are no part of it.
        text=session.get_one(CoDecisionText, (found.id, found.source_lang)),
        decided_on=found.decided_on,
        cases=cases,
        link=link,
        record_hash=hash_record(session, found),
    )


def _state(link: Signature, found: CoDecision, cases: int, now: datetime) -> str:
    if link.signed_at is not None:
        return "signed"
    if link.expires_at < now:
        return "expired"
    return "open" if found.completed_on is not None and cases else "unfinished"


def _lines(
    session: Session, rows: Sequence[CoDecision], today: date, langs: list[str]
) -> list[CoDecisionLine]:
    ids = [row.id for row in rows]
    figures = list_figures(session, [CoDecision.id.in_(ids)], counted_now(), today)
    services = service_names(session, [row.service_id for row in rows], langs)
    themes = theme_names(session, [row.theme_id or 0 for row in rows], langs)
    nameless = Name(langs[0], "–")
    return [
        CoDecisionLine(
            id=row.id,
            service=services.get(row.service_id, nameless),
            theme=themes.get(row.theme_id or 0, nameless),
            partner=figures[row.id]["partner"],
            decided_on=row.decided_on,
            figures=figures[row.id],
            conditions=conditions(figures[row.id]),
        )
        for row in rows
        if row.id in figures
    ]


def _page_cases(
    session: Session, found: CoDecision, number: int, *, may_read: bool
) -> Page[LinkableCase]:
    """A page of the linked cases, followed by the others of the theme that count, newest first.

    Once it is signed no more can be linked, so that there are no others.
    """
    linked = set(
        session.scalars(
            select(CoDecisionCase.submission_id).where(CoDecisionCase.co_decision_id == found.id)
        )
    )
    is_here = LoopRow.service_id == found.service_id
    is_in_theme = exists().where(
        ThemeCase.theme_id == found.theme_id, ThemeCase.submission_id == Submission.id
    )
    query = (
        select(Submission, is_here.label("is_here"), is_evidence().label("is_evidence"))
        .join(LoopRow, LoopRow.submission_id == Submission.id)
        .where(or_(Submission.id.in_(linked), and_(is_in_theme, is_here, is_evidence())))
        .order_by(Submission.id.in_(linked).desc(), Submission.id.desc())
    )
    if is_signed(session, found.id):
        query = query.where(Submission.id.in_(linked))
    rows = session.execute(on_page_and_one(query, number, CASES)).all()
    return peeked_page(
        [
            LinkableCase(
                row[0].id,
                row[0].comment if may_read and row.is_here else None,
                row[0].comment_lang or row[0].lang,
                row[0].received_on,
                is_linked=row[0].id in linked,
                counts=bool(row.is_here and row.is_evidence),
                may_read=may_read and bool(row.is_here),
            )
            for row in rows
        ],
        number,
        CASES,
    )
