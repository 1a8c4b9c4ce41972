"""Drawings (SVG) that strangers send: refused unless they hold nothing but a drawing.

A drawing is a document that can run programs, ask other servers for things and move. So what may be
in it is listed, and everything else is a reason to refuse it. What passes is kept byte for byte: it
is read as UTF-8 here and sent as UTF-8, so that a browser reads what was read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.parsers import expat

from portal.domain.picture_faults import PictureRefusedError

_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_DRAWN = frozenset(
    (
        "svg", "g", "defs", "symbol", "use", "switch", "title", "desc", "metadata", "style", "path",
        "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath",
        "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern", "marker",
        "filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite",
        "feConvolveMatrix", "feDiffuseLighting", "feDisplacementMap", "feDistantLight",
        "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR", "feGaussianBlur",
        "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight", "feSpecularLighting",
        "feSpotLight", "feTile", "feTurbulence",
    )
)  # fmt: skip
_MOVING = frozenset(
    ("animate", "animateMotion", "animateTransform", "animateColor", "set", "discard")
)
_LEADING = frozenset(("a", "image", "feImage", "cursor"))
# Escapes could spell any of these words in another way.
_OUTSIDE = re.compile(
    r"\\|@import|(?:url|src|image|image-set|cross-fade)\(\s*(?!['\"]?#)", re.IGNORECASE
)
_MOVES = re.compile(r"@(?:-\w+-)?keyframes", re.IGNORECASE)
_LENGTH = re.compile(r"\s*\+?([0-9]*\.?[0-9]+)(px|pt|pc|mm|cm|in|em|ex|)\s*")
_BETWEEN = re.compile(r"[\s,]+")
_HIGH = 100  # a drawing has no pixels; of its size only the shape counts
_SHARPEST = 100  # beyond that no shape is of use


def read_drawing(content: bytes) -> tuple[int, int]:
    """The width and height of a drawing, in one unit. Raises PictureRefusedError."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.write
    parser.StartDoctypeDeclHandler = reader.declare
    parser.ProcessingInstructionHandler = reader.instruct
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        found = "not_picture" if reader.root is None else "damaged"
        raise PictureRefusedError(found) from error
    reader.finish()
    return _size(reader.root or {})


class _Reader:
    """Looks at every part while it is read."""

    def __init__(self) -> None:
        self.root: Mapping[str, str] | None = None  # what the drawing says of itself
        self._open: list[tuple[str, str]] = []  # local name and id of what is not ended yet
        self._used: set[str] = set()
        self._using: set[str] = set()
        self._style = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if self.root is None:
            if (space, local) != (_SVG, "svg"):
                raise PictureRefusedError("not_picture")
            self.root = attributes
        if space == _XHTML:
            raise PictureRefusedError("active")
        self._open.append((local if space == _SVG else "", attributes.get("id", "")))
        if space != _SVG:
            return  # notes of the program that drew it; browsers make nothing of them
        _check_part(local)
        for key, value in attributes.items():
            _check_attribute(key, value)
        if local == "use":
            self._note_use(attributes)

    def end(self, _name: str) -> None:
        local, _ = self._open.pop()
        if local == "style":
            _check_style(self._style)
            self._style = ""

    def write(self, text: str) -> None:
        if self._open and self._open[-1][0] == "style":
            self._style += text

    def declare(self, _name: str, _system: Any, _public: Any, has_own: bool) -> None:
        """An old-fashioned first line is harmless, definitions of its own are not."""
        if has_own:
            raise PictureRefusedError("active")

    def instruct(self, target: str, _text: str) -> None:
        if target.startswith("xml-stylesheet"):
            raise PictureRefusedError("outside")

    def finish(self) -> None:
        """What is used again may use nothing itself: ten lines could become a billion."""
        if self._used & self._using:
            raise PictureRefusedError("active")

    def _note_use(self, attributes: Mapping[str, str]) -> None:
        for key in ("href", f"{_XLINK} href"):
            self._used.add(attributes.get(key, "").removeprefix("#"))
        self._using.update(number for _, number in self._open if number)


def _check_part(local: str) -> None:
    if local in _MOVING:
        raise PictureRefusedError("moving")
    if local in _LEADING:
        raise PictureRefusedError("outside")
    if local not in _DRAWN:
        raise PictureRefusedError("active")


def _check_attribute(key: str, value: str) -> None:
    space, _, local = key.rpartition(" ")
    if not space and local.lower().startswith("on"):
        raise PictureRefusedError("active")
    if space == _XML and local == "base":
        raise PictureRefusedError("outside")
    if local == "href" and space in {"", _XLINK} and not value.strip().startswith("#"):
        raise PictureRefusedError("outside")
    if local == "style" or "(" in value:
        _check_style(value)


def _check_style(text: str) -> None:
    if _OUTSIDE.search(text):
        raise PictureRefusedError("outside")
    if _MOVES.search(text):
        raise PictureRefusedError("moving")


def _size(root: Mapping[str, str]) -> tuple[int, int]:
    """From width and height where both are given in one unit, else from the drawing's own box."""
    given = [_LENGTH.fullmatch(root.get(key, "")) for key in ("width", "height")]
    lengths = [match.groups() for match in given if match]
    if len(lengths) == 2 and lengths[0][1] == lengths[1][1]:
        return _shape(number for number, _unit in lengths)
    box = _BETWEEN.split(root.get("viewBox", "").strip())
    if len(box) != 4:
        raise PictureRefusedError("no_size")
    return _shape(box[2:])


def _shape(texts: Iterable[str]) -> tuple[int, int]:
    try:
        width, height = map(float, texts)
        ratio = width / height
    except (ValueError, ZeroDivisionError) as error:
        raise PictureRefusedError("no_size") from error
    if not 1 / _SHARPEST < ratio < _SHARPEST:
        raise PictureRefusedError("shape" if ratio > 0 else "no_size")
    return round(_HIGH * ratio), _HIGH
