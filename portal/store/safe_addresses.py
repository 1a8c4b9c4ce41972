"""Addresses that the portal may be sent to by people who do not run its network.

A name is resolved once, every address it has is looked at, and the connection goes to one of them:
what the name says a moment later does not matter.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

_UNICAST_6 = ipaddress.ip_network("2000::/3")
# They carry IPv4 addresses inside, which a gateway on the way may lead anywhere.
_TUNNELS_6 = (ipaddress.ip_network("2001::/32"), ipaddress.ip_network("2002::/16"))
_PORTS = {"https": 443, "http": 80}
_LONGEST = 500

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


class AddressRefusedError(ValueError):
    """The portal does not connect there; the message says why."""


class UnknownNameError(AddressRefusedError):
    """The name has no address."""


class InternalAddressError(AddressRefusedError):
    """The name leads into an internal network."""


def resolve_name(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system knows them. Raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def check_url(url: str, *, is_trial: bool = False) -> str:
    """The host of an address that may be called. Raises AddressRefusedError.

    `is_trial`: in a test or the demonstration city, plain http will do.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise AddressRefusedError("it is no web address") from error
    schemes = {"https", "http"} if is_trial else {"https"}
    if parts.scheme not in schemes or len(url) > _LONGEST or not 0 < port < 65536:
        raise AddressRefusedError("only https addresses are called")
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise AddressRefusedError("it is no plain web address")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefusedError("it holds characters that web addresses have not")
    return parts.hostname


def find_address(url: str, *, is_trial: bool = False, resolve: Resolve = resolve_name) -> str:
    """The IP address to connect to for `url`. Raises AddressRefusedError.

    Only addresses of the public internet will do, and all that the name has must be such. A trial
    may also reach the machine that it runs on.
    """
    host = check_url(url, is_trial=is_trial)
    parts = urlsplit(url)
    try:
        found = resolve(host, parts.port or _PORTS[parts.scheme])
        addresses = [ipaddress.ip_address(text) for text in found]
    except (OSError, ValueError) as error:
        raise UnknownNameError("its name has no address") from error
    if not addresses:
        raise UnknownNameError("its name has no address")
    if not all(_is_public(one) or (is_trial and one.is_loopback) for one in addresses):
        raise InternalAddressError("it leads into an internal network")
    return found[0]


def _is_public(address: Address) -> bool:
    """Whether it is of the public internet, and stands for no other address."""
    if isinstance(address, ipaddress.IPv6Address):
        return (
            address in _UNICAST_6
            and address.is_global
            and not any(address in tunnel for tunnel in _TUNNELS_6)
        )
    return address.is_global and not address.is_multicast and not address.is_reserved
