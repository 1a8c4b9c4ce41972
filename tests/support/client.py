"""A test client that reads every HTML page it fetches as a strict reader would.

A page that is not valid HTML5, has an id twice, lacks `lang`, `dir`, title or h1, or holds inline
style or script, fails the test that fetched it, whatever that test was about.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

XHTML = "{http://www.w3.org/1999/xhtml}"
_BLANK = re.compile(r"\s+")


class PageError(AssertionError):
    """A page that no strict reader would accept."""


class Page:
    """An HTML page, parsed and checked."""

    def __init__(self, text: str) -> None:
        """Parse strictly; raise PageError for whatever is wrong."""
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), strict=False)
        self.text = text
        self.root: ElementTree.Element = parser.parse(text)
        problems = [f"line {place[0]}: {code} {data}" for place, code, data in parser.errors]
        problems += self._problems()
        if problems:
            raise PageError("; ".join(problems[:10]))

    def all(self, tag: str) -> list[ElementTree.Element]:
        """All elements with this tag name."""
        return list(self.root.iter(f"{XHTML}{tag}"))

    def words(self, element: ElementTree.Element | None = None) -> str:
        """The text of an element (default: main), with single spaces."""
        if element is None:
            mains = self.all("main")
            element = mains[0] if mains else self.root
        return _BLANK.sub(" ", "".join(element.itertext())).strip()

    def value(self, name: str) -> str:
        """The value of the first input with this name."""
        for element in self.all("input"):
            if element.get("name") == name:
                return element.get("value", "")
        raise AssertionError(f"no input named {name}")

    def links(self) -> list[str]:
        """All addresses that the page links to."""
        return [element.get("href", "") for element in self.all("a")]

    def by_id(self, wanted: str) -> ElementTree.Element:
        """The element with this id."""
        for element in self.root.iter():
            if element.get("id") == wanted:
                return element
        raise AssertionError(f"no element with id {wanted}")

    def _problems(self) -> list[str]:
        return [
            *self._document_problems(),
            *self._id_problems(),
            *self._inline_problems(),
            *self._reference_problems(),
        ]

    def _document_problems(self) -> list[str]:
        root, found = self.root, []
        if not root.get("lang"):
            found.append("html has no lang")
        if root.get("dir") not in {"ltr", "rtl"}:
            found.append("html has no dir")
        titles = root.findall(f"{XHTML}head/{XHTML}title")
        if len(titles) != 1 or not (titles[0].text or "").strip():
            found.append("needs exactly one title")
        if len(self.all("h1")) != 1:
            found.append(f"needs exactly one h1, has {len(self.all('h1'))}")
        return found

    def _id_problems(self) -> list[str]:
        ids = Counter(element.get("id") for element in self.root.iter() if element.get("id"))
        return [f"id {name} stands {count} times" for name, count in ids.items() if count > 1]

    def _inline_problems(self) -> list[str]:
        found = []
        for element in self.root.iter():
            if "style" in element.attrib:
                found.append(f"inline style on {element.tag}")
            found += [f"inline handler {name}" for name in element.attrib if name.startswith("on")]
        found += ["style element" for _ in self.all("style")]
        found += ["inline script" for script in self.all("script") if not script.get("src")]
        return found

    def _reference_problems(self) -> list[str]:
        """Labels, descriptions and the error summary must point to something."""
        ids = {element.get("id") or "" for element in self.root.iter()}
        found = []
        for element in self.root.iter():
            for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
                wanted = set((element.get(attribute) or "").split())
                found += [f"{attribute}={name} points to nothing" for name in wanted - ids]
            href = element.get("href") or ""
            if href.startswith("#") and href[1:] not in ids:
                found.append(f"link {href} points to nothing")
        return found


class PageCheckingClient(FlaskClient):
    """Checks every HTML page, and that pages of residents set no cookie on GET."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send the request and check what comes back."""
        response = super().open(*args, **kwargs)
        is_redirect = 300 <= response.status_code < 400  # nobody reads the body of those
        if response.mimetype == "text/html" and not is_redirect and response.data:
            response_page(response)
        return response


def response_page(response: TestResponse) -> Page:
    """The checked page of a response."""
    return _read(response.get_data(as_text=True))


@lru_cache(maxsize=64)
def _read(text: str) -> Page:
    """The client reads a page and the test that fetched it reads it again: one page, one look."""
    return Page(text)
