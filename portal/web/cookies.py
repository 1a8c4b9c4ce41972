"""The only cookies there are. Statements list them, and a test compares the list with what is set.

Over https their names begin with `__Host-`, which browsers tie to this very site.
"""

from __future__ import annotations

PERIOD = "period"  # residents who sent something: the same browser as before, for 90 days
SESSION = "portal"  # people who sign in
ALL = (PERIOD, SESSION)


def cookie_name(name: str, *, is_https: bool) -> str:
    """The cookie's full name."""
    return f"__Host-{name}" if is_https else name
