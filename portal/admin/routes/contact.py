"""How the city is reached beside this portal: what pages for residents say about it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin import contact
from portal.admin.contact_form import ContactForm
from portal.admin.routes.blueprint import blueprint
from portal.domain.typed_texts import TextsMoved
from portal.store.city import get_contact
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.words import gettext as _


@blueprint.get("/contact/")
@access(Access.ADMINISTRATOR)
def show_contact() -> Response:
    """What is said now, to change."""
    return page("admin/show_contact.html", form=ContactForm.of(get_contact(read())), errors=[])


@blueprint.post("/contact/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def change_contact() -> Response:
    """Say something else from now on."""
    form = ContactForm()
    if not form.validate():
        return page("admin/show_contact.html", 422, form=form, errors=errors_of(form))
    clock, person_id = portal().clock, current_scope().person_id
    try:
        write(contact.change_contact, form.ways, person_id=person_id, now=clock.now())
    except TextsMoved:
        form.show_moved(get_contact(read()))
        return page("admin/show_contact.html", 409, form=form, errors=errors_of(form))
    flash(_("Residents’ pages now say so."), "done")
    return redirect(url_for("admin.show_contact"), 303)
