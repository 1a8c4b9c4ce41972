"""A real Chromium for tests: one per test process, a fresh profile per page opened.

Registered by `pytest_plugins` in tests/conftest.py, which gives every test `browser` and
`open_page`. Playwright's blocking interface keeps an event loop in the test process, so tests that
share the process cannot call `asyncio.run` themselves.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    sync_playwright,
)

FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing on a page may come from elsewhere; a name that does not resolve shows at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MISSING = "no Chromium found: install one, set CHROMIUM, or run `.venv/bin/playwright install`"


def find_executable(playwright: Playwright) -> str | None:
    """The Chromium to use: the one named, one on the path, or Playwright's own download."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    own = playwright.chromium.executable_path
    return named or (own if Path(own).exists() else None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The process's Chromium."""
    with sync_playwright() as playwright:
        executable = find_executable(playwright)
        if executable is None:
            if os.environ.get("CI") == "true":
                pytest.fail(_MISSING)
            pytest.skip(_MISSING)
        # Chromium's sandbox does not work for root.
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
        launched = playwright.chromium.launch(executable_path=executable, args=flags)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a profile of its own; takes the options of `Browser.new_context`.

    The test fails at its end when a page wrote a warning or an error to the console, among them
    every refusal by the content security policy.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(**options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(_complaint(message, page)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _complaint(message: ConsoleMessage, page: Page) -> list[str]:
    """What is wrong, as a list of one or none. A document's own status is the test's business."""
    is_status = "the server responded with a status of" in message.text
    if message.type not in {"error", "warning"} or (
        is_status and message.location["url"] in {frame.url for frame in page.frames}
    ):
        return []
    return [message.text]
