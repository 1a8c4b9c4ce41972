"""Sign-in through the city's identity provider.

It never makes people: who was not invited is not let in, whatever the provider says. The provider's
answer comes by GET, which signs nobody in: it is sent on by a form, and that does.
"""

from __future__ import annotations

import logging
from datetime import datetime

from flask import abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import provider
from portal.accounts.arriving import begin, lead_on, local_page, require_room, was_of
from portal.accounts.operations.sign_ins import FRESH, renew_sign_in
from portal.accounts.provider import ProviderError
from portal.accounts.queries.visitors import find_invited
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.visiting import TOKEN, find_current, keep_secret
from portal.store.scope import Stage
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.pages import page

_log = logging.getLogger("portal.accounts")


@blueprint.get("/sign-in/provider")
@access(Access.SIGN_IN)
def ask_provider() -> Response:
    """On to the provider."""
    if not provider.is_set_up():
        abort(404)
    wanted = local_page(request.args.get("next"))
    try:
        address = provider.begin_address(wanted, is_again="again" in request.args)
    except ProviderError as error:
        return _refuse(error, wanted)
    return redirect(address, 303)


@blueprint.get("/sign-in/provider/answer")
@access(Access.SIGN_IN)
def show_provider_answer() -> Response:
    """The provider sent the browser back: one press more."""
    if not provider.is_set_up():
        abort(404)
    code, state = request.args.get("code", ""), request.args.get("state", "")
    if not code or not state:
        asked = provider.take_asked(state)
        error = ProviderError(request.args.get("error", "no code")[:40])
        return _refuse(error, asked.wanted if asked else None)
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
        return _refuse(error, asked.wanted if asked else None)
    factor = "provider" if shown.has_second_factor else None
    # Where the provider does not say when, it may have been this morning.
    shown_at = shown.shown_at or portal().clock.now() - FRESH
    visitor = find_current()
    if asked.is_again and visitor is not None and visitor.id == person_id:
        return _confirm(shown_at, factor, asked.wanted)
    if not asked.is_again or was_of(person_id):
        return begin(person_id, factor=factor, wanted=asked.wanted, fresh_at=shown_at)
    # Somebody else: a form that waits was for the one who sent it.
    begun = begin(person_id, factor=factor, fresh_at=shown_at)
    flash(
        _("You are signed in anew. If a form waits in another tab, it cannot be sent any more: copy"
          " what you wrote there, and enter it again."),
        "alarm",
    )  # fmt: skip
    return begun


def _confirm(shown_at: datetime, factor: str | None, wanted: str | None) -> Response:
    """The same person once more: their session stays, and with it the token of forms that wait."""
    now, name = portal().clock.now(), portal().settings.oidc_name
    if shown_at <= now - FRESH:
        flash(
            _("%(name)s does not say that you signed in just now, so it is not confirmed that it is"
              " you. Tell whoever runs this portal. Until then, choose a password and sign in with"
              " it.", name=name),
            "alarm",
        )  # fmt: skip
        return redirect(url_for("accounts.show_again", next=wanted), 303)
    keep_secret(
        write(renew_sign_in, now=now, token=session[TOKEN], factor=factor, fresh_at=shown_at)
    )
    return lead_on(wanted)


def _refuse(error: ProviderError, wanted: str | None) -> Response:
    """Back to the door, in the same words whatever was wrong; the log says more.

    Whoever is signed in stays so, and whoever still has to show a second factor: what they typed
    waits for them in another tab, by the token of their session.
    """
    _log.warning("provider", extra={"fault": str(error)})
    visitor = find_current()
    if visitor is not None and visitor.standing.stage is not Stage.CODE:
        name = portal().settings.oidc_name
        flash(_("Signing in at %(name)s did not work. Try again.", name=name), "alarm")
        return redirect(url_for("accounts.show_again", next=wanted), 303)
    flash(
        _("Signing in at %(name)s did not work. Ask an administrator whether you were invited.",
          name=portal().settings.oidc_name),
        "alarm",
    )  # fmt: skip
    return redirect(url_for("accounts.show_sign_in", next=wanted), 303)
