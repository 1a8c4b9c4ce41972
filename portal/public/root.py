"""Addresses outside any language: the front door, and what browsers and crawlers ask for."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.domain.colours import read_key
from portal.domain.pictures import KINDS, read_name
from portal.domain.short_code import read_short_code
from portal.public.queries import find_slug
from portal.public.security_txt import write_security_txt
from portal.store.city import get_contact
from portal.store.logo import find_content
from portal.web.access import Access, access
from portal.web.colours import to_css
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language, offered_languages

blueprint = Blueprint("root", __name__)

_SERVICE_WORKER = Path(__file__).with_name("service_worker.js").read_text(encoding="utf-8")

# Receipts are secrets, and the signed-in areas are nobody's search result.
_FOR_GOOD = "public, max-age=31536000, immutable"
_DRAWN_ONLY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # drawings hold styles
_ROBOTS = """User-agent: *
Disallow: /*/receipts/
Disallow: /*/mail/
Disallow: /*/staff/
Disallow: /*/manage/
Disallow: /*/admin/
Disallow: /*/sign-in
"""


@blueprint.get("/")
@access(Access.PUBLIC)
def choose_language() -> Response:
    """To the home page in the language that the reader prefers; no cookie remembers it."""
    return _in_own_language(url_for("public.show_home", lang=current_language()))


@blueprint.get("/s/<code>")
@access(Access.PUBLIC)
def follow_short_address(code: str) -> Response:
    """From paper to a service's rating form, in the paper's language or the reader's own."""
    service_id = read_short_code(code)
    slug = find_slug(read(), service_id) if service_id is not None else None
    if slug is None:
        abort(404)
    asked = request.args.get("lang")
    lang = asked if asked in offered_languages() else current_language()
    return _in_own_language(url_for("rate.show_rating_form", lang=lang, slug=slug))


def _in_own_language(address: str) -> Response:
    response = redirect(address, 302)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/robots.txt")
@access(Access.PUBLIC)
def show_robots() -> Response:
    """What crawlers may read: everything public."""
    return Response(_ROBOTS, mimetype="text/plain", headers={"Cache-Control": "max-age=86400"})


@blueprint.get("/service-worker.js")
@access(Access.PUBLIC)
def show_service_worker() -> Response:
    """What keeps ratings while there is no network; it may ask this site only."""
    response = Response(_SERVICE_WORKER, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
    return response


@blueprint.get("/favicon.ico")
@access(Access.PUBLIC)
def show_icon() -> Response:
    """Browsers ask for this address whatever a page says."""
    response = redirect(portal().static["icon.svg"], 302)
    response.headers["Cache-Control"] = "max-age=86400"
    return response


@blueprint.get("/city/<key>.css")
@access(Access.PUBLIC)
def show_colours(key: str) -> Response:
    """The stylesheet of these colours. They stand in its address, so it never changes."""
    try:
        css = to_css(read_key(key))
    except ValueError:
        abort(404)
    return Response(css, mimetype="text/css", headers={"Cache-Control": _FOR_GOOD})


@blueprint.get("/city/logo/<name>")
@access(Access.PUBLIC)
def show_logo(name: str) -> Response:
    """The city's logo, a stranger's picture: opened by itself it may do nothing, ask nobody."""
    try:
        picture = read_name(name)
    except ValueError:
        abort(404)
    content = find_content(read(), picture)
    if content is None:
        abort(404)
    response = Response(content, content_type=KINDS[picture.kind])
    response.headers["Cache-Control"] = _FOR_GOOD
    response.headers["Content-Security-Policy"] = _DRAWN_ONLY
    return response


@blueprint.get("/.well-known/security.txt")
@access(Access.PUBLIC)
def show_security_contact() -> Response:
    """Whom to tell of a fault in this site's security (RFC 9116); 404 while nobody is named."""
    settings = portal().settings
    text = write_security_txt(
        get_contact(read()),
        now=portal().clock.now(),
        base=settings.base_url.rstrip("/"),
        languages=settings.languages,
    )
    if text is None:
        abort(404)
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "max-age=86400"})
