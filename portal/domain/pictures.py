"""Pictures that strangers send, recognised by their bytes: PNG, JPEG, WebP or drawings (SVG).

What somebody says about a file (its name, its header) counts for nothing. What is read here is
shown on every page, so whatever moves, is damaged or would not fit is refused with a reason.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from portal.domain.drawings import read_drawing
from portal.domain.jpegs import APP1, LYING, orientation_of
from portal.domain.picture_faults import PictureRefusedError

KINDS: Mapping[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "svg": "image/svg+xml; charset=utf-8",
}
"""The kinds of pictures, and what their files are called on the web."""
LEAST, MOST = 24, 2000  # pixels on each side
WIDEST, TALLEST = 6, 2  # times as wide as high, and as high as wide: more would be a thread
_DIGEST = 20  # hexadecimal digits: enough for a name that nobody meets twice
_NAME = re.compile(r"([0-9a-f]{20})-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})\.(png|jpg|webp|svg)")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # they say how large it is
_JPEG_ALONE = frozenset(range(0xD0, 0xD9)) | {0x01}  # markers without a length
Size = tuple[int, int]


@dataclass(frozen=True)
class Picture:
    """A picture that may be shown. `digest` names its bytes."""

    digest: str
    kind: str  # one of KINDS
    width: int
    height: int

    @property
    def name(self) -> str:
        """Everything about it in one word, as addresses and the database hold it."""
        return f"{self.digest}-{self.width}x{self.height}.{self.kind}"


def read_name(name: str) -> Picture:
    """The picture that `Picture.name` names. Raises ValueError."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"no name of a picture: {name!r}")
    digest, width, height, kind = match.groups()
    return Picture(digest, kind, int(width), int(height))


def read_picture(content: bytes) -> Picture:
    """What these bytes are. Raises PictureRefusedError."""
    kind, read = _recognise(content)
    try:
        width, height = read(content)
    except (struct.error, IndexError) as error:
        raise PictureRefusedError("damaged") from error
    if kind != "svg" and min(width, height) < LEAST:
        raise PictureRefusedError("too_small")
    if kind != "svg" and max(width, height) > MOST:
        raise PictureRefusedError("too_large")
    if width > WIDEST * height or height > TALLEST * width:
        raise PictureRefusedError("shape")
    return Picture(hashlib.sha256(content).hexdigest()[:_DIGEST], kind, width, height)


def _recognise(content: bytes) -> tuple[str, Callable[[bytes], Size]]:
    if content.startswith(_PNG):
        return "png", _read_png
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg", _read_jpeg
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp", _read_webp
    return "svg", read_drawing


def _read_png(content: bytes) -> Size:
    """Every part has a sum of its own, so what is damaged on the way shows."""
    names = []
    for name, body in _png_parts(content):
        names.append(name)
        if name == b"acTL":
            raise PictureRefusedError("moving")
        if name == b"IHDR":
            width, height = struct.unpack_from(">II", body)
    if names[:1] != [b"IHDR"] or b"IDAT" not in names or names[-1] != b"IEND":
        raise PictureRefusedError("damaged")
    return width, height


def _png_parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place < len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        body = content[place + 8 : place + 8 + length]
        (told,) = struct.unpack_from(">I", content, place + 8 + length)
        if zlib.crc32(name + body) != told:
            raise PictureRefusedError("damaged")
        yield name, body
        place += 12 + length


def _read_jpeg(content: bytes) -> Size:
    """Width and height as browsers show them: turned, where the camera lay on its side."""
    place, is_lying = 2, False
    while content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF or marker in _JPEG_ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", content, place + 2)
        if marker in _JPEG_FRAMES and content.rfind(b"\xff\xd9") > place:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return (height, width) if is_lying else (width, height)
        if marker == 0xDA:  # the picture itself begins, and nothing said how large it is
            break
        if marker == APP1 and not is_lying:
            is_lying = orientation_of(content[place : place + 2 + length]) in LYING
        place += 2 + length
    raise PictureRefusedError("damaged")


def _read_webp(content: bytes) -> Size:
    parts = dict(_webp_parts(content))
    frame = parts.get(b"VP8 ") or parts.get(b"VP8L")
    if b"ANIM" in parts or b"ANMF" in parts:
        raise PictureRefusedError("moving")
    if frame is None:
        raise PictureRefusedError("damaged")
    if (canvas := parts.get(b"VP8X")) is not None:
        return _little(canvas[4:7]) + 1, _little(canvas[7:10]) + 1
    if frame[:1] == b"\x2f":  # without loss
        bits = _little(frame[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if frame[3:6] != b"\x9d\x01\x2a":
        raise PictureRefusedError("damaged")
    width, height = struct.unpack_from("<HH", frame, 6)
    return width & 0x3FFF, height & 0x3FFF


def _webp_parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if _little(content[4:8]) + 8 != len(content):
        raise PictureRefusedError("damaged")
    place = 12
    while place < len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        if place + 8 + length > len(content):
            raise PictureRefusedError("damaged")
        yield name, content[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _little(some: bytes) -> int:
    return int.from_bytes(some, "little")
