"""What anyone may read, in every language: services, levels, responses, how it all works."""

from portal.public.routes import (
    embeds,
    levels,
    responses,
    results,
    services,
    statements,
    themes,
)
from portal.public.routes.blueprint import blueprint

__all__ = [
    "blueprint",
    "embeds",
    "levels",
    "responses",
    "results",
    "services",
    "statements",
    "themes",
]
