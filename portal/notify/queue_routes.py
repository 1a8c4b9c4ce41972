"""The administrators' page of mail: what waits, what was given up, and how the worker goes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.models.base import MAX_ID
from portal.notify.dead_letters import retry, retry_refused
from portal.notify.queries import LATE, SHOWN, get_queue
from portal.notify.words import job_name, kind_name
from portal.store.undelivered import KEPT
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.formats import number
from portal.web.pages import page
from portal.web.words import ngettext

blueprint = Blueprint("mail", __name__, url_prefix="/<lang:lang>/admin/mail")


@blueprint.get("/")
@access(Access.ADMINISTRATOR)
def show_queue() -> Response:
    """All of it on one page."""
    settings, clock = portal().settings, portal().clock
    return page(
        "notify/show_queue.html",
        queue=get_queue(read(), portal().secrets, now=clock.now(), today=clock.today()),
        kept_days=KEPT.days,
        has_server=bool(settings.smtp_url),
        has_reports=bool(settings.bounce_mailbox),
        late_before=clock.now() - LATE,
        shown=SHOWN,
        kind_name=kind_name,
        job_name=job_name,
    )


@blueprint.post("/retry")
@access(Access.ADMINISTRATOR)
def retry_mail() -> Response:
    """Try one mail again that was given up, or all of them."""
    count = write(
        retry,
        now=portal().clock.now(),
        today=portal().clock.today(),
        person_id=current_scope().person_id,
        job_id=_wanted() if request.form.get("mail") else None,
    )
    _say_tried(count)
    return redirect(url_for("mail.show_queue"), 303)


@blueprint.post("/retry-refused")
@access(Access.ADMINISTRATOR)
def retry_refused_mail() -> Response:
    """Send one mail again that a mailbox refused."""
    count = write(
        retry_refused,
        now=portal().clock.now(),
        today=portal().clock.today(),
        person_id=current_scope().person_id,
        job_id=_wanted(),
    )
    _say_tried(count)
    return redirect(url_for("mail.show_queue"), 303)


def _wanted() -> int:
    return min(whole_number(request.form.get("mail")) or 0, MAX_ID)


def _say_tried(count: int) -> None:
    if count:
        text = ngettext(
            "%(n)s mail is tried again.", "%(n)s mails are tried again.", count, n=number(count)
        )
        flash(text, "done")
