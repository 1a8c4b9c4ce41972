"""Kiosks: one tap is a rating, on a channel of its own, and nothing leads to somebody else's."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.admin.kiosks import NewKiosk, close_kiosk, set_up_kiosk
from portal.models.doors import Kiosk
from portal.models.services import ServiceChannel, ServiceLanguage, ServiceText
from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.secrets import sha256
from tests.support.city import City
from tests.support.client import response_page
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
    address = f"/{lang}/kiosk/{key}/pothole-repair"
    found = TOKEN.search(client.get(address).text)
    assert found is not None
    answer = client.post(address, data={"token": found[1], "q0": q0})
    assert answer.status_code == status
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    return response_page(answer).words()


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
    codes = re.findall(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}", words.replace(" ", ""))
    with store.read() as session:
        assert sha256(codes[0].replace("-", "")) == session.scalar(select(Submission.receipt_hash))
    page = client.get(f"/en/kiosk/{key}/pothole-repair").text
    assert f'content="60; url=/kiosk/{key}/"' in page
    assert 'content="600;' in client.get(f"/en/kiosk/{key}/pothole-repair?more").text


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


def test_its_own_limit_holds_and_nothing_is_stored_beyond_it(
    client: FlaskClient, key: str, store: Store
) -> None:
    for q0 in "123":
        tap(client, key, q0)
    tap(client, key, "5", 429)
    assert len(ratings(store)) == 3


def test_a_second_tap_on_the_same_screen_is_one_rating(
    client: FlaskClient, key: str, store: Store
) -> None:
    address = f"/en/kiosk/{key}/pothole-repair"
    found = TOKEN.search(client.get(address).text)
    assert found is not None
    for q0 in ("2", "2", "5"):
        client.post(address, data={"token": found[1], "q0": q0})
    for nonsense in ({"q0": "9"}, {"q0": "3", "token": "x"}, {}):
        client.post(address, data={"token": found[1], **nonsense})
    assert ratings(store) == [("kiosk", "en", 2, False)]


def test_a_closed_kiosk_takes_nothing(
    client: FlaskClient, app: Flask, key: str, store: Store, city: City
) -> None:
    clock = app.extensions["portal"].clock
    with store.read() as session:
        kiosk_id = session.scalars(select(Kiosk.id)).one()
    for _ in range(2):  # twice is once
        store.write(
            close_kiosk, kiosk_id=kiosk_id, person_id=city.people["staff"],
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
    for address in (f"/kiosk/{key}/", f"/en/kiosk/{key}/", f"/kiosk/{key}x/"):
        assert client.get(address).status_code == 404
