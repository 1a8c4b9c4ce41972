"""Self-assessment of the other dimensions, claims and barriers."""

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PROTECTED = ("engage_claim",)


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_self_assessments()
    op.create_table(
        "engage_claim",
        sa.Column("id", big(), nullable=False),
        sa.Column("service_id", big(), nullable=False),
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_engage_claim_level_range")),
        sa.CheckConstraint("claimed_on < quarter_on", name=op.f("ck_engage_claim_before_revealed")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_engage_claim_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_engage_claim_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engage_claim")),
    )
    op.create_index(
        "ix_engage_claim_service_id_quarter_on", "engage_claim", ["service_id", "quarter_on"]
    )
    _create_barriers()
    for table in PROTECTED:
        protect(table)


def _create_self_assessments() -> None:
    op.create_table(
        "self_assessment",
        sa.Column("id", big(), nullable=False),
        sa.Column("service_id", big(), nullable=False),
        sa.Column("dimension", sa.String(length=1), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("assessed_by", big(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("reviewed_by", big(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "dimension IN ('B', 'C', 'D', 'E')", name=op.f("ck_self_assessment_dimension")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_self_assessment_level_range")),
        sa.CheckConstraint(
            "reviewed_by <> assessed_by", name=op.f("ck_self_assessment_second_person")
        ),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL)",
            name=op.f("ck_self_assessment_review_is_complete"),
        ),
        sa.CheckConstraint(
            "valid_until > assessed_on", name=op.f("ck_self_assessment_valid_after_assessed")
        ),
        sa.ForeignKeyConstraint(
            ["assessed_by"], ["person.id"], name=op.f("fk_self_assessment_assessed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["person.id"], name=op.f("fk_self_assessment_reviewed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_self_assessment_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_assessment")),
    )
    op.create_index(
        "ix_self_assessment_service_id_dimension", "self_assessment", ["service_id", "dimension"]
    )
    op.create_table(
        "self_assessment_evidence",
        sa.Column("id", big(), nullable=False),
        sa.Column("self_assessment_id", big(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reference", sa.String(length=500), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('url', 'document', 'record')", name=op.f("ck_self_assessment_evidence_kind")
        ),
        sa.CheckConstraint(
            "reference <> ''", name=op.f("ck_self_assessment_evidence_reference_given")
        ),
        sa.ForeignKeyConstraint(
            ["self_assessment_id"],
            ["self_assessment.id"],
            name=op.f("fk_self_assessment_evidence_self_assessment_id_self_assessment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_assessment_evidence")),
        sa.UniqueConstraint(
            "self_assessment_id",
            "position",
            name=op.f("uq_self_assessment_evidence_self_assessment_id_position"),
        ),
    )


def _create_barriers() -> None:
    op.create_table(
        "barrier",
        sa.Column("id", big(), nullable=False),
        sa.Column("service_id", big(), nullable=False),
        sa.Column("block", sa.String(length=32), nullable=False),
        sa.Column("gap", sa.Text(), nullable=False),
        sa.Column("barrier", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", big(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "block IN ('foundation', 'policy', 'teams', 'services', 'technology',"
            " 'business_and_funding_models')",
            name=op.f("ck_barrier_block"),
        ),
        sa.CheckConstraint("gap <> '' AND barrier <> ''", name=op.f("ck_barrier_words_given")),
        sa.CheckConstraint("version > 0", name=op.f("ck_barrier_version_positive")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_barrier_created_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_barrier_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier")),
    )
    op.create_index("ix_barrier_service_id", "barrier", ["service_id"])
    op.create_table(
        "barrier_criterion",
        sa.Column("barrier_id", big(), nullable=False),
        sa.Column("criterion", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["barrier_id"], ["barrier.id"], name=op.f("fk_barrier_criterion_barrier_id_barrier")
        ),
        sa.PrimaryKeyConstraint("barrier_id", "criterion", name=op.f("pk_barrier_criterion")),
    )


def downgrade() -> None:
    for table in PROTECTED:
        unprotect(table)
    for table in (
        "barrier_criterion",
        "barrier",
        "engage_claim",
        "self_assessment_evidence",
        "self_assessment",
    ):
        op.drop_table(table)
