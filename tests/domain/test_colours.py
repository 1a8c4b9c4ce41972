"""The city's colours: contrasts as WCAG has them, and a nearest colour that always passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.colours import (
    FIXED,
    NEEDED,
    STANDARD,
    Colours,
    contrast,
    floor_ratio,
    list_pairs,
    read_key,
)

CSS = (Path(__file__).resolve().parents[2] / "portal/static/site.css").read_text()
COLOUR = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
COLOURS = st.builds(Colours, COLOUR, COLOUR, COLOUR, COLOUR)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#777777", "#ffffff", 4.48),  # the well-known grey that just fails AA
        ("#767676", "#ffffff", 4.54),  # and the one that just passes
        ("#ffffff", "#ffffff", 1),
    ],
)
def test_contrasts_are_those_of_the_rules(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


def test_the_look_and_the_check_have_the_same_colours() -> None:
    """Else the check would pass colours against grounds that no page has."""
    tokens = dict(re.findall(r"--(\w+): light-dark\((#\w+, #\w+)\)", CSS))
    for number, (scheme, fixed) in enumerate(FIXED.items()):
        own = {one: getattr(STANDARD, f"{one}_{scheme}") for one in ("accent", "tint")}
        for name, colour in {**fixed, **own}.items():
            found = tokens[name].split(", ")[number]
            assert colour in {found, found + found[1:]}, (name, scheme)  # #fff is #ffffff


def test_the_portals_own_colours_pass() -> None:
    assert [pair for pair in list_pairs(STANDARD) if pair.ratio < NEEDED or pair.nearest] == []


@given(COLOURS)
def test_whatever_is_refused_the_nearest_colours_pass(colours: Colours) -> None:
    nearest = {
        f"{pair.name}_{pair.scheme}": pair.nearest for pair in list_pairs(colours) if pair.nearest
    }
    refused = {f"{pair.name}_{pair.scheme}" for pair in list_pairs(colours) if pair.ratio < NEEDED}
    assert set(nearest) == refused
    mended = Colours(
        **{
            name: nearest.get(name, getattr(colours, name))
            for name in ("accent_light", "accent_dark", "tint_light", "tint_dark")
        }
    )
    assert all(pair.ratio >= NEEDED for pair in list_pairs(mended))


def test_the_nearest_colour_keeps_its_hue_and_is_no_darker_than_needed() -> None:
    red = Colours(accent_light="#e4002b")
    nearest = next(pair.nearest for pair in list_pairs(red) if pair.nearest)
    assert nearest == "#a5001f"
    brighter = Colours(accent_light="#a80020")
    assert any(pair.ratio < NEEDED for pair in list_pairs(brighter) if pair.name == "accent")


@given(COLOURS)
def test_colours_come_back_from_their_key(colours: Colours) -> None:
    assert read_key(colours.key) == colours


@pytest.mark.parametrize(
    "key", ["", "004f4d", "004f4d-7fdcd2-e3f0ec-17302", "004F4D-7fdcd2-e3f0ec-17302e",
            "red-red-red-red", "004f4d-7fdcd2-e3f0ec-}a{all"],
)  # fmt: skip
def test_what_is_no_colour_never_gets_into_a_stylesheet(key: str) -> None:
    with pytest.raises(ValueError, match="colours"):
        read_key(key)


def test_a_ratio_is_never_shown_better_than_it_is() -> None:
    assert floor_ratio(6.999) == 6.99
