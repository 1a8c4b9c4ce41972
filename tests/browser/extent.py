"""How far the browser's rounds go: languages, widths, sizes and colours.

The accessibility statement says what `make statement` looks at, and a guard compares the two: every
rule in every language, width and scheme of colours. A change's own tests open each page in every
language too, and measure whether it fits, which longer words can change. But axe looks at all rules
in one language of each direction only, and at what colours can change once for each of them
(`looks_at`): elsewhere the words alone differ, and `tests/guards` sees to it that none is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from portal.web.access import Access

LANGUAGES = ("en", "es", "vi", "zh-Hans", "ar", "ko")
DESK_LANGUAGES = ("en", "es", "ar")  # translated, translated, right to left
JOURNEY_LANGUAGES = ("en", "ar")  # one of each direction
NARROW = ViewportSize(width=320, height=900)
WIDE = ViewportSize(width=1280, height=900)
LARGE = 2  # times the usual size of text
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
BEST_PRACTICE = "best-practice"
AS_DRAWN = ("color-contrast-enhanced", "target-size")
# As axe has it, text that fails AA does not fail AAA too. Told otherwise, the rule for AAA finds
# all that the one for AA does, in half the time of both; and colours are most of what axe takes.
WITHIN_ANOTHER = ("color-contrast",)
CHECKS: dict[str, Any] = {
    "color-contrast-enhanced": {
        "options": {"contrastRatio": {size: {"minThreshold": 0} for size in ("normal", "large")}}
    }
}
BY_WIDTH = ("target-size",)
Colours = Literal["light", "dark", "forced"]


class Media(TypedDict):
    """What a browser is told of its reader's colours."""

    color_scheme: Literal["light", "dark"]
    forced_colors: Literal["active", "none"]


SCHEMES: dict[Colours, Media] = {
    "light": Media(color_scheme="light", forced_colors="none"),
    "dark": Media(color_scheme="dark", forced_colors="none"),
    "forced": Media(color_scheme="light", forced_colors="active"),
}
# Colours do not depend on the language: where not all are looked at, each has one of its own.
_OWN: dict[str, Colours] = {"ar": "dark", "ko": "forced"}
RESIDENT_LEVELS = (Access.PUBLIC, Access.RESIDENT, Access.EMBED, Access.SIGN_IN)


@dataclass(frozen=True)
class Look:
    """One look of the examiner at an open page."""

    width: ViewportSize
    colours: Colours
    tags: tuple[str, ...]  # all rules with one of them, but those of `AS_DRAWN`
    rules: tuple[str, ...]  # and these


def own_colours(lang: str) -> Media:
    """What a browser is told about colours before it opens a page in this language."""
    return SCHEMES[_OWN.get(lang, "light")]


def looks_at(lang: str, *, whole: bool) -> list[Look]:
    """How often a page in this language is looked at, and for what."""
    if whole:
        tags = (*STANDARD, BEST_PRACTICE)
        return [
            Look(width, colours, tags if colours == "light" else (), AS_DRAWN)
            for colours in SCHEMES
            for width in (NARROW, WIDE)
        ]
    if lang == "en":
        tags = (*STANDARD, BEST_PRACTICE)
        return [Look(NARROW, "light", tags, AS_DRAWN), Look(WIDE, "light", (), BY_WIDTH)]
    if lang in JOURNEY_LANGUAGES:
        return [Look(NARROW, _OWN[lang], STANDARD, AS_DRAWN)]
    return [Look(NARROW, _OWN[lang], (), AS_DRAWN)] if lang in _OWN else []


_AXE_VERSION = re.compile(r"axe v(\d+\.\d+\.\d+)")


def describe() -> dict[str, Any]:
    """What the rounds look at, as the statement's data hold it, without the day and the counts."""
    version = _AXE_VERSION.search(Axe().axe_script)
    return {
        "tool": f"axe-core {version[1] if version else ''}".strip(),
        "standards": list(STANDARD),
        "languages": list(LANGUAGES),
        "staff_languages": list(DESK_LANGUAGES),
        "journey_languages": list(JOURNEY_LANGUAGES),
        "widths": [NARROW["width"], WIDE["width"]],
        "text_sizes": [1, LARGE],
        "colours": list(SCHEMES),
    }
