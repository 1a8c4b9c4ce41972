"""Invitations and links to set a password, second factors, and what a sign-in showed."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KINDS = (
    "'acknowledge', 'confirm_address', 'digest', 'invite', 'invite_theme', 'promise', 'remind',"
    " 'tell', 'tell_response'"
)


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _extend_people()
    _create_links()
    _create_factors()
    _allow(f"'account_link', {KINDS}")


def _extend_people() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE person SET joined_at = created_at WHERE password IS NOT NULL")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fresh_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("device", sa.String(length=12), nullable=False, server_default="other")
        )
        batch_op.add_column(sa.Column("factor", sa.String(length=12), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_sign_in_device"), "device IN ('computer', 'phone', 'tablet', 'other')"
        )
        batch_op.create_check_constraint(
            op.f("ck_sign_in_factor"), "factor IN ('totp', 'recovery', 'passkey', 'provider')"
        )
    op.execute("UPDATE sign_in SET fresh_at = created_at")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.alter_column("fresh_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column(
            "device",
            existing_type=sa.String(length=12),
            existing_nullable=False,
            server_default=None,
        )


def _create_links() -> None:
    op.create_table(
        "account_link",
        sa.Column("id", big(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", big(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('invitation', 'reset')", name=op.f("ck_account_link_kind")),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_account_link_expires_later")),
        sa.CheckConstraint(
            "used_at IS NULL OR revoked_at IS NULL", name=op.f("ck_account_link_used_or_revoked")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_link_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_account_link_made_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_link_token_hash")),
    )
    op.create_index(op.f("ix_account_link_person_id"), "account_link", ["person_id"])


def _create_factors() -> None:
    op.create_table(
        "authenticator",
        sa.Column("person_id", big(), autoincrement=False, nullable=False),
        sa.Column("secret_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_counter", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_authenticator_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_authenticator")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", big(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "person_id", "code_hash", name=op.f("uq_recovery_code_person_id_code_hash")
        ),
    )
    op.create_table(
        "passkey",
        sa.Column("id", big(), nullable=False),
        sa.Column("person_id", big(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkey_sign_count_counted")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passkey_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"])


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'account_link'")
    _allow(KINDS)
    for table in ("passkey", "recovery_code", "authenticator", "account_link"):
        op.drop_table(table)
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_sign_in_factor"), type_="check")
        batch_op.drop_constraint(op.f("ck_sign_in_device"), type_="check")
        batch_op.drop_column("factor")
        batch_op.drop_column("device")
        batch_op.drop_column("fresh_at")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("joined_at")


def _allow(kinds: str) -> None:
    """Which kinds of messages the outbox takes."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({kinds})")
