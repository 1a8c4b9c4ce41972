"""Addresses of partners, to which the portal itself mails the links by which they sign."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KIND = "partner_link"


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
    _offer_kinds(_known_kinds() | {KIND})


def downgrade() -> None:
    """Addresses and waiting links go; whoever waits for one is sent it by hand, as before."""
    op.execute(sa.text("DELETE FROM outbox WHERE kind = 'partner_link'"))
    _offer_kinds(_known_kinds() - {KIND})
    with op.batch_alter_table("signature") as batch_op:
        batch_op.drop_column("is_mailed")
    op.drop_table("partner_contact")


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
