"""The city's colours as a stylesheet on top of site.css."""

from __future__ import annotations

from portal.domain.colours import Colours

# In the layer of the tokens that it replaces, so that forced colours and print still win. As in
# site.css, browsers from before 2024 keep the light colours. The deepest ground, which bears white
# words on both kinds of screens, is the light screens' accent.
_CSS = """@layer base {{
:root {{ --accent: {accent_light}; --deep: {accent_light}; --tint: {tint_light} }}
@supports (color: light-dark(red, red)) {{
:root {{ --accent: light-dark({accent_light}, {accent_dark}); \
--tint: light-dark({tint_light}, {tint_dark}) }}
}}
}}
"""


def to_css(colours: Colours) -> str:
    """The stylesheet; it holds nothing but tokens."""
    return _CSS.format(
        accent_light=colours.accent_light, accent_dark=colours.accent_dark,
        tint_light=colours.tint_light, tint_dark=colours.tint_dark,
    )  # fmt: skip
