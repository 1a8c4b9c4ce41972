"""Published appraisals on pages: two looks, doubt, history, figures since, raised thresholds."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.assess.evaluation import evaluate as evaluate_command
from portal.store.engine import Store
from portal.store.thresholds import change_thresholds
from tests.features.public.conftest import NOW, Showcase
from tests.features.public.publishing import (
    example_evidence,
    publish_appraisal,
    publish_level,
)
from tests.support.city import City
from tests.support.client import Page, response_page

SERVICE = "/en/services/pothole-repair/"
LEVEL = f"{SERVICE}level/"
MOST_QUERIES = 13


def show(client: FlaskClient, path: str = LEVEL) -> Page:
    """The page as it is now."""
    return response_page(client.get(f"{path}?fresh=1"))


def appraise(store: Store, service_id: int, *quarters: tuple[date, str]) -> None:
    """Appraise a service, quarter by quarter, on the evidence of worked examples."""
    for as_of, example in quarters:
        store.write(publish_appraisal, service_id, example_evidence(example), as_of, NOW)


def raise_tau(session: Session, /, from_on: date, **numbers: float) -> None:
    """Ask for more than the method does, e.g. told30=0.75."""
    raised = {"L3.1": numbers} if numbers else {}
    change_thresholds(
        session, raised=raised, from_on=from_on, reason="The council decided so.",
        person_id=None, today=from_on, now=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def test_a_level_in_doubt_says_since_when_why_and_when_it_goes(
    client: FlaskClient, appraised: Showcase
) -> None:
    page = show(client)
    words = page.words()
    assert "Level 3: Answers – in doubt" in page.words(page.all("h1")[0])
    assert "The figures have become too close to call." in words
    assert "In doubt for 1 appraisal, since April 1, 2026." in words
    assert "if it still is at the third, on October 1, 2026, it goes down" in words
    assert "Appraisal of April 1, 2026 (2nd quarter 2026)." in words
    assert "The next one comes on July 1, 2026." in words
    assert "Provisional" not in words
    _, _, why = words.partition("Why level 3 is in doubt, and what it would take")
    reasons, _, _ = why.partition("How the level came about")
    assert "told within 30 days what happened with their message" in reasons
    assert "The figures are too close to call. Tell the next person within 30 days" in (
        reasons.replace("call.Tell", "call. Tell")
    )
    assert "What decides level" not in words
    rows = {page.words(r.find("*")): page.words(r) for r in show(client, "/en/levels/").all("tr")}
    assert "Level 3 · in doubt" in rows["Pothole repair"]
    assert "Appraisal of Apr 1, 2026" in rows["Pothole repair"]
    assert "Provisional, Jun 1, 2026" in rows["Street lights"]


def test_the_second_appraisal_in_doubt_still_keeps_the_level_and_the_third_drops_it(
    client: FlaskClient, store: Store, appraised: Showcase
) -> None:
    appraise(store, appraised.city.potholes, (date(2026, 7, 1), "G-"))
    words = show(client).words()
    assert "In doubt for 2 appraisals, since April 1, 2026." in words
    assert "at the third, on October 1, 2026, it goes down" in words
    appraise(store, appraised.city.potholes, (date(2026, 10, 1), "G-"))
    words = show(client).words()
    assert "Level 2: Listens" in words
    assert "Fell from level 3 to level 2." in words
    assert "Down from level 3" in show(client, SERVICE).words()
    levels = show(client, "/en/levels/").words()
    assert "1 service is down since the appraisal before." in levels
    assert "Down from level 3" in levels
    assert "Up from" not in levels


def test_a_level_that_rose_says_so_until_the_next_appraisal(
    client: FlaskClient, store: Store, city: City
) -> None:
    appraise(store, city.potholes, (date(2025, 10, 1), "S4"))
    assert "Up from" not in show(client, SERVICE).words()
    appraise(store, city.potholes, (date(2026, 1, 1), "G-"))
    assert "Up from below level 1" in show(client, SERVICE).words()
    appraise(store, city.potholes, (date(2026, 4, 1), "A"), (date(2026, 7, 1), "A"))
    levels = show(client, "/en/levels/").words()
    assert "1 service is up since the appraisal before." in levels
    assert "Up from level 2" in levels
    appraise(store, city.potholes, (date(2026, 10, 1), "A"))
    for path in (SERVICE, "/en/levels/"):
        assert "Up from" not in show(client, path).words()


def test_a_level_reached_once_awaits_its_second_look(
    client: FlaskClient, store: Store, city: City
) -> None:
    appraise(store, city.potholes, (date(2025, 10, 1), "G-"), (date(2026, 1, 1), "A"))
    page = show(client)
    words = page.words()
    assert "Level 2: Listens" in page.words(page.all("h1")[0])
    assert "Level 3 was reached once: a second look at the next appraisal decides." in words
    assert "The next one comes on April 1, 2026." in words
    assert "The command gives level 3, which is what this evidence shows by itself." in words
    levels = show(client, "/en/levels/").words()
    assert "Level 3 reached once" in levels
    assert "level 3 in doubt" not in levels
    assert "1 service reached a higher level for the first time" in levels
    assert "Level 3 was reached once" in show(client, "/en/services/pothole-repair/").words()


def test_the_history_tells_what_changed_at_each_appraisal(
    client: FlaskClient, appraised: Showcase
) -> None:
    page = show(client)
    rows = [page.words(row) for row in page.all("tr")]
    told = [row for row in rows if "quarter 20" in row]
    assert told[0].startswith("2nd quarter 2026Level 3 · in doubt")
    assert "Stayed on level 3. In doubt: the figures were too close to call." in told[0]
    assert "No longer in place:" in told[0]
    assert "told within 30 days what happened with their message" in told[0]
    assert "Rose to level 3." in told[1]
    assert "Stayed on level 2. Level 3 was reached for the first time." in told[2]
    assert "Newly in place:" in told[2]
    assert "First published appraisal: level 2." in told[3]
    pictures = [svg for svg in page.root.iter() if svg.get("class") == "arch past"]
    assert [svg.get("aria-label") for svg in pictures] == [
        "Published level at each appraisal, oldest first: 2, 2, 3, and 3"
    ]
    assert f"{LEVEL}2025-10-01/" in page.links()


def test_newer_figures_stand_apart_from_the_level(client: FlaskClient, appraised: Showcase) -> None:
    page = show(client)
    _, _, after = page.words().partition("Figures since then")
    assert "Those up to June 1, 2026 are newer than the level above." in after
    assert "By themselves they would give level 3." in after
    assert "83% (25 of 30) 87% (130 of 150)" in after.replace("30)87", "30) 87")
    assert "6 of 66 of 6" not in after  # what has not changed is left out
    assert "/api/v1/services/pothole-repair/figures" in page.links()
    assert "Figures since then" not in show(client, f"{LEVEL}2026-04-01/").words()


def test_a_past_appraisal_has_a_page_with_its_own_evidence(
    client: FlaskClient, appraised: Showcase
) -> None:
    page = show(client, f"{LEVEL}2025-10-01/")
    words = page.words()
    assert "This is an earlier appraisal." in words
    assert "Level 2: Listens" in words
    assert "The next one comes" not in words
    assert "All records up to October 1, 2025." in words
    assert "portal evaluate pothole-repair.2025-10-01.json" in words
    assert "/api/v1/services/pothole-repair/level/2025-10-01" in page.links()
    newest = show(client, f"{LEVEL}2026-04-01/")
    assert "This is an earlier appraisal." not in newest.words()
    for address in ("2025-10-02/", "2025-13-01/", "20251001--/", "2025-W40-3/"):
        assert client.get(LEVEL + address).status_code == 404
    assert client.get("/en/services/street-lights/level/2026-06-01/").status_code == 404


def test_before_the_first_appraisal_the_page_says_when_it_comes(
    client: FlaskClient, showcase: Showcase
) -> None:
    page = show(client)
    words = page.words()
    assert "Provisional: this is what the records up to June 1, 2026 show." in words
    assert "The first quarterly appraisal comes on July 1, 2026." in words
    assert "How the level came about" not in words
    assert "/api/v1/services/pothole-repair/level" in page.links()


def test_raised_thresholds_stand_beside_the_levels_they_govern(
    client: FlaskClient, store: Store, city: City
) -> None:
    store.write(raise_tau, date(2025, 9, 1), tau=0.72)
    store.write(raise_tau, date(2025, 12, 1), tau=0.9)
    appraise(store, city.potholes, (date(2025, 7, 1), "A"), (date(2025, 10, 1), "A"))
    appraise(store, city.potholes, (date(2026, 1, 1), "A"))
    words = show(client).words()
    _, _, after = words.partition("Stricter than the method")
    assert "told within 30 days what happened with their message" in after
    assert "70%90%Dec 1, 2025" in after.replace(" ", "").replace("Dec1,2025", "Dec 1, 2025")
    assert "Needed: surely above 90%." in words
    old = show(client, f"{LEVEL}2025-10-01/").words()
    assert "70%72%Sep1,2025" in old.replace(" ", "")
    assert "Stricter than the method" not in show(client, f"{LEVEL}2025-07-01/").words()
    method = show(client, "/en/method/").words()
    assert method.index("From December 1, 2025 on") < method.index("From September 1, 2025 on")
    assert "uses the numbers of the method as they stand" not in method


def test_a_change_of_thresholds_shows_at_once(
    client: FlaskClient, store: Store, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)
    before = response_page(client.get("/en/method/")).words()
    assert "uses the numbers of the method as they stand" in before
    store.write(raise_tau, date(2026, 9, 1), tau=0.75)
    assert "From September 1, 2026 on" in response_page(client.get("/en/method/")).words()


@pytest.mark.parametrize("as_of", ["2025-10-01", "2026-01-01"])
def test_anybody_can_compute_a_level_under_raised_thresholds_again(
    client: FlaskClient, store: Store, city: City, tmp_path: Path, as_of: str
) -> None:
    store.write(raise_tau, date(2025, 12, 1), tau=0.9)
    appraise(store, city.potholes, (date(2025, 10, 1), "A"), (date(2026, 1, 1), "A"))
    downloaded = client.get(f"/api/v1/services/pothole-repair/level/{as_of}")
    file = tmp_path / "pothole-repair.json"
    file.write_bytes(downloaded.data)
    computed = CliRunner().invoke(evaluate_command, [str(file)])
    assert computed.exit_code == 0, computed.output
    published: dict[str, Any] = downloaded.get_json()
    assert json.loads(computed.output) == published["result"]
    is_raised = as_of == "2026-01-01"
    assert published["thresholds"] == ({"L3.1": {"tau": 0.9}} if is_raised else {})
    assert published["result"]["level"] == (2 if is_raised else 3)


def test_pages_of_appraisals_need_few_queries(
    client: FlaskClient,
    store: Store,
    appraised: Showcase,
    statements: Callable[[], AbstractContextManager[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 3600)  # however slow the machine is
    store.write(raise_tau, date(2026, 5, 1), tau=0.75)
    appraise(store, appraised.city.potholes, (date(2026, 7, 1), "A"))
    for path in (LEVEL, f"{LEVEL}2026-04-01/", "/en/levels/", "/en/"):
        with statements() as sent:
            client.get(f"{path}?fresh=1")
        assert len(sent) <= MOST_QUERIES, (path, sent)


def test_level_zero_has_a_history_too(client: FlaskClient, store: Store, city: City) -> None:
    appraise(store, city.potholes, (date(2025, 10, 1), "S4"), (date(2026, 1, 1), "S4"))
    store.write(publish_level, city.potholes, example_evidence("S4"), NOW, date(2026, 2, 1))
    words = show(client).words()
    assert "First published appraisal: not yet level 1." in words
    assert "Still below level 1." in words
    assert "By themselves they would not give level 1." in words
