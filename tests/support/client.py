"""A test client that reads every HTML page it fetches as a strict reader would.

A page that is not valid HTML5, has an id twice, lacks `lang`, `dir`, title or h1, or holds inline
style or script, fails the test that fetched it, whatever that test was about. Valid is what the
parser has nothing to say about, has nothing to repair in, and what keeps the rules for authors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import turbohtml
from flask.testing import FlaskClient
from turbohtml import TokenType, conformance, etree
from turbohtml.etree import ElementView
from werkzeug.test import TestResponse

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_UNMARKED = frozenset(("code", "option", "script", "textarea"))
_BLANK = re.compile(r"\s+")


class PageError(AssertionError):
    """A page that no strict reader would accept."""


class Page:
    """An HTML page, parsed and checked."""

    def __init__(self, text: str) -> None:
        """Parse strictly; raise PageError for whatever is wrong."""
        document = turbohtml.parse(text)
        self.text = text
        self.root: ElementView = etree.fromstring(text)
        problems = [f"line {error.line}: {error.code}" for error in document.errors]
        problems += [
            f"line {found.line}: {found.code}: {found.message}"
            for found in conformance.check(document).messages
            if found.severity == "error"
        ]
        problems += [*self._repairs(document), *self._problems()]
        if problems:
            raise PageError("; ".join(problems[:10]))

    def all(self, tag: str) -> list[ElementView]:
        """All elements with this tag name."""
        return list(self.root.iter(tag))

    def words(self, element: ElementView | None = None) -> str:
        """The text of an element (default: main), with single spaces."""
        if element is None:
            mains = self.all("main")
            element = mains[0] if mains else self.root
        return _BLANK.sub(" ", "".join(element.itertext())).strip()

    def languages_of(self, words: str) -> set[str]:
        """As which languages the body marks text with these words, where markup may stand."""
        found, open_ = set(), [(self.all("body")[0], self.root.get("lang", ""))]
        while open_:
            element, lang = open_.pop()
            if element.tag in _UNMARKED:
                continue
            pieces = [element.text, *(child.tail for child in element)]
            if any(words in (piece or "") for piece in pieces):
                found.add(lang)
            open_ += [(child, child.get("lang", lang)) for child in element]
        return found

    def value(self, name: str) -> str:
        """The value of the first input with this name."""
        for element in self.all("input"):
            if element.get("name") == name:
                return element.get("value", "")
        raise AssertionError(f"no input named {name}")

    def encoding(self, address: str) -> str:
        """How the first form that posts to this address says what is typed in it."""
        for form in self.all("form"):
            if form.get("action", "").endswith(address):
                return form.get("enctype", "") or "application/x-www-form-urlencoded"
        raise AssertionError(f"no form posts to {address}")

    def sent_along(self, address: str, **among: str) -> dict[str, str]:
        """What the form that posts to this address sends beside what is typed, but for the token.

        `among` names a hidden value, where several forms post there.
        """
        for form in self.all("form"):
            hidden = [one for one in form.iter("input") if one.get("type") == "hidden"]
            sent = {one.get("name", ""): one.get("value", "") for one in hidden}
            if form.get("action", "").endswith(address) and among.items() <= sent.items():
                return {name: value for name, value in sent.items() if name != "csrf_token"}
        raise AssertionError(f"no form posts to {address}")

    def links(self) -> list[str]:
        """All addresses that the page links to."""
        return [element.get("href", "") for element in self.all("a")]

    def by_id(self, wanted: str) -> ElementView:
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

    def _repairs(self, document: turbohtml.Document) -> list[str]:
        """What parsers mend in silence: each element is to begin and end where it stands."""
        found, begun, written = [], [], []
        tokens = list(_tokens(self.text))
        if not tokens or tokens[0].type is not TokenType.DOCTYPE:
            found.append("does not begin with a doctype")
        for token in tokens:
            tag = token.tag or ""
            if token.type is TokenType.START_TAG:
                written.append(tag)
                if tag not in _VOID and not token.self_closing:
                    begun.append(tag)
            elif token.type is TokenType.END_TAG and (not begun or begun.pop() != tag):
                found.append(f"line {token.line}: {tag} is ended where it does not stand")
                break
        built = [element.tag.lower() for element in document.iter_elements()]
        if written != built:
            pairs = zip(written, built, strict=False)
            place = next(
                (at for at, (one, other) in enumerate(pairs) if one != other), len(written)
            )
            found.append(
                f"is mended by parsers after {' '.join(written[max(place - 5, 0) : place])}"
            )
        return found

    def _document_problems(self) -> list[str]:
        root, found = self.root, []
        if not root.get("lang"):
            found.append("html has no lang")
        if root.get("dir") not in {"ltr", "rtl"}:
            found.append("html has no dir")
        titles = root.findall("head/title")
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


def _tokens(text: str) -> Iterator[turbohtml.Token]:
    """The page's tokens as a reader without scripts meets them: with what noscript holds."""
    last = ""
    for token in turbohtml.tokenize(text):
        yield token
        if last == "noscript" and token.type is TokenType.TEXT:
            yield from turbohtml.tokenize(token.data or "")
        last = token.tag or ""


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
