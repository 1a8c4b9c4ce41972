"""JPEG files: upright as the camera said, and silent about where and by whom."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.jpegs import APP1, orientation_of, without_traces
from portal.domain.pictures import read_picture
from tests.support.pictures import JPEG, WHERE, exif, segment, with_segments

SCAN = JPEG.index(b"\xff\xda")


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("up", range(1, 9))
def test_the_side_that_is_up_stays_and_nothing_else_that_the_camera_wrote(
    up: int, order: str
) -> None:
    taken = with_segments(exif(up, order), segment(0xFE, WHERE), segment(0xED, WHERE))
    clean = without_traces(taken)
    assert WHERE not in clean
    assert clean[SCAN - len(JPEG) :] == JPEG[SCAN:], "no pixel is touched"
    found = [
        orientation_of(clean[n:]) for n in range(len(clean)) if clean[n : n + 2] == b"\xff\xe1"
    ]
    assert found == ([] if up == 1 else [up])
    for content in (taken, clean):
        picture = read_picture(content)
        assert (picture.width, picture.height) == ((30, 60) if up >= 5 else (60, 30))
    assert without_traces(clean) == clean


def test_what_drawing_needs_stays_and_other_pictures_go() -> None:
    profile, colours = segment(0xE2, b"ICC_PROFILE\0\1\1profile"), segment(0xEE, b"Adobe\0\x64")
    smaller = (segment(0xE0, b"JFXX\0" + JPEG), segment(0xE2, b"MPF\0" + WHERE))
    notes = (segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + WHERE),)
    clean = without_traces(with_segments(profile, *smaller, colours, *notes) + JPEG + WHERE)
    assert clean == with_segments(profile, colours)
    assert without_traces(JPEG) == JPEG


def test_pixels_may_hold_what_looks_like_a_mark() -> None:
    pixels = b"\xff\0\xff\xd0\xff\xd7\x01"
    table = segment(0xC4, b"\0\xff\xd9\xff\xe1")  # between two scans; its bytes are its own
    taken = JPEG[:-2] + pixels + table + segment(0xDA, b"\1\1\0\0\0\0") + pixels + b"\xff\xff\xd9"
    assert without_traces(taken + WHERE) == taken.replace(b"\xff\xff\xd9", b"\xff\xd9")


@pytest.mark.parametrize(
    "content",
    [b"", JPEG[:30], JPEG[:-40], JPEG[:2] + b"x" + JPEG[2:], b"\xff\xd8\xff\xe1\0\1", b"GIF89a"],
)
def test_what_is_not_whole_stays_as_it_is(content: bytes) -> None:
    assert without_traces(content) == content


@pytest.mark.parametrize(
    "body",
    [
        b"", b"MM\0*", b"MM\0*\xff\xff\xff\xff\0\1", b"MM\0*\0\0\0\x08\xff\xff" + bytes(24),
        b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x0112, 3, 1, 9, 0),
        b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x0112, 4, 1, 0, 6),
    ],
)  # fmt: skip
def test_a_side_that_makes_no_sense_is_the_usual_one(body: bytes) -> None:
    taken = with_segments(segment(APP1, b"Exif\0\0" + body))
    assert without_traces(taken) == JPEG
    assert read_picture(taken).width == 60


@given(st.binary(max_size=80), st.integers(0, len(JPEG)))
def test_nothing_that_arrives_is_too_strange(noise: bytes, place: int) -> None:
    clean = without_traces(JPEG[:place] + noise + JPEG[place:])
    assert without_traces(clean) == clean
