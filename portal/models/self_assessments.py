"""What managers say of their services: other dimensions, a claimed level, and barriers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.domain.self_assessment import Block, Dimension, EvidenceKind
from portal.models.base import Base, BigId, one_of

DIMENSIONS = tuple(one.value for one in Dimension)
BLOCKS = tuple(one.value for one in Block)
EVIDENCE_KINDS = tuple(one.value for one in EvidenceKind)


class SelfAssessment(Base):
    """A level that somebody says a service has reached in a dimension (METHOD.md section 5).

    A changed mind is a new row; of a row only the review is added. Valid through `valid_until`.
    """

    __tablename__ = "self_assessment"
    __table_args__ = (
        CheckConstraint(one_of("dimension", DIMENSIONS), name="dimension"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
        CheckConstraint("reviewed_by <> assessed_by", name="second_person"),
        CheckConstraint("(reviewed_by IS NULL) = (reviewed_at IS NULL)", name="review_is_complete"),
        CheckConstraint("valid_until > assessed_on", name="valid_after_assessed"),
        Index("ix_self_assessment_service_id_dimension", "service_id", "dimension"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    dimension: Mapped[str] = mapped_column(String(1))
    level: Mapped[int] = mapped_column(SmallInteger)
    note: Mapped[str] = mapped_column(Text, default="")
    assessed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assessed_at: Mapped[datetime]
    assessed_on: Mapped[date]
    valid_until: Mapped[date]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]

    evidence: Mapped[list[SelfAssessmentEvidence]] = relationship(
        lazy="selectin", order_by="SelfAssessmentEvidence.position"
    )

    @property
    def evidence_count(self) -> int:
        """How many items stand behind it."""
        return len(self.evidence)


class SelfAssessmentEvidence(Base):
    """An item of evidence: `reference` is a web address, a title, or a path of this portal."""

    __tablename__ = "self_assessment_evidence"
    __table_args__ = (
        UniqueConstraint("self_assessment_id", "position"),
        CheckConstraint(one_of("kind", EVIDENCE_KINDS), name="kind"),
        CheckConstraint("reference <> ''", name="reference_given"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    self_assessment_id: Mapped[int] = mapped_column(ForeignKey("self_assessment.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(8))
    reference: Mapped[str] = mapped_column(String(500))
    dated_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")


class EngageClaim(Base):
    """The engage level that a manager expects for a quarter, said before it begins. Append-only.

    The newest of a quarter counts. The level is measured on `quarter_on` and revealed with it.
    """

    __tablename__ = "engage_claim"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level_range"),
        CheckConstraint("claimed_on < quarter_on", name="before_revealed"),
        Index("ix_engage_claim_service_id_quarter_on", "service_id", "quarter_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    quarter_on: Mapped[date]
    level: Mapped[int] = mapped_column(SmallInteger)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime]
    claimed_on: Mapped[date]


class Barrier(Base):
    """What keeps a service back, under one of the building blocks, and who takes the next step.

    `gap` is what is missing, `barrier` what stands in the way. `version` rises with every change;
    an edit that names an older one is refused.
    """

    __tablename__ = "barrier"
    __table_args__ = (
        CheckConstraint(one_of("block", BLOCKS), name="block"),
        CheckConstraint("gap <> '' AND barrier <> ''", name="words_given"),
        CheckConstraint("version > 0", name="version_positive"),
        Index("ix_barrier_service_id", "service_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    block: Mapped[str] = mapped_column(String(32))
    gap: Mapped[str] = mapped_column(Text)
    barrier: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(200))
    next_step: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    criteria: Mapped[list[BarrierCriterion]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="BarrierCriterion.criterion"
    )


class BarrierCriterion(Base):
    """A criterion of the method that a barrier keeps from being met."""

    __tablename__ = "barrier_criterion"

    barrier_id: Mapped[int] = mapped_column(ForeignKey("barrier.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(8), primary_key=True)
