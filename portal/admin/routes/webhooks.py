"""Webhooks: other systems that are told what was published."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.admin import webhooks
from portal.admin.forms import WebhookForm
from portal.admin.routes.blueprint import blueprint
from portal.admin.words import WEBHOOK_EVENTS
from portal.store.webhooks import shown_secret
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.site import is_demo
from portal.web.words import gettext as _


@blueprint.get("/webhooks/")
@access(Access.ADMINISTRATOR)
def show_webhooks() -> Response:
    """All addresses with their last results, and the form for a new one."""
    form = WebhookForm(formdata=None)
    form.events.data = list(webhooks.EVENTS)
    return _page(form, [])


def _page(form: WebhookForm, errors: ErrorList, status: int = 200) -> Response:
    return page(
        "admin/show_webhooks.html",
        status,
        form=form,
        errors=errors,
        webhooks=webhooks.list_webhooks(read()),
        names=WEBHOOK_EVENTS,
    )


@blueprint.post("/webhooks/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def add_webhook() -> Response:
    """Add an address; its secret is shown this once."""
    form = WebhookForm()
    form.is_trial = portal().settings.is_testing or is_demo()
    if not form.validate():
        return _page(form, errors_of(form), 422)
    url = form.url.data or ""
    webhook_id = write(
        webhooks.add_webhook, url=url, events=form.events.data,
        person_id=current_scope().person_id, now=portal().clock.now(),
    )  # fmt: skip
    secret = shown_secret(portal().secrets, webhook_id)
    return page("admin/show_new_webhook.html", url=url, secret=secret)


@blueprint.post("/webhooks/<int:webhook_id>/disable")
@access(Access.ADMINISTRATOR, is_fresh=True)
def disable_webhook(webhook_id: int) -> Response:
    """Nothing more is sent to it; what was sent stays listed for a while."""
    try:
        write(
            webhooks.disable_webhook, webhook_id=webhook_id,
            person_id=current_scope().person_id, now=portal().clock.now(),
        )  # fmt: skip
    except LookupError:
        abort(404)
    flash(_("Nothing more is sent to this address."), "done")
    return redirect(url_for("admin.show_webhooks"), 303)


@blueprint.post("/webhooks/<int:webhook_id>/retry")
@access(Access.ADMINISTRATOR)
def retry_webhook(webhook_id: int) -> Response:
    """Send one message again that did not arrive."""
    try:
        is_waiting = write(
            webhooks.retry_delivery, webhook_id=webhook_id,
            delivery_id=whole_number(request.form.get("message")) or 0,
            person_id=current_scope().person_id, now=portal().clock.now(),
        )  # fmt: skip
    except LookupError:
        abort(404)
    if is_waiting:
        flash(_("The message is sent again now."), "done")
    return redirect(url_for("admin.show_webhooks"), 303)
