"""The page of a case, which every form on it comes back to."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, url_for
from werkzeug.wrappers import Response

from portal.respond.forms import NoteForm, RefuseWithdrawalForm, SetAsideForm
from portal.respond.inbox_forms import AssignForm
from portal.respond.queries.care import get_care
from portal.respond.queries.cases import get_case_view
from portal.respond.queries.choices import list_people
from portal.respond.queries.disputes import find_dispute
from portal.respond.routes.blueprint import langs
from portal.respond.rules import STRIKE_HOURS
from portal.respond.words import problem_text
from portal.web.access import current_scope
from portal.web.context import portal
from portal.web.database import read
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page


@dataclass(frozen=True)
class Translation:
    """The comment, or what was said to an answer, as a machine puts it."""

    remark_id: int | None
    text: str


def case_page(
    case_id: int,
    form: SetAsideForm | None = None,
    status: int = 200,
    errors: ErrorList | None = None,
    *,
    note: NoteForm | None = None,
    assigning: AssignForm | None = None,
    refusing: RefuseWithdrawalForm | None = None,
    translation: Translation | None = None,
) -> Response:
    """The case with its forms: those that were sent with their errors, the others empty.

    `translation` is for this one look.
    """
    scope, clock = current_scope(), portal().clock
    aside = form if form is not None else SetAsideForm(formdata=None)
    noting = note if note is not None else NoteForm(formdata=None)
    assigned = assigning if assigning is not None else AssignForm(formdata=None)
    refused = refusing if refusing is not None else RefuseWithdrawalForm(formdata=None)
    country, now = portal().settings.country, clock.now()
    view = get_case_view(read(), scope, case_id, today=clock.today(), langs=langs())
    return page(
        "respond/show_case.html",
        status,
        case=view,
        problem_text=problem_text,
        dispute=find_dispute(read(), scope, view.row, langs=langs()),
        people=list_people(read(), frozenset({view.department_id})),
        assigning=assigned,
        care=get_care(read(), scope, case_id, country=country, now=now),
        form=aside,
        note=noting,
        refusing=refused,
        errors=errors
        if errors is not None
        else [one for sent in (assigned, aside, noting, refused) for one in errors_of(sent)],
        aside_errors=errors if errors is not None else errors_of(aside),
        strike_hours=STRIKE_HOURS,
        person_id=scope.person_id,
        translation=translation,
        can_translate=bool(portal().settings.translate_url),
    )


def to_case(case_id: int) -> Response:
    """Back to the case after something was done."""
    return redirect(url_for("respond.show_case", case_id=case_id), 303)
