"""What several people said: a page of its own, what was promised, and whether it was kept."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models.responses import Response, ThemeText
from portal.models.said import Reaction, ThemeDistrict, ThemeFigure
from portal.models.services import District, DistrictText
from portal.settings import Settings
from portal.store.content import raise_content_version
from portal.store.engine import Store
from tests.features.public.conftest import AS_OF, NOW, Showcase
from tests.features.public.publishing import publish_response
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.moment import StillClock


def theme_of(store: Store, response_id: int) -> int:
    with store.read() as session:
        return session.get_one(Response, response_id).theme_id or 0


def cells(page: Page) -> list[tuple[str, str]]:
    """The table of the page: what stands in each row, and its figure."""
    names = [page.words(one) for one in page.all("th") if one.get("scope") == "row"]
    return list(zip(names, (page.words(one) for one in page.all("td")), strict=True))


def count(store: Store, theme_id: int, people: int | None, **districts: int) -> None:
    def put(session: Session) -> None:
        session.add(ThemeFigure(theme_id=theme_id, as_of=AS_OF, people=people))
        for district, n in districts.items():
            session.add(ThemeDistrict(theme_id=theme_id, district=district, people=n))
        raise_content_version(session)

    store.write(put)


def test_a_theme_shows_what_was_said_how_often_and_every_answer(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    theme_id = theme_of(store, showcase.kept)
    count(store, theme_id, 1234, north=300, south=25)
    page = response_page(client.get(f"/en/themes/{theme_id}/"))
    words = page.words()
    assert "What people said: Pothole repair" in words
    assert "The hole by the school comes back." in words
    assert "1,234 people have said so." in words
    assert cells(page) == [("North en", "300"), ("South en", "25")]
    assert "As of June 1, 2026." in words
    assert f"/en/responses/{showcase.kept}/" in page.links()
    assert (
        f"/en/themes/{theme_id}/"
        in response_page(client.get(f"/en/responses/{showcase.kept}/")).links()
    )
    arabic = response_page(client.get(f"/ar/themes/{theme_id}/"))
    assert "الحفرة أمام المدرسة تعود." in arabic.words()


def test_a_theme_tells_search_engines_what_it_is(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    def join_themes(session: Session) -> int:
        """Both answers about the hole are answers to one theme."""
        first, newest = (
            session.get_one(Response, one) for one in (showcase.promise, showcase.kept)
        )
        first.theme_id = newest.theme_id
        return newest.theme_id or 0

    theme_id = store.write(join_themes)
    page = response_page(client.get(f"/ar/themes/{theme_id}/"))
    scopes = [one.get("itemtype") for one in page.all("section") if one.get("itemtype")]
    assert scopes == ["https://schema.org/Article"]
    facts = {one.get("itemprop"): one.get("content") for one in page.all("meta")}
    assert facts["headline"] == "الحفرة أمام المدرسة تعود."
    assert facts["inLanguage"] == "ar"
    assert (facts["datePublished"], facts["dateModified"]) == ("2026-04-02", "2026-06-01")
    about = [one.get("itemtype") for one in page.all("span") if one.get("itemprop") == "about"]
    assert about == ["https://schema.org/GovernmentService"]


def test_a_few_people_are_not_counted_in_public(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    theme_id = theme_of(store, showcase.shade)
    assert (
        "has not been counted yet" in response_page(client.get(f"/en/themes/{theme_id}/")).words()
    )
    count(store, theme_id, None)
    page = response_page(client.get(f"/en/themes/{theme_id}/?fresh=1"))
    assert "Fewer than 10 people have said so." in page.words()


def test_the_newest_answer_is_the_one_that_came_out_last(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    def answer_earlier(session: Session) -> int:
        """Published before the other answer of the theme, though it was begun after it."""
        texts = {"en": ("The hole was there before.", "We looked at it.", "")}
        early = publish_response(
            session, showcase.city.potholes, NOW, texts, published_on=AS_OF - timedelta(days=9)
        )
        known = session.get_one(Response, showcase.kept)
        session.get_one(Response, early).theme_id = known.theme_id
        return known.theme_id or 0

    theme_id = store.write(answer_earlier)
    listed = client.get("/api/v1/services/pothole-repair/themes").get_json()["themes"]
    assert {one["id"]: one["newest_response"] for one in listed}[theme_id] == showcase.kept
    page = response_page(client.get(f"/en/themes/{theme_id}/"))
    assert "The hole was there before." not in page.words()
    service = response_page(client.get("/en/services/pothole-repair/")).words()
    themes = service[service.index("What most people said") : service.index("You said, we did")]
    assert "The hole by the school comes back." in themes
    assert "The hole was there before." not in themes


def test_only_themes_with_a_published_answer_have_a_page(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    for response_id in (showcase.draft, showcase.unreviewed):
        assert client.get(f"/en/themes/{theme_of(store, response_id)}/").status_code == 404
    assert client.get("/en/themes/999999999/").status_code == 404


def test_the_desks_name_of_a_theme_is_nowhere_public(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    theme_id = theme_of(store, showcase.kept)
    store.write(
        lambda session: session.add(ThemeText(theme_id=theme_id, lang="en", name="Desk talk"))
    )
    for path in (f"themes/{theme_id}/", "responses/", "services/pothole-repair/"):
        assert "Desk talk" not in response_page(client.get(f"/en/{path}?fresh=1")).words()


def test_a_service_shows_what_most_people_said_first(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    texts = {"en": ("Too many signs.", "We took ten away.", "")}
    response_id = store.write(
        lambda session: publish_response(session, showcase.city.potholes, NOW, texts)
    )
    count(store, theme_of(store, response_id), 40)
    count(store, theme_of(store, showcase.kept), 12)
    page = response_page(client.get("/en/services/pothole-repair/"))
    said = page.words().partition("What most people said")[2]
    assert said.index("Too many signs.") < said.index("The hole by the school comes back.")
    assert "40 people have said so." in said


def test_answers_can_be_listed_by_district_where_enough_people_said_so(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    count(store, theme_of(store, showcase.shade), 30, north=12)
    page = response_page(client.get("/en/responses/?district=north"))
    assert f"/en/responses/{showcase.shade}/" in page.links()
    assert f"/en/responses/{showcase.kept}/" not in page.links()
    offered = {option.get("value") for option in page.all("option")}
    assert "north" in offered
    assert "south" not in offered
    assert client.get("/en/responses/?district=nowhere").status_code == 404
    feed = client.get("/en/responses/feed.atom?district=south").get_data(as_text=True)
    assert "<entry" not in feed


def test_what_residents_reply_stands_beside_the_claim(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    path = f"/en/responses/{showcase.kept}/?fresh=1"
    assert "This has not been counted yet." in response_page(client.get(path)).words()

    def put(session: Session) -> None:
        reaction = Reaction(
            response_id=showcase.kept, as_of=AS_OF, replies=25, yes=12, partly=None, no=None
        )
        session.add(reaction)

    store.write(put)
    page = response_page(client.get(path))
    words = page.words()
    assert "25 residents who got this answer have said" in words
    assert cells(page) == [("Yes", "12"), ("Partly", "not shown"), ("No", "not shown")]
    assert "Groups of fewer than 10 people are not shown" in words
    assert "As of June 1, 2026. These figures move with the results of each quarter" in words
    listed = client.get("/api/v1/responses?fresh=1").get_json()["responses"]
    assert {one["id"]: one["replies"] for one in listed if one["replies"]} == {
        showcase.kept: {
            "as_of": AS_OF.isoformat(), "n": 25, "cells": {"yes": 12, "partly": None, "no": None}
        },
    }  # fmt: skip
    table = client.get("/api/v1/responses.csv").get_data(as_text=True)
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row["replied"]]
    assert {row["id"] for row in rows} == {str(showcase.kept)}
    assert {(r["replied"], r["yes"], r["partly"], r["no"]) for r in rows} == {("25", "12", "", "")}


def test_replies_to_an_answer_that_came_after_the_batch_are_not_counted_yet(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    def put(session: Session) -> None:  # as the worker does for new answers
        published_on = session.get_one(Response, showcase.kept).published_on
        assert published_on
        before = published_on - timedelta(days=1)
        session.add(Reaction(response_id=showcase.kept, as_of=before))

    store.write(put)
    for path in (f"responses/{showcase.kept}", f"themes/{theme_of(store, showcase.kept)}"):
        words = response_page(client.get(f"/en/{path}/?fresh=1")).words()
        said = words[words.index("Does it help? What residents say") :]
        assert "This has not been counted yet." in said
        assert "As of" not in said
    listed = client.get("/api/v1/responses?fresh=1").get_json()["responses"]
    assert {one["replies"] for one in listed} == {None}
    rows = list(csv.DictReader(client.get("/api/v1/responses.csv").text.splitlines()))
    assert {row["replied_as_of"] for row in rows} == {""}


def test_promises_stand_with_their_days_and_what_became_of_them(
    client: FlaskClient, city: City, store: Store, settings: Settings
) -> None:
    today = settings_day(settings)

    def promise(session: Session, said: str, due: date, done: date | None = None) -> None:
        texts = {"en": (said, "We will.", "")}
        first = publish_response(
            session, city.lights, NOW, texts, outcome="planned", due_on=due
        )  # fmt: skip
        if done is not None:
            publish_response(
                session, city.lights, NOW, texts, outcome="done", done_on=done, follows_id=first
            )  # fmt: skip

    def promise_all(session: Session) -> None:
        promise(session, "Broken lamp.", today - timedelta(days=60))
        promise(session, "Kept lamp.", today - timedelta(days=50), today - timedelta(days=55))
        promise(session, "Late lamp.", today - timedelta(days=90), today - timedelta(days=40))
        promise(session, "Next lamp.", today + timedelta(days=5))
        promise(session, "Far lamp.", today + timedelta(days=200))

    store.write(promise_all)
    page = response_page(client.get("/en/promises/?service=street-lights"))
    words = page.words()
    order = [words.index(f"{name} lamp.") for name in ("Next", "Far", "Kept", "Broken", "Late")]
    assert order == sorted(order)
    figures = [page.words(one) for one in page.all("dd")]
    assert figures == ["1", "1", "1", "2"]  # kept, late, not kept, to come
    assert "What we promised" in response_page(client.get("/en/responses/")).words()
    empty = response_page(client.get("/en/promises/?service=swimming-pools"))
    assert "What we promised: Swimming pools" in empty.words()
    assert "Nothing published fits Swimming pools." in empty.words()
    assert "/en/promises/" in empty.links()
    everything = response_page(client.get("/en/promises/"))
    assert "What we promised:" not in everything.words()


@pytest.mark.parametrize(
    ("query", "narrowed"),
    [
        ("q=next&service=street-lights", "Street lights · “next”"),
        ("department=public-works", "Public Works"),
        ("language=en", "English"),
    ],
)
def test_promises_say_what_they_are_narrowed_to(
    client: FlaskClient, city: City, store: Store, query: str, narrowed: str
) -> None:
    def promise(session: Session) -> None:
        for said in ("Next lamp.", "Far lamp."):
            texts = {"en": (said, "We will.", "")}
            publish_response(session, city.lights, NOW, texts, outcome="planned", due_on=AS_OF)

    store.write(promise)
    page = response_page(client.get(f"/en/promises/?{query}"))
    (title,), (heading,) = page.all("title"), page.all("h1")
    for one in (title, heading):
        said = re.sub("[\u2068\u2069]", "", page.words(one))
        assert f"What we promised: {narrowed}" in said
    assert "/en/promises/" in page.links()
    assert client.get("/en/promises/?page=9").status_code == 404


def settings_day(settings: Settings) -> date:
    """The city's day, by which promises are judged."""
    return StillClock(settings.zone, settings.clock_file).today()


def test_a_district_in_another_language_is_marked_so(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    theme = theme_of(store, showcase.kept)
    count(store, theme, 30, north=12)

    def name(session: Session) -> None:
        district = session.scalars(select(District).where(District.slug == "north")).one()
        session.execute(delete(DistrictText).where(DistrictText.district_id == district.id))
        session.add(DistrictText(district_id=district.id, lang="en", name="Harbour side"))

    store.write(name)
    page = response_page(client.get("/ar/responses/?district=north"))
    assert page.languages_of("Harbour side") == {"en"}
    (option,) = (one for one in page.all("option") if one.get("value") == "north")
    assert (option.get("lang"), option.get("dir")) == ("en", "ltr")
    page = response_page(client.get(f"/ar/themes/{theme}/"))
    assert page.languages_of("Harbour side") == {"en"}
