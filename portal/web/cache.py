"""Rendered public pages, kept per process and shared by all readers (DESIGN.md section 9).

The key holds the content version, so a change shows everywhere within a second. A page never
holds anything about its reader; the form token is put in per request.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import brotli
from werkzeug.wrappers import Request, Response

from portal.web.untranslated import finish_page

Fact = TypeVar("Fact")
VERSION_SECONDS = 1.0
_MAX_PAGES = 2000
_QUALITY = 10  # 4 % smaller than 9, for 35 ms once on the longest page; 11 takes 120 for 2 % more


@dataclass(frozen=True)
class Page:
    """A rendered page and its entity tag."""

    body: bytes
    etag: str

    @cached_property
    def compressed(self) -> bytes:
        """The brotli form, made for the first reader who takes it."""
        compressed: bytes = brotli.compress(self.body, quality=_QUALITY)
        return compressed


class PageCache:
    """The pages of one process. `version` is asked for the content version once a second."""

    def __init__(self, version: Callable[[], int], monotonic: Callable[[], float]) -> None:
        """Begin empty."""
        self._read_version = version
        self._monotonic = monotonic
        self._version = -1
        self._read_at = float("-inf")
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._facts: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, render: Callable[[], str]) -> Page:
        """The page under `key`, rendered when there is none for the present content."""
        return self._keep(self._pages, key, lambda: make_page(render()))

    def remember(self, key: str, read: Callable[[], Fact]) -> Fact:
        """What `read` found out about the present content, such as a service's name; never None."""
        fact: Fact = self._keep(self._facts, key, read)
        return fact

    def _keep(self, kept: OrderedDict[str, Fact], key: str, make: Callable[[], Fact]) -> Fact:
        full_key = f"{self._current_version()}:{key}"
        with self._lock:
            found = kept.get(full_key)
            if found is not None:
                kept.move_to_end(full_key)
                return found
        made = make()
        with self._lock:
            kept[full_key] = made
            while len(kept) > _MAX_PAGES:
                kept.popitem(last=False)
        return made

    def _current_version(self) -> int:
        now = self._monotonic()
        if now - self._read_at >= VERSION_SECONDS:
            version = self._read_version()
            if version != self._version:
                with self._lock:
                    self._pages.clear()
                    self._facts.clear()
            self._version, self._read_at = version, now
        return self._version


def make_page(text: str) -> Page:
    """Encode and tag a rendered page."""
    body = finish_page(text).encode()
    return Page(body, hashlib.sha256(body).hexdigest()[:20])


def respond(page: Page, request: Request) -> Response:
    """The page as an HTTP answer: compressed where accepted, 304 where the reader has it."""
    wants_brotli = request.accept_encodings.quality("br") > 0
    response = Response(page.compressed if wants_brotli else page.body, mimetype="text/html")
    if wants_brotli:
        response.headers["Content-Encoding"] = "br"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    # The two encodings are different representations and need different strong tags.
    response.set_etag(f"{page.etag}-br" if wants_brotli else page.etag)
    return response.make_conditional(request)
