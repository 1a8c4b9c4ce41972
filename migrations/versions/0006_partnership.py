"""Partner organisations, co-decisions and attestations."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Columns = dict[str, sa.types.TypeEngine[Any]]
GIVEN: Columns = {
    "partner": sa.String(length=200),
    "partner_external": sa.Boolean(),
    "partner_signed": sa.Boolean(),
    "linked_submissions": sa.Integer(),
    "invited_all": sa.Boolean(),
    "decision_record": sa.Boolean(),
    "attest_fair": sa.Integer(),
    "attest_unfair": sa.Integer(),
}
OWN: Columns = {
    "theme_id": BIG,
    "partner_id": BIG,
    "source_lang": sa.String(length=16),
    "created_at": sa.DateTime(timezone=True),
    "created_on": sa.Date(),
}
MORE: Columns = {"completed_on": sa.Date(), "author_id": BIG}
POINTS_TO = {"theme_id": "theme", "partner_id": "partner", "author_id": "person"}
OLD_KINDS = ("confirm_address", "digest", "tell", "tell_response")
NEW_KINDS = ("invite", "invite_theme")
NEW_TABLES = (
    "attestation",
    "invitation",
    "next_step_text",
    "next_step",
    "signature",
    "co_decision_case",
    "co_decision_text",
)


def upgrade() -> None:
    _create_tables()
    _widen_co_decision()
    _offer_kinds((*OLD_KINDS, *NEW_KINDS))
    protect("attestation")


def downgrade() -> None:
    unprotect("attestation")
    for table in NEW_TABLES:
        op.drop_table(table)
    # What was decided through the portal itself has no place in the tables of before.
    op.execute(sa.text("DELETE FROM co_decision WHERE import_id IS NULL"))
    _narrow_co_decision()
    op.drop_table("partner")
    op.execute(sa.text("DELETE FROM outbox WHERE kind IN ('invite', 'invite_theme')"))
    _offer_kinds(OLD_KINDS)


def _widen_co_decision() -> None:
    given, own = tuple(GIVEN), tuple(OWN)
    with op.batch_alter_table("co_decision", schema=None) as batch_op:
        for name, kind in (OWN | MORE).items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        for name, kind in (GIVEN | {"decided_on": sa.Date()}).items():
            batch_op.alter_column(name, existing_type=kind, nullable=True)
        batch_op.create_index("ix_co_decision_theme_id", ["theme_id"], unique=False)
        for name, table in POINTS_TO.items():
            batch_op.create_foreign_key(
                op.f(f"fk_co_decision_{name}_{table}"), table, [name], ["id"]
            )
        for name, condition in (
            ("own_is_complete", _all_or_none("import_id IS NULL", own)),
            ("figures_of_imported", _all_or_none("import_id IS NOT NULL", given)),
            (
                "day_given",
                "decided_on IS NOT NULL OR (import_id IS NULL AND completed_on IS NULL)",
            ),
        ):
            batch_op.create_check_constraint(op.f(f"ck_co_decision_{name}"), condition)


def _narrow_co_decision() -> None:
    with op.batch_alter_table("co_decision", schema=None) as batch_op:
        for name in (
            "own_is_complete",
            "figures_of_imported",
            "day_given",
        ):
            batch_op.drop_constraint(op.f(f"ck_co_decision_{name}"), type_="check")
        for name, table in POINTS_TO.items():
            batch_op.drop_constraint(op.f(f"fk_co_decision_{name}_{table}"), type_="foreignkey")
        batch_op.drop_index("ix_co_decision_theme_id")
        for name, kind in (GIVEN | {"decided_on": sa.Date()}).items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        for name in OWN | MORE:
            batch_op.drop_column(name)


def _offer_kinds(kinds: tuple[str, ...]) -> None:
    words = ", ".join(repr(kind) for kind in kinds)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), f"kind IN ({words})")


def _all_or_none(condition: str, columns: tuple[str, ...]) -> str:
    given = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    missing = " AND ".join(f"{column} IS NULL" for column in columns)
    return f"CASE WHEN {condition} THEN {given} ELSE {missing} END"


def _create_tables() -> None:
    op.create_table(
        "partner",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_partner_name_given")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_partner_author_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("name", name=op.f("uq_partner_name")),
    )
    op.create_table(
        "next_step",
        sa.Column("id", BIG, nullable=False),
        sa.Column("theme_id", BIG, nullable=False),
        sa.Column("happens_on", sa.Date(), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_next_step_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_next_step_theme_id_theme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_next_step")),
    )
    with op.batch_alter_table("next_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_next_step_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "attestation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("co_decision_id", BIG, nullable=False),
        sa.Column("submission_id", BIG, nullable=False),
        sa.Column("actor", sa.String(length=8), nullable=False),
        sa.Column("is_fair", sa.Boolean(), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attested_on", sa.Date(), nullable=False),
        sa.CheckConstraint("actor = 'resident'", name=op.f("ck_attestation_residents_attest")),
        sa.ForeignKeyConstraint(
            ["co_decision_id"],
            ["co_decision.id"],
            name=op.f("fk_attestation_co_decision_id_co_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_attestation_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
    )
    with op.batch_alter_table("attestation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attestation_co_decision_id_id", ["co_decision_id", "id"], unique=False
        )

    op.create_table(
        "co_decision_case",
        sa.Column("co_decision_id", BIG, nullable=False),
        sa.Column("submission_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["co_decision_id"],
            ["co_decision.id"],
            name=op.f("fk_co_decision_case_co_decision_id_co_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_co_decision_case_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_co_decision_case_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint(
            "co_decision_id", "submission_id", name=op.f("pk_co_decision_case")
        ),
    )
    op.create_table(
        "co_decision_text",
        sa.Column("co_decision_id", BIG, nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_co_decision_text_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["co_decision_id"],
            ["co_decision.id"],
            name=op.f("fk_co_decision_text_co_decision_id_co_decision"),
        ),
        sa.PrimaryKeyConstraint("co_decision_id", "lang", name=op.f("pk_co_decision_text")),
    )
    op.create_table(
        "invitation",
        sa.Column("next_step_id", BIG, nullable=False),
        sa.Column("submission_id", BIG, nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["next_step_id"], ["next_step.id"], name=op.f("fk_invitation_next_step_id_next_step")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_invitation_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("next_step_id", "submission_id", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_submission_id"), ["submission_id"], unique=False
        )

    op.create_table(
        "next_step_text",
        sa.Column("next_step_id", BIG, nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("what <> '' AND place <> ''", name=op.f("ck_next_step_text_says_all")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_next_step_text_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["next_step_id"],
            ["next_step.id"],
            name=op.f("fk_next_step_text_next_step_id_next_step"),
        ),
        sa.PrimaryKeyConstraint("next_step_id", "lang", name=op.f("pk_next_step_text")),
    )
    op.create_table(
        "signature",
        sa.Column("co_decision_id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signer_name", sa.String(length=200), nullable=True),
        sa.Column("signer_role", sa.String(length=200), nullable=True),
        sa.Column("record_hash", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN signed_at IS NOT NULL THEN signed_on IS NOT NULL AND signer_name IS NOT NULL AND signer_role IS NOT NULL AND record_hash IS NOT NULL ELSE signed_on IS NULL AND signer_name IS NULL AND signer_role IS NULL AND record_hash IS NULL END",
            name=op.f("ck_signature_signed_is_complete"),
        ),
        sa.CheckConstraint(
            "signed_at IS NULL OR signed_at <= expires_at", name=op.f("ck_signature_signed_in_time")
        ),
        sa.ForeignKeyConstraint(
            ["co_decision_id"],
            ["co_decision.id"],
            name=op.f("fk_signature_co_decision_id_co_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_signature_person_id_person")
        ),
        sa.PrimaryKeyConstraint("co_decision_id", name=op.f("pk_signature")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signature_token_hash")),
    )
