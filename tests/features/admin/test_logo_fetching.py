"""Fetching the city's logo: a real server, what it may send, and where the worker never goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select

from portal.admin import logo_fetching as fetching
from portal.admin.logo import change_logo, fetch_logo_again, remove_logo
from portal.admin.logo_fetching import MOST, fetch_due
from portal.domain.pictures import read_picture
from portal.models.running import AuditEvent
from portal.settings import Settings
from portal.store.city import get_city
from portal.store.content import get_content_version
from portal.store.engine import Store
from portal.store.logo import LogoState, claim_due, find_content, find_logo, keep_picture
from tests.support.city import City
from tests.support.moment import StillClock
from tests.support.pictures import JPEG, WHERE, exif, png, svg, with_segments
from tests.support.residents import move_clock
from tests.support.strangers import Answering, Stranger, drip, say, stranger

PNG = png()
OTHER = png(colour=9)


@pytest.fixture
def website() -> Iterator[Stranger]:
    """The city's own website, with a logo."""
    with stranger(say(200, PNG)) as found:
        yield found


class Hall:
    """The city's side: an administrator and the worker."""

    def __init__(self, store: Store, settings: Settings, city: City) -> None:
        self.store, self.settings = store, settings
        self.clock = StillClock(settings.zone, settings.clock_file)
        self.person = city.people["admin"]

    def choose(self, url: str) -> None:
        self.store.write(change_logo, url=url, person_id=self.person, now=self.clock.now())

    def ask_again(self) -> bool:
        return self.store.write(fetch_logo_again, person_id=self.person, now=self.clock.now())

    def remove(self) -> bool:
        return self.store.write(remove_logo, person_id=self.person, now=self.clock.now())

    def fetch(self, **more: object) -> int:
        """A round of the worker."""
        return fetch_due(self.store, self.clock, self.settings, **more)  # type: ignore[arg-type]

    def state(self) -> LogoState:
        with self.store.read() as session:
            found = find_logo(session)
        assert found is not None
        return found

    def shown(self) -> bytes | None:
        """The bytes of what every page shows."""
        with self.store.read() as session:
            logo = get_city(session).logo
            return find_content(session, logo) if logo else None

    def version(self) -> int:
        with self.store.read() as session:
            return get_content_version(session)

    def deeds(self) -> list[tuple[str, int | None]]:
        with self.store.read() as session:
            found = select(AuditEvent).where(AuditEvent.subject == "logo").order_by(AuditEvent.id)
            return [(one.action, one.person_id) for one in session.scalars(found)]


@pytest.fixture
def hall(store: Store, settings: Settings, city: City) -> Hall:
    return Hall(store, settings, city)


def test_the_picture_is_fetched_once_and_shown_on_every_page(hall: Hall, website: Stranger) -> None:
    before = hall.version()
    hall.choose(f"{website.url}/logo.png?v=2")
    assert website.received == []  # the worker's business
    assert hall.state().tried_at is None
    assert hall.shown() is None
    assert repr(hall.fetch()) == "1", "a number: it stands in the log"
    assert hall.fetch() == 0
    [request] = website.received
    assert (request.method, request.path) == ("GET", "/logo.png?v=2")
    assert "cookie" not in request.headers
    assert hall.shown() == PNG
    assert hall.state().picture == read_picture(PNG)
    assert hall.state().fault is None
    assert hall.version() > before, "pages that are kept are made anew"
    assert hall.deeds() == [("logo_changed", hall.person), ("logo_shown", None)]


def test_a_photograph_is_kept_upright_and_without_what_the_camera_told(
    hall: Hall, website: Stranger
) -> None:
    website.answer_with(say(200, with_segments(exif(6))), say(200, with_segments(exif(6))))
    hall.choose(f"{website.url}/logo.jpg")
    assert hall.fetch() == 1
    shown, picture = hall.shown(), hall.state().picture
    assert shown is not None
    assert WHERE not in shown
    assert picture == read_picture(shown)
    assert picture is not None
    assert (picture.width, picture.height) == (30, 60)
    version = hall.version()
    move_clock(hall.settings, days=2)
    hall.fetch()
    assert hall.version() == version, "the same picture"


def test_once_a_day_it_is_looked_at_again(hall: Hall, website: Stranger) -> None:
    hall.choose(website.url)
    hall.fetch()
    version = hall.version()
    move_clock(hall.settings, days=0.9)
    assert hall.fetch() == 0
    move_clock(hall.settings, days=0.2)
    assert hall.fetch() == 1
    assert len(website.received) == 2
    assert hall.version() == version, "the same picture changes no page"
    assert len(hall.deeds()) == 2
    website.answer_with(say(200, OTHER))
    move_clock(hall.settings, days=1.1)
    assert hall.fetch() == 1
    assert hall.shown() == OTHER
    assert hall.version() > version
    assert hall.deeds()[-1] == ("logo_shown", None)


def test_it_is_fetched_again_on_demand(hall: Hall, website: Stranger) -> None:
    assert not hall.ask_again(), "there is none to fetch"
    hall.choose(website.url)
    hall.fetch()
    website.answer_with(say(200, OTHER))
    assert hall.ask_again()
    assert hall.state().tried_at is None
    assert hall.shown() == PNG, "it stays until the other one is here"
    assert hall.fetch() == 1
    assert hall.shown() == OTHER
    assert ("logo_fetched_again", hall.person) in hall.deeds()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (say(404), "status"),
        (say(200, b"<!doctype html><title>Logo</title>", Content_Type="image/png"), "not_picture"),
        (say(200, PNG[:50], Content_Type="image/png"), "damaged"),
        (say(200, png(more=b"\0" * MOST)), "too_heavy"),
        (say(200, svg("<script>alert(1)</script>"), Content_Type="image/svg+xml"), "active"),
        (say(200, svg("<image href='//elsewhere.example/a'/>")), "outside"),
        (say(301), "redirect"),  # to itself, for ever
        (say(302, Location="ftp://elsewhere.example/logo.png"), "redirect"),
        (say(302, Location="https://me:secret@elsewhere.example/logo.png"), "redirect"),
        (say(307, Location="http://10.1.2.3/logo.png"), "internal"),
        (say(308, Location="http://169.254.169.254/latest/"), "internal"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_reason(
    hall: Hall, website: Stranger, answer: Answering, fault: str
) -> None:
    website.answer_with(answer)
    hall.choose(website.url)
    assert hall.fetch() == 0
    assert hall.state().fault == fault
    assert hall.state().status == (404 if fault == "status" else None)
    assert hall.shown() is None
    assert hall.deeds() == [("logo_changed", hall.person)]


def test_what_a_header_says_counts_for_nothing(hall: Hall, website: Stranger) -> None:
    website.answer_with(say(200, JPEG, Content_Type="text/html"))
    hall.choose(f"{website.url}/logo.png")
    assert hall.fetch() == 1
    shown = hall.state().picture
    assert shown is not None
    assert shown.kind == "jpg"


def test_as_much_as_may_be_is_taken_and_a_byte_more_is_not(hall: Hall, website: Stranger) -> None:
    room = MOST - len(svg("<!---->"))
    website.answer_with(say(200, svg(f"<!--{'x' * room}-->")))
    hall.choose(website.url)
    assert hall.fetch() == 1
    website.answer_with(say(200, svg(f"<!--{'x' * (room + 1)}-->")))
    hall.ask_again()
    assert hall.fetch() == 0
    assert hall.state().fault == "too_heavy"


def test_the_picture_from_before_stays_while_another_is_refused(
    hall: Hall, website: Stranger
) -> None:
    hall.choose(website.url)
    hall.fetch()
    hall.choose(f"{website.url}/other")
    website.answer_with(say(200, b"no picture"))
    assert hall.fetch() == 0
    assert hall.state().fault == "not_picture"
    assert hall.shown() == PNG


def test_a_server_that_drips_is_given_up_and_asked_again_later(
    hall: Hall, website: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.6)
    website.answer_with(drip)
    hall.choose(website.url)
    assert hall.fetch() == 0
    assert hall.state().fault == "silent"
    assert hall.fetch() == 0
    assert len(website.received) == 1, "not before the pause is over"
    website.answer_with(say(200, PNG))
    move_clock(hall.settings, seconds=80)
    assert hall.fetch() == 1
    assert hall.state().fault is None


def test_redirects_share_one_time_limit(
    hall: Hall, website: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.0)
    hall.choose(website.url)
    assert hall.fetch() == 0
    assert website.received == []
    assert hall.state().fault == "silent"


def test_what_is_wrong_with_a_picture_is_not_asked_again_before_tomorrow(
    hall: Hall, website: Stranger
) -> None:
    website.answer_with(say(200, b"no picture"))
    hall.choose(website.url)
    hall.fetch()
    move_clock(hall.settings, days=0.9)
    hall.fetch()
    assert len(website.received) == 1
    move_clock(hall.settings, days=0.2)
    hall.fetch()
    assert len(website.received) == 2


def test_it_leads_on_to_where_the_picture_is(hall: Hall, website: Stranger) -> None:
    website.answer_with(
        say(301, Location="/new/logo.png#top"), say(303, Location="../logo.svg"), say(200, PNG)
    )
    hall.choose(f"{website.url}/logo.png")
    assert hall.fetch() == 1
    assert [one.path for one in website.received] == ["/logo.png", "/new/logo.png", "/logo.svg"]


def test_every_name_on_the_way_is_looked_at(hall: Hall, website: Stranger) -> None:
    """Also where the first one is right: names are resolved here, once, and that is asked."""
    port = website.url.rpartition(":")[2]
    website.answer_with(say(302, Location=f"http://inside.example:{port}/secret"))
    asked = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["10.0.0.8"] if host == "inside.example" else ["127.0.0.1"]

    hall.choose(f"http://city.example:{port}/logo.png")
    assert hall.fetch(resolve=resolve) == 0
    assert asked == ["city.example", "inside.example"]
    assert [one.headers["host"] for one in website.received] == [f"city.example:{port}"]
    assert hall.state().fault == "internal"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://127.0.0.1/logo.png", "internal"),
        ("https://[::1]/logo.png", "internal"),
        ("https://192.168.1.1/logo.png", "internal"),
        ("https://no-such-name.invalid/logo.png", "unknown_name"),
        ("http://127.0.0.1/logo.png", "redirect"),
    ],
)
def test_a_real_city_fetches_from_the_internet_only(hall: Hall, url: str, fault: str) -> None:
    hall.settings = replace(hall.settings, is_testing=False, clock_file=None)
    hall.choose(url)

    def resolve(host: str, _port: int) -> list[str]:
        return [] if host.endswith(".invalid") else [host]

    assert hall.fetch(resolve=resolve) == 0
    assert hall.state().fault == fault


def test_the_certificate_must_be_that_of_the_name(hall: Hall, website: Stranger) -> None:
    hall.choose(website.url.replace("http://", "https://"))
    assert hall.fetch() == 0
    assert hall.state().fault == "certificate"


def test_an_address_that_was_replaced_meanwhile_brings_nothing(
    hall: Hall, website: Stranger
) -> None:
    def replaced(handler: BaseHTTPRequestHandler) -> None:
        hall.choose(f"{website.url}/right.png")
        say(200, PNG)(handler)

    website.answer_with(replaced, say(200, OTHER))
    hall.choose(f"{website.url}/wrong.png")
    assert hall.fetch() == 0
    assert hall.shown() is None
    assert hall.state().tried_at is None, "the right one is still to be fetched"
    assert hall.fetch() == 1
    assert hall.shown() == OTHER
    assert [one.path for one in website.received] == ["/wrong.png", "/right.png"]


def test_a_logo_that_was_removed_meanwhile_does_not_come_back(
    hall: Hall, website: Stranger
) -> None:
    def removed(handler: BaseHTTPRequestHandler) -> None:
        hall.remove()
        say(200, PNG)(handler)

    website.answer_with(removed, say(200, PNG))
    hall.choose(website.url)
    assert hall.fetch() == 0
    assert hall.shown() is None
    move_clock(hall.settings, days=2)
    assert hall.fetch() == 0
    assert len(website.received) == 1


def test_the_same_address_chosen_anew_drops_what_an_earlier_wish_brings(
    hall: Hall, website: Stranger
) -> None:
    """Removing and choosing again must not let the first fetch count for the second wish."""
    hall.choose(website.url)
    earlier = hall.store.write(claim_due, now=hall.clock.now())
    assert earlier is not None
    hall.remove()
    hall.choose(website.url)
    assert not hall.store.write(
        keep_picture, earlier, picture=read_picture(OTHER), content=OTHER, now=hall.clock.now()
    )
    assert hall.shown() is None


def test_removing_takes_it_off_at_once(hall: Hall, website: Stranger) -> None:
    assert not hall.remove()
    hall.choose(website.url)
    hall.fetch()
    version = hall.version()
    assert hall.remove()
    assert hall.shown() is None
    assert hall.version() > version
    with hall.store.read() as session:
        assert find_logo(session) is None
        assert find_content(session, read_picture(PNG)) is None, "the copy is gone too"
    assert hall.deeds()[-1] == ("logo_removed", hall.person)


def test_what_a_worker_took_that_died_is_fetched_by_another(hall: Hall, website: Stranger) -> None:
    hall.choose(website.url)
    assert hall.store.write(claim_due, now=hall.clock.now()) is not None
    assert hall.fetch() == 0
    move_clock(hall.settings, seconds=301)
    assert hall.fetch() == 1
