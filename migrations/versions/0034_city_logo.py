"""The city's logo: where it is fetched from, and the copy that is shown."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_FAULTS = (
    "fault IN ('unknown_name', 'internal', 'redirect', 'silent', 'certificate', 'status',"
    " 'too_heavy', 'not_picture', 'damaged', 'moving', 'too_small', 'too_large', 'shape', 'no_size',"
    " 'active', 'outside')"
)
_PARTS = ("digest", "kind", "width", "height", "content", "taken_at")
_WHOLE = " OR ".join(
    " AND ".join(f"{part} {what}" for part in _PARTS) for what in ("IS NULL", "IS NOT NULL")
)
_GONE = "(url IS NULL) = (due_at IS NULL) AND (url IS NOT NULL OR content IS NULL)"


def upgrade() -> None:
    op.create_table(
        "city_logo",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("locked_until", _MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", _MOMENT, nullable=True),
        sa.Column("fault", sa.String(length=20), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("digest", sa.String(length=20), nullable=True),
        sa.Column("kind", sa.String(length=4), nullable=True),
        sa.Column("width", sa.SmallInteger(), nullable=True),
        sa.Column("height", sa.SmallInteger(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("taken_at", _MOMENT, nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_city_logo_one_row")),
        sa.CheckConstraint("url LIKE 'http%'", name=op.f("ck_city_logo_url_http")),
        sa.CheckConstraint("kind IN ('png', 'jpg', 'webp', 'svg')", name=op.f("ck_city_logo_kind")),
        sa.CheckConstraint(_FAULTS, name=op.f("ck_city_logo_fault")),
        sa.CheckConstraint(_WHOLE, name=op.f("ck_city_logo_picture_is_whole")),
        sa.CheckConstraint(_GONE, name=op.f("ck_city_logo_removed_is_gone")),
        sa.CheckConstraint(
            "fault IS NULL OR tried_at IS NOT NULL", name=op.f("ck_city_logo_fault_has_time")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_logo")),
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM setting WHERE name = 'city_logo'"))
    op.drop_table("city_logo")
