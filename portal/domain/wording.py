"""What a response says in one language, with what it refers to.

References are kept as people type them, one a line: links and pictures as an address, a space and
what stands there; partners as their names. So they are compared, translated, corrected and hashed
like every other part of a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_LINES = 10
MAX_ADDRESS = 500
MAX_CAPTION = 300
# An https address of a site by its name, in the letters that browsers send. Other letters, sign-in
# data or capitals could make it look like another site's.
_ADDRESS = re.compile(r"https://((?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+)(?:[/?#][!-~]*)?")


@dataclass(frozen=True)
class Link:
    """An address elsewhere, and what is found or seen there."""

    address: str
    text: str

    @property
    def host(self) -> str:
        """The site that it leads to."""
        found = _ADDRESS.fullmatch(self.address)
        return found[1] if found else ""


@dataclass(frozen=True)
class References:
    """What an answer refers to."""

    links: tuple[Link, ...] = ()
    pictures: tuple[Link, ...] = ()
    partners: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.links or self.pictures or self.partners)


@dataclass(frozen=True)
class Wording:
    """What a response says in one language."""

    you_said: str
    we_did: str = ""
    why_not: str = ""
    links: str = ""
    pictures: str = ""
    partners: str = ""

    @property
    def references(self) -> References:
        """The lines, read. They were checked before they were kept."""
        return References(
            tuple(read_links(self.links)),
            tuple(read_links(self.pictures)),
            tuple(read_names(self.partners)),
        )


class LineError(ValueError):
    """A line that says no address, or not what is found there; `number` from 1."""

    def __init__(self, number: int) -> None:
        """The first such line."""
        super().__init__(f"line {number}")
        self.number = number


def read_links(text: str) -> list[Link]:
    """The links in lines of an address and what is found there. Raises LineError."""
    return [_link(number, line) for number, line in _lines(text)]


def read_names(text: str) -> list[str]:
    """The names in lines. Raises LineError for one that is too long."""
    for number, line in _lines(text):
        if len(line) > MAX_CAPTION:
            raise LineError(number)
    return [line for _number, line in _lines(text)]


def as_lines(links: Sequence[Link]) -> str:
    """The links as lines, in the one form that is kept."""
    return "\n".join(f"{link.address} {link.text}" for link in links)


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines that say something, each with its number."""
    lines = ((number, " ".join(line.split())) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in lines if line]


def _link(number: int, line: str) -> Link:
    address, _space, text = line.partition(" ")
    is_address = _ADDRESS.fullmatch(address) and len(address) <= MAX_ADDRESS
    if not is_address or not 0 < len(text) <= MAX_CAPTION:
        raise LineError(number)
    return Link(address, text)
