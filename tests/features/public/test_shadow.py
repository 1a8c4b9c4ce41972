"""In shadow nothing about levels leaks, whatever has been appraised; pages say why."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.models.running import Setting
from portal.store.content import raise_content_version
from portal.store.engine import Store
from portal.store.publicity import go_public_from, stay_in_shadow
from tests.features.public.conftest import NOW, Showcase
from tests.features.public.publishing import example_evidence, publish_appraisal
from tests.support.city import LANGUAGES
from tests.support.client import response_page

Day = tuple[int, int, int]
TODAY = date(2026, 6, 1)
SERVICE = "/api/v1/services/pothole-repair"
HIDDEN = (
    f"{SERVICE}/level",
    f"{SERVICE}/level.csv",
    f"{SERVICE}/level/2026-04-01",
    f"{SERVICE}/level/2026-04-01.csv",
    f"{SERVICE}/appraisals",
    f"{SERVICE}/appraisals.csv",
    f"{SERVICE}/figures",
    f"{SERVICE}/figures.csv",
)
PAGES = ("", "levels/", "services/", "services/pothole-repair/", "services/pothole-repair/level/")


@pytest.fixture(autouse=True)
def _pages_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages look for a new content version at every request."""
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)


def _go_back_into_shadow(session: Session) -> None:
    session.execute(delete(Setting).where(Setting.name.startswith("levels_public")))
    raise_content_version(session)


@pytest.fixture
def shadow(store: Store, appraised: Showcase) -> Showcase:
    """Appraisals and figures are there, and nobody has decided to publish them."""
    store.write(_go_back_into_shadow)
    return appraised


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_pages_show_no_level(client: FlaskClient, shadow: Showcase, lang: str) -> None:
    for path in PAGES:
        page = response_page(client.get(f"/{lang}/{path}"))
        shown = [e.get("class") for e in page.root.iter() if e.get("class") in {"mark", "arcade"}]
        assert shown == [], path
        assert not [link for link in page.links() if "/badge.svg" in link or link == f"{SERVICE}/"]


def test_pages_say_in_plain_words_that_the_city_is_trying_it_out(
    client: FlaskClient, store: Store, shadow: Showcase
) -> None:
    told = "Marlow is still trying out how it measures its services."
    for path in PAGES:
        if path == "services/":
            continue
        words = response_page(client.get(f"/en/{path}")).words()
        assert told in words, path
        assert "Levels will be published after that." in words
        for leaked in ("Level 3", "Level 2", "Not assessed yet", "in doubt", "Provisional"):
            assert leaked not in words, (path, leaked)


def test_pages_follow_the_chosen_day(client: FlaskClient, store: Store, shadow: Showcase) -> None:
    for day, said in (
        (date(2027, 1, 1), "Levels will be published from January 1, 2027 on."),
        (date(2027, 2, 1), "Levels will be published from February 1, 2027 on."),
        (None, "Levels will be published after that."),
    ):
        if day is None:
            store.write(stay_in_shadow)
        else:
            store.write(go_public_from, day, TODAY)
        for path in ("", "levels/", "services/pothole-repair/", "method/"):
            assert said in response_page(client.get(f"/en/{path}")).words(), path


@pytest.mark.parametrize("path", HIDDEN)
def test_open_data_say_why_there_is_none(
    client: FlaskClient, store: Store, shadow: Showcase, path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "still trying out how it measures" in response.get_json()["error"]
    store.write(go_public_from, date(2027, 1, 1), TODAY)
    assert "from 2027-01-01 on" in client.get(path).get_json()["error"]


def test_the_list_of_services_holds_no_level(client: FlaskClient, shadow: Showcase) -> None:
    for service in client.get("/api/v1/services").get_json()["services"]:
        for key in ("level", "next_status", "as_of", "published_on", "flag", "is_provisional"):
            assert service[key] is None
    table = client.get("/api/v1/services.csv").get_data(as_text=True).splitlines()
    assert all(row.endswith("," * 6) for row in table[1:])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_there_is_no_badge_and_no_past_page(
    client: FlaskClient, shadow: Showcase, lang: str
) -> None:
    assert client.get(f"/{lang}/services/pothole-repair/badge.svg").status_code == 404
    assert client.get(f"/{lang}/services/pothole-repair/level/2026-04-01/").status_code == 404


def test_going_public_shows_where_services_stand_and_not_how_they_got_there(
    client: FlaskClient, store: Store, shadow: Showcase
) -> None:
    assert client.get(f"{SERVICE}/level").status_code == 404
    store.write(go_public_from, date(2026, 5, 15), TODAY)
    level = client.get(f"{SERVICE}/level").get_json()
    assert (level["as_of"], level["published_on"]) == ("2026-04-01", "2026-05-15")
    listed = client.get("/api/v1/services").get_json()["services"][0]
    assert listed["published_on"] == "2026-05-15"
    appraisals = client.get(f"{SERVICE}/appraisals").get_json()["appraisals"]
    assert [row["as_of"] for row in appraisals] == ["2026-04-01"]
    assert client.get(f"{SERVICE}/level/2026-01-01").status_code == 404
    words = response_page(client.get("/en/services/pothole-repair/level/")).words()
    assert "First published appraisal: level 3." in words
    assert "In doubt for 1 appraisal, since April 1, 2026." in words


@pytest.mark.parametrize(("public_from", "is_said"), [((2025, 11, 1), True), ((2026, 1, 2), False)])
def test_only_what_rose_in_public_is_said_to_have_risen(
    client: FlaskClient, store: Store, shadow: Showcase, public_from: Day, is_said: bool
) -> None:
    rose = ((date(2025, 10, 1), "S4"), (date(2026, 1, 1), "G-"))
    for as_of, example in rose:
        evidence = example_evidence(example)
        store.write(publish_appraisal, shadow.city.lights, evidence, as_of, NOW)
    day = date(*public_from)
    store.write(go_public_from, day, day)
    for path in ("levels/", "services/street-lights/"):
        words = response_page(client.get(f"/en/{path}")).words()
        assert ("Up from below level 1" in words) is is_said, path
