"""The page of webhooks: adding one, the secret that shows once, results, switching off."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.webhooks import Webhook, WebhookDelivery
from portal.store.engine import Store
from tests.features.admin.conftest import Visitor
from tests.support.client import response_page

URL = "https://hooks.partner.example/city"


def add(admin: Visitor, **data: object) -> str:
    """Add an address; returns the secret as shown."""
    admin.get("webhooks/")
    answer = admin.post("webhooks/", **{"url": URL, "events": ["response.published"], **data})
    assert answer.status_code == 200
    page = response_page(answer)
    [secret] = [page.words(code) for code in page.all("code")]
    return secret


def test_an_address_is_added_and_its_secret_shown_once(admin: Visitor, store: Store) -> None:
    assert "No webhook yet" in response_page(admin.get("webhooks/")).words()
    secret = add(admin)
    assert secret.startswith("whsec_")
    with store.read() as session:
        hook = session.scalars(select(Webhook)).one()
        assert (hook.url, hook.events) == (URL, ["response.published"])
    page = response_page(admin.get("webhooks/"))
    assert URL in page.words()
    assert "An answer is published" in page.words()
    assert secret not in page.text
    assert add(admin) != secret  # every address has its own


@pytest.mark.parametrize(
    "wrong",
    [
        "", "partner.example", "ftp://partner.example/", "https://me:secret@partner.example/",
        "https://partner.example:99999/", "https://partner.example/#part", "https:///x",
        "https://partner.example/\u0645", "https://partner.example/" + "x" * 500, "javascript:1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(admin: Visitor, store: Store, wrong: str) -> None:
    admin.get("webhooks/")
    answer = admin.post("webhooks/", url=wrong, events=["response.published"])
    assert answer.status_code == 422
    with store.read() as session:
        assert session.scalars(select(Webhook)).all() == []


def test_something_must_be_told(admin: Visitor) -> None:
    admin.get("webhooks/")
    answer = admin.post("webhooks/", url=URL, events=["case.received"])
    assert answer.status_code == 422
    assert "Choose at least one event." in response_page(answer).words()


def test_results_are_listed_and_what_failed_is_sent_again(admin: Visitor, store: Store) -> None:
    add(admin)
    store.write(_add_results)
    words = response_page(admin.get("webhooks/")).words()
    for shown in ("arrived", "HTTP 204", "given up", "HTTP 500", "14 tries"):
        assert shown in words
    with store.read() as session:
        dead = session.scalars(
            select(WebhookDelivery).where(WebhookDelivery.dead_at.is_not(None))
        ).one()
    assert admin.post(f"webhooks/{dead.webhook_id}/retry", message=dead.id).status_code == 303
    with store.read() as session:
        row = session.get_one(WebhookDelivery, dead.id)
        assert (row.dead_at, row.attempts) == (None, 0)
    assert admin.post("webhooks/999/retry", message=dead.id).status_code == 404
    assert admin.post(f"webhooks/{dead.webhook_id}/retry", message="x").status_code == 303


def _add_results(session: Session) -> None:
    hook = session.scalars(select(Webhook)).one()
    now = hook.created_at
    for number, (done, dead, status, attempts) in enumerate(
        ((now, None, 204, 1), (None, now, 500, 14))
    ):
        session.add(
            WebhookDelivery(
                webhook_id=hook.id, event="response.published", subject_id=number, created_at=now,
                due_at=now, tried_at=now, done_at=done, dead_at=dead, attempts=attempts,
                last_status=status, last_error=f"HTTP {status}" if dead else None,
            )
        )  # fmt: skip


def test_an_address_is_switched_off_for_good(admin: Visitor, store: Store) -> None:
    add(admin)
    with store.read() as session:
        number = session.scalars(select(Webhook.id)).one()
    for _twice in range(2):
        assert admin.post(f"webhooks/{number}/disable").status_code == 303
    page = response_page(admin.get("webhooks/"))
    assert "switched off on" in page.words()
    assert not [form for form in page.all("form") if "disable" in form.get("action", "")]
    assert admin.post("webhooks/999/disable").status_code == 404
    assert admin.post(f"webhooks/{2**70}/disable").status_code == 404
