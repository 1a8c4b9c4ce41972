"""Create the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "department",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("slug", name=op.f("uq_department_slug")),
    )
    op.create_table(
        "district",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("slug", name=op.f("uq_district_slug")),
    )
    op.create_table(
        "period_key",
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_period_key")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_person_fs_uniquifier")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "throttle",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("window_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_throttle_count_positive")),
        sa.PrimaryKeyConstraint("scope", "key", "window_at", name=op.f("pk_throttle")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_audit_event_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_table(
        "department_text",
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_department_text_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("department_id", "lang", name=op.f("pk_department_text")),
    )
    op.create_table(
        "district_text",
        sa.Column(
            "district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_district_text_district_id_district")
        ),
        sa.PrimaryKeyConstraint("district_id", "lang", name=op.f("pk_district_text")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "(role = 'administrator') = (department_id IS NULL)",
            name=op.f("ck_membership_department_of_role"),
        ),
        sa.CheckConstraint(
            "role IN ('staff', 'translator', 'manager', 'administrator')",
            name=op.f("ck_membership_role"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_membership_department_id_department"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(
            "uq_membership_everywhere",
            ["person_id", "role"],
            unique=True,
            sqlite_where=sa.text("department_id IS NULL"),
            postgresql_where=sa.text("department_id IS NULL"),
        )
        batch_op.create_index(
            "uq_membership_in_department",
            ["person_id", "department_id", "role"],
            unique=True,
            sqlite_where=sa.text("department_id IS NOT NULL"),
            postgresql_where=sa.text("department_id IS NOT NULL"),
        )

    op.create_table(
        "service",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column(
            "department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slug <> ''", name=op.f("ck_service_slug_given")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_service_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("code", name=op.f("uq_service_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_service_slug")),
    )
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.create_index("ix_service_department_id", ["department_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assessment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("evidence_hash", sa.String(length=64), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event_id", sa.BigInteger(), nullable=False),
        sa.Column("last_submission_id", sa.BigInteger(), nullable=False),
        sa.Column("public_on", sa.Date(), nullable=True),
        sa.Column("public_level", sa.SmallInteger(), nullable=True),
        sa.Column("public_evidence", sa.JSON(), nullable=True),
        sa.Column("public_result", sa.JSON(), nullable=True),
        sa.Column("public_last_event_id", sa.BigInteger(), nullable=True),
        sa.Column("public_last_submission_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(public_on IS NULL) = (public_level IS NULL)",
            name=op.f("ck_assessment_public_is_complete"),
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_assessment_level_range")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_assessment_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("service_id", "as_of", name=op.f("uq_assessment_service_id_as_of")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_assessment_service_id_public_on", ["service_id", "public_on"], unique=False
        )

    op.create_table(
        "history_import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channels >= 0", name=op.f("ck_history_import_channels_not_negative")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_history_import_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_import")),
        sa.UniqueConstraint(
            "service_id", "source", name=op.f("uq_history_import_service_id_source")
        ),
    )
    op.create_table(
        "population_share",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_population_share_position")),
        sa.CheckConstraint(
            "share >= 0 AND share <= 1", name=op.f("ck_population_share_share_range")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_population_share_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_share")),
        sa.UniqueConstraint("service_id", "lang", name=op.f("uq_population_share_service_id_lang")),
    )
    with op.batch_alter_table("population_share", schema=None) as batch_op:
        batch_op.create_index(
            "uq_population_share_city",
            ["lang"],
            unique=True,
            sqlite_where=sa.text("service_id IS NULL"),
            postgresql_where=sa.text("service_id IS NULL"),
        )

    op.create_table(
        "service_channel",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('web', 'kiosk', 'paper', 'phone', 'counter', 'mail', 'imported')",
            name=op.f("ck_service_channel_channel"),
        ),
        sa.CheckConstraint(
            "closed_on IS NULL OR closed_on >= opened_on",
            name=op.f("ck_service_channel_closed_after_opened"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_channel_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_channel")),
        sa.UniqueConstraint(
            "service_id",
            "channel",
            "opened_on",
            name=op.f("uq_service_channel_service_id_channel_opened_on"),
        ),
    )
    op.create_table(
        "service_language",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("role IN ('required', 'input')", name=op.f("ck_service_language_role")),
        sa.CheckConstraint(
            "closed_on IS NULL OR closed_on >= opened_on",
            name=op.f("ck_service_language_closed_after_opened"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_language_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_language")),
        sa.UniqueConstraint(
            "service_id",
            "lang",
            "role",
            "opened_on",
            name=op.f("uq_service_language_service_id_lang_role_opened_on"),
        ),
    )
    op.create_table(
        "service_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=True),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'reviewed')", name=op.f("ck_service_text_status")),
        sa.CheckConstraint(
            "reviewer_id IS NULL OR author_id IS NULL OR reviewer_id <> author_id",
            name=op.f("ck_service_text_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_service_text_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["person.id"], name=op.f("fk_service_text_reviewer_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_text_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_text")),
        sa.UniqueConstraint("service_id", "lang", name=op.f("uq_service_text_service_id_lang")),
    )
    op.create_table(
        "theme",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_theme_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_theme_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
    )
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_theme_service_id"), ["service_id"], unique=False)

    op.create_table(
        "co_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("partner", sa.String(length=200), nullable=False),
        sa.Column("partner_external", sa.Boolean(), nullable=False),
        sa.Column("partner_signed", sa.Boolean(), nullable=False),
        sa.Column("linked_submissions", sa.Integer(), nullable=False),
        sa.Column("invited_all", sa.Boolean(), nullable=False),
        sa.Column("decision_record", sa.Boolean(), nullable=False),
        sa.Column("attest_fair", sa.Integer(), nullable=False),
        sa.Column("attest_unfair", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_ref", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "attest_fair >= 0 AND attest_unfair >= 0",
            name=op.f("ck_co_decision_attests_not_negative"),
        ),
        sa.CheckConstraint(
            "linked_submissions >= 0", name=op.f("ck_co_decision_linked_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["history_import.id"],
            name=op.f("fk_co_decision_import_id_history_import"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_co_decision_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_co_decision")),
        sa.UniqueConstraint(
            "import_id", "import_ref", name=op.f("uq_co_decision_import_id_import_ref")
        ),
    )
    with op.batch_alter_table("co_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_co_decision_service_id"), ["service_id"], unique=False)

    op.create_table(
        "page_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["history_import.id"],
            name=op.f("fk_page_check_import_id_history_import"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_page_check_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_page_check_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_check")),
        sa.UniqueConstraint(
            "service_id",
            "lang",
            "checked_on",
            name=op.f("uq_page_check_service_id_lang_checked_on"),
        ),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("theme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "follows_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("source_lang", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_ref", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)",
            name=op.f("ck_response_published_has_time"),
        ),
        sa.CheckConstraint(
            "outcome IN ('answered', 'planned', 'in_progress', 'done', 'declined')",
            name=op.f("ck_response_outcome"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR import_id IS NOT NULL OR outcome <> 'done' OR done_on IS NOT NULL",
            name=op.f("ck_response_done_has_day"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR import_id IS NOT NULL OR outcome NOT IN ('planned', 'in_progress') OR due_on IS NOT NULL",
            name=op.f("ck_response_promise_has_date"),
        ),
        sa.CheckConstraint("status IN ('draft', 'published')", name=op.f("ck_response_status")),
        sa.CheckConstraint(
            "(import_id IS NULL) = (import_ref IS NULL)",
            name=op.f("ck_response_import_is_complete"),
        ),
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_on IS NULL)",
            name=op.f("ck_response_published_has_day"),
        ),
        sa.CheckConstraint(
            "import_id IS NOT NULL OR theme_id IS NOT NULL", name=op.f("ck_response_theme_given")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_response_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["response.id"], name=op.f("fk_response_follows_id_response")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["history_import.id"], name=op.f("fk_response_import_id_history_import")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_response_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_response_theme_id_theme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint(
            "import_id", "import_ref", name=op.f("uq_response_import_id_import_ref")
        ),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(
            "ix_response_service_id_published_on", ["service_id", "published_on"], unique=False
        )
        batch_op.create_index("ix_response_theme_id", ["theme_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("comment_lang", sa.String(length=16), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("person_key", sa.String(length=64), nullable=False),
        sa.Column("q0", sa.SmallInteger(), nullable=True),
        sa.Column("q1", sa.SmallInteger(), nullable=True),
        sa.Column("q2", sa.SmallInteger(), nullable=True),
        sa.Column("q3", sa.SmallInteger(), nullable=True),
        sa.Column("q4", sa.SmallInteger(), nullable=True),
        sa.Column("q5", sa.SmallInteger(), nullable=True),
        sa.Column("q6", sa.SmallInteger(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("wants_answer", sa.Boolean(), nullable=False),
        sa.Column("is_case", sa.Boolean(), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=True),
        sa.Column("age_band", sa.String(length=16), nullable=True),
        sa.Column("is_rating", sa.Boolean(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("is_quarantined", sa.Boolean(), nullable=False),
        sa.Column("is_rating_excluded", sa.Boolean(), nullable=False),
        sa.Column("is_redacted", sa.Boolean(), nullable=False),
        sa.Column("has_personal_data", sa.Boolean(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("answers_hash", sa.String(length=64), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_ref", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "age_band IN ('under_25', '25_44', '45_64', '65_plus')",
            name=op.f("ck_submission_age_band"),
        ),
        sa.CheckConstraint(
            "channel IN ('web', 'kiosk', 'paper', 'phone', 'counter', 'mail', 'imported')",
            name=op.f("ck_submission_channel"),
        ),
        sa.CheckConstraint("comment <> ''", name=op.f("ck_submission_comment_not_empty")),
        sa.CheckConstraint(
            "kind IN ('problem', 'idea', 'question', 'praise')", name=op.f("ck_submission_kind")
        ),
        sa.CheckConstraint(
            "(import_id IS NULL) = (import_ref IS NULL)",
            name=op.f("ck_submission_import_is_complete"),
        ),
        sa.CheckConstraint(
            "import_id IS NOT NULL OR (receipt_hash IS NOT NULL AND token_hash IS NOT NULL)",
            name=op.f("ck_submission_receipt_given"),
        ),
        sa.CheckConstraint(
            "is_case = (comment IS NOT NULL OR wants_answer OR is_redacted) OR import_id IS NOT NULL",
            name=op.f("ck_submission_case_has_reason"),
        ),
        sa.CheckConstraint("q0 BETWEEN 1 AND 5", name=op.f("ck_submission_q0_range")),
        sa.CheckConstraint(
            "q0 IS NOT NULL OR import_id IS NOT NULL", name=op.f("ck_submission_q0_given")
        ),
        sa.CheckConstraint("q1 BETWEEN 0 AND 5", name=op.f("ck_submission_q1_range")),
        sa.CheckConstraint("q2 BETWEEN 0 AND 5", name=op.f("ck_submission_q2_range")),
        sa.CheckConstraint("q3 BETWEEN 0 AND 5", name=op.f("ck_submission_q3_range")),
        sa.CheckConstraint("q4 BETWEEN 0 AND 5", name=op.f("ck_submission_q4_range")),
        sa.CheckConstraint("q5 BETWEEN 0 AND 5", name=op.f("ck_submission_q5_range")),
        sa.CheckConstraint("q6 BETWEEN 0 AND 5", name=op.f("ck_submission_q6_range")),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["history_import.id"],
            name=op.f("fk_submission_import_id_history_import"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_submission_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint(
            "import_id", "import_ref", name=op.f("uq_submission_import_id_import_ref")
        ),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_submission_receipt_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_submission_token_hash")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(
            "ix_submission_quarantined",
            ["service_id"],
            unique=False,
            sqlite_where=sa.text("is_quarantined"),
            postgresql_where=sa.text("is_quarantined"),
        )
        batch_op.create_index("ix_submission_received_at", ["received_at"], unique=False)
        batch_op.create_index(
            "ix_submission_service_id_received_on", ["service_id", "received_on"], unique=False
        )

    op.create_table(
        "theme_text",
        sa.Column("theme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_theme_text_theme_id_theme")
        ),
        sa.PrimaryKeyConstraint("theme_id", "lang", name=op.f("pk_theme_text")),
    )
    op.create_table(
        "contact",
        sa.Column(
            "submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("email_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("email_hash", sa.String(length=64), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (email_encrypted IS NOT NULL)",
            name=op.f("ck_contact_erased_is_gone"),
        ),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (email_hash IS NOT NULL)",
            name=op.f("ck_contact_erased_is_unknown"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_contact_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_contact")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_contact_token_hash")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_email_hash"), ["email_hash"], unique=False)

    op.create_table(
        "exclusion_request",
        sa.Column(
            "submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('spam', 'abuse', 'duplicate', 'test', 'withdrawn', 'wrong_service')",
            name=op.f("ck_exclusion_request_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_exclusion_request_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_exclusion_request_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_exclusion_request")),
    )
    op.create_table(
        "loop",
        sa.Column(
            "submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=True),
        sa.Column("person_key", sa.String(length=64), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("themed_on", sa.Date(), nullable=True),
        sa.Column("responded_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_lang", sa.String(length=16), nullable=True),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("verdict_on", sa.Date(), nullable=True),
        sa.Column("disputed_on", sa.Date(), nullable=True),
        sa.Column("retold_on", sa.Date(), nullable=True),
        sa.Column("invited_on", sa.Date(), nullable=True),
        sa.Column("excluded", sa.String(length=16), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "excluded IN ('automatic', 'spam', 'abuse', 'duplicate', 'test', 'withdrawn', 'wrong_service')",
            name=op.f("ck_loop_excluded"),
        ),
        sa.CheckConstraint(
            "kind IN ('problem', 'idea', 'question', 'praise')", name=op.f("ck_loop_kind")
        ),
        sa.CheckConstraint(
            "outcome IN ('answered', 'planned', 'in_progress', 'done', 'declined')",
            name=op.f("ck_loop_outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'acknowledged', 'in_theme', 'answered', 'planned', 'in_progress', 'done', 'declined', 'told', 'confirmed', 'reopened', 'excluded', 'withdrawn')",
            name=op.f("ck_loop_state"),
        ),
        sa.CheckConstraint(
            "verdict IN ('yes', 'partly', 'no', 'again')", name=op.f("ck_loop_verdict")
        ),
        sa.CheckConstraint(
            "(told_on IS NULL) = (told_lang IS NULL)", name=op.f("ck_loop_told_in_a_language")
        ),
        sa.CheckConstraint(
            "retold_on IS NULL OR disputed_on IS NOT NULL",
            name=op.f("ck_loop_retold_after_disputed"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_loop_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_loop_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_loop")),
    )
    with op.batch_alter_table("loop", schema=None) as batch_op:
        batch_op.create_index(
            "ix_loop_service_id_received_on", ["service_id", "received_on"], unique=False
        )
        batch_op.create_index(
            "ix_loop_service_id_state", ["service_id", "state", "received_on"], unique=False
        )

    op.create_table(
        "loop_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lang", sa.String(length=16), nullable=True),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("theme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(kind = 'confirmed') = (verdict IS NOT NULL)",
            name=op.f("ck_loop_event_verdict_of_confirmed"),
        ),
        sa.CheckConstraint(
            "(kind = 'excluded') = (reason IS NOT NULL)",
            name=op.f("ck_loop_event_reason_of_excluded"),
        ),
        sa.CheckConstraint(
            "(kind = 'responded') = (outcome IS NOT NULL)",
            name=op.f("ck_loop_event_outcome_of_responded"),
        ),
        sa.CheckConstraint(
            "actor <> 'resident' OR person_id IS NULL",
            name=op.f("ck_loop_event_resident_is_no_account"),
        ),
        sa.CheckConstraint(
            "actor <> 'staff' OR person_id IS NOT NULL OR import_id IS NOT NULL",
            name=op.f("ck_loop_event_staff_has_name"),
        ),
        sa.CheckConstraint(
            "actor IN ('system', 'staff', 'resident')", name=op.f("ck_loop_event_actor")
        ),
        sa.CheckConstraint(
            "kind IN ('received', 'acknowledged', 'themed', 'excluded', 'restored', 'transferred', 'responded', 'told', 'confirmed', 'disputed', 'retold', 'invited', 'attested', 'corrected', 'redacted', 'withdrawn')",
            name=op.f("ck_loop_event_kind"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('confirmed', 'disputed', 'attested', 'withdrawn') OR actor = 'resident'",
            name=op.f("ck_loop_event_residents_decide"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('told', 'retold') OR lang IS NOT NULL",
            name=op.f("ck_loop_event_language_of_told"),
        ),
        sa.CheckConstraint(
            "outcome IN ('answered', 'planned', 'in_progress', 'done', 'declined')",
            name=op.f("ck_loop_event_outcome"),
        ),
        sa.CheckConstraint(
            "reason IN ('automatic', 'spam', 'abuse', 'duplicate', 'test', 'withdrawn', 'wrong_service')",
            name=op.f("ck_loop_event_reason"),
        ),
        sa.CheckConstraint(
            "verdict IN ('yes', 'partly', 'no', 'again')", name=op.f("ck_loop_event_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["history_import.id"],
            name=op.f("fk_loop_event_import_id_history_import"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_loop_event_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_loop_event_response_id_response")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_loop_event_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_loop_event_submission_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_loop_event_theme_id_theme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loop_event")),
    )
    with op.batch_alter_table("loop_event", schema=None) as batch_op:
        batch_op.create_index("ix_loop_event_happened_on", ["happened_on"], unique=False)
        batch_op.create_index("ix_loop_event_response_id", ["response_id"], unique=False)
        batch_op.create_index(
            "ix_loop_event_submission_id_id", ["submission_id", "id"], unique=False
        )

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column(
            "submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "kind IN ('confirm_address', 'tell', 'tell_response')", name=op.f("ck_outbox_kind")
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR dead_at IS NULL", name=op.f("ck_outbox_done_or_dead")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_outbox_response_id_response")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_outbox_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        )

    op.create_table(
        "pending_correction",
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("you_said", sa.Text(), nullable=False),
        sa.Column("we_did", sa.Text(), nullable=False),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column(
            "author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_pending_correction_reason_given")),
        sa.CheckConstraint("text_version > 0", name=op.f("ck_pending_correction_version_positive")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_pending_correction_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["response.id"],
            name=op.f("fk_pending_correction_response_id_response"),
        ),
        sa.PrimaryKeyConstraint("response_id", "lang", name=op.f("pk_pending_correction")),
    )
    op.create_table(
        "rating_invitation",
        sa.Column(
            "submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_rating_invitation_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("submission_id", "used_on", name=op.f("pk_rating_invitation")),
    )
    op.create_table(
        "response_correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("you_said", sa.Text(), nullable=False),
        sa.Column("we_did", sa.Text(), nullable=False),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_response_correction_reason_given")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_response_correction_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["response.id"],
            name=op.f("fk_response_correction_response_id_response"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_correction")),
    )
    with op.batch_alter_table("response_correction", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_response_correction_response_id"), ["response_id"], unique=False
        )

    op.create_table(
        "response_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("you_said", sa.Text(), nullable=False),
        sa.Column("we_did", sa.Text(), nullable=False),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=True),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'reviewed') = (reviewed_at IS NOT NULL)",
            name=op.f("ck_response_text_reviewed_has_time"),
        ),
        sa.CheckConstraint("status IN ('draft', 'reviewed')", name=op.f("ck_response_text_status")),
        sa.CheckConstraint(
            "reviewer_id IS NULL OR author_id IS NULL OR reviewer_id <> author_id",
            name=op.f("ck_response_text_second_person"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_response_text_version_positive")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_response_text_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_text_response_id_response")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["person.id"], name=op.f("fk_response_text_reviewer_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_text")),
        sa.UniqueConstraint("response_id", "lang", name=op.f("uq_response_text_response_id_lang")),
    )
    op.create_table(
        "theme_case",
        sa.Column("theme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_theme_case_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_theme_case_submission_id_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["theme.id"], name=op.f("fk_theme_case_theme_id_theme")
        ),
        sa.PrimaryKeyConstraint("theme_id", "submission_id", name=op.f("pk_theme_case")),
    )
    with op.batch_alter_table("theme_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_theme_case_submission_id"), ["submission_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("theme_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_theme_case_submission_id"))

    op.drop_table("theme_case")
    op.drop_table("response_text")
    with op.batch_alter_table("response_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_response_correction_response_id"))

    op.drop_table("response_correction")
    op.drop_table("rating_invitation")
    op.drop_table("pending_correction")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_due",
            sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        )

    op.drop_table("outbox")
    with op.batch_alter_table("loop_event", schema=None) as batch_op:
        batch_op.drop_index("ix_loop_event_submission_id_id")
        batch_op.drop_index("ix_loop_event_response_id")
        batch_op.drop_index("ix_loop_event_happened_on")

    op.drop_table("loop_event")
    with op.batch_alter_table("loop", schema=None) as batch_op:
        batch_op.drop_index("ix_loop_service_id_state")
        batch_op.drop_index("ix_loop_service_id_received_on")

    op.drop_table("loop")
    op.drop_table("exclusion_request")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_email_hash"))

    op.drop_table("contact")
    op.drop_table("theme_text")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_service_id_received_on")
        batch_op.drop_index("ix_submission_received_at")
        batch_op.drop_index(
            "ix_submission_quarantined",
            sqlite_where=sa.text("is_quarantined"),
            postgresql_where=sa.text("is_quarantined"),
        )

    op.drop_table("submission")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index("ix_response_theme_id")
        batch_op.drop_index("ix_response_service_id_published_on")

    op.drop_table("response")
    op.drop_table("page_check")
    with op.batch_alter_table("co_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_co_decision_service_id"))

    op.drop_table("co_decision")
    with op.batch_alter_table("theme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_theme_service_id"))

    op.drop_table("theme")
    op.drop_table("service_text")
    op.drop_table("service_language")
    op.drop_table("service_channel")
    with op.batch_alter_table("population_share", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_population_share_city",
            sqlite_where=sa.text("service_id IS NULL"),
            postgresql_where=sa.text("service_id IS NULL"),
        )

    op.drop_table("population_share")
    op.drop_table("history_import")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index("ix_assessment_service_id_public_on")

    op.drop_table("assessment")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.drop_index("ix_service_department_id")

    op.drop_table("service")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_membership_in_department",
            sqlite_where=sa.text("department_id IS NOT NULL"),
            postgresql_where=sa.text("department_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_membership_everywhere",
            sqlite_where=sa.text("department_id IS NULL"),
            postgresql_where=sa.text("department_id IS NULL"),
        )

    op.drop_table("membership")
    op.drop_table("district_text")
    op.drop_table("department_text")
    op.drop_table("audit_event")
    op.drop_table("throttle")
    op.drop_table("setting")
    op.drop_table("person")
    op.drop_table("period_key")
    op.drop_table("district")
    op.drop_table("department")
