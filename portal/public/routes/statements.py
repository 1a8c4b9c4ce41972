"""How it is measured, what is kept, how far everybody can use this site, where the data are."""

from __future__ import annotations

from flask import render_template

from portal.data import load_accessibility_checks
from portal.domain.criteria import DEFAULTS
from portal.public.history_view import EXAMPLE
from portal.public.routes.blueprint import blueprint
from portal.public.security_txt import find_security_contact
from portal.public.standing import find_shadow
from portal.public.stored_words import list_stored
from portal.public.thresholds_view import list_decisions
from portal.store.city import get_contact
from portal.store.retention import SIGN_IN_HOURS, get_periods
from portal.store.thresholds import list_threshold_changes
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.cookies import ALL as COOKIES
from portal.web.cookies import cookie_name
from portal.web.criteria_text import general_title
from portal.web.database import read
from portal.web.pages import cached_page


@blueprint.get("/method/")
@access(Access.PUBLIC)
@cached_page
def show_method() -> str:
    """How a level is measured, in plain words, and the model that it comes from."""
    return render_template(
        "public/show_method.html",
        criteria=DEFAULTS.criteria(),
        criterion_title=general_title,
        decisions=list_decisions(list_threshold_changes(read())),
        example=EXAMPLE,
        shadow=find_shadow(read()),
    )


@blueprint.get("/privacy/")
@access(Access.PUBLIC)
@cached_page
def show_privacy() -> str:
    """Every stored field with its purpose and period, every cookie, and what is never kept."""
    periods, is_https = get_periods(read()), portal().settings.is_https
    contact = get_contact(read())
    return render_template(
        "public/show_privacy.html",
        residents=list_stored(periods, "resident"),
        cases=list_stored(periods, "case"),
        staff=list_stored(periods, "staff"),
        sign_in_hours=SIGN_IN_HOURS,
        cookies=[cookie_name(name, is_https=is_https) for name in COOKIES],
        contact=contact,
        security=find_security_contact(contact),
    )


@blueprint.get("/help/")
@access(Access.PUBLIC)
@cached_page
def show_help() -> str:
    """How to have one's say by phone, in person or on paper."""
    return render_template("public/show_help.html", contact=get_contact(read()))


@blueprint.get("/accessibility/")
@access(Access.PUBLIC)
@cached_page
def show_accessibility() -> str:
    """How far everybody can use this site: what tests looked at, and what nobody did yet."""
    checked = load_accessibility_checks()
    return render_template(
        "public/show_accessibility.html",
        checked=checked,
        unchecked=[tag for tag in portal().settings.languages if tag not in checked.languages],
        contact=get_contact(read()),
    )


@blueprint.get("/open-data/")
@access(Access.PUBLIC)
@cached_page
def show_open_data() -> str:
    """Where other programs find all this."""
    settings = portal().settings
    return render_template(
        "public/show_open_data.html",
        licences=(settings.data_licence, settings.software_licence),
        base=settings.base_url.rstrip("/"),
    )


@blueprint.get("/kept/")
@access(Access.PUBLIC)
@cached_page
def show_kept() -> str:
    """What is kept on the reader's own device until there is network; their browser fills it."""
    return render_template("public/show_kept.html")
