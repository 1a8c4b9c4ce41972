"""The form for the logo's address, and why a logo is not shown, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.validators import StopValidation

from portal.admin.logo_fetching import MOST, SECONDS
from portal.domain.pictures import LEAST, TALLEST, WIDEST
from portal.domain.pictures import MOST as MOST_PIXELS
from portal.store.logo import LogoState
from portal.store.safe_addresses import AddressRefusedError, check_url
from portal.web.fields import Needed, tidy_line
from portal.web.formats import number
from portal.web.forms import DeskForm
from portal.web.words import gettext as _

KIND_NAMES = {"png": "PNG", "jpg": "JPEG", "webp": "WebP", "svg": "SVG"}
# What is wrong, then what to do about it.
_FAULTS: Mapping[str, tuple[Any, Any]] = {
    "unknown_name": (
        _l("No website has the name that stands in this address."),
        _l("Look for a typing error."),
    ),
    "internal": (
        _l("The address leads into an internal network, and the portal goes to none."),
        _l("Put the picture where everybody on the internet can open it."),
    ),
    "redirect": (
        _l("The address leads on to another that is not secure, or on and on."),
        _l("Enter the address at which the picture itself stands, beginning with https://."),
    ),
    "silent": (
        _l("The website cannot be reached, or did not send the picture in %(seconds)s seconds."),
        _l("The portal tries again by itself. If it stays so, ask whoever runs that website."),
    ),
    "certificate": (
        _l("The website cannot prove that it is the one in the address: its certificate is wrong."),
        _l("Ask whoever runs that website to renew it."),
    ),
    "status": (
        _l("The website answered “HTTP %(status)s” instead of sending a picture."),
        _l("Open the address where you are not signed in anywhere: it has to show the picture."),
    ),
    "too_heavy": (
        _l("The file is larger than %(kilobytes)s kB."),
        _l("Save the picture smaller. A height of 100 pixels is enough for sharp screens."),
    ),
    "not_picture": (
        _l("There is something at this address, but no picture as PNG, JPEG, WebP or SVG."),
        _l("Enter the address of the picture itself, not of a page that shows it."),
    ),
    "damaged": (
        _l("The picture is damaged, or a part of it is missing."),
        _l("Save it anew and put it on the website again."),
    ),
    "moving": (
        _l("The picture moves, and what moves keeps people from reading."),
        _l("Use one that stands still."),
    ),
    "too_small": (
        _l("The picture has fewer than %(least)s pixels on a side, so it would be blurred."),
        _l("Use a larger one. A height of 100 pixels is enough for sharp screens."),
    ),
    "too_large": (
        _l("The picture has more than %(most)s pixels on a side."),
        _l("Save the picture smaller. A height of 100 pixels is enough for sharp screens."),
    ),
    "shape": (
        _l(
            "The picture is more than %(widest)s times as wide as it is high, or more than"
            " %(tallest)s times as high as it is wide. It would be too small to recognise."
        ),
        _l("Use a version of the logo without its long line of words."),
    ),
    "no_size": (
        _l("The drawing does not say how wide and how high it is."),
        _l("Save it with a width and a height, or as PNG."),
    ),
    "active": (
        _l("The drawing holds more than a drawing, such as a program. That could do harm."),
        _l("Save it as plain or optimised SVG, or as PNG."),
    ),
    "outside": (
        _l("The drawing holds a link, another picture or something from another address."),
        _l("Turn words into paths and save it as plain or optimised SVG, or as PNG."),
    ),
}


class LogoForm(DeskForm):
    """The address of the logo, which was `was`. `is_trial` allows plain http."""

    is_trial = False
    was = StringField()
    url = StringField(
        filters=[tidy_line], validators=[Needed(_l("Enter the address of the picture."))]
    )

    def validate_url(self, field: Field) -> None:
        """An https address, without a password in it."""
        try:
            check_url(field.data, is_trial=self.is_trial)
        except AddressRefusedError as error:
            raise StopValidation(
                _("Enter an address that begins with https:// and holds no password.")
            ) from error


def why_not(logo: LogoState) -> tuple[str, str] | None:
    """Why the last try brought nothing, and what to do; None where it brought the picture."""
    if logo.fault is None:
        return None
    values = {
        "seconds": number(SECONDS), "status": logo.status or "", "kilobytes": number(MOST // 1000),
        "least": number(LEAST), "most": number(MOST_PIXELS), "widest": number(WIDEST),
        "tallest": number(TALLEST),
    }  # fmt: skip
    wrong, todo = _FAULTS[logo.fault]
    return str(wrong) % values, str(todo)
