"""The form for the city's colours, and why a colour was refused, in words."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.validators import StopValidation

from portal.domain.colours import NEEDED, Colours, Pair, floor_ratio, list_pairs
from portal.web.fields import Needed, tidy_line
from portal.web.formats import mean, number
from portal.web.forms import DeskForm
from portal.web.words import gettext as _

MAX_CITY_NAME = 60
_TYPED = re.compile(r"#?([0-9A-Fa-f]{6})")
WHERE: dict[tuple[str, str], Any] = {
    ("accent", "paper"): _l("Links on the page"),
    ("accent", "sand"): _l("Links beside what residents say"),
    ("accent", "on"): _l("Words on buttons"),
    ("tint", "ink"): _l("Words on the ground of answers"),
    ("tint", "soft"): _l("Pale words on the ground of answers"),
    ("tint", "alarm"): _l("Warnings on the ground of answers"),
    ("tint", "accent"): _l("Links on the ground of answers"),
}


def _is_colour(_form: object, field: Field) -> None:
    if field.data and not _TYPED.fullmatch(field.data):
        raise StopValidation(_("Enter a colour as # and six digits or letters, such as #004f4d."))


def _colour(label: Any) -> StringField:
    return StringField(
        label,
        filters=[tidy_line],
        validators=[Needed(_l("Enter a colour, such as #004f4d.")), _is_colour],
    )


class ColoursForm(DeskForm):
    """The city's four colours.

    `seen` says of which the reader saw how they look, `was` which the city had then.
    """

    accent_light = _colour(_l("Links and buttons on light screens"))
    accent_dark = _colour(_l("Links and buttons on dark screens"))
    tint_light = _colour(_l("Ground of answers on light screens"))
    tint_dark = _colour(_l("Ground of answers on dark screens"))
    seen = StringField()
    was = StringField()

    def fill(self, colours: Colours) -> None:
        """Show these colours."""
        for one in fields(Colours):
            self[one.name].data = getattr(colours, one.name)
        self.was.data = colours.key

    @property
    def colours(self) -> Colours | None:
        """What was typed, where all of it is of the right shape."""
        found = {one.name: _TYPED.fullmatch(self[one.name].data or "") for one in fields(Colours)}
        if not all(found.values()):
            return None
        return Colours(**{name: f"#{match[1].lower()}" for name, match in found.items() if match})

    def is_readable(self) -> bool:
        """Whether everything can be read; else the first pair of each colour says why not."""
        colours = self.colours
        if colours is None:
            return False
        is_readable = True
        for pair in list_pairs(colours):
            field = self[f"{pair.name}_{pair.scheme}"]
            if pair.nearest and not field.errors:
                field.errors = [why_refused(pair)]
                is_readable = False
        return is_readable


def why_refused(pair: Pair) -> str:
    """The contrast that was reached, the one that is needed, and the nearest colour that has it."""
    return _(
        "%(where)s would have a contrast of %(ratio)s to 1, and %(needed)s to 1 is needed to read"
        " them with weak eyes. The nearest colour that passes: %(colour)s",
        where=WHERE[pair.name, pair.other], ratio=ratio_text(pair.ratio), needed=number(NEEDED),
        colour=pair.nearest or "",
    )  # fmt: skip


def ratio_text(ratio: float) -> str:
    """A contrast with two places."""
    return mean(floor_ratio(ratio))
