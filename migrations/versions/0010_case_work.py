"""Words taken out of comments, and notes between colleagues."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OPEN = sa.text("done_at IS NULL")


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "redaction",
        sa.Column("id", big(), nullable=False),
        sa.Column("submission_id", big(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=True),
        sa.Column("kinds", sa.String(length=80), nullable=True),
        sa.Column("requested_by", big(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", big(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('own_data', 'others_data', 'unlawful', 'asked', 'withdrawn', 'expired')",
            name=op.f("ck_redaction_reason"),
        ),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_redaction_pieces_counted")),
        sa.CheckConstraint(
            "(pieces IS NULL) = (kinds IS NULL)", name=op.f("ck_redaction_pieces_have_kinds")
        ),
        sa.CheckConstraint(
            "done_at IS NOT NULL OR requested_by IS NOT NULL",
            name=op.f("ck_redaction_request_has_name"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_redaction_submission_id_submission")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["person.id"], name=op.f("fk_redaction_requested_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_redaction_decided_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
    )
    op.create_index("ix_redaction_submission_id", "redaction", ["submission_id"])
    op.create_index(
        "uq_redaction_open", "redaction", ["submission_id"],
        unique=True, sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip
    op.create_table(
        "case_note",
        sa.Column("id", big(), nullable=False),
        sa.Column("submission_id", big(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", big(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_case_note_text_given")),
        sa.CheckConstraint(
            "(struck_at IS NULL) = (text IS NOT NULL)", name=op.f("ck_case_note_struck_is_gone")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_case_note_submission_id_submission")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_case_note_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["struck_by"], ["person.id"], name=op.f("fk_case_note_struck_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index("ix_case_note_submission_id", "case_note", ["submission_id"])


def downgrade() -> None:
    op.drop_table("case_note")
    op.drop_table("redaction")
