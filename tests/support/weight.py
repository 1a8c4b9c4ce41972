"""What a page weighs: the bytes that a browser that takes brotli receives for it."""

from __future__ import annotations

import re
from urllib.request import Request, urlopen

import brotli

_LINKED = re.compile(r'(?:rel="stylesheet" href|<script[^>]* src)="([^"]+)"')


def weigh(base: str, path: str) -> int:
    """Bytes of the page at `base` + `path` with its stylesheets and scripts."""
    page, weight = _fetch(base + path)
    files = _LINKED.findall(page.decode())
    assert files, f"{path} has no stylesheet"
    return weight + sum(_fetch(base + file)[1] for file in files)


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
