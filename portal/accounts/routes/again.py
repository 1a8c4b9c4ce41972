"""Showing once more who one is, on the way to a page that is sensitive."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.arriving import local_page
from portal.accounts.proving import question_page
from portal.accounts.routes.blueprint import blueprint
from portal.accounts.visiting import current_visitor
from portal.web.access import Access, access
from portal.web.forms import DeskForm
from portal.web.pages import page


@blueprint.get("/account/again")
@access(Access.SET_UP)
def show_again() -> Response:
    """Ask for the password, a code or a passkey, while a form waits in another tab.

    `done`: the provider was asked there; `anew`: the sign-in had ended and there is another one.
    """
    is_anew = "anew" in request.args
    if is_anew or ("done" in request.args and current_visitor().standing.is_fresh):
        return page("accounts/show_confirmed.html", is_anew=is_anew)
    return question_page(url_for("accounts.give_again", next=request.args.get("next")), [], 200)


@blueprint.post("/account/again")
@access(Access.SET_UP, is_fresh=True)
def give_again() -> Response:
    """On to the page: the proof was checked on the way here."""
    DeskForm()
    wanted = local_page(request.args.get("next"))
    return redirect(wanted or url_for("accounts.show_account"), 303)
