"""Lists of services from live Open311 GeoReport v2 endpoints.

Whoever types the address runs the portal and may read its database, so addresses within the city's
own network are allowed: that is where such endpoints often are. The server asked is trusted with
nothing: it cannot send the portal on to another server, keep it waiting or fill its memory.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

from portal.store.outgoing import FAILURES, Answer, exchange
from portal.store.service_files import MAX_BYTES

SECONDS = 60.0
MAX_REDIRECTS = 3
_LISTS = (".xml", ".json", ".csv")
_HEADERS = {"Accept": "application/xml, text/xml, application/json, text/csv"}
_MOVED = {301, 302, 303, 307, 308}


def is_endpoint(text: str) -> bool:
    """Whether this names an endpoint, not a file."""
    return text.startswith(("http://", "https://"))


def fetch_services(address: str) -> bytes:
    """What the endpoint answers: a list of services, as `read_services` takes it.

    `address` is that of the list, or of the endpoint itself (`https://city.example/open311/v2`).
    Raises ValueError, in one line, when there is none.
    """
    url = _list_address(address)
    for _ in range(MAX_REDIRECTS + 1):
        answer = _ask(url)
        if answer.status not in _MOVED:
            break
        url = _follow(url, answer.headers.get("location", ""))
    if answer.status != 200:
        raise ValueError(f"{url} answered with status {answer.status}")
    return answer.body


def _list_address(address: str) -> str:
    """GeoReport v2 requires XML of every endpoint, JSON of none."""
    parts = urlsplit(address)
    if not parts.hostname or parts.username:
        raise ValueError(f"{address} is not an address such as https://city.example/open311/v2")
    if parts.path.endswith(_LISTS):
        return address
    return parts._replace(path=f"{parts.path.rstrip('/')}/services.xml").geturl()


def _ask(url: str) -> Answer:
    try:
        return exchange(url, headers=_HEADERS, deadline=SECONDS, most=MAX_BYTES)
    except FAILURES as error:
        raise ValueError(f"{url} cannot be read: {type(error).__name__} {error}") from error


def _follow(url: str, location: str) -> str:
    """Where a redirect leads, on the same host; from https never back to http."""
    here, there = urlsplit(url), urlsplit(urljoin(url, location))
    is_same = there.hostname == here.hostname and _rank(there) >= _rank(here)
    if not location or not is_same:
        raise ValueError(f"{url} leads on to another address; give that one: {there.geturl()}")
    return there.geturl()


def _rank(parts: SplitResult) -> int:
    return ("http", "https").index(parts.scheme) if parts.scheme in {"http", "https"} else -1
