"""The mail that tells an answer, as it will go out: the same templates, in the page's language.

Most people read its HTML part, so that stands in the page as a document of its own: an `iframe`
whose `srcdoc` it is, with everything taken away that a sandbox can take away. It inherits the
page's Content-Security-Policy too, so it can load nothing and run nothing, and no other address
has to serve a stranger's words as HTML. This is faithful because mails have no styles and no
pictures (templates/notify/mail.html); one that had some would look barer here than it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import render_template

from portal.respond.queries.preview import Preview
from portal.web.context import portal
from portal.web.i18n import current_language

_TEMPLATE = "notify/mail_tell"  # as notify.letters.prepare_telling names it
PLACE_OF_KEY = "…"  # in a real mail, what opens the page of this one resident
# Links lead nowhere: within the frame, they would replace the mail by a page that refuses frames.
_LINK = re.compile(r'href="[^"]*"')
_NOWHERE = 'href="about:srcdoc#"'


@dataclass(frozen=True)
class MailPreview:
    """Both parts of the mail; `html` is a whole document without links that lead anywhere."""

    subject: str
    text: str
    html: str


def preview_mail(preview: Preview) -> MailPreview:
    """Subject and both parts in the page's language."""
    base = f"{portal().settings.base_url.rstrip('/')}/{current_language()}"
    answer = preview.answer
    context = {
        "service": preview.service,
        "steps": preview.steps,
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
        _LINK.sub(_NOWHERE, render_template(f"{_TEMPLATE}.html", **context)),
    )
