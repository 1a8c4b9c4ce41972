"""When what failed is tried again."""

from __future__ import annotations

from datetime import timedelta

from portal.store.secrets import sha256

LEASE = timedelta(minutes=5)
"""How long what a worker has taken is nobody else's."""
TRIES = 17  # with the pauses below: about two and a half days
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


def pause_after(attempts: int, key: str) -> timedelta:
    """The pause after this many attempts; it about doubles each time.

    It is up to a quarter longer, differently for each `key`: what failed together does not come
    back together.
    """
    spread = 1 + int(sha256(f"{key}:{attempts}")[:2], 16) / 1024
    doublings = max(attempts - 1, 0)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE) * spread
