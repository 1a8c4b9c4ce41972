"""Pictures by their bytes: what may stand at the head of every page, and why the rest may not."""

from __future__ import annotations

import pytest

from portal.domain.picture_faults import PictureRefusedError
from portal.domain.pictures import KINDS, Picture, read_name, read_picture
from tests.support.pictures import JPEG, WEBP, WEBP_LOSSLESS, png, png_part, svg, webp, webp_part

INKSCAPE = b"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<!-- drawn with a program -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:tool="http://tool.example/ns" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 width="20mm" height="10mm" viewBox="0 0 200 100" tool:version="1">
<tool:view tool:zoom="2"/><metadata><rdf:RDF><rdf:li rdf:resource="http://a.example/"/></rdf:RDF>
</metadata><defs><style>.a{fill:#004f4d} .b{fill:url(#g)}</style><linearGradient id="g">
<stop offset="0" stop-color="red"/></linearGradient><path id="p" d="M0 0h9v9z"/></defs>
<g transform="translate(3 4)" style="filter: url('#f')"><use xlink:href="#p"/><path class="b"
 fill="url(#g)" d="M0 0h200v100z"/></g></svg>"""


@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (png(), "png", (60, 30)),
        (png(24, 48), "png", (24, 48)),
        (JPEG, "jpg", (60, 30)),
        (WEBP, "webp", (60, 30)),
        (WEBP_LOSSLESS, "webp", (60, 30)),
        (
            webp(webp_part(b"VP8X", bytes((0, 0, 0, 0, 59, 0, 0, 29, 0, 0))), WEBP[12:]),
            "webp",
            (60, 30),
        ),
        (svg(), "svg", (200, 100)),
        (b"\xef\xbb\xbf" + svg(), "svg", (200, 100)),
        (svg(more="width='3in' height='2in'"), "svg", (150, 100)),
        (svg(more="width='100%' height='9px' viewBox='0,0, 5 ,10'"), "svg", (50, 100)),
        (INKSCAPE, "svg", (200, 100)),
    ],
)
def test_a_picture_is_known_by_its_bytes(content: bytes, kind: str, size: tuple[int, int]) -> None:
    found = read_picture(content)
    assert (found.kind, (found.width, found.height)) == (kind, size)
    assert kind in KINDS
    assert read_name(found.name) == found


def test_other_bytes_have_another_name() -> None:
    assert read_picture(png(colour=1)).name != read_picture(png(colour=2)).name
    assert read_picture(png()).name == read_picture(png()).name


@pytest.mark.parametrize(
    "name",
    [
        "", "logo.png", "0" * 20 + "-60x30.gif", "0" * 20 + "-0x30.png", "0" * 19 + "-60x30.png",
        "0" * 20 + "-60x30.png/x", "0" * 20 + "-٦٠x30.png", "F" * 20 + "-60x30.png",
    ],
)  # fmt: skip
def test_a_name_of_another_shape_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a picture"):
        read_name(name)
    assert Picture("0" * 20, "png", 60, 30) == read_name("0" * 20 + "-60x30.png")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "not_picture"),
        (b"GIF89a\x3c\0\x1e\0\0\0\0;", "not_picture"),
        (b"%PDF-1.7 ", "not_picture"),
        (b"<!doctype html><html><body><p>A page<br></body></html>", "not_picture"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "not_picture"),
        (b"<svg width='9' height='9'/>", "not_picture"),  # of no namespace: browsers draw nothing
        (png()[:-4], "damaged"),
        (png()[:40], "damaged"),
        (png().replace(b"IDAT", b"IDAQ"), "damaged"),
        (png() + b"<script>", "damaged"),
        (png()[:8] + png_part(b"IEND", b""), "damaged"),
        (JPEG[:-40], "damaged"),
        (JPEG[:30], "damaged"),
        (b"\xff\xd8\xff\xda\0\x02\xff\xd9", "damaged"),
        (WEBP[:-1], "damaged"),
        (webp(webp_part(b"VP8X", bytes(10))), "damaged"),
        (webp(webp_part(b"VP8 ", bytes(20))), "damaged"),
        (svg()[:-3], "damaged"),
        (svg("<desc>\xe9</desc>").decode().encode("latin-1"), "damaged"),
        (png(more=png_part(b"acTL", bytes(8))), "moving"),
        (webp(webp_part(b"ANIM", bytes(6)), webp_part(b"ANMF", bytes(24))), "moving"),
        (svg("<animate attributeName='x'/>"), "moving"),
        (svg("<set attributeName='href' to='#a'/>"), "moving"),
        (svg("<style>@keyframes a { to { opacity: 0 } }</style>"), "moving"),
        (png(23, 30), "too_small"),
        (png(30, 2001), "too_large"),
        (png(190, 30), "shape"),
        (png(30, 61), "shape"),
        (svg(more="viewBox='0 0 700 100'"), "shape"),
        (svg(more="viewBox='0 0 1 1e9'"), "shape"),
        (svg(more=""), "no_size"),
        (svg(more="width='100%' height='100%'"), "no_size"),
        (svg(more="viewBox='0 0 0 0'"), "no_size"),
        (svg(more="viewBox='0 0 -1 1'"), "no_size"),
        (svg(more="viewBox='0 0 nan 1'"), "no_size"),
        (svg(more="viewBox='0 0 x y'"), "no_size"),
    ],
)
def test_what_is_no_whole_still_picture_of_a_useful_size_is_refused(
    content: bytes, fault: str
) -> None:
    with pytest.raises(PictureRefusedError) as refused:
        read_picture(content)
    assert refused.value.fault == fault


XLINK = "xmlns:x='http://www.w3.org/1999/xlink'"
HTML = "xmlns:h='http://www.w3.org/1999/xhtml'"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (svg("<script>alert(1)</script>"), "active"),
        (svg("<script href='#a'/>"), "active"),
        (svg(f"<h:script {HTML}>alert(1)</h:script>"), "active"),
        (svg(f"<metadata><h:img {HTML} src='x' onerror='alert(1)'/></metadata>"), "active"),
        (svg(more="viewBox='0 0 9 9' onload='alert(1)'"), "active"),
        (svg("<g OnClick='alert(1)'/>"), "active"),
        (svg("<foreignObject><p>x</p></foreignObject>"), "active"),
        (svg("<g><g><handler>x</handler></g></g>"), "active"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg("&a;"), "active"),
        (
            svg("<g id='a'><use href='#b'/></g><g id='b'><path d='M0 0'/></g><use href='#a'/>"),
            "active",  # what is used uses something: ten such lines draw a billion parts
        ),
        (svg("<image href='https://elsewhere.example/a.png'/>"), "outside"),
        (svg("<image href='data:image/png;base64,AA'/>"), "outside"),
        (svg("<a href='https://elsewhere.example/'><path d='M0 0'/></a>"), "outside"),
        (svg(f"<use {XLINK} x:href='https://elsewhere.example/a.svg#b'/>"), "outside"),
        (svg("<use href=' javascript:alert(1)'/>"), "outside"),
        (svg("<feImage href='#a'/>"), "outside"),
        (svg("<path fill='url(https://elsewhere.example/a#b)'/>"), "outside"),
        (svg("<path style='fill: URL( \"//elsewhere.example\" )'/>"), "outside"),
        (svg("<path fill='u\\72l(//elsewhere.example)'/>"), "outside"),
        (svg("<path fill='&#117;rl(//elsewhere.example)'/>"), "outside"),
        (svg("<style>@import '//elsewhere.example/a.css';</style>"), "outside"),
        (svg("<style>@font-face { src: url(data:font/woff2,a) }</style>"), "outside"),
        (svg("<style>a { b: image-set('//elsewhere.example' 1x) }</style>"), "outside"),
        (svg("<style><![CDATA[@im]]>port '//elsewhere.example/a.css';</style>"), "outside"),
        (svg(more="viewBox='0 0 9 9' xml:base='https://elsewhere.example/'"), "outside"),
        (b"<?xml-stylesheet href='//elsewhere.example/a.css'?>" + svg(), "outside"),
    ],
)
def test_a_drawing_that_is_more_than_a_drawing_is_refused(content: bytes, fault: str) -> None:
    with pytest.raises(PictureRefusedError) as refused:
        read_picture(content)
    assert refused.value.fault == fault
