"""Reads what a drawn QR code says, as a phone does: without asking whoever drew it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from segno.consts import ECC

_PATH = re.compile(r'<svg viewBox="0 0 (\d+) \d+"[^>]*><path[^>]* d="([^"]+)"')
_BORDER = 2
_TABLES: Any = ECC  # declared as an object
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


def read_codes(page: str) -> list[str]:
    """The texts of all QR codes that a page draws, in their order."""
    return [_read(_squares(int(size), path)) for size, path in _PATH.findall(page)]


def _squares(size: int, path: str) -> list[list[bool]]:
    """Which squares are dark: runs of them, each moved to from the end of the one before."""
    side = size - 2 * _BORDER
    dark = [[False] * side for _ in range(side)]
    x = y = 0.0
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", path):
        if command == "h":
            for step in range(int(first)):
                dark[int(y) - _BORDER][int(x) + step - _BORDER] = True
            x += int(first)
        else:
            x, y = (x, y) if command == "m" else (0.0, 0.0)
            x, y = x + float(first), y + float(second or 0)
    return dark


def _read(dark: list[list[bool]]) -> str:
    side = len(dark)
    version = (side - 17) // 4
    kind = sum(dark[8][x] << (4 - x) for x in range(5)) ^ 0b10101
    masked = _MASKS[kind & 0b111]
    bits = [dark[y][x] ^ masked(y, x) for y, x in _road(side, version)]
    octets = [_number(bits[at : at + 8]) for at in range(0, len(bits) - 7, 8)]
    data = _in_order(octets, _blocks(version, kind >> 3))
    stream = [bool(octet >> (7 - bit) & 1) for octet in data for bit in range(8)]
    assert _number(stream[:4]) == 0b0100  # bytes
    length = _number(stream[4:12])
    return bytes(_number(stream[at : at + 8]) for at in range(12, 12 + 8 * length, 8)).decode()


def _number(bits: list[bool]) -> int:
    return int("".join(str(int(bit)) for bit in bits), 2)


def _road(side: int, version: int) -> Iterator[tuple[int, int]]:
    """The squares that hold data: up and down in columns of two, from the lower right."""
    for turn, right in enumerate([*range(side - 1, 6, -2), 5, 3, 1]):
        for step in range(side):
            y = step if turn % 2 else side - 1 - step
            yield from ((y, x) for x in (right, right - 1) if not _is_sign(y, x, side, version))


def _is_sign(y: int, x: int, side: int, version: int) -> bool:
    """Whether a square belongs to the corners, the rulers or the small marks."""
    in_corner = (y < 9 and (x < 9 or x >= side - 8)) or (x < 9 and y >= side - 8)
    far = side - 7
    centres = [(far, far)] if version > 1 else []
    if version == 7:  # the first with six marks, and with its number written down twice
        centres += [(far, 22), (22, far), (22, 22), (6, 22), (22, 6)]
    in_mark = any(abs(y - row) < 3 and abs(x - column) < 3 for row, column in centres)
    in_number = version == 7 and min(y, x) < 6 and max(y, x) >= side - 11
    return in_corner or in_mark or in_number or 6 in {y, x}


def _blocks(version: int, level: int) -> list[int]:
    """How many bytes of data each block has, by the tables of ISO/IEC 18004."""
    return [one.num_data for one in _TABLES[version][level] for _ in range(one.num_blocks)]


def _in_order(octets: list[int], blocks: list[int]) -> list[int]:
    """The data of all blocks, which are dealt like cards; the rest mends what is torn."""
    dealt = iter(octets)
    hands: list[list[int]] = [[] for _ in blocks]
    for turn in range(max(blocks)):
        for hand, size in zip(hands, blocks, strict=True):
            if turn < size:
                hand.append(next(dealt))
    return [octet for hand in hands for octet in hand]
