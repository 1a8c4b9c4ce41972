"""How far the browser's rounds go: languages, widths, sizes and colours.

The accessibility statement says the same (`make statement` writes its data from here), and a guard
compares the two.
"""

from __future__ import annotations

import re
from typing import Any

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
# Colours do not depend on the language: each language is looked at in colours of its own.
COLOURS: dict[str, dict[str, str]] = {
    "ar": {"color_scheme": "dark"},
    "ko": {"forced_colors": "active"},
}
RESIDENT_LEVELS = (Access.PUBLIC, Access.RESIDENT, Access.EMBED, Access.SIGN_IN)

_AXE_VERSION = re.compile(r"axe v(\d+\.\d+\.\d+)")


def describe() -> dict[str, Any]:
    """What the rounds look at, as the statement's data hold it, without the day and the counts."""
    version = _AXE_VERSION.search(Axe().axe_script)
    schemes = ["light", *(colours.get("color_scheme", "forced") for colours in COLOURS.values())]
    return {
        "tool": f"axe-core {version[1] if version else ''}".strip(),
        "standards": list(STANDARD),
        "languages": list(LANGUAGES),
        "staff_languages": list(DESK_LANGUAGES),
        "journey_languages": list(JOURNEY_LANGUAGES),
        "widths": [NARROW["width"], WIDE["width"]],
        "text_sizes": [1, LARGE],
        "colours": schemes,
    }
