"""The short address of a service, for paper: `/s/<code>`, in no language.

What a phone reads off a sheet in one language leads to the form in that language; who types the
address gets the one that their browser prefers.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from portal.domain.short_code import short_code
from portal.web.context import portal
from portal.web.qr import draw_qr


@dataclass(frozen=True)
class ShortAddress:
    """Where paper leads: the whole address, as it is typed, and as a QR code."""

    url: str
    lang: str  # that of the sheet

    @property
    def typed(self) -> str:
        """The address without what browsers add by themselves."""
        return self.url.removeprefix("https://").removeprefix("http://")

    @property
    def qr(self) -> Markup:
        """The QR code of the address in the sheet's language, as inline SVG."""
        return draw_qr(f"{self.url}?lang={self.lang}")


def short_address(service_id: int, lang: str) -> ShortAddress:
    """The short address of a service's rating form, for a sheet in a language."""
    path = url_for("root.follow_short_address", code=short_code(service_id))
    return ShortAddress(portal().settings.base_url.rstrip("/") + path, lang)
