"""Sign-in through the city's identity provider.

It never makes people: who was not invited is not let in, whatever the provider says. The provider's
answer comes by GET, which changes nothing: it is sent on by a form, and that signs the person in.
"""

from __future__ import annotations

import logging

from flask import abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import provider
from portal.accounts.arriving import begin, local_page, require_room
from portal.accounts.operations.sign_ins import FRESH
from portal.accounts.provider import ProviderError
from portal.accounts.queries.visitors import find_invited
from portal.accounts.routes.blueprint import blueprint
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.pages import page

_log = logging.getLogger("portal.accounts")


@blueprint.get("/sign-in/provider")
@access(Access.SIGN_IN)
def ask_provider() -> Response:
    """On to the provider."""
    if not provider.is_set_up():
        abort(404)
    try:
        address = provider.begin_address(
            local_page(request.args.get("next")), is_again="again" in request.args
        )
    except ProviderError as error:
        return _refuse(error)
    return redirect(address, 303)


@blueprint.get("/sign-in/provider/answer")
@access(Access.SIGN_IN)
def show_provider_answer() -> Response:
    """The provider sent the browser back: one press more."""
    if not provider.is_set_up():
        abort(404)
    code, state = request.args.get("code", ""), request.args.get("state", "")
    if not code or not state:
        return _refuse(ProviderError(request.args.get("error", "no code")[:40]))
    return page(
        "accounts/show_provider_answer.html", code=code, state=state,
        name=portal().settings.oidc_name,
    )  # fmt: skip


@blueprint.post("/sign-in/provider/answer")
@access(Access.SIGN_IN)
def sign_in_by_provider() -> Response:
    """Let in whoever was invited under the address that the provider has verified."""
    require_room()
    asked = provider.take_asked(request.form.get("state", ""))
    try:
        if asked is None:
            raise ProviderError("not asked in this browser")
        shown = provider.redeem(request.form.get("code", ""), asked)
        person_id = find_invited(read(), email=shown.email, now=portal().clock.now())
        if person_id is None:
            raise ProviderError("nobody was invited under this address")
    except ProviderError as error:
        return _refuse(error)
    factor = "provider" if shown.has_second_factor else None
    # Where the provider does not say when, it may have been this morning.
    fresh_at = shown.shown_at or portal().clock.now() - FRESH
    return begin(person_id, factor=factor, wanted=asked.wanted, fresh_at=fresh_at)


def _refuse(error: ProviderError) -> Response:
    """Back to the door, in the same words whatever was wrong; the log says more."""
    _log.warning("provider", extra={"fault": str(error)})
    session.clear()
    flash(
        _("Signing in at %(name)s did not work. Ask an administrator whether you were invited.",
          name=portal().settings.oidc_name),
        "alarm",
    )  # fmt: skip
    return redirect(url_for("accounts.show_sign_in"), 303)
