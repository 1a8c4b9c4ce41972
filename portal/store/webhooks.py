"""Asking that other systems be told of something: announced in the transaction that does it."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.webhooks import Webhook, WebhookDelivery
from portal.store.secrets import Secrets

WebhookEvent = Literal["response.published", "level.published", "warning.raised"]
_SECRET_PREFIX = "whsec_"  # noqa: S105 - as the Standard Webhooks specification has it


def announce(session: Session, event: WebhookEvent, subject_id: int, *, now: datetime) -> None:
    """Have every address told that wants to know; the worker does it after this transaction."""
    hooks = session.scalars(select(Webhook).where(Webhook.disabled_at.is_(None)))
    session.add_all(
        WebhookDelivery(
            webhook_id=hook.id, event=event, subject_id=subject_id, created_at=now, due_at=now
        )
        for hook in hooks
        if event in hook.events
    )


def signing_key(secrets: Secrets, webhook_id: int) -> bytes:
    """The key that messages to one address are signed with."""
    return secrets.key(f"webhook {webhook_id}")


def shown_secret(secrets: Secrets, webhook_id: int) -> str:
    """The same key as whoever receives the messages is given it."""
    return _SECRET_PREFIX + base64.b64encode(signing_key(secrets, webhook_id)).decode()
