"""Kiosks: one tap is a rating, on a channel of its own, and nothing leads to somebody else's."""

from __future__ import annotations

import re
from datetime import date
from typing import NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.admin.kiosks import NewKiosk, close_kiosk, set_up_kiosk
from portal.models.doors import Kiosk
from portal.models.services import ServiceChannel, ServiceLanguage, ServiceText
from portal.models.submissions import Submission
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.secrets import sha256
from tests.support.city import City
from tests.support.client import response_page
from tests.support.residents import move_clock
from tests.support.statements import watch_statements

TOKEN = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture
def key(app: Flask, store: Store, city: City) -> str:
    """A kiosk for all services; potholes take kiosks, pools do not."""
    opened = {"service_id": city.potholes, "channel": "kiosk", "opened_on": date(2024, 1, 1)}
    store.write(lambda session: session.execute(insert(ServiceChannel).values(opened)))
    return set_up(app, store, city, NewKiosk("Library", None, 3))


def set_up(app: Flask, store: Store, city: City, new: NewKiosk) -> str:
    clock = app.extensions["portal"].clock
    return store.write(
        set_up_kiosk, new=new, person_id=city.people["staff"], today=clock.today(), now=clock.now()
    )


def tap(client: FlaskClient, key: str, q0: str, status: int = 200, lang: str = "ar") -> str:
    """Open the question and answer it; the words of the screen that follows."""
    answer = send(client, key, {"token": open_question(client, key, lang), "q0": q0}, lang)
    assert answer.status_code == status
    return response_page(answer).words()


def open_question(client: FlaskClient, key: str, lang: str) -> str:
    """The token of a new screen that asks about potholes."""
    found = TOKEN.search(client.get(f"/{lang}/kiosk/{key}/pothole-repair").text)
    assert found is not None
    return found[1]


def send(
    client: FlaskClient, key: str, tapped: dict[str, str], lang: str, query: str = ""
) -> TestResponse:
    """The screen that answers a tap."""
    answer = client.post(f"/{lang}/kiosk/{key}/pothole-repair{query}", data=tapped)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    return answer


def more_time(answer: TestResponse) -> dict[str, str]:
    """What the button for more time sends."""
    page = response_page(answer)
    [form] = page.all("form")
    assert (form.get("method"), form.get("action")) == ("post", "?more")
    assert "?more" not in page.links()
    sent = [one for one in form.iter("input", "button") if one.get("name")]
    return {one.get("name") or "": one.get("value") or "" for one in sent}


def codes(words: str) -> list[str]:
    """The receipts that a screen shows."""
    return re.findall(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}", words.replace(" ", ""))


def ratings(store: Store) -> list[tuple[object, ...]]:
    columns = (Submission.channel, Submission.lang, Submission.q0, Submission.is_verified)
    with store.read() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(Submission.id))]


def test_the_first_screen_names_each_language_and_starts_no_countdown(
    client: FlaskClient, key: str
) -> None:
    answer = client.get(f"/kiosk/{key}/")
    page = response_page(answer)
    assert {f"/{lang}/kiosk/{key}/" for lang in ("en", "es", "vi", "zh-Hans", "ar", "ko")} <= set(
        page.links()
    )
    assert "http-equiv" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for greeting in ("Welcome.", "Le damos la bienvenida.", "Xin chào", "欢迎您", "أهلًا بكم"):
        assert greeting in page.words()


def test_a_tap_is_a_rating_with_a_receipt_and_the_screen_resets_itself(
    client: FlaskClient, key: str, store: Store
) -> None:
    words = tap(client, key, "4")
    assert ratings(store) == [("kiosk", "ar", 4, False)]
    [code] = codes(words)
    with store.read() as session:
        assert sha256(code.replace("-", "")) == session.scalar(select(Submission.receipt_hash))
    page = client.get(f"/en/kiosk/{key}/pothole-repair").text
    assert f'content="60; url=/kiosk/{key}/"' in page
    longer = client.get(f"/en/kiosk/{key}/pothole-repair?more").text
    assert 'content="600;' in longer
    assert "After 10 minutes without a tap" in longer


def test_only_services_that_take_kiosks_are_offered(client: FlaskClient, key: str) -> None:
    links = response_page(client.get(f"/en/kiosk/{key}/")).links()
    assert [link for link in links if "-" in link.rsplit("/", 1)[-1]] == [
        f"/en/kiosk/{key}/pothole-repair"
    ]
    assert client.get(f"/en/kiosk/{key}/swimming-pools").status_code == 404


def test_services_stand_by_name_as_readers_look_for_them_and_are_read_at_once(
    client: FlaskClient, key: str, store: Store, city: City
) -> None:
    named = {city.potholes: "Zanjas", city.lights: "Árboles", city.pools: "baños"}

    def rename(session: Session) -> None:
        for service_id, name in named.items():
            of = {"service_id": service_id, "lang": "es"}
            session.execute(update(ServiceText).filter_by(**of).values(name=name))
        for service_id in (city.lights, city.pools):
            opened = {"service_id": service_id, "channel": "kiosk", "opened_on": date(2024, 1, 1)}
            session.execute(insert(ServiceChannel).values(opened))

    store.write(rename)
    with watch_statements(store) as sent:
        page = response_page(client.get(f"/es/kiosk/{key}/"))
    assert [page.words(one) for one in page.all("li")] == ["Árboles", "baños", "Zanjas"]
    assert len([text for text, _ in sent if "service_text" in text]) == 1


def test_a_kiosk_of_one_service_asks_at_once_and_about_no_other(
    client: FlaskClient, app: Flask, key: str, store: Store, city: City
) -> None:
    del key
    own = set_up(app, store, city, NewKiosk("Depot", city.lights, 60))
    opened = {"service_id": city.lights, "channel": "kiosk", "opened_on": date(2024, 1, 1)}
    store.write(lambda session: session.execute(insert(ServiceChannel).values(opened)))
    assert "street-lights" in client.get(f"/en/kiosk/{own}/").text
    assert client.get(f"/en/kiosk/{own}/pothole-repair").status_code == 404


def test_a_service_that_is_closed_in_a_language_leaves_the_screen_its_way_back(
    client: FlaskClient, app: Flask, key: str, store: Store, city: City
) -> None:
    own = set_up(app, store, city, NewKiosk("Road office", city.potholes, 60))
    before = TOKEN.search(client.get(f"/ar/kiosk/{own}/").text)
    assert before is not None

    def close(session: Session) -> None:
        of = {"service_id": city.potholes, "lang": "ar", "role": "input"}
        today = app.extensions["portal"].clock.today()
        session.execute(update(ServiceLanguage).filter_by(**of).values(closed_on=today))

    store.write(close)
    address = f"/ar/kiosk/{own}/pothole-repair"
    tapped = client.post(address, data={"token": before[1], "q0": "4"})
    for answer in (client.get(f"/ar/kiosk/{own}/"), client.get(address), tapped):
        assert answer.status_code == 404
        page = response_page(answer)
        assert set(page.links()) == {f"/kiosk/{own}/", "?more"}
        assert f'content="60; url=/kiosk/{own}/"' in answer.text
    assert ratings(store) == []
    assert client.get(f"/en/kiosk/{own}/").status_code == 200


@pytest.mark.parametrize(
    ("fault", "status"),
    [(OperationalError("INSERT", None, OSError("away")), 503), (RuntimeError("a fault"), 500)],
)
def test_a_fault_leaves_the_screen_its_way_back(
    client: FlaskClient, key: str, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int
) -> None:
    def fail(*_args: object, **_kwargs: object) -> NoReturn:
        raise fault

    address, tapped = f"/ar/kiosk/{key}/pothole-repair", {"token": open_question(client, key, "ar")}
    monkeypatch.setattr("portal.rate.kiosk.find_kiosk", fail)
    for answer in (client.get(f"/kiosk/{key}/"), client.post(address, data={**tapped, "q0": "4"})):
        assert answer.status_code == status
        assert set(response_page(answer).links()) == {f"/kiosk/{key}/"}
        assert f'content="60; url=/kiosk/{key}/"' in answer.text
        words = response_page(answer).words()
        assert "in a few minutes" in words or "دقائق" in words
        for twice in ("twice", "مرتين"):
            assert twice not in words, "each tap is another person's"


def test_no_page_of_errors_leads_away_from_the_screen(
    client: FlaskClient, app: Flask, key: str, store: Store, city: City
) -> None:
    address, tapped = f"/ar/kiosk/{key}/pothole-repair", {"token": open_question(client, key, "ar")}
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    refused = {
        403: client.post(address, data=tapped, headers=elsewhere),
        413: client.post(address, data={**tapped, "q0": "4" * 10_000_000}),
    }
    close_the_kiosk(app, store, city)  # while somebody stands before it
    refused[404] = client.post(address, data={**tapped, "q0": "4"})
    assert {status: answer.status_code for status, answer in refused.items()} == {
        status: status for status in refused
    }
    for answer in refused.values():
        assert set(response_page(answer).links()) == {f"/kiosk/{key}/"}
        assert f'content="60; url=/kiosk/{key}/"' in answer.text


def test_its_own_limit_holds_and_nothing_is_stored_beyond_it(
    client: FlaskClient, key: str, store: Store
) -> None:
    for q0 in "123":
        tap(client, key, q0)
    tap(client, key, "5", 429)
    assert len(ratings(store)) == 3


def test_more_time_for_the_receipt_leaves_it_there_and_counts_nobody_else(
    client: FlaskClient, key: str, store: Store
) -> None:
    thanks = send(client, key, {"token": open_question(client, key, "ar"), "q0": "4"}, "ar")
    assert f'content="60; url=/kiosk/{key}/"' in thanks.text
    longer = send(client, key, more_time(thanks), "ar", "?more")
    assert f'content="600; url=/kiosk/{key}/"' in longer.text
    assert codes(response_page(longer).words()) == codes(response_page(thanks).words()) != []
    assert response_page(longer).all("form") == []
    assert ratings(store) == [("kiosk", "ar", 4, False)]


def test_a_second_tap_on_the_same_screen_is_one_rating(
    client: FlaskClient, key: str, store: Store
) -> None:
    token = open_question(client, key, "en")
    for q0 in ("2", "2"):
        assert send(client, key, {"token": token, "q0": q0}, "en").status_code == 200
    for nonsense in ({"q0": "9"}, {"q0": "3", "token": "x"}, {}):
        send(client, key, {"token": token, **nonsense}, "en")
    assert ratings(store) == [("kiosk", "en", 2, False)]


def test_a_corrected_tap_is_told_that_the_first_one_counts_and_sees_no_receipt(
    client: FlaskClient, key: str, store: Store
) -> None:
    token = open_question(client, key, "en")
    send(client, key, {"token": token, "q0": "4"}, "en")
    second = send(client, key, {"token": token, "q0": "5"}, "en")
    longer = send(client, key, more_time(second), "en", "?more")
    for answer, seconds in ((second, 60), (longer, 600)):
        assert answer.status_code == 409
        page = response_page(answer)
        assert "The first tap counts" in page.words()
        assert codes(page.words()) == []
        assert page.links()[0] == f"/kiosk/{key}/"
        assert f'content="{seconds}; url=/kiosk/{key}/"' in answer.text
    assert ratings(store) == [("kiosk", "en", 4, False)]


def test_who_goes_back_to_the_screen_of_somebody_else_sees_no_receipt(
    client: FlaskClient, key: str, store: Store, settings: Settings
) -> None:
    tapped = {"token": open_question(client, key, "en"), "q0": "4"}
    send(client, key, tapped, "en")
    move_clock(settings, seconds=59)  # the last moment at which the screen can be asked to stay
    assert codes(response_page(send(client, key, tapped, "en", "?more")).words()) != []
    move_clock(settings, seconds=120)
    for query in ("", "?more"):
        answer = send(client, key, tapped, "en", query)
        assert answer.status_code == 409
        words = response_page(answer).words()
        assert "If you have not rated yet, start again." in words
        assert codes(words) == []
    assert ratings(store) == [("kiosk", "en", 4, False)]


def close_the_kiosk(app: Flask, store: Store, city: City) -> None:
    """Close the only kiosk there is."""
    clock = app.extensions["portal"].clock
    with store.read() as session:
        kiosk_id = session.scalars(select(Kiosk.id)).one()
    store.write(
        close_kiosk, kiosk_id=kiosk_id, person_id=city.people["staff"],
        today=clock.today(), now=clock.now(),
    )  # fmt: skip


def test_a_closed_kiosk_takes_nothing(
    client: FlaskClient, app: Flask, key: str, store: Store, city: City
) -> None:
    for _ in range(2):  # twice is once
        close_the_kiosk(app, store, city)
    for address in (f"/kiosk/{key}/", f"/en/kiosk/{key}/", f"/kiosk/{key}x/"):
        assert client.get(address).status_code == 404
