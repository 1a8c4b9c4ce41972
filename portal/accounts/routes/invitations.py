"""Administrators invite people, invite them again, and take invitations back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import words
from portal.accounts.forms import InviteForm
from portal.accounts.operations import links, people
from portal.accounts.queries import people as queries
from portal.accounts.routes.blueprint import blueprint, langs
from portal.accounts.routes.people import get_person
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.i18n import current_language
from portal.web.pages import page


@blueprint.get("/admin/people/invite")
@access(Access.ADMINISTRATOR)
def show_new_invitation() -> Response:
    """The form for somebody new."""
    return _page(InviteForm(formdata=None), [], 200)


def _page(form: InviteForm, errors: ErrorList, status: int) -> Response:
    return page(
        "accounts/show_new_invitation.html",
        status,
        form=form,
        errors=errors,
        departments=queries.department_names(read(), langs()),
        can_mail=bool(portal().settings.smtp_url),
        days=links.INVITATION_DAYS,
        words=words,
    )


@blueprint.post("/admin/people/invite")
@access(Access.ADMINISTRATOR, is_fresh=True)
def invite_person() -> Response:
    """Keep the person with their roles, and mail the invitation."""
    form = InviteForm()
    form.validate()
    roles = form.role.read(list(queries.department_names(read(), langs())))
    if not roles:
        form.role.errors = [_("Choose at least one role.")]
    if errors_of(form):
        return _page(form, errors_of(form), 422)
    try:
        person_id = write(
            people.invite_person, now=portal().clock.now(), by=current_scope().person_id,
            email=form.email.data or "", name=form.name.data or "", roles=roles or [],
            lang=current_language(), secrets=portal().secrets,
        )  # fmt: skip
    except people.AddressTaken:
        form.email.errors = [
            _("Somebody has this address already. Look in the list of colleagues.")
        ]
        return _page(form, errors_of(form), 422)
    flash(_sent(_("The invitation is on its way.")), "done")
    return redirect(url_for("accounts.show_person", person_id=person_id), 303)


@blueprint.post("/admin/people/<int:person_id>/invite-again")
@access(Access.ADMINISTRATOR, is_fresh=True)
def invite_again(person_id: int) -> Response:
    """A new invitation; the earlier link stops working."""
    get_person(person_id)
    is_sent = write(
        people.invite_again, now=portal().clock.now(), by=current_scope().person_id,
        person_id=person_id, secrets=portal().secrets,
    )  # fmt: skip
    return _after(person_id, _sent(_("A new invitation is on its way.")) if is_sent else None)


@blueprint.post("/admin/people/<int:person_id>/revoke-invitation")
@access(Access.ADMINISTRATOR, is_fresh=True)
def revoke_invitation(person_id: int) -> Response:
    """Take it back: the link stops working."""
    get_person(person_id)
    is_back = write(
        people.revoke_invitation, now=portal().clock.now(), by=current_scope().person_id,
        person_id=person_id,
    )  # fmt: skip
    return _after(person_id, _("The invitation is taken back.") if is_back else None)


def _sent(on_its_way: str) -> str:
    """What became of the invitation.

    Its link is not offered to be copied: whoever has it signs in as that colleague, and an
    administrator could then be the second person for their own work.
    """
    if portal().settings.smtp_url:
        return on_its_way
    return str(_("The invitation is kept. It goes out as soon as this portal has a mail server."))


def _after(person_id: int, done: str | None) -> Response:
    if done:
        flash(done, "done")
    elif get_person(person_id).line.state == "inactive":
        flash(_("Whoever is deactivated cannot be invited. Reactivate this person first."), "alarm")
    else:
        flash(_("This person has accepted the invitation already."), "alarm")
    return redirect(url_for("accounts.show_person", person_id=person_id), 303)
