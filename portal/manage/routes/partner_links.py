"""A partner's address, and the link by which it signs: mailed by the portal, or made by hand."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.typed_texts import TextsMoved
from portal.manage.operations import partner_addresses as addresses
from portal.manage.operations import partner_links as operations
from portal.manage.operations.co_decisions import SignedAlready
from portal.manage.partner_forms import AddressForm, RecordForm
from portal.manage.queries.partner_links import get_partner_view
from portal.manage.routes.blueprint import blueprint
from portal.manage.routes.co_decisions import co_decision_page
from portal.manage.scoped import get_managed_co_decision
from portal.store.retention import get_periods
from portal.store.throttle import LimitReached
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.i18n import current_language, languages
from portal.web.pages import page
from portal.web.shown import show_newer
from portal.web.words import gettext as _

_CONFLICT = 409


@blueprint.post("/co-decisions/<int:co_decision_id>/link")
@access(Access.MANAGER)
def make_link(co_decision_id: int) -> Response:
    """Make the partner's link and show it, this once: only where the portal cannot mail it."""
    _require_way(co_decision_id, is_mailed=False)
    try:
        token = write(
            operations.make_link, now=portal().clock.now(), scope=current_scope(),
            co_decision_id=co_decision_id,
        )  # fmt: skip
    except (operations.NotReady, SignedAlready, operations.WroteItself):
        return _refused(co_decision_id)
    path = url_for("signing.show_signing", code=token)
    link = f"{portal().settings.base_url.rstrip('/')}{path}"
    return co_decision_page(co_decision_id, RecordForm(formdata=None), 200, link)


@blueprint.post("/co-decisions/<int:co_decision_id>/send")
@access(Access.MANAGER)
def send_link(co_decision_id: int) -> Response:
    """Have the portal mail the partner a link that nobody here sees."""
    _require_way(co_decision_id, is_mailed=True)
    try:
        write(
            operations.send_link, now=portal().clock.now(), scope=current_scope(),
            co_decision_id=co_decision_id, seen=request.form.get("address", ""),
            secrets=portal().secrets,
        )  # fmt: skip
    except (operations.NotReady, SignedAlready, operations.WroteItself, operations.AddressUnfit):
        return _refused(co_decision_id)
    except TextsMoved:
        flash(_("Somebody changed the address in the meantime. Check it, then send."), "alarm")
    except LimitReached:
        flash(_("The link was sent often enough for today. Try again tomorrow."), "alarm")
    else:
        flash(_("The link is on its way to the partner."))
    return _back(co_decision_id)


def _refused(co_decision_id: int) -> Response:
    """Back to the record, which says why there is no link, as nothing here offered one."""
    text = _("There is no new link: something has changed in the meantime. This is how it is now.")
    flash(text, "alarm")
    return _back(co_decision_id)


def _back(co_decision_id: int) -> Response:
    return redirect(url_for("manage.show_co_decision", co_decision_id=co_decision_id), 303)


def _require_way(co_decision_id: int, *, is_mailed: bool) -> None:
    """With a mail server the link is mailed, without one it is made by hand; never either."""
    get_managed_co_decision(read(), current_scope(), co_decision_id)  # another's does not exist
    if bool(portal().settings.smtp_url) is not is_mailed:
        abort(409)


@blueprint.get("/partners/<int:partner_id>/")
@access(Access.MANAGER)
def show_partner(partner_id: int) -> Response:
    """A partner, and where it gets its links."""
    return _partner_page(partner_id, _address_form(formdata=None), 200)


def _address_form(**data: Any) -> AddressForm:
    return AddressForm(languages=[(tag, one.name) for tag, one in languages().items()], **data)


def _partner_page(partner_id: int, form: AddressForm, status: int) -> Response:
    view = get_partner_view(read(), partner_id, portal().secrets)
    if not form.is_submitted():
        form.lang.data = view.address.lang if view.address else current_language()
        form.email.data = view.address.email if view.address else None
        form.was.data = view.address.seen if view.address else ""
    elif status == _CONFLICT:
        seen, email = (view.address.seen, view.address.email) if view.address else ("", "")
        show_newer(form.email, form.was, stored=seen, words=email)
    return page(
        "manage/show_partner.html", status, view=view, form=form, errors=errors_of(form),
        days=get_periods(read()).contact_days,
        can_mail=bool(portal().settings.smtp_url),
    )  # fmt: skip


@blueprint.post("/partners/<int:partner_id>/")
@access(Access.MANAGER)
def set_address(partner_id: int) -> Response:
    """Say where it gets its links, or vouch for what stands there."""
    form = _address_form()
    if not form.validate():
        return _partner_page(partner_id, form, 422)
    try:
        write(
            addresses.set_address, now=portal().clock.now(), scope=current_scope(),
            partner_id=partner_id, email=form.email.data or "", lang=form.lang.data or "",
            secrets=portal().secrets, own=portal().settings.mailboxes, seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        return _partner_page(partner_id, form, _CONFLICT)
    except addresses.OfTheCity:
        form.email.errors = [
            _("This address is the city’s, or somebody of the city signs in with it. Give one of"
              " the partner’s own.")
        ]  # fmt: skip
        return _partner_page(partner_id, form, 422)
    flash(_("Saved."))
    return redirect(url_for("manage.show_partner", partner_id=partner_id), 303)


@blueprint.post("/partners/<int:partner_id>/remove-address")
@access(Access.MANAGER)
def remove_address(partner_id: int) -> Response:
    """Erase it."""
    try:
        write(
            addresses.remove_address, now=portal().clock.now(), scope=current_scope(),
            partner_id=partner_id, secrets=portal().secrets, seen=request.form.get("was"),
        )  # fmt: skip
    except TextsMoved:
        flash(_("Somebody changed the address in the meantime. Check it, then erase it."), "alarm")
    else:
        flash(_("The address is erased."))
    return redirect(url_for("manage.show_partner", partner_id=partner_id), 303)
