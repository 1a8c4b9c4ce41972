"""Marlow, served by its own command, for a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.marlow import PASSWORD, read_receipts, settle_in

OpenPage = Callable[..., Page]


@dataclass(frozen=True)
class Site:
    """A served demonstration city."""

    base: str
    receipts: dict[str, str]  # code by slug of the service

    def url(self, lang: str, path: str = "") -> str:
        """An address below /<lang>/."""
        return f"{self.base}/{lang}/{path}"


@pytest.fixture(scope="session")
def site(marlow: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for each test process; tests may add to it but not depend on being alone."""
    folder = tmp_path_factory.mktemp("site") / "marlow"
    shutil.copytree(marlow, folder)
    with settle_in(folder).running("serve") as running:
        running.wait_for("/readyz")
        yield Site(f"http://127.0.0.1:{running.port}", read_receipts(folder))


@pytest.fixture
def sign_in(site: Site) -> Callable[[Page, str, str], None]:
    """Signs somebody of the demonstration in."""

    def enter(page: Page, who: str, lang: str = "en") -> None:
        page.goto(site.url(lang, "sign-in"))
        page.fill("input[name=email]", f"{who}@demo.example")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit], main form button")
        page.wait_for_url("**/staff/**")

    return enter


def write_answer(page: Page) -> None:
    """Fill the form for a new answer in and save it; the page is then that of the draft."""
    page.fill("textarea[name=you_said]", "The holes come back after every rain.")
    page.fill("textarea[name=we_did]", "We repaved the street by the school in May.")
    page.check("input[name=outcome][value=answered]")
    page.click("main .bar-end button")
    page.wait_for_url(re.compile(r"/staff/responses/\d+/$"))
