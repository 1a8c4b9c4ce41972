"""What nobody alone makes disappear: cases with a low rating (SECURITY.md T2)."""

from __future__ import annotations

from portal.domain.doors import is_first_hand

LOW_RATING = 2
"""The highest rating of a case that only two people together set aside or let go."""

REFUSALS = ("unsure", "denied", "staff")
"""Why a second person does not agree that a case is withdrawn: nobody is sure that its resident
asked, they say that they did not, or it was somebody of the city."""


def is_low(q0: int | None) -> bool:
    """Whether the resident rated the service so low that one person alone may not decide."""
    return q0 is not None and q0 <= LOW_RATING


def withdraws_at_once(channel: str, q0: int | None) -> bool:
    """Whether a receipt alone withdraws the case: not where staff know it, and gain by that."""
    return is_first_hand(channel) or not is_low(q0)
