"""The mail that tells an answer, as it will go out: the same templates, in the page's language."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from portal.respond.queries.preview import Preview
from portal.web.context import portal
from portal.web.i18n import current_language

_TEMPLATE = "notify/mail_tell"  # as notify.letters.prepare_telling names it
PLACE_OF_KEY = "…"  # in a real mail, what opens the page of this one resident


@dataclass(frozen=True)
class MailPreview:
    """What stands in the mail, as plain text."""

    subject: str
    text: str


def preview_mail(preview: Preview) -> MailPreview:
    """Subject and text in the page's language; its links lead nowhere."""
    base = f"{portal().settings.base_url.rstrip('/')}/{current_language()}"
    answer = preview.answer
    context = {
        "service": preview.service.text,
        "step": preview.step,
        "text": answer,
        "outcome": answer.outcome,
        "due_on": answer.due_on,
        "done_on": answer.done_on,
        "receipt_link": f"{base}/receipts/",
        "link": f"{base}/mail/{PLACE_OF_KEY}/",
    }
    return MailPreview(
        render_template(f"{_TEMPLATE}.subject.txt", **context).strip(),
        render_template(f"{_TEMPLATE}.txt", **context).strip(),
    )
