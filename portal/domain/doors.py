"""Doors: the channels through which residents reach the city, and what follows from each.

Where staff type in what somebody said, they have seen the receipt too. So such a receipt never
makes a verified rating, a "yes" or an attestation: staff-entered channels cannot fire them
(METHOD.md section 2). A "no" and "look again" are taken: they can only lower a level.
"""

from __future__ import annotations

from portal.domain.loop import Verdict

STAFF_ENTERED = ("phone", "counter", "paper", "mail")
"""What staff type in, in the order in which the desk offers it."""

CALLED_BY = ("phone", "counter", "mail")
"""How words about an answer reach staff that its resident does not send: on no printed form."""

TYPED_TWICE = 10
"""One paper form in so many is typed by two people, and compared."""

LATE_DAYS = 7
"""So many days after paper arrived it can be typed in: the day's signed file takes no more."""


def is_first_hand(channel: str) -> bool:
    """Whether nobody but the resident has seen the receipt."""
    return channel not in STAFF_ENTERED


def takes_verdict(channel: str, verdict: Verdict) -> bool:
    """Whether this verdict may come by the receipt of a case that came through this channel."""
    return is_first_hand(channel) or verdict in {Verdict.NO, Verdict.AGAIN}
