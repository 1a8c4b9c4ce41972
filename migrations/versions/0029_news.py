"""The week's answers by mail, for those who asked for them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW = ("confirm_news", "news")
ONCE = {
    "all": ("service_id IS NULL AND district IS NULL", []),
    "service": ("service_id IS NOT NULL", ["service_id"]),
    "district": ("district IS NOT NULL", ["district"]),
}


def upgrade() -> None:
    op.create_table(
        "news_subscription",
        sa.Column("id", BIG, nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("service_id", BIG, nullable=True),
        sa.Column("district", sa.String(length=80), nullable=True),
        sa.Column("email_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "service_id IS NULL OR district IS NULL",
            name=op.f("ck_news_subscription_one_subject"),
        ),
        sa.CheckConstraint(
            "asked_on IS NULL OR confirmed_at IS NOT NULL",
            name=op.f("ck_news_subscription_asked_is_confirmed"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_news_subscription_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_subscription")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_news_subscription_token_hash")),
    )
    for name, (where, columns) in ONCE.items():
        op.create_index(
            f"uq_news_subscription_{name}",
            "news_subscription",
            ["email_hash", *columns],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    _offer_kinds(_known_kinds() | set(NEW))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM outbox WHERE kind IN ('confirm_news', 'news')"))
    _offer_kinds(_known_kinds() - set(NEW))
    op.drop_table("news_subscription")


def _known_kinds() -> set[str]:
    """The kinds that the table takes now, read from its own rule."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("outbox")
    rule = next(one["sqltext"] for one in checks if str(one["name"]).endswith("outbox_kind"))
    return set(rule.split("'")[1::2])


def _offer_kinds(kinds: set[str]) -> None:
    words = ", ".join(repr(kind) for kind in sorted(kinds))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({words})")
