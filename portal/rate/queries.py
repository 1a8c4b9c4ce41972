"""What the rating form reads: where ratings are taken, repeats, and cases that invite to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.doors import is_first_hand
from portal.models.loops import LoopRow
from portal.models.responses import Response
from portal.models.services import Service
from portal.models.submissions import Contact, Submission
from portal.store.districts import list_districts
from portal.store.invitations import get_next_use, is_invited
from portal.store.joining import is_readable
from portal.store.offers import find_open
from portal.store.service_names import get_service_name
from portal.store.shown_texts import find_shown_text
from portal.store.texts import InLanguage


@dataclass(frozen=True)
class Place:
    """A service as its rating form needs it. `districts` are (slug, name) in their order.

    `open_languages` are those in which the service takes ratings through the door today: none
    where it is no longer in use.
    """

    service_id: int
    slug: str
    name: InLanguage[str]
    lang: str
    is_in_use: bool
    open_languages: frozenset[str]
    districts: Sequence[tuple[str, str]]

    @property
    def is_open(self) -> bool:
        """Whether ratings are taken here in this language."""
        return self.lang in self.open_languages


@dataclass(frozen=True)
class InvitedCase:
    """A case whose receipt leads to the full form of the service that answers it: now, or again
    from `free_on`.

    `is_invited`: its resident was told and did not take it back; where `is_withdrawn`, they did,
    and the form opens no more. `contact` is the hash of the address, where it was confirmed.
    """

    submission_id: int
    slug: str
    received_on: date
    person_key: str
    is_invited: bool
    is_withdrawn: bool
    free_on: date | None
    contact: str | None


@dataclass(frozen=True)
class Joinable:
    """A published theme that others may join: its service's slug, and what its newest response
    says that people said."""

    theme_id: int
    slug: str
    said: InLanguage[str]
    is_outdated: bool  # what it says is a translation that a correction has overtaken


def find_joinable(
    session: Session, theme_id: int, lang: str, fallbacks: Sequence[str]
) -> Joinable | None:
    """The theme of this number, in the reader's language or marked as another; None without."""
    found = session.execute(
        select(Response, Service.slug)
        .join(Service, Service.id == Response.service_id)
        .where(Response.theme_id == theme_id, Service.is_active, is_readable())
        .order_by(Response.published_on.desc(), Response.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    newest, slug = found
    shown = find_shown_text(session, newest, lang, (newest.source_lang, *fallbacks))
    if shown is None:
        return None
    said = InLanguage(shown.lang, shown.text.you_said)
    return Joinable(theme_id, slug, said, shown.is_outdated)


def find_place(
    session: Session,
    *,
    slug: str,
    lang: str,
    fallbacks: Sequence[str],
    today: date,
    channel: str = "web",
) -> Place | None:
    """The place for ratings of a service in `lang`; None where there never was such a service."""
    service = session.execute(
        select(Service.id, Service.is_active).where(Service.slug == slug)
    ).one_or_none()
    if service is None:
        return None
    service_id, is_in_use = service
    return Place(
        service_id=service_id,
        slug=slug,
        name=get_service_name(session, service_id, slug, lang, fallbacks),
        lang=lang,
        is_in_use=is_in_use,
        open_languages=find_open(session, service_id, today).languages_at(channel)
        if is_in_use
        else frozenset(),
        districts=list_districts(session, lang, fallbacks),
    )


def is_set_apart(session: Session, receipt_hash: str) -> bool:
    """Whether what this receipt stands for came in as machines send (what is stored decides)."""
    statement = select(Submission.is_quarantined).where(Submission.receipt_hash == receipt_hash)
    return bool(session.scalar(statement))


def find_invited_case(session: Session, receipt_hash: str, today: date) -> InvitedCase | None:
    """The case behind a receipt, None for an unknown one and for a bare rating.

    And None where staff have seen the receipt (domain.doors), or where the case is a "me too"
    (decision 40): such ratings are never verified.
    """
    row = session.execute(
        select(
            Submission.id,
            Service.slug,
            Submission.received_on,
            Submission.person_key,
            Submission.channel,
            is_invited().label("is_invited"),
            LoopRow.withdrawn_on.is_not(None).label("is_withdrawn"),
            LoopRow.is_joined,
            Contact.email_hash,
            Contact.confirmed_at,
        )
        .join(LoopRow, LoopRow.submission_id == Submission.id)
        .join(Service, Service.id == LoopRow.service_id)
        .outerjoin(Contact, Contact.submission_id == Submission.id)
        .where(Submission.receipt_hash == receipt_hash)
    ).one_or_none()
    if row is None or row.is_joined or not is_first_hand(row.channel):
        return None
    return InvitedCase(
        submission_id=row.id,
        slug=row.slug,
        received_on=row.received_on,
        person_key=row.person_key,
        is_invited=row.is_invited,
        is_withdrawn=row.is_withdrawn,
        free_on=get_next_use(session, row.id, today),
        contact=row.email_hash if row.confirmed_at is not None else None,
    )
