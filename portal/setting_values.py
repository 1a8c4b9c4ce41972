"""What may stand in a setting: from the text of a variable to a value that can be worked with."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from phonenumbers import SUPPORTED_REGIONS

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_ORIGIN = re.compile(r"https?://[a-z0-9.*-]+(:[0-9]{1,5})?")
# As a browser writes where a page comes from, but for the one slash that people may add.
_SITE = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?/?")
_DEFAULT_PORTS = re.compile(r"http:.*:80/?|https:.*:443/?")
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_MAPPED_BITS = 96  # ::ffff:0:0/96 is all of IPv4
_MAIL_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse(kind: str, text: str) -> object:
    """The value of a setting whose type is written `kind`. Raises ValueError."""
    match kind:
        case "int":
            return _number(text)
        case "bool":
            return _truth(text)
        case "Path" | "Path | None":
            return _path(text)
        case "tuple[str, ...]":
            return tuple(text.replace(",", " ").split())
        case "tuple[Network, ...]":
            return tuple(_network(part) for part in text.replace(",", " ").split())
        case _:
            return text


def is_address(text: str, beginnings: Sequence[str]) -> bool:
    """Whether it begins as one of these do and names a host, or a path after three slashes."""
    begun = next((one for one in beginnings if text.startswith(one)), None)
    if begun is None:
        return False
    try:
        parts = urlsplit(text)
        names_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, often the rest of a password with a slash
        return False
    return text != begun if begun.endswith(":///") else names_host


def is_site(text: str) -> bool:
    """Whether it is a site as browsers name it: forms and passkeys compare it letter by letter."""
    return _SITE.fullmatch(text) is not None and _DEFAULT_PORTS.fullmatch(text) is None


def is_address_header(text: str) -> bool:
    """Whether the header holds addresses alone: `Forwarded` holds more, and is not understood."""
    return _HEADER.fullmatch(text) is not None and text.lower() != "forwarded"


def is_mail_address(text: str) -> bool:
    """Whether mail can be written from or to it; the mail server knows the rest."""
    return _MAIL_ADDRESS.fullmatch(text) is not None


def is_country(text: str) -> bool:
    """Whether phone numbers of this country can be told from other figures."""
    return text in SUPPORTED_REGIONS


def is_origin(text: str) -> bool:
    """Whether a browser takes it as a source of frames; it goes into a header as it is."""
    return text == "*" or _ORIGIN.fullmatch(text) is not None


def _network(text: str) -> Network:
    """A network; one of IPv4 as those see it who listen on `::` is written as it is."""
    network = ipaddress.ip_network(text)
    if network.version == 6 and network.prefixlen >= _MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


def _path(text: str) -> Path:
    if not text:  # it would be wherever the command is run, and a new secret made there
        raise ValueError("a path is needed")
    return Path(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("a whole number is needed")
    return int(text)


def _truth(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError("1 or 0 is needed")
