"""What a page costs its reader: bytes that a browser that takes brotli receives, and requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.request import Request, urlopen

import brotli

_LINKED = re.compile(r'(?:rel="stylesheet" href|<script[^>]* src)="([^"]+)"')


_ASKED_FOR = re.compile(
    r'<link[^>]* rel="(?:stylesheet|icon|preload|modulepreload|manifest)"[^>]* href="([^"]+)"'
    r'|<(?:script|img|iframe|source|object|embed)\b[^>]* (?:src|data)="(?!data:)([^"]+)"'
)


@dataclass(frozen=True)
class Cost:
    """The page with its stylesheets and scripts in bytes, and all that a browser asks for."""

    weight: int
    requests: int


def weigh(base: str, path: str) -> int:
    """Bytes of the page at `base` + `path` with its stylesheets and scripts."""
    return look(base, path).weight


def look(base: str, path: str) -> Cost:
    """What the page at `base` + `path` costs whoever comes for the first time."""
    page, weight = _fetch(base + path)
    text = page.decode()
    files = _LINKED.findall(text)
    assert files, f"{path} has no stylesheet"
    asked = {address for found in _ASKED_FOR.findall(text) for address in found if address}
    assert asked.issuperset(files), path
    return Cost(weight + sum(_fetch(base + file)[1] for file in files), 1 + len(asked))


def _fetch(address: str) -> tuple[bytes, int]:
    """What is there, and how many bytes are sent of it.

    A page with a form's token is never compressed by the portal (decision 14): it counts as the
    proxy before it would send it.
    """
    asked = Request(address, headers={"Accept-Encoding": "br"})  # noqa: S310 the test's own site
    with urlopen(asked) as answer:  # noqa: S310
        body: bytes = answer.read()
        if answer.headers["Content-Encoding"] == "br":
            return brotli.decompress(body), len(body)
    return body, len(brotli.compress(body))
