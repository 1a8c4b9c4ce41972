"""The bookkeeping of webhooks: what is due, and how telling it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.models.webhooks import Webhook, WebhookDelivery
from portal.store.retrying import LEASE, TRIES, pause_after

KEEP = timedelta(days=30)
"""How long it shows how an event was told."""
_SET_ASIDE = timedelta(minutes=1)


@dataclass(frozen=True)
class Delivery:
    """An event that this worker has taken to tell it to one address."""

    id: int
    webhook_id: int
    url: str
    event: str
    subject_id: int
    created_at: datetime
    attempts: int


@dataclass(frozen=True)
class Outcome:
    """What came of telling it: `error` is None where it was taken; `status` is HTTP's, if any."""

    status: int | None = None
    error: str | None = None


def claim_due(session: Session, *, now: datetime, limit: int) -> list[Delivery]:
    """Take what is due for a while; another worker sees it only when the lease is over."""
    rows = session.execute(
        select(WebhookDelivery, Webhook.url)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            WebhookDelivery.done_at.is_(None),
            WebhookDelivery.dead_at.is_(None),
            WebhookDelivery.due_at <= now,
            WebhookDelivery.locked_until.is_(None) | (WebhookDelivery.locked_until < now),
            Webhook.disabled_at.is_(None),
        )
        .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
        .limit(limit)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
    ).all()
    for row, _url in rows:
        row.locked_until = now + LEASE
        row.attempts += 1
    return [
        Delivery(
            row.id, row.webhook_id, url, row.event, row.subject_id, row.created_at, row.attempts
        )
        for row, url in rows
    ]


def set_aside(session: Session, *, now: datetime, delivery: Delivery) -> None:
    """Its address has just failed, or the round is over: a little later then; no try is counted."""
    _set(
        session, delivery, due_at=now + _SET_ASIDE, locked_until=None,
        attempts=delivery.attempts - 1,
    )  # fmt: skip


def keep_outcome(session: Session, *, now: datetime, delivery: Delivery, outcome: Outcome) -> None:
    """Done; or again after a pause; or given up after TRIES."""
    values = {
        "tried_at": now,
        "locked_until": None,
        "last_status": outcome.status,
        "last_error": outcome.error,
    }
    if outcome.error is None:
        _set(session, delivery, done_at=now, **values)
    elif delivery.attempts >= TRIES:
        _set(session, delivery, dead_at=now, **values)
    else:
        due_at = now + pause_after(delivery.attempts, f"webhook:{delivery.id}")
        _set(session, delivery, due_at=due_at, **values)


def forget_told(session: Session, *, now: datetime) -> None:
    """Forget what was told, or given up, long ago."""
    before = now - KEEP
    session.execute(
        delete(WebhookDelivery).where(
            (WebhookDelivery.done_at < before) | (WebhookDelivery.dead_at < before)
        )
    )


def _set(session: Session, delivery: Delivery, **values: object) -> None:
    session.execute(
        update(WebhookDelivery).where(WebhookDelivery.id == delivery.id).values(**values)
    )
