"""Addresses of partners, to which the portal itself mails the links by which they sign."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = (
    "'account_link', 'account_notice', 'acknowledge', 'confirm_address', 'confirm_news', 'digest', "
    "'invite', 'invite_theme', 'news', 'promise', 'remind', 'tell', 'tell_response'"
)


def upgrade() -> None:
    op.create_table(
        "partner_contact",
        sa.Column("partner_id", BIG, nullable=False),
        sa.Column("email_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("set_by", BIG, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_partner_contact_partner_id_partner")
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["person.id"], name=op.f("fk_partner_contact_set_by_person")
        ),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner_contact")),
    )
    with op.batch_alter_table("signature") as batch_op:
        batch_op.add_column(
            sa.Column("is_mailed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    _allow(f"{KINDS}, 'partner_link'")


def downgrade() -> None:
    """Addresses and waiting links go; whoever waits for one is sent it by hand, as before."""
    op.execute(sa.text("DELETE FROM outbox WHERE kind = 'partner_link'"))
    _allow(KINDS)
    with op.batch_alter_table("signature") as batch_op:
        batch_op.drop_column("is_mailed")
    op.drop_table("partner_contact")


def _allow(kinds: str) -> None:
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({kinds})")
