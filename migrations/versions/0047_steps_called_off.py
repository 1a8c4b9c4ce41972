"""Next steps that were called off, and why; what was deleted meanwhile, found at once."""

from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

from portal.store.append_only import protect, unprotect

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

EVENTS = (
    "received", "acknowledged", "themed", "excluded", "restored", "transferred", "responded",
    "told", "bounced", "confirmed", "disputed", "retold", "invited", "attested", "corrected",
    "redacted", "withdrawn",
)  # fmt: skip
LETTERS = (
    "account_link", "account_notice", "acknowledge", "confirm_address", "confirm_news", "digest",
    "invite", "invite_theme", "job_fault", "news", "partner_link", "promise", "remind", "tell",
    "tell_response",
)  # fmt: skip
NEW_LETTERS = ("call_off", "call_off_step")
SAYS_WHY = "ck_next_step_text_says_why"
NEXT_STEP = sa.table(
    "next_step", sa.column("id", sa.BigInteger()), sa.column("happens_on", sa.Date()),
    sa.column("called_off_on", sa.Date()),
)  # fmt: skip


def upgrade() -> None:
    op.add_column("next_step", sa.Column("called_off_on", sa.Date(), nullable=True))
    with op.batch_alter_table("next_step_text") as batch_op:
        batch_op.add_column(sa.Column("called_off_reason", sa.Text(), nullable=True))
        batch_op.create_check_constraint(op.f(SAYS_WHY), "called_off_reason <> ''")
    _allow("outbox", (*LETTERS, *NEW_LETTERS))
    # Rebuilding the table on SQLite would take its triggers away within the same run.
    unprotect("loop_event")
    _allow("loop_event", (*EVENTS, "called_off"))
    protect("loop_event")
    where = sa.text(
        "action = 'phrase_deleted' OR action = 'response_dropped' OR action = 'view_deleted'"
    )
    op.create_index(
        "ix_audit_event_deleted", "audit_event", ["subject_id", "id"],
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_audit_event_deleted", table_name="audit_event")
    # The older portal knows one way in which nobody is invited to a step any more.
    for number, day in _called_off(op.get_bind()):
        op.execute(
            sa.update(NEXT_STEP)
            .where(NEXT_STEP.c.id == number)
            .values(happens_on=day - timedelta(days=1))
        )
    op.execute(
        "UPDATE loop SET invited_on = (SELECT min(happened_on) FROM loop_event"
        " WHERE loop_event.submission_id = loop.submission_id AND kind = 'invited')"
        " WHERE submission_id IN (SELECT submission_id FROM loop_event WHERE kind = 'called_off')"
    )
    unprotect("loop_event")
    op.execute("DELETE FROM loop_event WHERE kind = 'called_off'")
    _allow("loop_event", EVENTS)
    protect("loop_event")
    op.execute("DELETE FROM outbox WHERE kind IN ('call_off', 'call_off_step')")
    _allow("outbox", LETTERS)
    with op.batch_alter_table("next_step_text") as batch_op:
        batch_op.drop_constraint(op.f(SAYS_WHY), type_="check")
        batch_op.drop_column("called_off_reason")
    op.drop_column("next_step", "called_off_on")


def _called_off(bind: sa.Connection) -> Iterable[tuple[int, date]]:
    columns = NEXT_STEP.c
    rows = bind.execute(
        sa.select(columns.id, columns.called_off_on).where(columns.called_off_on.is_not(None))
    )
    return [(row.id, row.called_off_on) for row in rows]


def _allow(table: str, kinds: tuple[str, ...]) -> None:
    name, words = op.f(f"ck_{table}_kind"), ", ".join(repr(kind) for kind in kinds)
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"kind IN ({words})")
