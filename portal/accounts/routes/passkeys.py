"""Adding and removing one's passkeys."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import passkeys
from portal.accounts.forms import PasskeyForm
from portal.accounts.operations import factors
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.routes.second_factor import after_removal, must_have, take_in
from portal.accounts.visiting import current_visitor
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import write
from portal.web.fields import whole_number


@blueprint.post("/account/second-factor/passkeys/")
@access(Access.SET_UP, is_fresh=True)
def add_passkey() -> Response:
    """Keep the passkey that the device made."""
    form, question = PasskeyForm(), passkeys.take_question()
    is_valid = form.validate()
    made = passkeys.check_made(form.credential.data or "", question) if question else None
    is_new = made is not None and question is not None and write(
        factors.add_passkey, now=portal().clock.now(), person_id=current_visitor().id,
        credential_id=made.credential_id, public_key=made.public_key,
        sign_count=made.sign_count, challenge=question.challenge, asked_at=question.asked_at,
        name=(form.name.data if is_valid else None) or _("Passkey"),
    )  # fmt: skip
    if is_new:
        take_in("passkey")
        flash(_("The passkey is added. You can sign in with it from now on."), "done")
    else:
        flash(_("The passkey could not be added. Try again, or use an app for codes."), "alarm")
    return redirect(url_for("accounts.show_second_factor"), 303)


@blueprint.post("/account/second-factor/passkeys/remove")
@access(Access.SET_UP, is_fresh=True)
def remove_passkey() -> Response:
    """Take one away."""
    number = whole_number(request.form.get("passkey"))
    is_gone = number is None or write(
        factors.remove_passkey, now=portal().clock.now(), person_id=current_visitor().id,
        passkey_id=number, is_required=must_have(),
    )  # fmt: skip
    return after_removal(is_gone)
