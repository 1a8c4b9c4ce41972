"""Telling other systems what was published: signed, with pauses where they do not listen.

Headers and signature are those of the Standard Webhooks specification (docs/webhooks.md).
"""

from __future__ import annotations

import base64
import hmac
import time
from dataclasses import dataclass, field
from datetime import datetime

from portal.notify import webhook_queue
from portal.notify.webhook_bodies import make_body
from portal.notify.webhook_queue import Delivery, Outcome
from portal.settings import Settings
from portal.store.city import get_demo_day
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.outgoing import FAILURES, exchange
from portal.store.safe_addresses import (
    AddressRefusedError,
    Resolve,
    find_address,
    resolve_name,
)
from portal.store.secrets import Secrets
from portal.store.webhooks import signing_key

SECONDS = 10.0  # for one address to answer
ROUND_SECONDS = 30  # the worker's other jobs wait no longer than that
BATCH = 20
_MOST = 1024  # bytes of an answer: nobody reads it
_NAME = "city-portal-webhooks"


def deliver_due(
    store: Store,
    clock: Clock,
    secrets: Secrets,
    settings: Settings,
    *,
    resolve: Resolve = resolve_name,
) -> int:
    """Tell what is due; returns how much was tried."""
    with store.read() as session:
        is_trial = settings.is_testing or get_demo_day(session) is not None
    return _Round(store, clock, secrets, settings, is_trial, resolve).run()


@dataclass
class _Round:
    store: Store
    clock: Clock
    secrets: Secrets
    settings: Settings
    is_trial: bool
    resolve: Resolve
    failed: set[int] = field(init=False, default_factory=set)  # addresses, in this round

    def run(self) -> int:
        tried, end = 0, time.monotonic() + ROUND_SECONDS
        while time.monotonic() < end:
            due = self.store.write(webhook_queue.claim_due, now=self.clock.now(), limit=BATCH)
            if not due:
                break
            for delivery in due:
                if time.monotonic() < end:
                    tried += self._tell(delivery)
                else:
                    self._set_aside(delivery)
        return tried

    def _tell(self, delivery: Delivery) -> int:
        """Tell one event, unless its address has failed in this round: one wait is enough."""
        if delivery.webhook_id in self.failed:
            self._set_aside(delivery)
            return 0
        outcome = self._try(delivery, self.clock.now())
        if outcome.error is not None:
            self.failed.add(delivery.webhook_id)
        self.store.write(
            webhook_queue.keep_outcome, now=self.clock.now(), delivery=delivery, outcome=outcome
        )
        return 1

    def _set_aside(self, delivery: Delivery) -> None:
        self.store.write(webhook_queue.set_aside, now=self.clock.now(), delivery=delivery)

    def _try(self, delivery: Delivery, now: datetime) -> Outcome:
        with self.store.read() as session:
            body = make_body(
                session,
                event=delivery.event,
                subject_id=delivery.subject_id,
                at=delivery.created_at,
                base=self.settings.base_url,
                lang=self.settings.default_language,
            )
        if body is None:
            return Outcome()
        try:
            address = find_address(delivery.url, is_trial=self.is_trial, resolve=self.resolve)
            status = exchange(
                delivery.url,
                method="POST",
                headers=self._headers(delivery, now, body),
                body=body,
                deadline=SECONDS,
                most=_MOST,
                address=address,
            ).status
        except AddressRefusedError as error:
            return Outcome(error=str(error))
        except FAILURES as error:
            return Outcome(error=type(error).__name__)
        return Outcome(status, None if 200 <= status < 300 else f"HTTP {status}")

    def _headers(self, delivery: Delivery, now: datetime, body: bytes) -> dict[str, str]:
        """The number stays the same in every try, so that it can be told twice and count once."""
        number, moment = f"msg_{delivery.id}", str(int(now.timestamp()))
        signed = b".".join((number.encode(), moment.encode(), body))
        key = signing_key(self.secrets, delivery.webhook_id)
        signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        return {
            "Content-Type": "application/json",
            "User-Agent": _NAME,
            "webhook-id": number,
            "webhook-timestamp": moment,
            "webhook-signature": f"v1,{signature}",
        }
