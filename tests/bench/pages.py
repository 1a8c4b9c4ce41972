"""How heavy residents' pages are, and how soon they are drawn on a slow phone.

Weight is what a browser that takes brotli receives. Paint is measured by Chromium itself, throttled
to the figures of a slow phone (`SLOW`); Lighthouse scores follow where Node.js and its
`lighthouse` command are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import FLAGS, find_executable
from tests.support.processes import ROOT, Installation
from tests.support.weight import weigh

PAGES = (
    "", "services/", "services/pothole-repair/", "services/pothole-repair/rate",
    "services/pothole-repair/level/", "levels/", "responses/", "receipts/", "method/", "privacy/",
)  # fmt: skip
LANGUAGES = ("en", "ar")
WEIGHT_GOAL, REQUEST_GOAL, PAINT_GOAL = 14.0, 6, 1200
SLOW = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
CPU_SLOWER = 4
TRIES = 5  # of one page; they differ by up to two fifths, whatever the page
SCORED = ("/en/", "/ar/services/pothole-repair/rate", "/en/services/pothole-repair/level/")
LIGHTHOUSE = ("performance", "accessibility", "best-practices", "seo")
_PAINT = """() => new Promise(done => {
    new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true})
})"""


@dataclass(frozen=True)
class Drawn:
    """One page on a slow phone: milliseconds to the largest paint in each try, and requests."""

    paints: list[float]
    requests: int


def look_at_pages(folder: Path) -> None:
    """Serve the demonstration city and print a line for each page, in English and Arabic."""
    portal = Installation(
        folder, f"sqlite:///{folder / 'demo.db'}", {"PORTAL_DEMO_PASSWORD": "marlow on the scales"}
    )
    subprocess.run(
        [sys.executable, "-m", "portal.cli", "demo"],
        cwd=ROOT, env=portal.environment, check=True, capture_output=True,
    )  # fmt: skip
    with portal.running("serve") as running:
        running.wait_for("/readyz")
        base = f"http://127.0.0.1:{running.port}"
        addresses = [f"/{lang}/{path}" for path in PAGES for lang in LANGUAGES]
        drawn = dict(draw(base, addresses))
        print(
            f"\nkB with brotli (HTML, CSS, JS; goal <= {WEIGHT_GOAL:g}), requests (goal <="
            f" {REQUEST_GOAL}), ms to the largest paint at 150 ms, 1.6 Mbit/s, CPU x"
            f" {CPU_SLOWER} (goal < {PAINT_GOAL}): the median of {TRIES} tries, and the slowest"
        )
        for address in addresses:
            line = f"{address:40}{weigh(base, address) / 1000:8.1f}"
            if address in drawn:
                one = drawn[address]
                line += f"{one.requests:6}{median(one.paints):8.0f}{max(one.paints):8.0f}"
            print(line)
        score(base)


def draw(base: str, addresses: list[str]) -> Iterator[tuple[str, Drawn]]:
    """Each page in a fresh profile, as for somebody who comes for the first time."""
    with sync_playwright() as playwright:
        executable = find_executable(playwright)
        if executable is None:
            print("\nNo Chromium: nothing is drawn.")
            return
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        for address in addresses:
            tries = [_draw_one(browser, base + address) for _ in range(TRIES)]
            yield address, Drawn([paint for paint, _ in tries], max(count for _, count in tries))
        browser.close()


def _draw_one(browser: Browser, address: str) -> tuple[float, int]:
    """Milliseconds to the largest paint, and requests made."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW})
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    page.goto(address)
    paint: float = page.evaluate(_PAINT)
    context.close()
    return paint, len(requests)


def score(base: str) -> None:
    """Lighthouse's four scores of a few pages, where its command is installed."""
    command = shutil.which("lighthouse")
    if command is None:
        print("\nLighthouse is not installed (npm install --global lighthouse): no scores.")
        return
    print("\nLighthouse: " + ", ".join(LIGHTHOUSE))
    for address in SCORED:
        run = subprocess.run(
            [
                command, base + address, "--quiet", "--output=json",
                f"--chrome-flags=--headless=new --no-sandbox {' '.join(FLAGS[:-1])}",
            ],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        categories = json.loads(run.stdout)["categories"]
        scores = "".join(f"{categories[name]['score'] * 100:6.0f}" for name in LIGHTHOUSE)
        print(f"{address:40}{scores}")
