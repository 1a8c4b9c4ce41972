"""QR codes, on receipts and on what is printed."""

from __future__ import annotations

import segno
from markupsafe import Markup


def draw_qr(url: str) -> Markup:
    """A QR code as inline SVG, without size or styles of its own."""
    # Readers take any of the eight masks; weighing all of them costs four times the drawing.
    svg = segno.make(url, error="m", mask=3).svg_inline(
        omitsize=True, border=2, svgclass=None, lineclass=None
    )
    return Markup(svg)  # noqa: S704 - drawn here, out of squares only
