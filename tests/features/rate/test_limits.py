"""Limits on ratings: per network and service, per service, in all (SECURITY.md T1)."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.wrappers import Request

from portal.app import create_app
from portal.models.submissions import Submission, Throttle
from portal.setting_values import parse
from portal.settings import Settings
from portal.store.engine import Store
from portal.web.client_address import client_address
from tests.support.city import City
from tests.support.client import PageCheckingClient, response_page
from tests.support.residents import RATE, Resident, move_clock, receipt_of, words_of


@pytest.fixture
def make_app(settings: Settings, store: Store, city: City) -> Callable[..., Flask]:
    """A portal with other settings on the same database."""
    del city

    def make(**changes: object) -> Flask:
        app = create_app(dataclasses.replace(settings, **changes), store)  # type: ignore[arg-type]
        app.test_client_class = PageCheckingClient
        return app

    return make


def _count(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Submission)) or 0


def test_one_network_is_limited_for_one_service(
    make_app: Callable[..., Flask], settings: Settings, store: Store
) -> None:
    app = make_app(prefix_hourly_limit=3)
    for host in range(3):
        Resident(app, settings, f"203.0.113.{host + 1}").send()
    neighbour = Resident(app, settings, "203.0.113.200")
    answer = neighbour.rate(comment="I was only the fourth.", wants_answer="1", q3="5")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    page = response_page(answer)
    assert "I was only the fourth." in page.text
    assert _count(store) == 3
    with store.read() as session:
        refused = session.scalars(select(Throttle).where(Throttle.scope == "rate-refused")).one()
        assert refused.count == 1
        assert session.scalar(select(Throttle.count).where(Throttle.scope == "rate-prefix")) == 3
    # The same page, sent again when there is room, is one rating.
    move_clock(settings, seconds=3600)
    token = page.value("token")
    assert receipt_of(neighbour.post(RATE, token=token, q0="4"))
    # Other networks and other services were never concerned.
    Resident(app, settings, "198.51.100.1").send()
    neighbour.send("/en/services/street-lights/rate")


def test_a_repeat_is_answered_when_the_limit_is_reached(
    make_app: Callable[..., Flask], settings: Settings, store: Store
) -> None:
    resident = Resident(make_app(prefix_hourly_limit=1), settings)
    token = resident.token()
    first = resident.post(RATE, token=token, q0="4")
    again = resident.post(RATE, token=token, q0="4")
    assert receipt_of(first) == receipt_of(again)
    assert resident.rate().status_code == 429
    assert _count(store) == 1


@pytest.mark.parametrize("setting", ["service_hourly_limit", "total_hourly_limit"])
def test_services_and_the_portal_are_limited_too(
    make_app: Callable[..., Flask], settings: Settings, store: Store, setting: str
) -> None:
    app = make_app(**{setting: 2})
    for host in range(4):
        Resident(app, settings, f"10.{host}.0.1").rate()
    assert _count(store) == 2
    other = Resident(app, settings, "10.9.0.1").rate("/en/services/swimming-pools/rate")
    assert other.status_code == (429 if setting == "total_hourly_limit" else 303)
    refused = Resident(app, settings, "10.10.0.1").rate()
    assert refused.status_code == 429
    assert "Many ratings are coming in just now." in words_of(refused)  # from whichever network


def test_naming_other_addresses_changes_nothing(
    make_app: Callable[..., Flask], settings: Settings, store: Store
) -> None:
    resident = Resident(make_app(prefix_hourly_limit=2), settings)
    for number in range(5):
        headers = {"X-Forwarded-For": f"198.51.{number}.1", "Forwarded": f"for=9.9.{number}.9"}
        resident.post(RATE, headers, token=resident.token(), q0="4")
    assert _count(store) == 2


def test_a_configured_proxy_is_believed_for_what_it_saw_itself(
    make_app: Callable[..., Flask], settings: Settings, store: Store
) -> None:
    proxies = (ipaddress.ip_network("10.0.0.0/8"),)
    app = make_app(prefix_hourly_limit=2, trusted_proxies=proxies)
    behind = Resident(app, settings, "10.0.0.5")
    for number in range(3):  # three clients behind the proxy, whatever they claim
        headers = {"X-Forwarded-For": f"1.1.1.{number}, 198.51.{number}.1"}
        assert receipt_of(behind.post(RATE, headers, token=behind.token(), q0="4"))
    for number in range(4):  # one client that rotates what it claims
        headers = {"X-Forwarded-For": f"1.{number}.1.1, 203.0.113.9"}
        behind.post(RATE, headers, token=behind.token(), q0="4")
    assert _count(store) == 5


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("9.9.9.9, 203.0.113.9:4711", "203.0.113.9"),
        ("9.9.9.9, [2001:db8::1]:4711", "2001:db8::1"),
        ("9.9.9.9, [2001:db8::1]", "2001:db8::1"),
        ("9.9.9.9, ::ffff:203.0.113.9", "203.0.113.9"),
        ("9.9.9.9, unknown", "10.0.0.5"),
        ("9.9.9.9, 10.0.0.7, _hidden, 10.0.0.6", "10.0.0.6"),
        ("", "10.0.0.5"),
    ],
)
def test_what_a_proxy_cannot_have_written_is_not_believed(
    settings: Settings, said: str, client: str
) -> None:
    behind = dataclasses.replace(settings, trusted_proxies=(ipaddress.ip_network("10.0.0.0/8"),))
    for peer in ("10.0.0.5", "::ffff:10.0.0.5"):  # the second where the portal listens on ::
        asked = Request({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": said})
        assert client_address(asked, behind) == client


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:10.0.0.5", "10.0.0.5/32"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("2001:db8::/96", "2001:db8::/96"),
        ("::/80", "::/80"),
    ],
)
def test_a_proxys_network_may_be_written_as_those_see_it_who_listen_on_both(
    written: str, means: str
) -> None:
    """Else the proxy is not believed, and all residents count as one."""
    assert parse("tuple[Network, ...]", written) == (ipaddress.ip_network(means),)


def test_a_library_gets_through(app: Flask, settings: Settings, store: Store, city: City) -> None:
    del city
    for reader in range(40):
        Resident(app, settings, f"203.0.113.{reader + 1}", is_checked=False).send()
    with store.read() as session:
        rows = session.scalars(select(Submission)).all()
    assert len(rows) == len({row.person_key for row in rows}) == 40
    assert not any(row.is_quarantined for row in rows)


def test_scripted_posts_are_limited(
    app: Flask, settings: Settings, store: Store, city: City
) -> None:
    del city
    resident = Resident(app, settings, is_checked=False)
    statuses = [resident.rate(wait=0).status_code for _ in range(150)]
    assert statuses.count(303) == settings.prefix_hourly_limit == 120
    assert statuses.count(429) == 30
    with store.read() as session:
        assert all(session.scalars(select(Submission.is_quarantined)))


def test_no_address_is_stored(app: Flask, settings: Settings, store: Store, city: City) -> None:
    del city
    Resident(app, settings, "203.0.113.77").send()
    with store.read() as session:
        assert not [key for key in session.scalars(select(Throttle.key)) if "203.0" in key]
