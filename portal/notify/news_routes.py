"""The weekly news by mail: ask for them, confirm, and leave with one click.

Reading a page changes nothing, so that programs which look into mails decide nothing.
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask import render_template as render
from werkzeug.wrappers import Response
from wtforms import StringField

from portal.models.news import NewsSubscription
from portal.notify.news import (
    Subject,
    confirm,
    find_subscription,
    is_kept_beside,
    leave,
    list_leaving,
    list_pending,
    subscribe,
)
from portal.notify.news_letters import name_of
from portal.notify.news_queries import Offer, list_offers
from portal.store.throttle import LimitReached
from portal.web import messages
from portal.web.access import Access, access
from portal.web.client_address import client_address
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import (
    ChoiceField,
    EmailField,
    Needed,
    Storable,
    tidy,
    without_nul,
)
from portal.web.form_token import MIN_AGE, BadToken, comes_from_elsewhere
from portal.web.forms import ErrorList, ResidentForm, errors_of
from portal.web.i18n import current_language
from portal.web.pages import TOKEN_PLACE, cached_form, cached_page, page

blueprint = Blueprint("news", __name__, url_prefix="/<lang:lang>")
_SUBJECT = "news"  # of the form's token
_TEMPLATE = "notify/show_news_form.html"


class NewsForm(ResidentForm):
    """An address, and what the news shall be about."""

    email = EmailField(filters=[tidy], validators=[Needed(messages.EMAIL_NEEDED), Storable()])
    about = ChoiceField()
    token = StringField()
    website = StringField()  # a trap: people do not see it


@blueprint.get("/news/")
@access(Access.RESIDENT)
def show_form() -> Response:
    """The form, with what the page before was about chosen already."""
    offers = _list_offers()
    about = request.args.get("about", "")
    if about not in {"", *(one.key for one in offers)}:
        abort(404)

    def render_empty() -> str:
        form = NewsForm(data={"about": about})
        return render(_TEMPLATE, form=form, offers=offers, token=TOKEN_PLACE)

    return cached_form(f"news:{about}", _SUBJECT, render_empty)


@blueprint.post("/news/")
@access(Access.RESIDENT)
def ask() -> Response:
    """Take an address. The answer says nothing about whether it was there before."""
    if comes_from_elsewhere(request, portal().settings.base_url):
        abort(403)
    form, offers, now = NewsForm(request.form), _list_offers(), portal().clock.now()
    form.about.choices = [(one.key, one.name) for one in offers]
    is_valid = form.validate()
    try:
        token = portal().tokens.check(form.token.data or "", _SUBJECT, now)
    except BadToken:
        return _show_again(form, offers, [("", str(messages.FORM_TOO_OLD)), *errors_of(form)])
    if not is_valid:
        return _show_again(form, offers, errors_of(form))
    if not form.website.data and not token.is_too_young(now):
        try:
            _subscribe(form, offers)
        except LimitReached as limit:
            abort(429, retry_after=limit.retry_after)
    return redirect(url_for("news.show_asked"), 303)


@blueprint.get("/news/asked")
@access(Access.PUBLIC)
@cached_page
def show_asked() -> str:
    """Look into your mail."""
    return render("notify/show_news_asked.html")


@blueprint.get("/news/<code>/")
@blueprint.get("/news/<code>/leave")
@access(Access.RESIDENT)
def show_subscription(code: str) -> Response:
    """What this link is about, with a button: programs that follow links confirm nothing."""
    row = find_subscription(read(), code)
    if row is None:
        return page("notify/show_news_left.html", 404)
    languages, lang = portal().settings.languages, current_language()
    asked = [name_of(read(), one, languages, lang) for one in list_pending(read(), row)]
    return page(
        "notify/show_news.html",
        code=code,
        asked=asked,
        is_confirmed=row.confirmed_at is not None,
        wants_to_leave=request.path.endswith("/leave"),
        **_what_goes(row),
    )


@blueprint.post("/news/<code>/confirm")
@access(Access.RESIDENT)
def confirm_news(code: str) -> Response:
    """The owner of the address wants them."""
    if not write(confirm, now=portal().clock.now(), token=code):
        return page("notify/show_news_left.html", 404)
    return redirect(url_for("news.show_subscription", code=code), 303)


@blueprint.post("/news/<code>/leave")
@access(Access.RESIDENT)
def leave_news(code: str) -> Response:
    """No more; also in one click from the mail program itself (RFC 8058: no redirect)."""
    row = find_subscription(read(), code)
    gone = _what_goes(row) if row is not None else {}
    is_left = write(leave, token=code)
    if request.form.get("List-Unsubscribe") == "One-Click":
        return Response(status=204)
    return page("notify/show_news_left.html", 200 if is_left else 404, **gone)


def _what_goes(row: NewsSubscription) -> dict[str, object]:
    """What leaving by a link ends, by name, and whether the address is kept for something else."""
    languages, lang = portal().settings.languages, current_language()
    rows = list_leaving(read(), row)
    names = [name_of(read(), one, languages, lang) for one in rows]
    return {"names": names, "is_address_kept": is_kept_beside(read(), rows)}


def _list_offers() -> list[Offer]:
    return list_offers(read(), current_language(), portal().settings.languages)


def _show_again(form: NewsForm, offers: list[Offer], errors: ErrorList) -> Response:
    # It counts as old enough: who reads what is to be put right need not wait again.
    token = portal().tokens.issue(_SUBJECT, portal().clock.now() - MIN_AGE)
    form.email.data = without_nul(form.email.data)
    return page(_TEMPLATE, 422, form=form, offers=offers, token=token, errors=errors)


def _subscribe(form: NewsForm, offers: list[Offer]) -> None:
    now = portal().clock.now()
    address = client_address(request, portal().settings)
    chosen = {one.key: one.subject for one in offers}
    write(
        subscribe,
        now=now,
        email=form.email.data or "",
        lang=current_language(),
        subject=chosen.get(form.about.data or "", Subject()),
        prefix_key=portal().secrets.prefix_hash(address, portal().clock.day(now)),
        secrets=portal().secrets,
    )
