"""What one running portal consists of, reachable from every request and command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, current_app

from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.scope import Scope
from portal.store.secrets import Secrets
from portal.web.cache import PageCache
from portal.web.form_token import FormTokens

_KEY = "portal"


def _nobody() -> Scope | None:
    return None


@dataclass
class Portal:
    """The parts of a running portal. `load_scope` is set by accounts: who is signed in."""

    settings: Settings
    store: Store
    clock: Clock
    secrets: Secrets
    tokens: FormTokens
    pages: PageCache
    static: dict[str, str] = field(default_factory=dict)
    load_scope: Callable[[], Scope | None] = _nobody


def install(app: Flask, portal: Portal) -> None:
    """Make the portal reachable from the app."""
    app.extensions[_KEY] = portal


def portal() -> Portal:
    """The portal that this request or command belongs to."""
    found = current_app.extensions[_KEY]
    assert isinstance(found, Portal)  # noqa: S101 - for the type checker
    return found
