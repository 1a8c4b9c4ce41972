"""A promise whose day has passed says so wherever its answer is listed, never "planned"."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.models.responses import ResponseText
from portal.public.routes import themes
from portal.settings import Settings
from portal.store.engine import Store
from tests.features.public.conftest import NOW
from tests.features.public.publishing import publish_response
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import StillClock, this_day

LISTS = ("/en/", "/en/services/street-lights/", "/en/responses/")


def promise(session: Session, city: City, said: str, due: date, after: int | None = None) -> int:
    return publish_response(
        session, city.lights, NOW, {"en": (said, "We will.", "")}, outcome="planned", due_on=due,
        follows_id=after,
    )  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_a_broken_promise_is_nowhere_planned(
    client: FlaskClient, city: City, store: Store, settings: Settings, path: str
) -> None:
    today = StillClock(settings.zone, settings.clock_file).today()
    store.write(promise, city, "The lamp is out.", today - timedelta(days=60))
    store.write(promise, city, "The lamp flickers.", today - timedelta(days=3))
    words = response_page(client.get(path)).words()
    assert words.count(", not kept") == 1
    assert words.count(", not done yet") == 1
    assert "Planned, by" not in words


@pytest.mark.parametrize("path", LISTS)
def test_neither_is_one_that_was_renewed_and_broken_again(
    client: FlaskClient, city: City, store: Store, settings: Settings, path: str
) -> None:
    today = StillClock(settings.zone, settings.clock_file).today()

    def renew(session: Session) -> None:
        first = promise(session, city, "The lamp is out.", today - timedelta(days=90))
        second = promise(session, city, "Still out.", today - timedelta(days=40), first)
        promise(session, city, "Out again.", today + timedelta(days=9), second)

    store.write(renew)
    words = response_page(client.get(path)).words()
    assert words.count(", not kept") == 2
    assert words.count("Planned, by") == 1, "the newest names a day that is yet to come"


def test_words_are_read_for_the_promises_of_one_page_alone(
    client: FlaskClient, city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(themes, "PAGE_SIZE", 2)

    def promise_often(session: Session) -> None:
        for day in range(5):
            promise(session, city, f"Lamp {day}.", this_day() + timedelta(days=day))

    store.write(promise_often)
    loaded: list[object] = []

    def note(text: ResponseText, _context: object) -> None:
        loaded.append(text)

    event.listen(ResponseText, "load", note)
    try:
        words = response_page(client.get("/en/promises/?page=2")).words()
    finally:
        event.remove(ResponseText, "load", note)
    assert len(loaded) == 2
    assert all((f"Lamp {day}." in words) is (day in {2, 3}) for day in range(5))
