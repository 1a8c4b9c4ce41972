"""Marlow, served by its own command, for a real browser."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.operations.links import post_link
from portal.accounts.operations.people import add_person, invite_person
from portal.admin.kiosks import NewKiosk, set_up_kiosk
from portal.app import create_app
from portal.models.news import NewsSubscription
from portal.models.people import AccountLink
from portal.notify.news import Subject, subscribe
from portal.settings import load_settings
from portal.store.engine import Store
from portal.store.secrets import Secrets
from tests.support.marlow import PASSWORD, read_receipts, settle_in
from tests.support.processes import SECRET
from tests.support.second_factor import give_factor

# A provider for the door to lead to; nobody asks it anything.
PROVIDER = {
    "PORTAL_OIDC_ISSUER": "https://login.city.example",
    "PORTAL_OIDC_CLIENT_ID": "portal",
    "PORTAL_OIDC_CLIENT_SECRET": "a secret of tests",
}
OpenPage = Callable[..., Page]


@dataclass(frozen=True)
class Extras:
    """What the demonstration lacks, as its secrets are shown or mailed once."""

    kiosk: str  # keys of addresses
    invitation: str
    reset: str
    invited_id: int
    news: str


@dataclass(frozen=True)
class Site:
    """A served demonstration city."""

    base: str
    receipts: dict[str, str]  # code by slug of the service
    folder: Path
    app: Flask  # the same portal, for its addresses
    extras: Extras

    def url(self, lang: str, path: str = "") -> str:
        """An address below /<lang>/."""
        return f"{self.base}/{lang}/{path}"

    def newest_mail_links(self) -> list[str]:
        """The paths of the links in mails to whoever left an address last."""
        with closing(sqlite3.connect(self.folder / "portal.db")) as database:
            [(newest,)] = database.execute("SELECT max(submission_id) FROM contact")
        token = Secrets(SECRET).mail_token(newest)
        return [f"mail/{token}/{page}" for page in ("", "answer", "missing", "unsubscribe")]


@pytest.fixture(scope="session")
def site(marlow: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for each test process; tests may add to it but not depend on being alone."""
    folder = tmp_path_factory.mktemp("site") / "marlow"
    shutil.copytree(marlow, folder)
    installation = settle_in(folder)
    installation.settings.update(PROVIDER, PORTAL_EMBED_ORIGINS="*")
    app = create_app(load_settings(installation.environment))
    store = Store(installation.database_url, Secrets(SECRET).leaf_key)
    extras = store.write(add_extras, app.extensions["portal"].clock.today())
    store.dispose()
    with installation.running("serve") as running:
        running.wait_for("/readyz")
        yield Site(f"http://127.0.0.1:{running.port}", read_receipts(folder), folder, app, extras)


def add_extras(session: Session, today: date) -> Extras:
    """A kiosk, somebody invited, and `careful@`, who has a second factor and lost a password."""
    secrets, now = Secrets(SECRET), datetime.now(UTC)
    careful = add_person(
        session, now=now, email="careful@demo.example", name="Careful", password=PASSWORD,
        roles=["administrator"],
    )  # fmt: skip
    give_factor(session, careful, secrets)
    invited = invite_person(
        session, now=now, by=careful, email="invited@demo.example", name="Invited",
        roles=[], lang="en", secrets=secrets,
    )  # fmt: skip
    invitation = session.scalars(
        select(AccountLink.id).where(AccountLink.person_id == invited)
    ).one()
    reset = post_link(session, now=now, person_id=careful, kind="reset", by=None, secrets=secrets)
    kiosk = set_up_kiosk(
        session, new=NewKiosk("Library", None, 60), person_id=careful, today=today, now=now
    )
    subscribe(
        session, now=now, email="news@demo.example", lang="en", subject=Subject(),
        prefix_key="tests", secrets=secrets,
    )  # fmt: skip
    news = session.scalars(select(NewsSubscription)).one()
    return Extras(
        kiosk,
        secrets.account_token(invitation, now),
        secrets.account_token(reset, now),
        invited,
        secrets.news_token(news.id, news.created_at),
    )


@pytest.fixture
def sign_in(site: Site) -> Callable[[Page, str, str], None]:
    """Signs somebody of the demonstration in."""

    def enter(page: Page, who: str, lang: str = "en") -> None:
        give_password(page, site, who, lang)
        page.wait_for_url(lambda address: "/sign-in" not in address)

    return enter


def give_password(page: Page, site: Site, who: str, lang: str) -> None:
    """Come to the door as somebody of the demonstration; what comes next depends on them."""
    page.goto(site.url(lang, "sign-in"))
    page.fill("input[name=email]", f"{who}@demo.example")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main form button >> nth=0")


def write_answer(page: Page) -> None:
    """Fill the form for a new answer in and save it; the page is then that of the draft."""
    page.fill("textarea[name=you_said]", "The holes come back after every rain.")
    page.fill("textarea[name=we_did]", "We repaved the street by the school in May.")
    page.check("input[name=outcome][value=answered]")
    page.click("main .bar-end button")
    page.wait_for_url(re.compile(r"/staff/responses/\d+/$"))
