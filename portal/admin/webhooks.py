"""Webhooks: which addresses are told what, and how telling them went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.base import MAX_ID
from portal.models.webhooks import WEBHOOK_EVENTS, Webhook, WebhookDelivery
from portal.store import audit

SHOWN = 10
EVENTS = WEBHOOK_EVENTS


@dataclass(frozen=True)
class DeliveryRow:
    """How one event was told last. It is `done`, `dead` (given up), or it waits until `due_at`."""

    id: int
    event: str
    subject_id: int
    created_at: datetime
    state: str
    due_at: datetime
    tried_at: datetime | None
    attempts: int
    status: int | None
    error: str | None


@dataclass(frozen=True)
class WebhookRow:
    """An address in the list, with the newest that it was told, newest first."""

    id: int
    url: str
    events: Sequence[str]
    created_at: datetime
    disabled_at: datetime | None
    deliveries: Sequence[DeliveryRow]


def list_webhooks(session: Session) -> list[WebhookRow]:
    """All addresses, those in use first, then in the order in which they were added."""
    hooks = session.scalars(
        select(Webhook).order_by(Webhook.disabled_at.is_not(None), Webhook.id)
    ).all()
    return [
        WebhookRow(
            hook.id, hook.url, hook.events, hook.created_at, hook.disabled_at,
            _list_deliveries(session, hook.id),
        )
        for hook in hooks
    ]  # fmt: skip


def _list_deliveries(session: Session, webhook_id: int) -> list[DeliveryRow]:
    rows = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(WebhookDelivery.id.desc())
        .limit(SHOWN)
    )
    return [
        DeliveryRow(
            row.id, row.event, row.subject_id, row.created_at, _state(row), row.due_at,
            row.tried_at, row.attempts, row.last_status, row.last_error,
        )
        for row in rows
    ]  # fmt: skip


def _state(row: WebhookDelivery) -> str:
    if row.done_at is not None:
        return "done"
    return "dead" if row.dead_at is not None else "waits"


def add_webhook(
    session: Session, *, url: str, events: Sequence[str], person_id: int, now: datetime
) -> int:
    """Tell this address of these events from now on; returns its number."""
    hook = Webhook(url=url, events=list(events), created_at=now)
    session.add(hook)
    session.flush()
    _record(session, "webhook_added", hook.id, person_id, now)
    return hook.id


def disable_webhook(session: Session, *, webhook_id: int, person_id: int, now: datetime) -> None:
    """Tell it nothing more. Raises LookupError for an unknown one."""
    if _get(session, webhook_id).disabled_at is not None:
        return
    session.execute(update(Webhook).where(Webhook.id == webhook_id).values(disabled_at=now))
    _record(session, "webhook_disabled", webhook_id, person_id, now)


def retry_delivery(
    session: Session, *, webhook_id: int, delivery_id: int, person_id: int, now: datetime
) -> bool:
    """Tell it now, as if it were new, unless it was told; whether there was something to tell.

    Raises LookupError for an unknown address.
    """
    _get(session, webhook_id)
    if not 0 < delivery_id <= MAX_ID:
        return False
    found = session.scalar(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == delivery_id,
            WebhookDelivery.webhook_id == webhook_id,
            WebhookDelivery.done_at.is_(None),
        )
        .values(dead_at=None, due_at=now, attempts=0, locked_until=None)
        .returning(WebhookDelivery.id)
    )
    if found is not None:
        _record(session, "webhook_retried", webhook_id, person_id, now)
    return found is not None


def _get(session: Session, webhook_id: int) -> Webhook:
    hook = session.get(Webhook, webhook_id)
    if hook is None:
        raise LookupError(webhook_id)
    return hook


def _record(session: Session, action: str, webhook_id: int, person_id: int, now: datetime) -> None:
    audit.record(
        session, at=now, person_id=person_id, action=action, subject="webhook",
        subject_id=webhook_id,
    )  # fmt: skip
