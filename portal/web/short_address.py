"""The short address of a service, for paper: `/s/<code>`, in no language."""

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

    @property
    def typed(self) -> str:
        """The address without what browsers add by themselves."""
        return self.url.removeprefix("https://").removeprefix("http://")

    @property
    def qr(self) -> Markup:
        """The QR code as inline SVG."""
        return draw_qr(self.url)


def short_address(service_id: int) -> ShortAddress:
    """The short address of a service's rating form."""
    path = url_for("root.follow_short_address", code=short_code(service_id))
    return ShortAddress(portal().settings.base_url.rstrip("/") + path)
