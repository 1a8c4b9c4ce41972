"""An hour set apart is of one door: the form on the web, or the service's kiosks."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HOUR = ("service_id", "hour_at")
OLD, NEW = "uq_set_apart_service_id_hour_at", "uq_set_apart_service_id_hour_at_is_at_kiosks"
COUNTING = ("asked", "place", "usual")
SET_APART = sa.table(
    "set_apart", sa.column("id", BIG), sa.column("service_id", BIG),
    sa.column("hour_at", sa.DateTime(timezone=True)), sa.column("is_at_kiosks", sa.Boolean()),
    sa.column("ratings", sa.Integer()), sa.column("marked", sa.Integer()),
    sa.column("usual", sa.Float()), sa.column("shared", sa.Integer()),
    sa.column("reason", sa.String(16)), sa.column("decided_at", sa.DateTime(timezone=True)),
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("set_apart") as batch_op:
        batch_op.add_column(
            sa.Column("is_at_kiosks", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.drop_constraint(op.f(OLD), type_="unique")
        batch_op.create_unique_constraint(op.f(NEW), [*HOUR, "is_at_kiosks"])
    with op.batch_alter_table("set_apart") as batch_op:
        batch_op.alter_column("is_at_kiosks", server_default=None)
    # Whoever wrote down what is usual has always written down for the form who shared a network.
    usual, shared = SET_APART.c.usual, SET_APART.c.shared
    op.execute(
        sa.update(SET_APART).where(usual.is_not(None), shared.is_(None)).values(is_at_kiosks=True)
    )


def downgrade() -> None:
    bind = op.get_bind()
    for kept, dropped in _pairs(bind):
        if _counts(kept) == _counts(dropped):  # else `dropped` has no ratings apart any more
            bind.execute(
                sa.update(SET_APART).where(SET_APART.c.id == kept.id).values(
                    ratings=kept.ratings + dropped.ratings, marked=kept.marked + dropped.marked,
                    usual=None, shared=None,
                )
            )  # fmt: skip
        bind.execute(sa.delete(SET_APART).where(SET_APART.c.id == dropped.id))
    with op.batch_alter_table("set_apart") as batch_op:
        batch_op.drop_constraint(op.f(NEW), type_="unique")
        batch_op.create_unique_constraint(op.f(OLD), [*HOUR])
        batch_op.drop_column("is_at_kiosks")


def _pairs(bind: sa.Connection) -> Iterator[tuple[Any, Any]]:
    """Both records of an hour: first the one that stays, which is the one that people look at."""
    hours: dict[tuple[Any, ...], list[Any]] = {}
    for row in bind.execute(sa.select(SET_APART).order_by(SET_APART.c.is_at_kiosks)).all():
        hours.setdefault((row.service_id, row.hour_at), []).append(row)
    for rows in hours.values():
        if len(rows) > 1:
            kept, dropped = sorted(rows, key=lambda row: (_counts(row), row.decided_at is not None))
            yield kept, dropped


def _counts(row: Any) -> bool:
    return row.decided_at is not None and row.reason in COUNTING
