"""Static files as browsers get them: a name for every content, kept for a year, compressed once."""

from __future__ import annotations

import hashlib
import re
import struct
from urllib.parse import urlsplit

import brotli
import pytest

from portal.web.static import FOLDER
from tests.support.processes import Running

NAMES = ("site.css", "desk.css", "grid.css", "icon.svg")
_ADDRESS = re.compile(r'"(/static/[^"]+)"')
_PICTURE = re.compile(r'property="og:image" content="([^"]+)"')


@pytest.fixture(scope="module")
def addresses(open_town: Running) -> dict[str, str]:
    """The address of each file, as pages name it."""
    pages = [open_town.ask(f"/en/{page}").text for page in ("", "method/", "sign-in")]
    found = set(_ADDRESS.findall("".join(pages)))
    return {name: _one(found, *name.split(".")) for name in NAMES}


def _one(found: set[str], stem: str, suffix: str) -> str:
    [address] = [one for one in found if re.fullmatch(rf"/static/{stem}\.\w+\.{suffix}", one)]
    return address


def _dense(code: bytes) -> bytes:
    """Without the blanks that only readers of the source need."""
    return b"".join(code.split())


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_called_after_its_content_and_kept_for_good(
    open_town: Running, addresses: dict[str, str], name: str
) -> None:
    answer = open_town.ask(addresses[name])
    source = (FOLDER / name).read_bytes()
    rules = [line for line in source.splitlines() if line.startswith((b".", b":", b"@", b"<"))]
    assert answer.status == 200
    assert [line for line in rules if _dense(line) not in _dense(answer.body)] == []
    assert len(answer.body) < len(source) or name == "icon.svg"
    assert b"/*" not in answer.body  # comments stay with those who read the source
    assert hashlib.sha256(answer.body).hexdigest()[:10] in addresses[name]
    kept = {part.strip() for part in answer.headers["cache-control"].split(",")}
    assert "immutable" in kept
    assert "public" in kept
    [age] = [int(part.removeprefix("max-age=")) for part in kept if part.startswith("max-age=")]
    assert age >= 365 * 24 * 3600
    kind = {"css": "text/css", "svg": "image/svg+xml"}[name.rpartition(".")[2]]
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["site.css", "desk.css", "grid.css"])
def test_whoever_understands_brotli_gets_it(
    open_town: Running, addresses: dict[str, str], name: str
) -> None:
    plain = open_town.ask(addresses[name])
    answer = open_town.ask(addresses[name], headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.headers["content-encoding"] == "br"
    assert brotli.decompress(answer.body) == plain.body
    assert len(answer.body) < len(plain.body) / 2
    assert answer.headers["content-type"] == plain.headers["content-type"]
    assert answer.headers["cache-control"] == plain.headers["cache-control"]
    for one in (answer, plain):  # caches between must not mix them up
        assert "accept-encoding" in one.headers["vary"].lower()
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/site.css",
        "/static/site.0000000000.css",
        "/static/",
        "/static/../wsgi.py",
        "/static/%2e%2e/%2e%2e/portal.db",
        "/static/site.css%00",
    ],
)
def test_what_is_no_static_file_is_not_found(open_town: Running, path: str) -> None:
    answer = open_town.ask(path)
    assert answer.status == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_a_browser_that_has_it_is_told_so(open_town: Running, addresses: dict[str, str]) -> None:
    first = open_town.ask(addresses["site.css"])
    known = {
        name: first.headers[header]
        for name, header in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
        if header in first.headers
    }
    assert known
    again = open_town.ask(addresses["site.css"], headers=known)
    assert (again.status, again.body) == (304, b"")


def test_public_pages_have_a_picture_for_whoever_passes_them_on(open_town: Running) -> None:
    for path in ("/en/", "/ar/services/pothole-repair/level/"):
        [picture] = _PICTURE.findall(open_town.ask(path).text)
        address = urlsplit(picture)
        assert (address.scheme, bool(address.netloc)) == ("http", True), "as other sites need it"
        answer = open_town.ask(address.path)
        assert answer.headers["content-type"] == "image/png"
        assert answer.body.startswith(b"\x89PNG")
        assert struct.unpack(">II", answer.body[16:24]) == (1200, 630)
        assert len(answer.body) < 15_000
    assert _PICTURE.findall(open_town.ask("/en/sign-in").text) == []
