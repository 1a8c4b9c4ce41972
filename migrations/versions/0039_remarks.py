"""What residents add in their own words to a verdict, and taking it out again."""

import sqlalchemy as sa
from alembic import op

from portal.store.word_index_schema import create_word_index, drop_word_index

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "done_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "remark",
        sa.Column("id", BIG, nullable=False),
        sa.Column("submission_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("response_id", BIG, nullable=True),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("has_personal_data", sa.Boolean(), nullable=False),
        sa.Column("is_redacted", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_remark_text_given")),
        sa.CheckConstraint(
            "text IS NOT NULL OR is_redacted", name=op.f("ck_remark_gone_was_redacted")
        ),
        sa.CheckConstraint(
            "is_redacted = (salt IS NULL)", name=op.f("ck_remark_salt_until_redacted")
        ),
        sa.CheckConstraint(
            "words IS NULL OR text IS NOT NULL", name=op.f("ck_remark_words_go_with_text")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_remark_submission_id_submission")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["loop_event.id"], name=op.f("fk_remark_event_id_loop_event")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_remark_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        sa.UniqueConstraint("event_id", name=op.f("uq_remark_event_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_remark_token_hash")),
    )
    op.create_index("ix_remark_submission_id", "remark", ["submission_id"])
    op.create_index("ix_remark_response_id", "remark", ["response_id"])
    create_word_index("remark")
    op.drop_index("uq_redaction_open", "redaction")
    with op.batch_alter_table("redaction") as batch_op:
        batch_op.add_column(sa.Column("remark_id", BIG, nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_redaction_remark_id_remark"), "remark", ["remark_id"], ["id"]
        )
    _index_open("uq_redaction_open", "submission_id", f"{OPEN} AND remark_id IS NULL")
    _index_open("uq_redaction_open_remark", "remark_id", OPEN)


def _index_open(name: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        name, "redaction", [column], unique=True, sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    """The words go, and with them what says that some were taken out."""
    op.drop_index("uq_redaction_open_remark", "redaction")
    op.drop_index("uq_redaction_open", "redaction")
    op.execute("DELETE FROM redaction WHERE remark_id IS NOT NULL")
    with op.batch_alter_table("redaction") as batch_op:
        batch_op.drop_constraint(op.f("fk_redaction_remark_id_remark"), type_="foreignkey")
        batch_op.drop_column("remark_id")
    _index_open("uq_redaction_open", "submission_id", OPEN)
    drop_word_index("remark")
    op.drop_table("remark")
