"""The published level as a picture for other sites: its words and how wide they are.

Nobody knows the reader's fonts, so the width is estimated on the safe side and only leaves room.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from portal.public.standing import Standing, stand
from portal.store.assessments import PublicAssessment
from portal.web.formats import short_day
from portal.web.words import gettext as _

PICTURE = 104
"""Width of the arches with the space around them, in px."""
_MARGIN = 20
_SMALL, _LARGE = 14, 19
_NARROW, _WIDE = 0.6, 1.05
"""Width of a character in parts of its font size: of most scripts, of Chinese and Korean."""
_LONGEST = 44
_WIDE_CLASSES = ("W", "F")


@dataclass(frozen=True)
class Badge:
    """Three lines beside the arches; the headline in the middle follows from `standing`."""

    standing: Standing
    service: str
    source: str

    def width(self, headline: str) -> int:
        """How wide it has to be with this headline between the two lines, in px."""
        lines = ((self.service, _SMALL), (headline, _LARGE), (self.source, _SMALL))
        return round(PICTURE + max(_width(*line) for line in lines) + _MARGIN)


def make_badge(service: str, city: str, assessment: PublicAssessment) -> Badge:
    """The badge of a service; names too long for it end in an ellipsis."""
    source = _("%(city)s, %(date)s", city=city, date=short_day(assessment.as_of))
    return Badge(stand(assessment), _shorten(service), _shorten(source))


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _width(text: str, size: int) -> float:
    wide = sum(unicodedata.east_asian_width(character) in _WIDE_CLASSES for character in text)
    return size * (wide * _WIDE + (len(text) - wide) * _NARROW)
