"""JPEG files beside their pixels: which side is up, and what they tell of whoever took the picture.

A camera writes into the file where and when and with what it was taken (Exif, XMP, IPTC, comments),
adds a second, smaller picture, and says with a number which side is up instead of turning the
pixels. Browsers turn the picture by that number. So the number stays, alone, and everything else
that is not needed to draw the picture goes, without a picture library and without touching a pixel:
only whole segments are left out (ITU-T T.81, annex B; the number: Exif 2.32, tag 0x0112).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

UPRIGHT = 1
LYING = frozenset({5, 6, 7, 8})  # a quarter turn: what is written as width is shown as height
APP1 = 0xE1
_START, _END, _SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_ALONE = frozenset({0x01, *range(0xD0, _END + 1)})  # markers without a length
_APPLICATIONS = range(0xE0, 0xF0)
# The density of pixels, the profile of colours, how colours are kept: what drawing needs.
_NEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_EXIF = b"Exif\0\0"
_ORIENTATION, _SHORT = 0x0112, 3
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
Segment = tuple[int, bytes]  # its marker, and all of its bytes, the marker included


def orientation_of(segment: bytes) -> int | None:
    """Which side is up, 1 to 8, as an APP1 segment has it; None where it does not say."""
    if segment[4:10] != _EXIF:
        return None
    tiff = segment[10:]
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return None
    try:
        (place,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, place)
        for number in range(count):
            tag, kind, _n, value = struct.unpack_from(f"{order}HHIH", tiff, place + 2 + 12 * number)
            if (tag, kind) == (_ORIENTATION, _SHORT):
                return value if UPRIGHT <= value <= max(LYING) else None
    except struct.error:  # it says less than it promises
        return None
    return None


def without_traces(content: bytes) -> bytes:
    """The same picture, with which side is up as the only thing that a camera said.

    What cannot be read as a whole stays as it is: whether it is shown is decided elsewhere.
    """
    try:
        segments = list(_segments(content))
    except (IndexError, struct.error, ValueError):
        return content
    said = [orientation_of(body) for marker, body in segments if marker == APP1]
    up = next((one for one in said if one is not None), UPRIGHT)
    kept = [one for one in segments if _is_needed(*one)]
    if up != UPRIGHT:
        # JFIF wants to be first.
        place = 2 if len(kept) > 1 and kept[1][0] == min(_NEEDED) else 1
        kept.insert(place, (APP1, _write_orientation(up)))
    return b"".join(body for _marker, body in kept)


def _is_needed(marker: int, body: bytes) -> bool:
    if marker in _NEEDED:
        return body[4:].startswith(_NEEDED[marker])
    return marker != _COMMENT and marker not in _APPLICATIONS


def _write_orientation(up: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, up, 0)
    body = _EXIF + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return struct.pack(">BBH", 0xFF, APP1, len(body) + 2) + body


def _segments(content: bytes) -> Iterator[Segment]:
    """All of the picture to its end; what follows that is no part of it.

    Raises IndexError, struct.error or ValueError where it is not written as it should be.
    """
    if content[:2] != bytes((0xFF, _START)):
        raise ValueError("not a JPEG")
    yield _START, content[:2]
    place, marker = 2, _START
    while marker != _END:
        if content[place] != 0xFF:
            raise ValueError("no marker")
        while content[place + 1] == 0xFF:  # may stand before any marker
            place += 1
        marker = content[place + 1]
        end = place + 2 if marker in _ALONE else _end_of(content, place, marker)
        yield marker, content[place:end]
        place = end


def _end_of(content: bytes, place: int, marker: int) -> int:
    """Where a segment ends, in a scan with the pixels that follow its head."""
    length = int.from_bytes(content[place + 2 : place + 4])
    end = place + 2 + length
    if length < 2 or end > len(content):  # it counts itself
        raise ValueError("too short")
    if marker != _SCAN:
        return end
    # Among pixels, 0xFF is followed by 0, or by one of eight marks to start anew from.
    while content[end] != 0xFF or content[end + 1] == 0 or 0xD0 <= content[end + 1] <= 0xD7:
        end += 1
    return end
