"""How many said so, and what they replied to answers: figures as they may be published."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

VOICES = ("yes", "partly", "no")


def upgrade() -> None:
    op.create_table(
        "theme_figure",
        sa.Column("theme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.CheckConstraint("people >= 10", name=op.f("ck_theme_figure_people_enough")),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_theme_figure_theme_id_theme")
        ),
        sa.PrimaryKeyConstraint("theme_id", name=op.f("pk_theme_figure")),
    )
    op.create_table(
        "theme_district",
        sa.Column("theme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people >= 10", name=op.f("ck_theme_district_people_enough")),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_theme_district_theme_id_theme")
        ),
        sa.PrimaryKeyConstraint("theme_id", "district", name=op.f("pk_theme_district")),
    )
    op.create_table(
        "reaction",
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=True),
        *(sa.Column(verdict, sa.Integer(), nullable=True) for verdict in VOICES),
        sa.CheckConstraint("replies >= 10", name=op.f("ck_reaction_replies_enough")),
        *(
            sa.CheckConstraint(
                f"{verdict} = 0 OR {verdict} >= 10", name=op.f(f"ck_reaction_{verdict}_enough")
            )
            for verdict in VOICES
        ),
        sa.CheckConstraint(
            "replies IS NOT NULL OR (yes IS NULL AND partly IS NULL AND no IS NULL)",
            name=op.f("ck_reaction_parts_of_replies"),
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_reaction_response_id_response")
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_reaction")),
    )


def downgrade() -> None:
    for table in ("reaction", "theme_district", "theme_figure"):
        op.drop_table(table)
