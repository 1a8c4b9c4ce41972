"""Whom to tell of a fault in security, as RFC 9116 wants it written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from portal.domain.contact import CityContact

PATH = "/.well-known/security.txt"
# Less than a year, as the RFC advises; written anew at every request, so it never runs out.
VALID = timedelta(days=180)


def write_security_txt(
    contact: CityContact, *, now: datetime, base: str, languages: Sequence[str]
) -> str | None:
    """The file's text, or None where the city named nobody who could be told."""
    address = find_security_contact(contact)
    if address is None:
        return None
    expires = (now.astimezone(UTC) + VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {address}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(languages)}",
        f"Canonical: {base}{PATH}",
    )
    return "\n".join(lines) + "\n"


def find_security_contact(contact: CityContact) -> str | None:
    """The address to write to, as a URI; the city's general one where there is no other."""
    address = contact.security or contact.email
    if not address:
        return None
    return address if address.startswith("https://") else f"mailto:{address}"
