"""Which day's file holds a rating, so that nobody has to look for it in the files."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SUBMISSION = sa.table(
    "submission", sa.column("id", BIG), sa.column("commitment", sa.String(64)),
    sa.column("received_on", sa.Date()), sa.column("received_at", sa.DateTime(timezone=True)),
)  # fmt: skip
SIGNED_DAY = sa.table(
    "signed_day", sa.column("id", BIG), sa.column("day", sa.Date()), sa.column("text", sa.Text())
)
LATE = timedelta(days=7)
"""How long after its day a rating could still enter a file."""


def upgrade() -> None:
    bind = op.get_bind()
    # PostgreSQL lets nobody rate from the moment at which something refers to a submission until
    # all is committed: there the reference comes last. SQLite cannot add one to a table.
    comes_last = bind.dialect.name == "postgresql"
    name = op.f("fk_signed_rating_submission_id_submission")
    reference = sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=name)
    signed_rating = op.create_table(
        "signed_rating",
        sa.Column("submission_id", BIG, nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        *([] if comes_last else [reference]),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_signed_rating")),
    )
    waiting: dict[str, tuple[int, date]] = {}  # (id, day) by commitment
    for day, entries in _days(bind):
        waiting = {key: value for key, value in waiting.items() if value[1] >= day - LATE}
        waiting |= {key: (number, day) for key, number in _ratings(bind, day)}
        rows = [
            {"submission_id": waiting.pop(entry)[0], "signed_on": day}
            for entry in entries
            if entry in waiting
        ]
        if rows:
            bind.execute(sa.insert(signed_rating), rows)
    if comes_last:
        op.create_foreign_key(name, "signed_rating", "submission", ["submission_id"], ["id"])


def downgrade() -> None:
    op.drop_table("signed_rating")


def _days(bind: sa.Connection) -> Iterator[tuple[date, list[str]]]:
    """Every signed day with what its file holds; one file after the other, as they are long."""
    columns = SIGNED_DAY.c
    for number, day in bind.execute(sa.select(columns.id, columns.day).order_by(columns.id)).all():
        text = bind.scalar(sa.select(columns.text).where(columns.id == number))
        yield day, str(text).split("\n")[4:-1]


def _ratings(bind: sa.Connection, day: date) -> Iterator[tuple[str, int]]:
    """Commitment and id of what was rated on a day, by the index of moments."""
    columns, begin = SUBMISSION.c, datetime.combine(day, time(), UTC)
    came = columns.received_at.between(begin - timedelta(days=1), begin + timedelta(days=2))
    for row in bind.execute(
        sa.select(columns.commitment, columns.id).where(
            came, columns.received_on == day, columns.commitment.is_not(None)
        )
    ):
        yield row.commitment, row.id
