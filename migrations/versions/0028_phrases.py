"""Phrases that departments say often."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "'opening', 'explanation', 'refusal'"


def upgrade() -> None:
    op.create_table(
        "phrase",
        sa.Column("id", BIG, nullable=False),
        sa.Column("department_id", BIG, nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_phrase_kind")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_phrase_title_given")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_phrase_text_given")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_phrase_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_phrase_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
        sa.UniqueConstraint(
            "department_id", "lang", "title", name=op.f("uq_phrase_department_id_lang_title")
        ),
    )


def downgrade() -> None:
    op.drop_table("phrase")
