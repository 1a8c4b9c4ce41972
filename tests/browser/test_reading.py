"""What a screen reader is told, in its order, compared with a text that a person has reviewed.

The reviewed texts lie in `reading/`, in the notation of Playwright's aria snapshots: role, name,
state, level. When a page changes on purpose: read the new text as somebody would who sees nothing,
and if all is said, in this order, keep it in place of the old one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from difflib import unified_diff
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, Route
from sqlalchemy.orm import Session

from portal.store.engine import Store
from tests.browser.conftest import OpenPage
from tests.features.public.publishing import example_evidence, publish_appraisal, publish_level
from tests.support.city import City

pytestmark = pytest.mark.browser

READING = Path(__file__).with_name("reading")
NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
APPRAISED = ((date(2026, 1, 1), "A"), (date(2026, 4, 1), "A"))
PAGES = {"rate": "services/pothole-repair/rate", "level": "services/pothole-repair/level/"}
BASE = "http://localhost"


@pytest.fixture(scope="module")
def backend() -> str:
    """Pages read the same from either database."""
    return "sqlite"


@pytest.fixture
def open_own_page(app: Flask, store: Store, city: City, open_page: OpenPage) -> Callable[[], Page]:
    """Opens a page of the test's own portal: small, and the same on any day."""
    store.write(_appraise, city)
    client = app.test_client()

    def open_one() -> Page:
        page = open_page(base_url=BASE)
        page.route("**/*", lambda route: _answer(route, client))
        return page

    return open_one


def _appraise(session: Session, city: City) -> None:
    for as_of, example in APPRAISED:
        publish_appraisal(session, city.potholes, example_evidence(example), as_of, NOW)
    publish_level(session, city.potholes, example_evidence("A"), NOW, NOW.date())


def _answer(route: Route, client: FlaskClient) -> None:
    with client.get(route.request.url.removeprefix(BASE)) as answer:
        route.fulfill(
            status=answer.status_code, headers=dict(answer.headers.items()), body=answer.get_data()
        )


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("name", PAGES)
def test_a_screen_reader_is_told_what_was_reviewed(
    open_own_page: Callable[[], Page], tmp_path: Path, name: str, lang: str
) -> None:
    page = open_own_page()
    page.goto(f"/{lang}/{PAGES[name]}")
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    told = page.locator("main").aria_snapshot() + "\n"
    kept = READING / f"{name}.{lang}.yaml"
    found = tmp_path / kept.name
    found.write_text(told, encoding="utf-8")
    reviewed = kept.read_text(encoding="utf-8") if kept.exists() else ""
    difference = unified_diff(
        reviewed.splitlines(), told.splitlines(), kept.name, str(found), lineterm="", n=1
    )
    assert told == reviewed, "\n".join(difference)
