"""The page that says how anybody can check that their rating was counted."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, render_template, request

from portal.public import queries
from portal.public.addresses import day_in_address
from portal.public.reading import current_reader
from portal.store.integrity.proofs import list_days, list_lists, list_quarters
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.pages import cached_page

blueprint = Blueprint("integrity", __name__, url_prefix="/<lang:lang>")


@blueprint.get("/integrity/")
@access(Access.PUBLIC)
@cached_page
def show_integrity() -> str:
    """What the signed lists prove and do not prove, the newest figures, how to check them."""
    quarters = list_quarters(read())
    quarter = _quarter_wanted() or (quarters[0] if quarters else None)
    if quarters and quarter not in quarters:
        abort(404)
    names = {service.slug: service for service in queries.list_services(read(), current_reader())}
    return render_template(
        "public/show_integrity.html",
        days=list_days(read()),
        quarters=quarters,
        quarter=quarter,
        lists=list_lists(read(), quarter) if quarter else [],
        names=names,
        public_key=portal().secrets.public_key,
        base_url=portal().settings.base_url.rstrip("/"),
    )


def _quarter_wanted() -> date | None:
    text = request.args.get("quarter")
    return None if text is None else day_in_address(text)
