"""Administrators look after people: who may sign in, and what each may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal.accounts import words
from portal.accounts.forms import RolesForm
from portal.accounts.operations import people, sign_ins
from portal.accounts.queries import people as queries
from portal.accounts.queries.people import STATES, Filters, OnePerson
from portal.accounts.routes.blueprint import blueprint, langs
from portal.accounts.visiting import TOKEN, keep_secret
from portal.models.base import MAX_ID
from portal.models.people import ROLES
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.paging import asked_page
from portal.web.words import gettext as _


@blueprint.get("/admin/people/")
@access(Access.ADMINISTRATOR)
def list_people() -> Response:
    """Everybody, with search and filters that stand in the address."""
    filters = _filters()
    return page(
        "accounts/list_people.html",
        found=queries.list_people(read(), filters, langs()),
        filters=filters,
        departments=queries.department_names(read(), langs()),
        states=STATES,
        roles=ROLES,
        words=words,
        address=lambda number: f"{url_for('accounts.list_people')}?{_query(number)}",
    )


def _query(number: int) -> str:
    """What stands in the address, for another page of the same list."""
    others = [(key, value) for key, value in request.args.items(multi=True) if key != "page"]
    return urlencode([*others, ("page", number)])


def _filters() -> Filters:
    role, state = request.args.get("role", ""), request.args.get("state", "")
    number = whole_number(request.args.get("department"))
    return Filters(
        words=request.args.get("q", "")[:200],
        role=role if role in ROLES else "",
        state=state if state in STATES else "",
        department_id=number if number is not None and number <= MAX_ID else None,
        page=asked_page(),
    )


def get_person(person_id: int) -> OnePerson:
    """The person of an address, or no such page."""
    found = queries.find_person(read(), person_id, now=portal().clock.now(), langs=langs())
    return found or abort(404)


@blueprint.get("/admin/people/<int:person_id>/")
@access(Access.ADMINISTRATOR)
def show_person(person_id: int) -> Response:
    """One person: roles, invitation, what was done."""
    one = get_person(person_id)
    return person_page(one, _form_of(one), [], 200)


def _form_of(one: OnePerson) -> RolesForm:
    """The roles as they are now."""
    form = RolesForm(formdata=None)
    form.role.data = [role if place is None else f"{role}:{place}" for role, place in one.held]
    form.seen.data = people.hash_of_roles(one.held)
    return form


def person_page(one: OnePerson, form: RolesForm, errors: ErrorList, status: int) -> Response:
    """The page of a person, perhaps with errors."""
    return page(
        "accounts/show_person.html",
        status,
        one=one,
        form=form,
        errors=errors,
        departments=queries.department_names(read(), langs()),
        is_self=one.line.id == current_scope().person_id,
        can_mail=bool(portal().settings.smtp_url),
        words=words,
    )


@blueprint.post("/admin/people/<int:person_id>/roles")
@access(Access.ADMINISTRATOR, is_fresh=True)
def change_roles(person_id: int) -> Response:
    """Give exactly the roles that are ticked."""
    one, form, now = get_person(person_id), RolesForm(), portal().clock.now()
    form.validate()
    roles = form.role.read(list(queries.department_names(read(), langs())))
    is_self = person_id == current_scope().person_id
    if roles is None:
        form.role.errors = [_("One of these departments does not exist any more.")]
        return person_page(one, form, errors_of(form), 422)
    try:
        is_changed = write(
            people.change_roles, now=now, by=current_scope().person_id, person_id=person_id,
            roles=roles, seen=form.seen.data or "", token=session[TOKEN] if is_self else None,
        )  # fmt: skip
    except people.RolesMoved:
        return _moved(person_id)
    except people.LastAdministrator:
        form.role.errors = [last_administrator()]
        return person_page(one, form, errors_of(form), 409)
    if is_self and is_changed:
        keep_secret(write(sign_ins.renew_sign_in, now=now, token=session[TOKEN]))
    flash(_("The roles are kept."), "done")
    if is_self and ("administrator", None) not in roles:  # the page of people is closed to them now
        return redirect(url_for("accounts.show_account"), 303)
    return redirect(url_for("accounts.show_person", person_id=person_id), 303)


def _moved(person_id: int) -> Response:
    """The page as it is now, with what to do."""
    one = get_person(person_id)
    form = _form_of(one)
    form.role.errors = [
        _("Somebody else has changed these roles since you opened this page, so nothing was kept."
          " Below is what they are now: tick what you want to change once more.")
    ]  # fmt: skip
    return person_page(one, form, errors_of(form), 409)


def last_administrator() -> str:
    """Why the last administrator stays."""
    return _("This is the last administrator. Make somebody else an administrator first.")


@blueprint.post("/admin/people/<int:person_id>/deactivate")
@access(Access.ADMINISTRATOR, is_fresh=True)
def deactivate_person(person_id: int) -> Response:
    """Let somebody in no longer."""
    get_person(person_id)
    try:
        write(
            people.deactivate_person, now=portal().clock.now(), by=current_scope().person_id,
            person_id=person_id,
        )  # fmt: skip
    except people.LastAdministrator:
        flash(last_administrator(), "alarm")
    else:
        flash(_("This person can no longer sign in. What they wrote stays."), "done")
    return redirect(url_for("accounts.show_person", person_id=person_id), 303)


@blueprint.post("/admin/people/<int:person_id>/reactivate")
@access(Access.ADMINISTRATOR, is_fresh=True)
def reactivate_person(person_id: int) -> Response:
    """Let somebody in again."""
    said = _("This person can sign in again.")
    if not get_person(person_id).line.has_come:
        said = _("This person is reactivated. Invite them again: the earlier invitation does not"
                 " work any more.")  # fmt: skip
    return _do(people.reactivate_person, person_id, said)


@blueprint.post("/admin/people/<int:person_id>/forget-second-factor")
@access(Access.ADMINISTRATOR, is_fresh=True)
def forget_second_factor(person_id: int) -> Response:
    """Somebody lost their phone and their codes."""
    said = _("The second factor is removed. This person is signed out everywhere.")
    return _do(people.forget_second_factor, person_id, said)


@blueprint.post("/admin/people/<int:person_id>/sign-out")
@access(Access.ADMINISTRATOR, is_fresh=True)
def sign_person_out(person_id: int) -> Response:
    """End all sign-ins of a person, for example after a theft."""
    said = _("This person is signed out everywhere.")
    return _do(sign_ins.end_all, person_id, said, but=session[TOKEN])


def _do(operation: Callable[..., object], person_id: int, said: str, **given: Any) -> Response:
    get_person(person_id)
    write(
        operation, now=portal().clock.now(), by=current_scope().person_id, person_id=person_id,
        **given,
    )  # fmt: skip
    flash(said, "done")
    return redirect(url_for("accounts.show_person", person_id=person_id), 303)
