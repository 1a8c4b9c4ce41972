"""How the desk shares its work: who looks after which case, and lists that people keep."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, BigId, one_of

PHRASE_KINDS = ("opening", "explanation", "refusal")  # in the order in which an answer says them


class CaseAssignment(Base):
    """Who looks after a case. No row: nobody does. Who did before stands in the audit trail.

    It holds only while the person is active and works on the cases of the service's department
    (store.assignments): whoever leaves frees their cases, and so does handing a case over.
    """

    __tablename__ = "case_assignment"
    __table_args__ = (Index("ix_case_assignment_person_id", "person_id"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assigned_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[datetime]


class InboxView(Base):
    """Filters of the inbox under a name: one person's own, or those of a department's team.

    `filters` is the query of the inbox's address. `version` rises with every change.
    """

    __tablename__ = "inbox_view"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("(person_id IS NULL) <> (department_id IS NULL)", name="one_owner"),
        UniqueConstraint("person_id", "name"),
        UniqueConstraint("department_id", "name"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(60))
    filters: Mapped[str] = mapped_column(String(1000))
    version: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]


class Phrase(Base):
    """Words that a department says often, in one language, to be put into an answer.

    `version` rises with every change.
    """

    __tablename__ = "phrase"
    __table_args__ = (
        CheckConstraint(one_of("kind", PHRASE_KINDS), name="kind"),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("text <> ''", name="text_given"),
        UniqueConstraint("department_id", "lang", "title"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    lang: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]
