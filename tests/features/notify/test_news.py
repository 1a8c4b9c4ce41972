"""The week's answers by mail: asked for, confirmed, sent once a week, and left with one click."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.news import NewsSubscription
from portal.models.responses import Response
from portal.models.running import Outbox
from portal.models.said import ThemeDistrict
from portal.notify.bounces import record_bounce
from portal.notify.news import Subject, post_news, subscribe
from portal.notify.reports import Report
from portal.settings import Settings
from portal.store.concerned import keep_concerned
from portal.store.coverage import list_texts
from portal.store.engine import Store
from portal.store.secrets import Secrets
from portal.web.form_token import MIN_AGE
from tests.features.notify.conftest import Mailbox, Worker
from tests.features.public.publishing import publish_response
from tests.support.answers import NOW
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.moment import this_moment

FRIDAY = NOW  # November 20, 2026
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
EMAIL = "anna@example.org"
ALL = Subject()
TEXTS = {
    "en": ("The lamps are dark.", "We changed forty bulbs.", ""),
    "es": ("Las farolas no funcionan.", "Cambiamos cuarenta bombillas.", ""),
}
_LINK = re.compile(r"http://localhost(/[a-zA-Z-]+/news/[0-9a-f]+/)")


@pytest.fixture
def form(app: Flask, client: FlaskClient, settings: Settings) -> Callable[..., Page | int]:
    """Sends the form, some seconds after it was opened; the page that comes, or the status."""

    def send(lang: str = "en", about: str = "", wait: bool = True, **data: str) -> Page | int:
        installed = app.extensions["portal"]
        now = installed.clock.now()
        token = installed.tokens.issue("news", now - MIN_AGE if wait else now)
        fields = {"token": token, "email": EMAIL, "about": about, **data}
        answer = client.post(f"/{lang}/news/", data=fields)
        if answer.status_code == 303:
            answer = client.get(answer.headers["Location"])
        return response_page(answer) if answer.status_code == 200 else answer.status_code

    return send


def count(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(NewsSubscription)).all())


def text_of(mailbox: Mailbox, number: int = -1) -> str:
    body = mailbox.messages[number].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mailbox: Mailbox, number: int = -1) -> str:
    found = _LINK.search(text_of(mailbox, number))
    assert found is not None, text_of(mailbox, number)
    return found[1]


def answer(store: Store, service_id: int, day: datetime, district: str | None = None) -> int:
    def publish(session: Session) -> int:
        response_id = publish_response(session, service_id, day, TEXTS)
        theme_id = session.get_one(Response, response_id).theme_id
        if district is not None:
            session.add(ThemeDistrict(theme_id=theme_id, district=district, people=12))
        return response_id

    return store.write(publish)


def have(
    store: Store, worker: Worker, mailbox: Mailbox, client: FlaskClient,
    subject: Subject = ALL, email: str = EMAIL, lang: str = "en",
) -> str:  # fmt: skip
    """Somebody subscribed and confirmed on Friday; the path of their link."""
    worker.clock.moment = FRIDAY
    store.write(
        subscribe, now=FRIDAY, email=email, lang=lang, subject=subject,
        prefix_key=email, secrets=worker.secrets,
    )  # fmt: skip
    worker.run()
    link = link_in(mailbox)
    assert client.post(f"{link}confirm").status_code == 303

    def on_friday(session: Session) -> None:
        for row in session.scalars(select(NewsSubscription)):
            row.confirmed_at = FRIDAY

    store.write(on_friday)
    mailbox.messages.clear()
    return link


def week(store: Store, worker: Worker, moment: datetime = MONDAY) -> None:
    worker.clock.moment = moment
    post_news(store, worker.clock)
    worker.run()


def test_nothing_comes_before_the_owner_of_the_address_has_said_yes(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    client: FlaskClient,
    form: Callable[..., Page],
) -> None:
    form("es", about="service:street-lights")
    worker.clock.moment = this_moment()
    worker.run()
    assert mailbox.to() == [EMAIL]
    message = mailbox.messages[0]
    assert message["Subject"] == "¿Quiere recibir por correo las respuestas de la semana?"
    assert "Street lights (es)" in text_of(mailbox)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer(store, city.lights, this_moment())
    worker.wait(days=6)
    week(store, worker, worker.clock.moment)
    assert len(mailbox.messages) == 1
    link = link_in(mailbox, 0)
    page = response_page(client.get(link))
    assert "Street lights (es)" in page.words()
    with store.read() as session:  # reading it confirmed nothing
        assert session.scalars(select(NewsSubscription.confirmed_at)).one() is None
    assert client.post(f"{link}confirm").status_code == 303
    with store.read() as session:
        row = session.scalars(select(NewsSubscription)).one()
        assert row.confirmed_at is not None
        assert EMAIL.encode() not in row.email_encrypted


def test_the_weeks_answers_come_once_and_in_the_readers_language(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    have(store, worker, mailbox, client, Subject(service_id=city.lights), lang="es")
    new = answer(store, city.lights, FRIDAY)
    shared = answer(store, city.potholes, FRIDAY)
    store.write(
        lambda session: keep_concerned(session, session.get_one(Response, shared), city.lights)
    )
    old = answer(store, city.lights, FRIDAY - timedelta(days=9))
    other = answer(store, city.pools, FRIDAY)
    for day in range(3):
        week(store, worker, MONDAY + timedelta(days=day))
    assert mailbox.to() == [EMAIL]
    text = text_of(mailbox)
    assert "Las farolas no funcionan." in text
    assert f"/es/responses/{new}/" in text
    assert f"/es/responses/{shared}/" in text
    assert f"/responses/{old}/" not in text
    assert f"/responses/{other}/" not in text
    html = mailbox.messages[0].get_body(("html",))
    assert html is not None
    assert '<html lang="es" dir="ltr">' in html.get_content()
    assert mailbox.messages[0]["Auto-Submitted"] == "auto-generated"
    week(store, worker, MONDAY + timedelta(days=7))
    assert len(mailbox.messages) == 1  # nothing was answered, so nothing is sent
    answer(store, city.lights, MONDAY + timedelta(days=8))
    week(store, worker, MONDAY + timedelta(days=14))
    assert len(mailbox.messages) == 2
    assert mailbox.messages[0]["Message-ID"] != mailbox.messages[1]["Message-ID"]


def test_a_text_in_another_language_is_marked(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    have(store, worker, mailbox, client, lang="ar")
    answer(store, city.lights, FRIDAY)
    week(store, worker)
    html = mailbox.messages[0].get_body(("html",))
    assert html is not None
    assert '<span lang="en" dir="ltr">The lamps are dark.' in html.get_content()
    for words in (html.get_content(), text_of(mailbox)):
        assert words.count("الإنجليزية") == 2, "in words"


def test_a_text_in_the_readers_language_is_not_marked(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    have(store, worker, mailbox, client, lang="es")
    answer(store, city.lights, FRIDAY)
    week(store, worker)
    assert "Las farolas no funcionan." in text_of(mailbox)
    assert "·" not in text_of(mailbox)


def test_a_translation_that_a_correction_has_overtaken_says_so(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    for lang in ("en", "es"):
        have(store, worker, mailbox, client, email=f"{lang}@example.org", lang=lang)
    answer(store, city.lights, FRIDAY)
    corrected = answer(store, city.pools, FRIDAY)

    def correct(session: Session) -> None:
        list_texts(session, corrected)["en"].we_did = "We changed fourteen bulbs."

    store.write(correct)
    week(store, worker)
    said = {
        "es": "Esta respuesta se corrigió. La corrección aún no está traducida.",
        "en": "This answer was corrected. The correction is not translated yet.",
    }
    for message in mailbox.messages:
        lang = str(message["To"]).partition("@")[0]
        for kind in ("plain", "html"):
            body = message.get_body((kind,))
            assert body is not None
            assert body.get_content().count(said[lang]) == (1 if lang == "es" else 0)


def test_news_of_a_district_are_what_enough_people_there_said(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    have(store, worker, mailbox, client, Subject(district="north"))
    here = answer(store, city.lights, FRIDAY, "north")
    there = answer(store, city.pools, FRIDAY, "south")
    week(store, worker)
    text = text_of(mailbox)
    assert "North en" in text
    assert f"/responses/{here}/" in text
    assert f"/responses/{there}/" not in text


def test_one_click_leaves_and_erases(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    link = have(store, worker, mailbox, client)
    answer(store, city.lights, FRIDAY)
    week(store, worker)
    path = mailbox.stop_link()
    assert path == f"{link}leave"
    assert "Leave the weekly news?" in response_page(client.get(path)).words()
    assert count(store) == 1
    one_click = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 204
    assert count(store) == 0
    assert client.get(path).status_code == 404
    answer(store, city.lights, MONDAY + timedelta(days=1))
    week(store, worker, MONDAY + timedelta(days=7))
    assert len(mailbox.messages) == 1


def ask_for(store: Store, worker: Worker, *subjects: Subject) -> None:
    for subject in subjects:
        store.write(
            subscribe, now=worker.clock.now(), email=EMAIL, lang="en", subject=subject,
            prefix_key=EMAIL, secrets=worker.secrets,
        )  # fmt: skip


def test_one_no_stands_for_all_that_was_asked_for(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    ask_for(store, worker, Subject(service_id=city.lights), Subject(district="north"))
    worker.run()
    link = link_in(mailbox)
    assert "Leave, and erase my address" in response_page(client.get(link)).words()
    assert "Street lights · North en" in response_page(client.get(f"{link}leave")).words()
    left = response_page(client.post(f"{link}leave")).words()
    assert "You get no more mail about: Street lights · North en." in left
    assert "Your address is erased." in left
    assert count(store) == 0
    for again in (client.get(link), client.post(f"{link}confirm")):
        assert again.status_code == 404
        assert "This link is no longer in use" in response_page(again).words()
        assert "erased" not in response_page(again).words()


def test_leaving_one_of_two_says_what_ended_and_that_the_address_stays(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    ask_for(store, worker, Subject(service_id=city.lights), ALL)
    worker.run()
    one = link_in(mailbox)
    assert client.post(f"{one}confirm").status_code == 303
    assert "erase" not in response_page(client.get(f"{one}leave")).words()
    left = response_page(client.post(f"{one}leave")).words()
    assert "You get no more mail about: Street lights." in left
    assert "erased" not in left
    with store.read() as session:
        kept = session.scalars(select(NewsSubscription)).one()
        other = worker.secrets.news_token(kept.id, kept.created_at)
        assert kept.service_id is None
    left = response_page(client.post(f"/en/news/{other}/leave")).words()
    assert "You get no more mail about: All services. Your address is erased." in left
    assert count(store) == 0


def test_asking_twice_is_asking_once_and_tells_nobody_who_subscribes(
    store: Store,
    city: City,
    worker: Worker,
    mailbox: Mailbox,
    client: FlaskClient,
    form: Callable[..., Page],
) -> None:
    first = form().words()
    assert form().words() == first
    assert count(store) == 1
    worker.clock.moment = this_moment()
    worker.run()
    assert client.post(f"{link_in(mailbox)}confirm").status_code == 303
    assert form().words() == first
    form(about="service:street-lights")
    form(about="district:north")
    worker.run()
    assert len(mailbox.messages) == 1  # one question a day for an address
    assert count(store) == 3


def test_mail_is_in_the_language_in_which_it_was_asked_for_last(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient,
    form: Callable[..., Page],
) -> None:  # fmt: skip
    form("en")
    form("es")
    worker.clock.moment = this_moment()
    worker.run()
    assert mailbox.messages[0]["Content-Language"] == "es"
    assert client.post(f"{link_in(mailbox)}confirm").status_code == 303
    form("en")
    with store.read() as session:
        row = session.scalars(select(NewsSubscription)).one()
        assert row.lang == "es", "only its owner changes what was confirmed"


def test_what_is_asked_for_after_the_yes_of_the_day_is_asked_about_the_day_after(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    ask_for(store, worker, Subject(service_id=city.lights))
    worker.run()
    link = link_in(mailbox)
    assert client.post(f"{link}confirm").status_code == 303
    confirmed = response_page(client.get(link)).words()
    assert "This was asked for with your address" not in confirmed
    ask_for(store, worker, Subject(district="north"), ALL)
    worker.run()
    assert len(mailbox.messages) == 1
    page = response_page(client.get(link))
    assert "News about: Street lights." in page.words()
    assert {"North en", "All services"} < {page.words(one) for one in page.all("li")}
    for _day in range(3):
        worker.wait(days=1)
        worker.run()
    assert len(mailbox.messages) == 2, "one question stands for both"
    assert client.post(f"{link_in(mailbox)}confirm").status_code == 303
    with store.read() as session:
        assert None not in session.scalars(select(NewsSubscription.confirmed_at)).all()


def test_what_is_wrong_is_said_and_machines_subscribe_nobody(
    store: Store, city: City, client: FlaskClient, form: Callable[..., Page | int]
) -> None:
    assert form(email="nobody") == 422
    assert form(email="") == 422
    assert form(about="service:nowhere") == 422
    assert form(token="old") == 422
    form(website="https://spam.example")
    form(wait=False)
    assert count(store) == 0
    assert client.get("/en/news/?about=service:nowhere").status_code == 404
    page = response_page(client.get("/en/news/?about=service:street-lights"))
    chosen = [one.get("value") for one in page.all("option") if "selected" in one.attrib]
    assert chosen == ["service:street-lights"]
    assert (
        "/en/news/?about=service:street-lights"
        in response_page(client.get("/en/services/street-lights/")).links()
    )
    foreign = client.post("/en/news/", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_one_mailbox_is_one_address_however_it_is_written(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, form: Callable[..., Page | int]
) -> None:
    """Keyboards and domain names (UTS 46) make them the same: nobody gets one mail for each."""
    for email in (
        "anna@mail.example.org",
        "ａnna＠ｍail.example.org",  # as keyboards for Chinese write it
        "anna@mail.exam\u00adple.org",
        "anna@ma\ufe0fil.exa\u200bmple.org",
        "\u202banna@mail.example。org\u202c",
        "ANNA@Mail.ⓔxample.org",
    ):
        assert isinstance(form(email=email), Page), email
    assert count(store) == 1
    worker.clock.moment = this_moment()
    worker.run()
    assert mailbox.to() == ["anna@mail.example.org"]


@pytest.mark.parametrize(
    "email",
    [
        "ทำงาน@mail.example.org",  # NFKC writes its second letter as two
        "mª@mail.example.org",
        "m²@mail.example.org",
        "anna@نامه\u200cای.example",  # a Persian name of a host, which IDNA 2008 spells so
        "anna@ක්\u200dෂ.example",
    ],
)
def test_letters_that_only_look_like_others_stay_in_an_address(
    store: Store, city: City, form: Callable[..., Page | int], settings: Settings, email: str
) -> None:
    assert isinstance(form(email=email), Page)
    with store.read() as session:
        kept = session.scalars(select(NewsSubscription.email_encrypted)).one()
    assert Secrets(settings.secret_key).decrypt(kept) == email


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("", "Enter an email address like name@example.com."),
        ("anna@", "Enter an email address like name@example.com."),
        ("anna@mail..example", "Enter an email address like name@example.com."),
        ("=?utf-8?q?b=40c.de=2C?=.a@d.de", "Enter an email address like name@example.com."),
        ("anna\x00@example.org", "The text holds characters that cannot be stored."),
    ],
)
def test_a_wrong_address_is_asked_for_again(client: FlaskClient, email: str, why: str) -> None:
    answer = client.post("/en/news/", data={"email": email, "about": ""})
    assert answer.status_code == 422
    words = response_page(answer).words()  # no page can hold a NUL
    assert why in words
    assert "leave the field empty" not in words


def test_one_network_asks_for_a_few_addresses_an_hour(
    store: Store, city: City, form: Callable[..., Page | int]
) -> None:
    for number in range(20):
        assert isinstance(form(email=f"a{number}@example.org"), Page)
    assert form(email="b@example.org") == 429
    assert count(store) == 20


def test_addresses_that_do_not_exist_or_are_not_confirmed_are_forgotten(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    worker.clock.moment = FRIDAY
    for email in ("gone@example.org", "never@example.org"):
        store.write(
            subscribe, now=FRIDAY, email=email, lang="en", subject=Subject(),
            prefix_key=email, secrets=worker.secrets,
        )  # fmt: skip
    worker.run()
    assert count(store) == 1  # the server knows no such address
    post_news(store, worker.clock)
    assert count(store) == 1
    worker.wait(days=8)
    post_news(store, worker.clock)
    assert count(store) == 0


@pytest.mark.parametrize(("status", "kept"), [("5.1.1", 0), ("5.2.2", 1), ("4.4.7", 1)])
def test_a_report_that_there_is_no_such_mailbox_ends_it_and_no_other_report_does(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient,
    status: str, kept: int,
) -> None:  # fmt: skip
    have(store, worker, mailbox, client)
    answer(store, city.lights, FRIDAY)
    week(store, worker)
    with store.read() as session:
        job = session.scalars(select(Outbox.id).where(Outbox.kind == "news")).one()
    report = Report(references=(), status=status)
    store.write(record_bounce, now=MONDAY, today=MONDAY.date(), outbox_id=job, report=report)
    assert count(store) == kept


def test_a_mail_server_that_is_down_delays_the_news_and_sends_them_once(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient
) -> None:
    have(store, worker, mailbox, client)
    answer(store, city.lights, FRIDAY)
    mailbox.is_failing = True
    week(store, worker)
    assert mailbox.messages == []
    mailbox.is_failing = False
    worker.wait(hours=1)
    worker.run()
    worker.run()
    assert len(mailbox.messages) == 1
