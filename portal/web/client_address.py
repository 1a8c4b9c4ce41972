"""Where a request comes from, believing a header only from configured proxies (SECURITY.md T1)."""

from __future__ import annotations

import ipaddress

from werkzeug.wrappers import Request

from portal.settings import Settings

UNKNOWN = "0.0.0.0"  # noqa: S104 - stands for "no address", nothing listens on it


def client_address(request: Request, settings: Settings) -> str:
    """The client's address: the peer, or what trusted proxies say, read from the right.

    An address in the header that a trusted proxy did not write itself is never reached, so
    rotating the header changes nothing. What cannot be read ends the search: what stands to the
    left of it is no proxy's word.
    """
    address = _parse(request.remote_addr or "") or UNKNOWN
    header = request.headers.get(settings.client_address_header, "")
    for part in reversed([part for part in header.split(",") if part.strip()]):
        if not _is_trusted(address, settings):
            break
        said = _parse(part.strip())
        if said is None:
            break
        address = said
    return address


def _is_trusted(address: str, settings: Settings) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in settings.trusted_proxies)


def _parse(text: str) -> str | None:
    """An address; some proxies write the port behind it.

    Whoever listens on `::` sees those of IPv4 as addresses of IPv6: they are written as they are.
    """
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
