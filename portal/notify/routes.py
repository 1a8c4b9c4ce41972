"""The links in mails: confirm an address, or stop all mail. Reading a page changes nothing."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.notify.digest import find_digest, stop_digest
from portal.notify.operations import confirm_address, find_contact, stop_mail
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.pages import page

blueprint = Blueprint("notify", __name__, url_prefix="/<lang:lang>")


@blueprint.get("/mail/<code>/")
@blueprint.get("/mail/<code>/unsubscribe")
@access(Access.RESIDENT)
def show_mail(code: str) -> Response:
    """What this link is about, with a button: programs that follow links confirm nothing."""
    if find_digest(read(), code) is not None:
        return page("notify/show_digest.html", code=code, is_stopped=False)
    contact = find_contact(read(), code)
    if contact is None:
        abort(404)
    return page(
        "notify/show_mail.html",
        code=code,
        is_confirmed=contact.confirmed_at is not None,
        is_stopped=contact.unsubscribed_at is not None,
        wants_stop=request.path.endswith("/unsubscribe"),
    )


@blueprint.post("/mail/<code>/confirm")
@access(Access.RESIDENT)
def confirm_mail(code: str) -> Response:
    """The address is right: answers go there."""
    if not write(confirm_address, now=portal().clock.now(), token=code):
        abort(404)
    return redirect(url_for("notify.show_mail", code=code), 303)


@blueprint.post("/mail/<code>/unsubscribe")
@access(Access.RESIDENT)
def unsubscribe(code: str) -> Response:
    """No more mail; also in one click from the mail program itself (RFC 8058: no redirect)."""
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    if write(stop_digest, token=code):
        stopped = page("notify/show_digest.html", code=code, is_stopped=True)
        return Response(status=204) if is_one_click else stopped
    if not write(stop_mail, now=portal().clock.now(), token=code):
        abort(404)
    if is_one_click:
        return Response(status=204)
    return redirect(url_for("notify.show_mail", code=code), 303)
