"""The city's own colours, and whether people can read what is written in them (WCAG 2.2, AAA).

A city chooses four: links and buttons, and the ground of its answers, each for light and for dark
screens. All other colours stay. Nothing here is opinion: a pair passes with a contrast of 7 to 1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields

NEEDED = 7.0
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEPS = 256


@dataclass(frozen=True)
class Colours:
    """Four colours as `#rrggbb` in lower case. Raises ValueError for anything else."""

    accent_light: str = "#004f4d"
    accent_dark: str = "#7fdcd2"
    tint_light: str = "#e3f0ec"
    tint_dark: str = "#17302e"

    def __post_init__(self) -> None:
        """Refuse what is no colour: it would stand in a stylesheet."""
        wrong = [one for one in astuple(self) if not _COLOUR.fullmatch(one)]
        if wrong:
            raise ValueError(f"no colours of the shape #rrggbb: {wrong}")

    @property
    def key(self) -> str:
        """The four in one word, as addresses and the database hold them."""
        return "-".join(one.removeprefix("#") for one in astuple(self))


STANDARD = Colours()
# What stays, and what the city's colours are seen with. Also in site.css; a test compares them.
FIXED = {
    "light": {
        "paper": "#fffdf9", "sand": "#f7efe1", "ink": "#172424", "soft": "#414d4c",
        "alarm": "#8a1408", "on": "#ffffff",
    },
    "dark": {
        "paper": "#10191a", "sand": "#2a2720", "ink": "#edf2f0", "soft": "#bccac7",
        "alarm": "#ffb9ae", "on": "#06201f",
    },
}  # fmt: skip
# A colour is seen with these: links on every ground, words on buttons, all words on the city's own.
_SEEN_WITH = {"accent": ("paper", "sand", "on"), "tint": ("ink", "soft", "alarm", "accent")}
# Further from the words on it: towards black for links on light paper, for grounds the other way.
_TOWARDS = {"accent": {"light": 0, "dark": 255}, "tint": {"light": 255, "dark": 0}}


@dataclass(frozen=True)
class Pair:
    """Two colours seen together: `name` (accent, tint) in a `scheme` with a token of the look.

    `nearest` is the colour to take instead where the contrast `ratio` is too small.
    """

    name: str
    scheme: str
    other: str
    ratio: float
    nearest: str | None


def read_key(key: str) -> Colours:
    """The colours that `Colours.key` names. Raises ValueError."""
    parts = key.split("-")
    if len(parts) != len(fields(Colours)):
        raise ValueError(f"not four colours: {key!r}")
    return Colours(*(f"#{part}" for part in parts))


def list_pairs(colours: Colours) -> Iterator[Pair]:
    """Every pair in which one of the city's colours is seen."""
    for scheme, tokens in FIXED.items():
        accent = getattr(colours, f"accent_{scheme}")
        # The ground is judged with the colour that the links will have, not with a refused one.
        seen = {**tokens, "accent": _nearest(accent, tokens, "accent", scheme)}
        for name, others in _SEEN_WITH.items():
            colour = getattr(colours, f"{name}_{scheme}")
            nearest = _nearest(colour, seen, name, scheme)
            for other in others:
                ratio = contrast(colour, seen[other])
                yield Pair(name, scheme, other, ratio, nearest if ratio < NEEDED else None)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2); `contrast("#000000", "#ffffff") == 21`."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def floor_ratio(ratio: float) -> float:
    """A contrast with two places, never more than it is: 6.999 must not read as 7."""
    return math.floor(ratio * 100) / 100


def _nearest(colour: str, seen: dict[str, str], name: str, scheme: str) -> str:
    """The colour itself, or the first one darker (or lighter) that passes with all others.

    Mixed with black or white, it keeps its hue; black and white pass with everything.
    """
    pole = _TOWARDS[name][scheme]
    for step in range(_STEPS):
        mixed = _mix(colour, pole, step / (_STEPS - 1))
        if all(contrast(mixed, seen[other]) >= NEEDED for other in _SEEN_WITH[name]):
            return mixed
    raise AssertionError("black and white pass with every colour of the look")


def _mix(colour: str, pole: int, share: float) -> str:
    return "#" + "".join(f"{round(one + (pole - one) * share):02x}" for one in _channels(colour))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(one / 255) for one in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
