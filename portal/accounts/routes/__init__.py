"""Pages about signing in and about people: every module adds its views to the blueprint."""

from portal.accounts.routes import (
    again,
    codes,
    door,
    invitations,
    links,
    own,
    passkeys,
    people,
    provider,
    second_factor,
)
from portal.accounts.routes.blueprint import blueprint

__all__ = [
    "again",
    "blueprint",
    "codes",
    "door",
    "invitations",
    "links",
    "own",
    "passkeys",
    "people",
    "provider",
    "second_factor",
]
