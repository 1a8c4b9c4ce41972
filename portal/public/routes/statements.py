"""How it is measured, what is kept, how far everybody can use this site, where the data are."""

from __future__ import annotations

from flask import render_template

from portal.domain.criteria import DEFAULTS
from portal.public.history_view import EXAMPLE
from portal.public.routes.blueprint import blueprint
from portal.public.standing import find_shadow
from portal.public.thresholds_view import list_decisions
from portal.store.retention import get_periods
from portal.store.thresholds import list_threshold_changes
from portal.web.access import Access, access
from portal.web.context import portal
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
    """What is kept about residents, for how long, and what never."""
    return render_template("public/show_privacy.html", periods=get_periods(read()))


@blueprint.get("/accessibility/")
@access(Access.PUBLIC)
@cached_page
def show_accessibility() -> str:
    """How far everybody can use this site."""
    return render_template("public/show_accessibility.html")


@blueprint.get("/open-data/")
@access(Access.PUBLIC)
@cached_page
def show_open_data() -> str:
    """Where other programs find all this."""
    return render_template(
        "public/show_open_data.html",
        licence=portal().settings.data_licence or None,
        base=portal().settings.base_url.rstrip("/"),
    )


@blueprint.get("/kept/")
@access(Access.PUBLIC)
@cached_page
def show_kept() -> str:
    """What is kept on the reader's own device until there is network; their browser fills it."""
    return render_template("public/show_kept.html")
