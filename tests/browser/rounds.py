"""Every kind of page, found as people find it: by the links of the pages before it.

A round opens one page of every address that answers with a page, as soon as any page links to it,
and what its forms answer when they are sent empty. So a new page needs no entry in a list; what
nothing links to is told by `forgotten`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, Rule

from portal.web.access import Access, access_of

# Forms with something to fill in. Buttons alone decide or publish: they are the journeys' business.
_FORMS = "main form[method=post]:has(input:not([type=hidden]), textarea, select)"
_LEADS_AWAY = {"accounts.ask_provider"}  # on to the city's own provider
_SEND_EMPTY = """form => {
    for (const one of form.elements) {
        if (one.type === "checkbox" || one.type === "radio") one.checked = false
        else if (one.type !== "hidden" && one.tagName !== "BUTTON") one.value = ""
    }
    form.submit()
}"""


def pages_of(app: Flask, levels: Collection[Access]) -> Iterator[Rule]:
    """The rules below /<lang>/ that answer these people with a page, not with a file."""
    for rule in app.url_map.iter_rules():
        if (
            "lang" in rule.arguments
            and "GET" in (rule.methods or ())
            and "." not in rule.rule.rpartition("/")[2]
            and access_of(app, rule.endpoint) in levels
            and rule.endpoint not in _LEADS_AWAY
        ):
            yield rule


@dataclass
class Round:
    """One walk by somebody who may open the pages of these access classes."""

    app: Flask
    levels: Collection[Access]
    seen: set[str] = field(default_factory=set)  # endpoints

    def walk(self, page: Page, starts: Iterable[str]) -> Iterator[str]:
        """Open each start, then one page of each kind that is linked; says what is open."""
        waiting = deque(starts)
        wanted = set(waiting)
        while waiting:
            address = waiting.popleft()
            endpoint = self.endpoint_of(address)
            if address in wanted:
                wanted.remove(address)
            elif endpoint is None or endpoint in self.seen:
                continue
            self.seen.add(endpoint or "")
            page.goto(address)
            waiting.extend(links_on(page))
            yield address
            yield from self.refused_forms(page, address)

    def refused_forms(self, page: Page, address: str) -> Iterator[str]:
        """Send each form of the page empty; the pages that say what is missing."""
        for number in range(page.locator(_FORMS).count()):
            if number:
                page.goto(address)
            with page.expect_navigation() as sent:
                page.locator(_FORMS).nth(number).evaluate(_SEND_EMPTY)
            if sent.value.status == 422:
                yield f"{address} with errors"

    def endpoint_of(self, address: str) -> str | None:
        """The endpoint of an address, when its page is one of this round's."""
        try:
            endpoint, _ = self._addresses.match(urlsplit(address).path)
        except HTTPException:
            return None
        return endpoint if endpoint in self._kinds else None

    def forgotten(self) -> list[str]:
        """Addresses of which no page was opened."""
        return [rule.rule for rule in self._rules if rule.endpoint not in self.seen]

    @cached_property
    def _addresses(self) -> MapAdapter:
        return self.app.url_map.bind("portal")

    @cached_property
    def _rules(self) -> list[Rule]:
        return list(pages_of(self.app, self.levels))

    @cached_property
    def _kinds(self) -> set[str]:
        return {rule.endpoint for rule in self._rules}


def links_on(page: Page) -> list[str]:
    """All addresses to which a page leads."""
    found: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return found
