"""What the desk previews is the mail that goes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal import notify
from portal.domain.loop import Outcome
from portal.domain.wording import Wording
from portal.respond.rules import Promise
from portal.store.engine import Store
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import SPANISH, TODAY, Office
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk, open_desk

FOLDER = Path(notify.__file__).parents[1] / "templates" / "notify"
NASTY = Wording("The holes <b>come</b> back.", "We repaved %(x)s {{ 7 * 7 }} & more by the school.")
_KEY = re.compile(r"/mail/[^/]+/")
_SHOWN_OTHERWISE = re.compile(r"<(?:style|img|link|script|iframe|form)\b|\bstyle=")
_LINK = re.compile(r'href="[^"]*"')


def lines(text: str) -> list[str]:
    """The lines with words, without what only one resident's mail holds."""
    return [_KEY.sub("/mail/…/", line).strip() for line in text.splitlines() if line.strip()]


def previewed(page: Page) -> list[str]:
    """The subject, then the lines of the mail."""
    section = next(one for one in page.all("section") if "/mail/…/" in page.words(one))
    paragraphs = [page.words(one) for one in section.iter() if one.tag == "p"]
    return paragraphs[1:]


@pytest.mark.parametrize(("lang", "wording"), [("es", SPANISH), ("ar", SPANISH), ("en", NASTY)])
def test_the_mail_is_previewed_as_it_goes_out(
    app: Flask, store: Store, city: City, office: Office, worker: Worker, mailbox: Mailbox,
    send: Callable[..., int], lang: str, wording: Wording,
) -> None:  # fmt: skip
    open_desk(store, city)
    promise = Promise(Outcome.PLANNED, due_on=TODAY + timedelta(days=30))
    draft = office.draft(
        office.group([send(lang, "ana@mail.example")]), wording=NASTY, promise=promise
    )
    desk = Desk(app)
    path = f"/{lang}/staff/responses/{draft}/preview"
    if lang != "en":
        assert "/mail/…/" not in response_page(desk.client.get(path)).text  # no text, no mail
        office.translate(draft, lang, wording)
        office.review(draft, lang)
    office.review(draft)
    page = response_page(desk.client.get(path))
    office.publish(draft)
    worker.run()
    (message,) = mailbox.messages
    body = message.get_body(("plain",))
    assert body is not None
    shown = previewed(page)
    assert shown[0].endswith(str(message["Subject"]))
    assert shown[1:] == lines(body.get_content())
    html = message.get_body(("html",))
    assert html is not None
    assert framed(page, lang) == squeezed(html.get_content())


def framed(page: Page, lang: str) -> str:
    """The mail in its frame, which may do nothing and leads nowhere."""
    (frame,) = page.all("iframe")
    assert (frame.get("sandbox"), frame.get("src")) == ("", None)
    assert frame.get("title")
    shown = frame.get("srcdoc", "")
    links = set(_LINK.findall(shown))
    assert links == {'href="about:srcdoc#"'}
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in shown
    return squeezed(shown)


def squeezed(html: str) -> str:
    """A mail without its addresses, in lines of one kind."""
    return "\n".join(line for line in _LINK.sub("href", html).splitlines() if line.strip())


def test_mails_hold_nothing_that_the_frame_of_the_preview_would_not_show() -> None:
    """No styles, no pictures, nothing that runs: else the preview would not be what arrives."""
    for path in sorted(FOLDER.glob("*.html")):
        if not path.name.startswith("show_"):
            assert _SHOWN_OTHERWISE.findall(path.read_text()) == [], path.name
