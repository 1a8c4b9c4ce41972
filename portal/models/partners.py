"""Deciding together (METHOD.md section 2, level 4): partners, co-decisions, next steps.

A co-decision is the portal's own, with its record, or came with earlier history: then only the
figures stand here that its source gave.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId

GIVEN = (
    "partner",
    "partner_external",
    "partner_signed",
    "linked_submissions",
    "invited_all",
    "decision_record",
    "attest_fair",
    "attest_unfair",
)  # columns that only imported co-decisions have: our own figures are counted
OWN = ("theme_id", "partner_id", "source_lang", "created_at", "created_on")


def _all_or_none(condition: str, columns: tuple[str, ...]) -> str:
    """The text of a CHECK: where the condition holds all columns are given, elsewhere none."""
    given = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    missing = " AND ".join(f"{column} IS NULL" for column in columns)
    return f"CASE WHEN {condition} THEN {given} ELSE {missing} END"


class Partner(Base):
    """An organisation that decides together with the city.

    `is_external`: it is no unit of the same city government. Never changed afterwards: signatures
    would come to mean something else.
    """

    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("name <> ''", name="name_given"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    is_external: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class PartnerContact(Base):
    """Where an organisation gets the links by which it signs, and in which language.

    Encrypted; its HMAC tells whether two are the same. It goes on schedule (store/retention.py)
    and leaves no row behind. `set_by` vouches for it: nobody sends a partner a record that this
    person wrote, since they could have named a mailbox of their own.
    """

    __tablename__ = "partner_contact"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    email_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    email_hash: Mapped[str] = mapped_column(String(64))
    lang: Mapped[str] = mapped_column(String(16))
    set_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class CoDecision(Base):
    """An action decided together with a partner organisation (METHOD.md 3.2, L4.7).

    `completed_on`: since when its record says all there is to say. What residents and the partner
    have signed does not change any more.
    """

    __tablename__ = "co_decision"
    __table_args__ = (
        UniqueConstraint("import_id", "import_ref"),
        CheckConstraint("linked_submissions >= 0", name="linked_not_negative"),
        CheckConstraint("attest_fair >= 0 AND attest_unfair >= 0", name="attests_not_negative"),
        CheckConstraint(_all_or_none("import_id IS NULL", OWN), name="own_is_complete"),
        CheckConstraint(_all_or_none("import_id IS NOT NULL", GIVEN), name="figures_of_imported"),
        CheckConstraint(
            "decided_on IS NOT NULL OR (import_id IS NULL AND completed_on IS NULL)",
            name="day_given",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    decided_on: Mapped[date | None]

    partner: Mapped[str | None] = mapped_column(String(200))
    partner_external: Mapped[bool | None]
    partner_signed: Mapped[bool | None]
    linked_submissions: Mapped[int | None]
    invited_all: Mapped[bool | None]
    decision_record: Mapped[bool | None]
    attest_fair: Mapped[int | None]
    attest_unfair: Mapped[int | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("history_import.id"))
    import_ref: Mapped[str | None] = mapped_column(String(80))

    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    source_lang: Mapped[str | None] = mapped_column(String(16))
    completed_on: Mapped[date | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime | None]
    created_on: Mapped[date | None]


class CoDecisionText(Base):
    """The record of a co-decision in one language."""

    __tablename__ = "co_decision_text"

    co_decision_id: Mapped[int] = mapped_column(ForeignKey("co_decision.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(16), primary_key=True)
    proposed: Mapped[str] = mapped_column(Text, default="")
    decided: Mapped[str] = mapped_column(Text, default="")
    changed: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]

    @property
    def is_complete(self) -> bool:
        """Whether it says all there is to say: residents read no half of a record."""
        return bool(self.proposed and self.decided and self.changed)


class CoDecisionCase(Base):
    """A case that a co-decision came from."""

    __tablename__ = "co_decision_case"

    co_decision_id: Mapped[int] = mapped_column(ForeignKey("co_decision.id"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_on: Mapped[date]


class Signature(Base):
    """The partner's link to a co-decision's record, and its signature once it has signed.

    The link is known by the SHA-256 of its token only and works once. A new one takes the place
    of one that nobody used. `record_hash` is the SHA-256 of what was signed. `is_mailed`: the
    portal mailed it to the partner, so that nobody in the city has seen it.
    """

    __tablename__ = "signature"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint(
            _all_or_none(
                "signed_at IS NOT NULL",
                ("signed_on", "signer_name", "signer_role", "record_hash"),
            ),
            name="signed_is_complete",
        ),
        CheckConstraint("signed_at IS NULL OR signed_at <= expires_at", name="signed_in_time"),
    )

    co_decision_id: Mapped[int] = mapped_column(ForeignKey("co_decision.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who made the link
    is_mailed: Mapped[bool] = mapped_column(default=False, server_default=false())
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signed_on: Mapped[date | None]
    signer_name: Mapped[str | None] = mapped_column(String(200))
    signer_role: Mapped[str | None] = mapped_column(String(200))
    record_hash: Mapped[str | None] = mapped_column(String(64))


class NextStep(Base):
    """A named next step of a theme, to which everybody who is told of it is invited.

    One that was called off (`called_off_on`) stays: invitations name it.
    """

    __tablename__ = "next_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    happens_on: Mapped[date]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    called_off_on: Mapped[date | None]


class NextStepText(Base):
    """What a next step is and how to take part, in one language, written by a person.

    `called_off_reason`: why it does not take place, where somebody said so in this language.
    """

    __tablename__ = "next_step_text"
    __table_args__ = (
        CheckConstraint("what <> '' AND place <> ''", name="says_all"),
        CheckConstraint("called_off_reason <> ''", name="says_why"),
    )

    next_step_id: Mapped[int] = mapped_column(ForeignKey("next_step.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(16), primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)  # when, where and how, as people need it
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    called_off_reason: Mapped[str | None] = mapped_column(Text)


class Invitation(Base):
    """A case's resident was invited to a next step, in `lang`: once each. The system's own row."""

    __tablename__ = "invitation"

    next_step_id: Mapped[int] = mapped_column(ForeignKey("next_step.id"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id"), primary_key=True, index=True
    )
    lang: Mapped[str] = mapped_column(String(16))
    invited_at: Mapped[datetime]
    invited_on: Mapped[date]


class Attestation(Base):
    """A resident says whether the record of a co-decision is fair. Append-only; the latest counts.

    Nobody who signs in can have written it: there is no such actor.
    """

    __tablename__ = "attestation"
    __table_args__ = (
        CheckConstraint("actor = 'resident'", name="residents_attest"),
        Index("ix_attestation_co_decision_id_id", "co_decision_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    co_decision_id: Mapped[int] = mapped_column(ForeignKey("co_decision.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    actor: Mapped[str] = mapped_column(String(8), default="resident")
    is_fair: Mapped[bool]
    attested_at: Mapped[datetime]
    attested_on: Mapped[date]
