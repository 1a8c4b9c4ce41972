"""Small real pictures, and broken ones, as a website would send them."""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode

# 60 by 30 pixels of one colour, as a browser writes them.
JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1td"
    "hbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
    "pKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAeADwDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEA"
    "AAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAIE/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQAC"
    "EQMRAD8AkgLZAAAAAAAAAAAAAAH/2Q=="
)
WEBP = b64decode(
    "UklGRkIAAABXRUJQVlA4IDYAAAAwAwCdASo8AB4APxGIvVgsKSajpAgBgCIJZwDNhAs+/lc4AP7r3Syo+/r1S1yc2wRP"
    "u2ooAAA="
)
WEBP_LOSSLESS = b64decode("UklGRhwAAABXRUJQVlA4TBAAAAAvO0AHAAfQp2hT/wMR0f8A")


WHERE = b"GPS 30.2672 N, 97.7431 W"  # what nobody meant to publish


def png(width: int = 60, height: int = 30, *, colour: int = 0x40, more: bytes = b"") -> bytes:
    """A grey picture; `more` are parts to put before its pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([colour]) * width) * height
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            png_part(b"IHDR", head),
            more,
            png_part(b"IDAT", zlib.compress(rows)),
            png_part(b"IEND", b""),
        )
    )


def png_part(name: bytes, body: bytes) -> bytes:
    """A part of a PNG with its length and its sum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def webp_part(name: bytes, body: bytes) -> bytes:
    """A part of a WebP."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def webp(*parts: bytes) -> bytes:
    """A WebP of these parts."""
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def svg(inside: str = "<path d='M0 0h60v30H0z'/>", more: str = "viewBox='0 0 60 30'") -> bytes:
    """A drawing; `more` are attributes of the whole."""
    return f"<svg xmlns='http://www.w3.org/2000/svg' {more}>{inside}</svg>".encode()


def segment(marker: int, body: bytes) -> bytes:
    """A part of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def exif(up: int, order: str = ">", *, more: bytes = WHERE) -> bytes:
    """What a camera writes: who made it, which side is up, and where."""
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(f"{order}IH", 8, 2)
    maker = struct.pack(f"{order}HHII", 0x010F, 2, len(more), 38)
    side = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, up, 0)
    return segment(0xE1, b"Exif\0\0" + head + maker + side + bytes(4) + more)


def with_segments(*segments: bytes) -> bytes:
    """The picture with these after its first one (JFIF)."""
    (length,) = struct.unpack_from(">H", JPEG, 4)
    return b"".join((JPEG[: 4 + length], *segments, JPEG[4 + length :]))
