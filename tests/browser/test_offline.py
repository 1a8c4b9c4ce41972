"""Rating without network: filled in, kept on the device, sent later, once, and said so."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, Worker, expect

from tests.browser.conftest import OpenPage, Site
from tests.browser.fitting import fits

pytestmark = pytest.mark.browser

FORM = "services/street-lights/rate"
STATES = {
    "en": ("Kept on this device, not sent yet.", "Sent."),
    "ar": ("محفوظ على هذا الجهاز", "أُرسل"),
}


# The pages' policy refuses Playwright's own way of waiting, from its second look on.
UNTIL_CONTROLLED = """async () => {
    const workers = navigator.serviceWorker
    if (!workers.controller) {
        await new Promise(done => workers.addEventListener("controllerchange", done, {once: true}))
    }
}"""
UNTIL_PREPARED = """async form => {
    const pages = await caches.open("pages")
    while (!await pages.match(form)) await new Promise(done => setTimeout(done, 50))
}"""
# As after an update of the portal, before the deferred scripts of a page from before it run.
LOSE_A_FILE = """document.addEventListener("readystatechange", () => {
    const script = document.querySelector("[data-kept]")
    if (script) script.dataset.kept = script.dataset.kept.replace("/static/kept.", "/static/gone.")
})"""


def count(site: Site, comment: str) -> int:
    """How many submissions hold this comment."""
    with closing(sqlite3.connect(site.folder / "portal.db")) as database:
        [(found,)] = database.execute(
            "SELECT count(*) FROM submission WHERE comment = ?", (comment,)
        )
    return int(found)


def begin(page: Page, site: Site, lang: str, comment: str) -> None:
    """Open the form with network and begin to fill it in."""
    page.goto(site.url(lang, FORM))
    page.check("input[name=q0][value='2']")
    page.fill("textarea[name=comment]", comment)
    expect(page.locator("#offline")).to_be_visible()
    page.evaluate(UNTIL_CONTROLLED)
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine


def send(page: Page) -> None:
    page.click("main form button >> nth=-1")


def come_back(context: BrowserContext, site: Site, lang: str) -> Page:
    """A new page, after the old one was closed."""
    for page in context.pages:
        page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(site.url(lang, "kept/"))
    return page


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_rating_sent_without_network_outlives_its_page_and_is_sent_once(
    site: Site, open_page: OpenPage, lang: str
) -> None:
    comment = f"Dark again, said without network ({lang})"
    page = open_page(viewport={"width": 320, "height": 800})
    begin(page, site, lang, comment)
    page.context.set_offline(True)
    send(page)
    page.wait_for_url(f"**/{lang}/kept/")
    expect(page.locator("#kept section")).to_contain_text(STATES[lang][0])
    expect(page.locator("#nothing")).to_be_hidden()
    assert count(site, comment) == 0

    page = come_back(page.context, site, lang)
    expect(page.locator("#kept section")).to_contain_text(STATES[lang][1])
    assert count(site, comment) == 1
    page.reload()
    page.click("#kept a.button")
    page.wait_for_url(f"**/{lang}/receipts/*/")
    expect(page.locator("main blockquote")).to_contain_text(comment)
    assert count(site, comment) == 1


def test_a_form_that_was_used_before_opens_and_is_filled_in_without_network(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Written from the first to the last word without network"
    context = open_offline(site, open_page, "never sent")
    page = fill(context, site, comment)
    expect(page.locator("#offline")).to_be_visible()
    send(page)
    page.wait_for_url("**/en/kept/")
    page.goto(site.url("en", FORM))  # its token is used: the list says where the rating is
    page.wait_for_url("**/en/kept/")
    context.set_offline(False)  # the page is open: nobody needs to do anything
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][1])
    assert (count(site, comment), count(site, "never sent")) == (1, 0)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_what_could_not_be_prepared_is_not_promised_and_is_kept_all_the_same(
    site: Site, open_page: OpenPage, lang: str
) -> None:
    comment = f"Kept though the list was never fetched ({lang})"
    page = open_page(viewport={"width": 320, "height": 800})
    page.add_init_script(LOSE_A_FILE)
    page.goto(site.url(lang, FORM))
    page.check("input[name=q0][value='2']")
    page.fill("textarea[name=comment]", comment)
    page.evaluate(UNTIL_CONTROLLED)
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine
    expect(page.locator("#offline")).to_be_hidden()
    page.context.set_offline(True)
    send(page)
    expect(page.locator("main h1")).to_have_text(re.compile(STATES[lang][0]))
    expect(page.locator("main form")).to_have_count(0)
    assert page.title() == page.inner_text("main h1")
    assert not fits(page)
    assert count(site, comment) == 0
    page.context.set_offline(False)
    page.click("main a")
    expect(page.locator("#kept section")).to_contain_text(STATES[lang][1])
    assert count(site, comment) == 1


def test_a_list_without_its_script_says_nothing_of_what_is_kept(
    site: Site, open_page: OpenPage
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url("en", "kept/"))
    expect(page.locator("#nothing")).to_be_hidden()


def test_a_page_that_was_opened_without_network_and_sent_with_it_is_used_once(
    site: Site, open_page: OpenPage
) -> None:
    first, second = "Opened without network, sent with it", "Another time without network"
    context = open_offline(site, open_page, "never sent")
    page = fill(context, site, first)
    context.set_offline(False)
    send(page)
    page.wait_for_url("**/en/receipts/*/")
    page.evaluate(UNTIL_PREPARED, f"/en/{FORM}")
    context.set_offline(True)
    page = fill(context, site, second)
    send(page)
    page.wait_for_url("**/en/kept/")
    context.set_offline(False)
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][1])
    assert (count(site, first), count(site, second)) == (1, 1)


def test_two_ratings_from_one_prepared_page_are_both_kept_and_no_receipt_is_lost(
    site: Site, open_page: OpenPage
) -> None:
    comments = [f"From tab {number} of one prepared page" for number in (1, 2, 3)]
    context = open_offline(site, open_page, "never sent either")
    tabs = [fill(context, site, comment) for comment in comments]
    for tab in tabs[:2]:
        send(tab)
        tab.wait_for_url("**/en/kept/")
    states = tabs[0].locator("#kept section")
    expect(states).to_have_text([re.compile(STATES["en"][0])] * 2)
    context.set_offline(False)
    ends = re.compile(rf"{re.escape(STATES['en'][1])}|It could not be sent\.")
    expect(states).to_have_text([ends] * 2)
    receipt = tabs[0].get_attribute("#kept a.button", "href")
    assert sum(count(site, comment) for comment in comments) == 1  # the token is used once
    context.set_offline(True)
    send(tabs[2])
    tabs[2].wait_for_url("**/en/kept/")
    expect(tabs[2].locator("#kept section")).to_have_count(3)
    context.set_offline(False)
    for _ in comments[1:]:  # handed over: each comes back with a token of its own
        tabs[0].goto(site.url("en", "kept/"))
        tabs[0].click("[data-open] >> nth=0")
        expect(tabs[0].locator("main")).to_contain_text("already sent, with other answers")
        tabs[0].wait_for_timeout(2100)
        send(tabs[0])
        tabs[0].wait_for_url("**/en/receipts/*/")
    assert [count(site, comment) for comment in comments] == [1, 1, 1]
    tabs[0].goto(site.url("en", "kept/"))
    expect(tabs[0].locator("#kept section")).to_have_count(1)
    assert tabs[0].get_attribute("#kept a.button", "href") == receipt


def open_offline(site: Site, open_page: OpenPage, comment: str) -> BrowserContext:
    """A browser that holds a prepared form and has no network."""
    page = open_page()
    begin(page, site, "en", comment)
    context = page.context
    page.close()
    context.set_offline(True)
    return context


def fill(context: BrowserContext, site: Site, comment: str) -> Page:
    """The form in a new tab, filled in."""
    page = context.new_page()
    page.goto(site.url("en", FORM))
    page.check("input[name=q0][value='4']")
    page.fill("textarea[name=comment]", comment)
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine
    return page


def test_what_the_portal_asks_about_is_opened_and_sent_by_hand(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Call me without network at 312-555-0142"
    page = open_page()
    begin(page, site, "en", comment)
    page.context.set_offline(True)
    send(page)
    page.wait_for_url("**/en/kept/")
    page = come_back(page.context, site, "en")
    expect(page.locator("#kept section")).to_contain_text("It could not be sent.")
    assert count(site, comment) == 0
    page.click("[data-open]")
    page.click("button[name=confirmed]")
    page.wait_for_url("**/en/receipts/*/")
    assert count(site, comment) == 1


class Syncing:
    """The browser's background sync, after the last page of the portal was closed."""

    def __init__(self, site: Site, page: Page) -> None:
        """Close the portal's page; a blank one of the same browser is left."""
        self.site, self.context = site, page.context
        blank = self.context.new_page()
        page.close()
        self.session: CDPSession = self.context.new_cdp_session(blank)
        found: list[dict[str, str]] = []
        self.session.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: found.extend(event["registrations"]),
        )
        self.session.send("ServiceWorker.enable")
        while not found:
            blank.wait_for_timeout(50)
        self.registration = found[0]["registrationId"]
        (self.worker,) = self.context.service_workers
        self.worker.evaluate("self.addEventListener('sync', () => { self.syncs += 1 })")
        self.blank = blank

    def begin(self) -> None:
        """What the browser does when it takes the network to be back."""
        self.worker.evaluate("self.syncs = 0")
        self.session.send(
            "ServiceWorker.dispatchSyncEvent",
            {
                "origin": self.site.base,
                "registrationId": self.registration,
                "tag": "send",
                "lastChance": False,
            },
        )

    def end(self) -> None:
        """Wait until it has been dealt with."""
        while not self.worker.evaluate("self.syncs"):
            self.blank.wait_for_timeout(50)
        self.worker.evaluate("navigator.locks.request('send', () => true)")


def keep(site: Site, page: Page, comment: str) -> None:
    """Fill a form in and send it without network."""
    begin(page, site, "en", comment)
    page.context.set_offline(True)
    send(page)
    page.wait_for_url("**/en/kept/")
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][0])


def test_background_sync_sends_what_is_kept_when_no_page_is_open(
    site: Site, open_page: OpenPage
) -> None:
    comment = "Sent by the browser, with no page open"
    page = open_page()
    keep(site, page, comment)
    sync = Syncing(site, page)
    assert count(site, comment) == 0
    sync.context.set_offline(False)
    sync.begin()
    sync.end()
    assert count(site, comment) == 1
    page = come_back(sync.context, site, "en")
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][1])
    page.click("#kept a.button")
    expect(page.locator("main blockquote")).to_contain_text(comment)
    assert count(site, comment) == 1


def test_background_sync_keeps_what_it_could_not_send(site: Site, open_page: OpenPage) -> None:
    comment = "Kept while the network only seemed to be back"
    page = open_page()
    keep(site, page, comment)
    sync = Syncing(site, page)
    # Told to be offline, the browser would not sync: the network has to fail under its hands.
    sync.worker.evaluate(
        "self.usual = fetch; self.fetch = async () => { throw new TypeError() }; true"
    )
    sync.context.set_offline(False)
    sync.begin()
    sync.end()
    assert count(site, comment) == 0
    page = sync.context.new_page()
    page.goto(site.url("en", "kept/"))
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][0])
    page.close()
    sync.worker.evaluate("self.fetch = self.usual")
    sync.begin()
    sync.end()
    assert count(site, comment) == 1


def test_syncs_and_an_open_list_at_once_send_once(site: Site, open_page: OpenPage) -> None:
    comment = "Sent by everything at once"
    page = open_page()
    keep(site, page, comment)
    sync = Syncing(site, page)
    sync.context.set_offline(False)
    sync.begin()
    sync.begin()
    page = sync.context.new_page()
    page.goto(site.url("en", "kept/"))
    expect(page.locator("#kept section")).to_contain_text(STATES["en"][1])
    sync.end()
    assert count(site, comment) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_the_browser_syncs_again_when_the_portal_was_too_busy(
    site: Site, open_page: OpenPage, status: int
) -> None:
    comment = f"Kept while the portal said {status}"
    page = open_page()
    keep(site, page, comment)
    sync = Syncing(site, page)
    busy = f"self.usual = fetch; self.fetch = async () => new Response('', {{status: {status}}})"
    assert tries(sync.worker, busy) == "fails"  # or the browser would take it for done
    sync.context.set_offline(False)
    assert count(site, comment) == 0
    assert tries(sync.worker, "self.fetch = self.usual") == "done"
    assert count(site, comment) == 1


def tries(worker: Worker, first: str) -> str:
    """How the worker's sending ends, which is how a sync ends."""
    return str(worker.evaluate(f"{first}; send().then(() => 'done', () => 'fails')"))


def test_with_network_nothing_is_kept_and_nothing_changes(site: Site, open_page: OpenPage) -> None:
    comment = "Sent with network and a service worker"
    page = open_page()
    begin(page, site, "en", comment)
    send(page)
    page.wait_for_url("**/en/receipts/*/")
    assert count(site, comment) == 1
    page.goto(site.url("en", "kept/"))
    expect(page.locator("#nothing")).to_be_visible()


def test_what_is_kept_can_be_removed(site: Site, open_page: OpenPage) -> None:
    comment = "Kept and removed again"
    page = open_page()
    begin(page, site, "en", comment)
    page.context.set_offline(True)
    send(page)
    page.wait_for_url("**/en/kept/")
    page.click("[data-drop]")
    expect(page.locator("#nothing")).to_be_visible()
    page = come_back(page.context, site, "en")
    expect(page.locator("#nothing")).to_be_visible()
    assert count(site, comment) == 0


def test_who_only_reads_gets_no_service_worker(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.url("en", FORM))
    page.goto(site.url("en", "kept/"))
    assert page.evaluate("navigator.serviceWorker.getRegistration().then(one => !one)")
    expect(page.locator("#nothing")).to_be_visible()
