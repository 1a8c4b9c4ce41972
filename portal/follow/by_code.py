"""From the code in an address to what was sent, for all addresses of a receipt."""

from __future__ import annotations

from flask import abort, request

from portal.follow.answers import Reader
from portal.follow.queries import Case, Sent, find_sent
from portal.store.secrets import normalise_receipt, sha256
from portal.web.context import portal
from portal.web.database import read
from portal.web.form_token import comes_from_elsewhere
from portal.web.i18n import current_language


def find_by_code(code: str) -> Sent | Case | None:
    """What the receipt with this code stands for, None for an unknown one."""
    settings = portal().settings
    reader = Reader(current_language(), settings.languages, portal().clock.today())
    plain = normalise_receipt(code)
    return find_sent(read(), sha256(plain), reader) if plain is not None else None


def refuse_other_sites() -> None:
    """Forms come from our own pages only: there is no session to guard them."""
    if comes_from_elsewhere(request, portal().settings.base_url):
        abort(403)
