"""Who did what: to filter, to leaf through, and to take away as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from flask import request
from werkzeug.wrappers import Response

from portal.admin import audit_log
from portal.admin.audit_details import action_of, details_of, subject_of, wanted_names
from portal.admin.audit_names import find_names
from portal.admin.audit_words import ACTIONS, SUBJECTS
from portal.admin.routes.blueprint import blueprint, langs
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.csv_text import CSV, to_csv
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.pages import page
from portal.web.paging import asked_page

_COLUMNS = ("id", "at", "who", "action", "subject", "subject_id", "detail")


@blueprint.get("/audit/")
@access(Access.ADMINISTRATOR)
def list_audit_events() -> Response:
    """One page of the log."""
    filters = _filters(request.args)
    log = audit_log.get_log(read(), filters, portal().settings.zone, asked_page())
    chosen = {
        "person": filters.person_id,
        "action": filters.action or None,
        "subject": filters.subject or None,
        "first": filters.first and filters.first.isoformat(),
        "last": filters.last and filters.last.isoformat(),
    }
    names = find_names(read(), wanted_names(log.page.items), langs())
    return page(
        "admin/list_audit_events.html", log=log, chosen=chosen, actions=ACTIONS, subjects=SUBJECTS,
        action_of=action_of, subject_of=lambda line: subject_of(line, names),
        details_of=lambda line: details_of(line, names),
    )  # fmt: skip


@blueprint.post("/audit/export")
@access(Access.ADMINISTRATOR, is_fresh=True)
def export_audit_events() -> Response:
    """What fits the filters as CSV; a POST, since it is written down."""
    lines = write(
        audit_log.export_lines, _filters(request.form), portal().settings.zone,
        person_id=current_scope().person_id, now=portal().clock.now(),
    )  # fmt: skip
    rows = (
        (one.id, one.at.isoformat(), one.who or "", one.action, one.subject, one.subject_id,
         json.dumps(one.detail, ensure_ascii=False, sort_keys=True))
        for one in lines
    )  # fmt: skip
    response = Response(to_csv(_COLUMNS, rows), content_type=CSV)
    response.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    return response


def _filters(asked: Mapping[str, str]) -> audit_log.Filters:
    """What was asked for; what makes no sense narrows nothing."""
    return audit_log.Filters(
        person_id=whole_number(asked.get("person")),
        action=asked.get("action", "")[:40],
        subject=asked.get("subject", "")[:40],
        first=_day(asked.get("first", "")),
        last=_day(asked.get("last", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.isascii() else None
    except ValueError:
        return None
