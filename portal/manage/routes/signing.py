"""The partner's page: read the record and sign it, through a link that works once.

No account and no session. The address holds the link's token as `code`, which web/headers.py
hides like a receipt and no log holds.
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.manage.operations.co_decisions import LinkRefused, sign
from portal.manage.partner_forms import SignForm
from portal.manage.queries.co_decisions import find_signing
from portal.manage.routes.blueprint import langs
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.form_token import comes_from_elsewhere
from portal.web.forms import errors_of
from portal.web.pages import page

blueprint = Blueprint("signing", __name__, url_prefix="/<lang:lang>/sign")


@blueprint.get("/<code>/")
@access(Access.RESIDENT)
def show_signing(code: str) -> Response:
    """The record with the form to sign it, or what became of the link."""
    return _signing_page(code, SignForm(), 200)


def _signing_page(code: str, form: SignForm, status: int) -> Response:
    view = find_signing(read(), code, now=portal().clock.now(), langs=langs())
    if view is None:
        return page("manage/show_no_signing.html", 404)
    is_refused = status == 409
    if status == 200 and view.state in {"expired", "unfinished"}:
        status = 410
    return page(
        "manage/show_signing.html", status, view=view, form=form, errors=errors_of(form),
        code=code, has_changed=is_refused and view.state == "open",
    )  # fmt: skip


@blueprint.post("/<code>/")
@access(Access.RESIDENT)
def sign_record(code: str) -> Response:
    """Sign what was read."""
    if comes_from_elsewhere(request, portal().settings.base_url):
        abort(403)
    form, clock = SignForm(request.form), portal().clock
    if not form.validate():
        return _signing_page(code, form, 422)
    try:
        write(
            sign, now=clock.now(), today=clock.today(), token=code,
            record_hash=form.record.data or "", name=form.name.data or "",
            role=form.role.data or "",
        )  # fmt: skip
    except LinkRefused:
        return _signing_page(code, form, 409)
    return redirect(url_for("signing.show_signing", code=code), 303)
