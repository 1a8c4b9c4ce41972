"""What responses say, as it stands in their tables."""

from __future__ import annotations

from dataclasses import asdict, astuple

from portal.domain.wording import Wording
from portal.models.responses import Worded
from portal.store.texts import source_hash


def wording_of(row: Worded) -> Wording:
    """What a stored text says."""
    return Wording(
        row.you_said, row.we_did, row.why_not, row.links, row.pictures, row.partners
    )  # fmt: skip


def put_wording(row: Worded, wording: Wording) -> None:
    """Let a row say this."""
    for name, text in asdict(wording).items():
        setattr(row, name, text)


def said_parts(wording: Wording) -> tuple[str, ...]:
    """The parts of a wording that are hashed.

    Texts without references are hashed as they were before there were any, so that no translation
    became stale and no signed day stopped fitting.
    """
    parts: tuple[str, ...] = astuple(wording)
    return parts if any(parts[3:]) else parts[:3]


def hash_of(row: Worded) -> str:
    """The hash that translations of this text keep."""
    return source_hash(*said_parts(wording_of(row)))
