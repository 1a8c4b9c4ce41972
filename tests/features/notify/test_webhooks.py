"""Webhooks: what is sent, to whom, how often, and where never."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.admin.webhooks import add_webhook, disable_webhook, list_webhooks, retry_delivery
from portal.assess.findings import Finding
from portal.assess.warnings import keep_findings
from portal.models.running import Setting
from portal.models.services import Service
from portal.models.webhooks import WEBHOOK_EVENTS, WebhookDelivery
from portal.notify import webhooks as sending
from portal.notify.webhook_queue import KEEP, claim_due, forget_told
from portal.notify.webhooks import deliver_due
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.retrying import TRIES, pause_after
from portal.store.safe_addresses import resolve_name
from portal.store.secrets import Secrets
from portal.store.webhooks import shown_secret
from tests.support.answers import Office, send
from tests.support.appraising import appraise_service
from tests.support.city import City
from tests.support.moment import StillClock
from tests.support.residents import move_clock
from tests.support.strangers import Received, Stranger, drip, say, stranger

DOCUMENT = Path(__file__).parents[3] / "docs" / "webhooks.md"
WORDS = "We repaved the marked street."


@pytest.fixture
def receiver() -> Iterator[Stranger]:
    """Another system, which takes what it is sent."""
    with stranger(say(204)) as found:
        yield found


class Sender:
    """The portal's side: one address that is told of everything."""

    def __init__(self, store: Store, settings: Settings, city: City) -> None:
        self.store, self.settings, self.city = store, settings, city
        self.clock = StillClock(settings.zone, settings.clock_file)
        self.secrets = Secrets(settings.secret_key)
        self.person = city.people["admin"]

    def add(self, url: str, events: tuple[str, ...] = WEBHOOK_EVENTS) -> int:
        return self.store.write(
            add_webhook, url=url, events=events, person_id=self.person, now=self.clock.now()
        )

    def publish(self) -> int:
        """An answer is published; returns its number."""
        return Office(self.store, self.city).answer([send(self.store, self.city.potholes)])

    def deliver(self, **more: object) -> int:
        """A round of the worker."""
        return deliver_due(self.store, self.clock, self.secrets, self.settings, **more)  # type: ignore[arg-type]

    def rows(self) -> list[WebhookDelivery]:
        with self.store.read() as session:
            return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


@pytest.fixture
def sender(store: Store, settings: Settings, city: City) -> Sender:
    return Sender(store, settings, city)


def verify(message: Received, secret: str) -> bool:
    """As docs/webhooks.md tells whoever receives it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}."
    expected = base64.b64encode(hmac.digest(key, head.encode() + message.body, "sha256")).decode()
    given = message.headers["webhook-signature"].split()
    return any(hmac.compare_digest(one, f"v1,{expected}") for one in given)


def test_a_published_answer_is_told_once_signed_and_without_anybodys_words(
    sender: Sender, receiver: Stranger
) -> None:
    number = sender.add(f"{receiver.url}/hook?city=marlow")
    response = sender.publish()
    assert receiver.received == []  # the worker's business, after the transaction
    assert sender.deliver() == 1
    assert sender.deliver() == 0
    [message] = receiver.received
    assert (message.method, message.path) == ("POST", "/hook?city=marlow")
    assert message.headers["content-type"] == "application/json"
    told = json.loads(message.body)
    assert told["type"] == "response.published"
    assert told["data"] == {
        "response": response,
        "service": "pothole-repair",
        "outcome": "answered",
        "published_on": told["data"]["published_on"],
        "page": f"http://localhost/en/responses/{response}/",
    }
    secret = shown_secret(sender.secrets, number)
    assert verify(message, secret)
    assert not verify(replace(message, body=message.body + b" "), secret)
    assert not verify(message, shown_secret(sender.secrets, number + 1))
    moment = int(message.headers["webhook-timestamp"])
    assert moment == int(sender.clock.now().timestamp())
    [row] = sender.rows()
    assert (row.last_status, row.last_error, row.attempts) == (204, None, 1)
    assert row.done_at is not None


def test_addresses_hold_short_names_in_any_script(sender: Sender, receiver: Stranger) -> None:
    sender.add(receiver.url)
    city, today = sender.city, sender.clock.today()

    def name(session: Session) -> None:
        session.get_one(Service, city.potholes).slug = "\u516c\u56ed"

    sender.store.write(name)
    sender.store.write(
        appraise_service, service_id=city.potholes, as_of=today, now=sender.clock.now()
    )
    sender.deliver()
    told = json.loads(receiver.received[0].body)["data"]
    assert told["service"] == "\u516c\u56ed"
    assert all("/services/%E5%85%AC%E5%9B%AD/" in told[page] for page in ("page", "evidence"))


def test_a_level_is_told_with_public_figures_only(sender: Sender, receiver: Stranger) -> None:
    sender.add(receiver.url)
    today = sender.clock.today()
    appraisal = sender.store.write(
        appraise_service, service_id=sender.city.potholes, as_of=today, now=sender.clock.now()
    )
    with sender.store.read() as session:
        session.add(appraisal)
        level = appraisal.level
    sender.deliver()
    [message] = receiver.received
    assert json.loads(message.body)["data"] == {
        "service": "pothole-repair",
        "as_of": today.isoformat(),
        "level": level,
        "flag": None,
        "page": f"http://localhost/en/services/pothole-repair/level/{today}/",
        "evidence": f"http://localhost/api/v1/services/pothole-repair/level/{today}",
    }


def test_a_warning_is_told_without_what_it_is_about(sender: Sender, receiver: Stranger) -> None:
    sender.add(receiver.url)
    finding = Finding(sender.city.lights, "word", "en:marked", {"n": 5})
    for raised in (1, 0):  # the second time it is open already
        found = sender.store.write(
            keep_findings, [finding], as_of=sender.clock.today(), city_day=sender.clock.day,
            now=sender.clock.now(),
        )  # fmt: skip
        assert found == raised
    sender.deliver()
    [message] = receiver.received
    assert b"marked" not in message.body
    told = json.loads(message.body)["data"]
    assert (told["service"], told["kind"]) == ("street-lights", "word")
    assert told["page"] == f"http://localhost/en/manage/warnings/{told['warning']}/"


def test_a_city_in_shadow_tells_nobody_of_levels(sender: Sender, receiver: Stranger) -> None:
    sender.add(receiver.url)
    sender.store.write(_go_into_shadow)
    sender.store.write(
        appraise_service, service_id=sender.city.potholes, as_of=sender.clock.today(),
        now=sender.clock.now(),
    )  # fmt: skip
    assert sender.deliver() == 0


def _go_into_shadow(session: Session) -> None:
    for setting in session.scalars(select(Setting).where(Setting.name.like("levels_public%"))):
        session.delete(setting)


def test_each_address_is_told_only_what_it_asked_for(sender: Sender, receiver: Stranger) -> None:
    sender.add(f"{receiver.url}/levels", ("level.published",))
    sender.add(f"{receiver.url}/answers", ("response.published",))
    off = sender.add(f"{receiver.url}/off")
    sender.store.write(
        disable_webhook, webhook_id=off, person_id=sender.person, now=sender.clock.now()
    )
    sender.publish()
    sender.deliver()
    assert [message.path for message in receiver.received] == ["/answers"]


def test_a_slow_listener_holds_the_workers_other_jobs_up_for_one_round_only(
    sender: Sender, receiver: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.add(receiver.url)
    for _answer in range(4):
        sender.publish()

    def seconds() -> float:
        return len(receiver.received) * sending.ROUND_SECONDS / 2

    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=seconds))
    assert sender.deliver() == 2
    assert sorted(row.attempts for row in sender.rows()) == [0, 0, 1, 1]
    move_clock(sender.settings, seconds=61)
    assert sender.deliver() == 2
    assert len({message.headers["webhook-id"] for message in receiver.received}) == 4


def test_what_waits_for_an_address_that_was_switched_off_is_not_sent(
    sender: Sender, receiver: Stranger
) -> None:
    number = sender.add(receiver.url)
    sender.publish()
    sender.store.write(
        disable_webhook, webhook_id=number, person_id=sender.person, now=sender.clock.now()
    )
    assert sender.deliver() == 0
    assert receiver.received == []


def test_who_does_not_listen_is_asked_again_later_with_the_same_number(
    sender: Sender, receiver: Stranger
) -> None:
    sender.add(receiver.url)
    sender.publish()
    receiver.answer_with(say(500), say(302, Location="/elsewhere"), say(200))
    for status in (500, 302):
        assert sender.deliver() == 1
        assert sender.deliver() == 0  # not before the pause is over
        [row] = sender.rows()
        assert (row.last_status, row.last_error) == (status, f"HTTP {status}")
        move_clock(sender.settings, days=0.1)
    assert sender.deliver() == 1
    assert [message.path for message in receiver.received] == ["/", "/", "/"]  # no redirect
    numbers = {message.headers["webhook-id"] for message in receiver.received}
    moments = {message.headers["webhook-timestamp"] for message in receiver.received}
    assert (len(numbers), len(moments)) == (1, 3)
    assert {message.body for message in receiver.received} == {receiver.received[0].body}


def test_tries_go_on_for_as_long_as_pages_and_documents_say() -> None:
    """About two and a half days for mail, a little over two for webhooks: the pauses differ."""
    lasting = [
        sum((pause_after(tried, str(number)) for tried in range(1, TRIES)), timedelta())
        for number in range(100)
    ]
    assert timedelta(hours=48) < min(lasting)
    assert max(lasting) < timedelta(hours=66)
    assert f"{TRIES} times in a little over two days" in DOCUMENT.read_text(encoding="utf-8")


def test_what_nobody_takes_is_given_up_and_sent_again_on_demand(
    sender: Sender, receiver: Stranger
) -> None:
    number = sender.add(receiver.url)
    sender.publish()
    receiver.answer_with(say(503))
    for _try in range(TRIES + 1):
        sender.deliver()
        move_clock(sender.settings, days=1)
    [row] = sender.rows()
    assert (row.attempts, row.done_at) == (TRIES, None)
    with sender.store.read() as session:
        [hook] = list_webhooks(session)
    assert [one.state for one in hook.deliveries] == ["dead"]
    again: dict[str, Any] = {
        "person_id": sender.person,
        "now": sender.clock.now(),
        "webhook_id": number,
    }
    assert sender.store.write(retry_delivery, delivery_id=row.id, **again)
    receiver.answer_with(say(200))
    assert sender.deliver() == 1
    assert not sender.store.write(retry_delivery, delivery_id=row.id, **again)
    assert not sender.store.write(retry_delivery, delivery_id=2**70, **again)
    with pytest.raises(LookupError):
        sender.store.write(retry_delivery, delivery_id=row.id, **{**again, "webhook_id": 999})


def test_one_address_that_is_down_holds_up_nobody_and_is_tried_once_a_round(
    sender: Sender, receiver: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 1.0)
    with stranger(drip) as slow:
        sender.add(slow.url)
        sender.add(receiver.url)
        for number in (sender.publish(), sender.publish()):
            assert number
        assert sender.deliver() == 3
        assert (len(slow.received), len(receiver.received)) == (1, 2)
    assert sorted(row.attempts for row in sender.rows()) == [0, 1, 1, 1]


def test_what_was_claimed_by_a_worker_that_died_is_told_by_another(
    sender: Sender, receiver: Stranger
) -> None:
    sender.add(receiver.url)
    sender.publish()
    sender.store.write(claim_due, now=sender.clock.now(), limit=sending.BATCH)
    assert sender.deliver() == 0
    move_clock(sender.settings, seconds=301)
    assert sender.deliver() == 1


def test_how_it_was_told_is_forgotten_after_a_while(sender: Sender, receiver: Stranger) -> None:
    sender.add(receiver.url)
    sender.publish()
    sender.deliver()
    sender.store.write(forget_told, now=sender.clock.now() + KEEP - timedelta(minutes=1))
    assert len(sender.rows()) == 1
    sender.store.write(forget_told, now=sender.clock.now() + KEEP + timedelta(minutes=1))
    assert sender.rows() == []


# ------------------------------------------------------------------ where nobody is sent

INSIDE = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0.0.0.0", "10.0.0.8",  # noqa: S104
    "172.16.3.4", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[::7f00:1]",
    "[fe80::1]", "[fc00::1]", "[fec0::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[2001:0:7f00:1::]", "[ff02::1]", "localhost",
)  # fmt: skip


def outside(settings: Settings) -> Settings:
    """Settings of a real city, for which no exception of tests holds."""
    return replace(settings, is_testing=False, clock_file=None)


@pytest.mark.parametrize("host", INSIDE)
def test_no_internal_address_is_reached(sender: Sender, host: str) -> None:
    sender.settings = outside(sender.settings)
    sender.add(f"https://{host}/")
    sender.publish()
    assert sender.deliver() == 1
    [row] = sender.rows()
    assert row.last_error in {"it leads into an internal network", "its name has no address"}
    assert row.last_status is None


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "10.0.0.1"],  # one of several is enough to refuse them all
        ["2606:2800:21f:cb07::1", "::1"],
        ["::ffff:169.254.169.254"],
        [],
    ],
)
def test_a_name_that_leads_inside_is_not_followed(
    sender: Sender, receiver: Stranger, found: list[str]
) -> None:
    sender.settings = outside(sender.settings)
    sender.add(receiver.url.replace("http://127.0.0.1", "https://hooks.partner.example"))
    sender.publish()
    assert sender.deliver(resolve=lambda _host, _port: found) == 1
    assert receiver.received == []
    assert sender.rows()[0].last_status is None
    assert sender.rows()[0].last_error


def test_a_name_is_resolved_once_and_that_address_is_called(
    sender: Sender, receiver: Stranger
) -> None:
    """A name that says something else a moment later (DNS rebinding) changes nothing."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    port = receiver.url.rpartition(":")[2]
    sender.add(f"http://no-such-name.invalid:{port}/")
    sender.publish()
    assert sender.deliver(resolve=resolve) == 1
    assert asked == ["no-such-name.invalid"]
    [message] = receiver.received
    assert message.headers["host"] == f"no-such-name.invalid:{port}"


def test_plain_http_is_for_trials_only(sender: Sender, receiver: Stranger) -> None:
    sender.add(receiver.url)
    sender.publish()
    sender.settings = outside(sender.settings)
    assert sender.deliver() == 1
    assert receiver.received == []
    assert sender.rows()[0].last_error == "only https addresses are called"


def test_the_certificate_must_be_that_of_the_name(sender: Sender, receiver: Stranger) -> None:
    """A server without a certificate that anybody vouches for is not told anything."""
    sender.add(receiver.url.replace("http://", "https://"))
    sender.publish()
    assert sender.deliver() == 1
    assert receiver.received == []
    assert "SSL" in (sender.rows()[0].last_error or "")


def test_even_trials_reach_only_their_own_machine(sender: Sender) -> None:
    sender.add("http://192.168.0.1/")
    sender.publish()
    sender.deliver()
    assert sender.rows()[0].last_error == "it leads into an internal network"


def test_the_systems_own_names_are_resolved() -> None:
    assert "127.0.0.1" in resolve_name("127.0.0.1", 80)
