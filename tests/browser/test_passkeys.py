"""Passkeys in a real browser, with a device that Chromium plays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.store.engine import Store
from tests.browser.conftest import OpenPage
from tests.support.city import PASSWORD, make_city
from tests.support.desk import open_desk
from tests.support.processes import Installation, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow(10)]


@pytest.fixture
def base(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """A small city under a name: browsers give no passkeys to numbers."""
    port, database = free_port(), f"sqlite:///{tmp_path / 'portal.db'}"
    shutil.copy(sqlite_template, tmp_path / "portal.db")
    store = Store(database)
    open_desk(store, store.write(make_city, datetime.now(UTC)))
    store.dispose()
    name = f"http://localhost:{port}"
    with Installation(tmp_path, database).running(
        "serve", PORTAL_PORT=str(port), PORTAL_BASE_URL=name, PORTAL_WEB_WORKERS="1"
    ) as running:
        running.port = port
        running.wait_for("/readyz")
        yield name


def add_device(page: Page) -> None:
    """A device that makes and shows passkeys, as if its owner had touched it."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def give_password(page: Page, base: str) -> None:
    page.goto(f"{base}/en/sign-in")
    page.fill("input[name=email]", "manager@city.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button >> nth=0")


def sign_out(page: Page) -> None:
    page.click(".out button")
    page.wait_for_url("**/sign-in")


def test_a_passkey_is_the_second_factor_and_opens_the_door_on_its_own(
    base: str, open_page: OpenPage
) -> None:
    page = open_page()
    add_device(page)
    give_password(page, base)
    page.wait_for_url("**/account/second-factor/")  # a manager needs one
    page.fill("input[name=name]", "My office computer")
    page.click("text=Add a passkey")
    expect(page.locator(".list")).to_contain_text("My office computer")
    sign_out(page)
    give_password(page, base)
    page.wait_for_url("**/sign-in/code*")
    page.click("text=Use a passkey")
    page.wait_for_url("**/manage/")
    sign_out(page)
    page.click("text=Sign in with a passkey")
    page.wait_for_url("**/manage/")
    page.goto(f"{base}/en/account/second-factor/")
    expect(page.locator(".list")).to_contain_text("last used")


def test_without_the_script_or_the_device_it_says_what_to_do(
    base: str, open_page: OpenPage
) -> None:
    plain = open_page(java_script_enabled=False)
    give_password(plain, base)
    plain.wait_for_url("**/account/second-factor/")
    expect(plain.locator("text=Add a passkey")).to_be_hidden()
    expect(plain.locator("main")).to_contain_text("An app for codes works without either.")
    page = open_page()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")  # and no device at all
    page.goto(f"{base}/en/sign-in")
    page.click("text=Sign in with a passkey")
    expect(page.locator("[data-failed]")).to_be_visible()
