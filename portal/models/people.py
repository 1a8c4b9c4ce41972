"""People who sign in, what they may do where, and their sessions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.models.base import Base, BigId, one_of

ROLES = ("staff", "translator", "manager", "administrator")
DEVICES = ("computer", "phone", "tablet", "other")
FACTORS = ("totp", "recovery", "passkey", "provider")
LINK_KINDS = ("invitation", "reset")


class Person(Base):
    """Somebody who works for the city and signs in. Residents have no account."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # kept in lower case
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))  # argon2id
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    lang: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]  # None for somebody who was invited and has not come yet

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", lazy="selectin", order_by="Membership.id"
    )


class Membership(Base):
    """A role of a person: in one department, or (administrators) in the whole portal."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(one_of("role", ROLES), name="role"),
        CheckConstraint(
            "(role = 'administrator') = (department_id IS NULL)", name="department_of_role"
        ),
        Index(
            "uq_membership_in_department",
            "person_id",
            "department_id",
            "role",
            unique=True,
            sqlite_where=text("department_id IS NOT NULL"),
            postgresql_where=text("department_id IS NOT NULL"),
        ),
        Index(
            "uq_membership_everywhere",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("department_id IS NULL"),
            postgresql_where=text("department_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    role: Mapped[str] = mapped_column(String(16))

    person: Mapped[Person] = relationship(back_populates="memberships")


class SignIn(Base):
    """One signed-in browser: ended at sign-out, a new one at every sign-in (SECURITY.md T10).

    `factor` is how a second factor was shown in this sign-in; None where none was.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint(one_of("device", DEVICES), name="device"),
        CheckConstraint(one_of("factor", FACTORS), name="factor"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    fresh_at: Mapped[datetime]  # when the person last showed that it is them
    last_seen_on: Mapped[date]  # renewed by POSTs only, so that GET need not commit
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(12), default="other")  # its kind, no more (T9)
    factor: Mapped[str | None] = mapped_column(String(12))


class AccountLink(Base):
    """A link that was mailed to a person: it works once, until it expires or is revoked."""

    __tablename__ = "account_link"
    __table_args__ = (
        CheckConstraint(one_of("kind", LINK_KINDS), name="kind"),
        CheckConstraint("expires_at > made_at", name="expires_later"),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="used_or_revoked"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(String(64), default="")  # the row's own seal


class Authenticator(Base):
    """A person's app for one-time codes (TOTP). It counts once a first code was right."""

    __tablename__ = "authenticator"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    secret_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_counter: Mapped[int | None] = mapped_column(BigInteger)  # no code works twice


class RecoveryCode(Base):
    """A code for the day the phone is lost. It works once; only its hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey (WebAuthn): the public half of a key that never leaves a person's device."""

    __tablename__ = "passkey"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="sign_count_counted"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    last_used_on: Mapped[date | None]
