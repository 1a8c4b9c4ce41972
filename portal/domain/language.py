"""Languages: which one a reader wants, how words are folded for search (DESIGN.md section 7).

The stock matchers get real headers wrong (`zh-CN`, `zh-TW`, `ko-KR,en;q=0.5`): they compare whole
tags, or reorder the header. Here the header's own order of preference counts, and a tag is
resolved to its likely script before it is compared (RFC 4647 lookup, after CLDR likely subtags).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_RANGE = re.compile(
    r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)(?:\s*;\s*q\s*=\s*([01](?:\.\d{0,3})?))?"
)
_MAX_HEADER = 1000  # longer headers are nobody's preference
_HAN_REGIONS = {"TW": "Hant", "HK": "Hant", "MO": "Hant"}
# Older or wider codes that browsers still send for a language offered under another one.
_ALIASES = {"cmn": "zh", "arb": "ar", "mo": "ro", "iw": "he", "in": "id"}
# As in CLDR, with which a test compares them. A script that a tag names counts first.
_RIGHT_TO_LEFT = {
    "apc", "ar", "arc", "bal", "bgn", "ckb", "dv", "fa", "he", "ks", "lrc", "mzn", "nqo", "ps",
    "rhg", "sd", "sdh", "skr", "syr", "trw", "ug", "ur", "yi",
}  # fmt: skip
_RIGHT_TO_LEFT_SCRIPTS = {"Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"}


def is_language_tag(tag: str) -> bool:
    """Whether the tag is well-formed as used here: language, optional Script, optional REGION."""
    return _TAG.fullmatch(tag) is not None


def direction(tag: str) -> str:
    """`rtl` or `ltr`, the value of the `dir` attribute for text in this language."""
    first, *rest = tag.split("-")
    script = next((part.title() for part in rest if len(part) == 4 and part.isalpha()), "")
    is_rtl = script in _RIGHT_TO_LEFT_SCRIPTS if script else first.lower() in _RIGHT_TO_LEFT
    return "rtl" if is_rtl else "ltr"


def preferences(header: str) -> list[str]:
    """The tags of an Accept-Language header (RFC 9110), best first, refused ones (q=0) left out."""
    found: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:_MAX_HEADER].split(",")):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            continue
        quality = float(match[2]) if match[2] is not None else 1.0
        if quality > 0:
            found.append((-quality, position, match[1]))
    return [tag for _, _, tag in sorted(found)]


def negotiate(header: str, offered: Sequence[str], default: str) -> str:
    """The offered language that a reader with this Accept-Language header reads best."""
    by_key = {_key(tag): tag for tag in reversed(offered)}
    by_language = {tag.split("-")[0].lower(): tag for tag in reversed(offered)}
    for wanted in preferences(header):
        if wanted == "*":
            return default
        if (match := by_key.get(_key(wanted))) is not None:
            return match
        # Somebody who reads Traditional Chinese is better served by Simplified than by English.
        if (match := by_language.get(_key(wanted)[0])) is not None:
            return match
    return default


def _key(tag: str) -> tuple[str, str]:
    """Language and likely script of a tag: ("zh", "Hant") for zh-TW, ("ko", "") for ko-KR."""
    first, *rest = tag.split("-")
    language = _ALIASES.get(first.lower(), first.lower())
    script = next((part.title() for part in rest if len(part) == 4 and part.isalpha()), "")
    region = next((part.upper() for part in rest if len(part) == 2), "")
    if language == "zh" and not script:
        script = _HAN_REGIONS.get(region, "Hans")
    return language, script if language == "zh" else ""


# Letters that Unicode does not decompose but that people type without their stroke or hook,
# and Arabic letters that are written interchangeably.
_FOLDED = str.maketrans(
    {
        "đ": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ـ": None,
    }
)  # fmt: skip


def fold(text: str) -> str:
    """Words as searched: lower case, without accents, tone marks or Arabic vowel signs.

    `fold("Đường phố") == "duong pho"`. Used on both sides of every comparison.
    """
    # Decomposed before the case is folded too: some letters hide a capital (𝚨 is Α in bold).
    lower = unicodedata.normalize("NFKD", text).casefold()
    stripped = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", lower)
        if not unicodedata.combining(letter)
    )
    # Recomposed, so that Korean syllables are whole letters again.
    composed = unicodedata.normalize("NFC", stripped).translate(_FOLDED)
    return " ".join(composed.split())
