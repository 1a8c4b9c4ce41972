"""The frames on a page of another site: they fit, they read the right way, and a rating counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import OpenPage, Site

pytestmark = pytest.mark.browser

WIDTHS = (200, 320, 900)


class HostPage(BaseHTTPRequestHandler):
    """A page of the city's own site with one frame: ?src=…&width=…"""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/favicon.ico":  # browsers ask for it unasked
            self.send_response(204)
            self.end_headers()
            return
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(
            f'<!doctype html><html lang="en"><title>City</title><h1>City</h1>'
            f'<iframe src="{asked["src"]}" title="Frame" width="{asked["width"]}" height="900">'
            "</iframe>".encode()
        )

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """The address of the other site; localhost is another site than 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), HostPage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def show(page: Page, host: str, address: str, width: int) -> Frame:
    """Open the host's page; returns what stands in its frame."""
    page.goto(f"{host}?src={address}&width={width}")
    page.wait_for_load_state()
    return page.frames[1]


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("what", ["rate", "level"])
def test_frames_fit_at_any_width_and_read_the_right_way(
    site: Site, host: str, open_page: OpenPage, lang: str, what: str
) -> None:
    page = open_page(java_script_enabled=True)
    for width in WIDTHS:
        frame = show(page, host, site.url(lang, f"embed/services/pothole-repair/{what}"), width)
        root = frame.locator("html")
        assert root.evaluate("root => [root.lang, root.dir, innerWidth]") == [
            lang, "rtl" if lang == "ar" else "ltr", width,
        ]  # fmt: skip
        assert root.evaluate("root => root.scrollWidth") <= width


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_rating_sent_from_another_site_counts_and_its_receipt_opens_in_a_tab(
    site: Site, host: str, open_page: OpenPage, lang: str
) -> None:
    page = open_page(java_script_enabled=False)
    frame = show(page, host, site.url(lang, "embed/services/pothole-repair/rate"), 320)
    frame.locator("main form button").click()
    expect(frame.locator("main .notice.alarm")).to_be_visible()  # nothing was chosen yet
    frame.locator("input[name=q0][value='2']").check()
    page.wait_for_timeout(2100)  # nobody is faster: the form would be put in quarantine
    frame.locator("main form button").click()
    expect(frame.locator("main .ticket .code")).to_be_visible()
    with page.context.expect_page() as opened:
        frame.locator("main a.button").click()
    opened.value.wait_for_url(f"**/{lang}/receipts/*/")
    assert page.url.startswith(host)
    assert page.context.cookies() == []  # over http there is none
