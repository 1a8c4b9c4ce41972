"""Who looks after which case, and saved views of the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "case_assignment",
        sa.Column("submission_id", big(), autoincrement=False, nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("assigned_by", big(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["person.id"], name=op.f("fk_case_assignment_assigned_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_case_assignment_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_case_assignment_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_case_assignment")),
    )
    op.create_index("ix_case_assignment_person_id", "case_assignment", ["person_id"])
    op.create_table(
        "inbox_view",
        sa.Column("id", big(), nullable=False),
        sa.Column("person_id", big(), nullable=True),
        sa.Column("department_id", big(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("filters", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", big(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_inbox_view_name_given")),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (department_id IS NULL)", name=op.f("ck_inbox_view_one_owner")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_inbox_view_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_inbox_view_department_id_department"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_inbox_view_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_view")),
        sa.UniqueConstraint("department_id", "name", name=op.f("uq_inbox_view_department_id_name")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_inbox_view_person_id_name")),
    )
    op.create_index(
        "ix_submission_personal_data",
        "submission",
        ["service_id"],
        sqlite_where=sa.text("has_personal_data"),
        postgresql_where=sa.text("has_personal_data"),
    )
    # What somebody did last, which is what they may want to undo.
    op.create_index("ix_audit_event_person_id_id", "audit_event", ["person_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_submission_personal_data", table_name="submission")
    op.drop_index("ix_audit_event_person_id_id", table_name="audit_event")
    op.drop_table("inbox_view")
    op.drop_index("ix_case_assignment_person_id", table_name="case_assignment")
    op.drop_table("case_assignment")
