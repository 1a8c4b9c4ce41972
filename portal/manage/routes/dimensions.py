"""One service in all five dimensions: the grid, assessing, reviewing, the claimed level."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.domain.self_assessment import Dimension, open_quarter
from portal.domain.typed_texts import TextsMoved
from portal.manage import self_assessment_words as words
from portal.manage.operations import self_assessments as operations
from portal.manage.queries import claims, dimensions
from portal.manage.queries.own_services import name_of
from portal.manage.routes.blueprint import blueprint, langs
from portal.manage.scoped import get_managed_service
from portal.manage.self_assessment_forms import AssessmentForm, ClaimForm
from portal.store.doubts import find_doubt
from portal.store.publicity import get_public_since
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.criteria_short import doubtful_in_short
from portal.web.database import read, write
from portal.web.fields import whole_number
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.shown import show_newer
from portal.web.words import gettext as _

_CONFLICT = 409


@blueprint.get("/services/<slug>/dimensions/")
@access(Access.MANAGER)
def show_dimensions(slug: str) -> Response:
    """The grid of five dimensions and four levels, and the level claimed for the next quarter."""
    return _grid_page(slug, ClaimForm(formdata=None))


def _grid_page(slug: str, form: ClaimForm, status: int = 200) -> Response:
    session, today = read(), portal().clock.today()
    service = get_managed_service(session, current_scope(), slug)
    quarters = claims.list_perceptions(session, [service.id])[service.id]
    coming, claimed = open_quarter(today), claims.open_claim(quarters, today)
    stored = str(claimed.claimed) if claimed else ""
    if not form.is_submitted():
        form.level.data = form.was.data = stored
    elif form.quarter.day != coming:  # from here on the page is about another quarter
        form.was.data = stored
    elif status == _CONFLICT:
        said = dict(words.engage_options()).get(stored, "")
        show_newer(form.level, form.was, stored=stored, words=said)
    form.quarter.data = coming
    return page(
        "manage/show_dimensions.html",
        status,
        service=service,
        name=name_of(session, service, langs()),
        measured=dimensions.get_measured(session, service.id),
        doubt=find_doubt(session, service.id),
        doubtful=doubtful_in_short,
        rows=dimensions.list_rows(session, [service.id], today)[service.id],
        quarters=quarters,
        claimed=claimed,
        is_public=get_public_since(session) is not None,
        form=form,
        errors=errors_of(form),
        options=words.engage_options(),
        **words.words(),
    )


@blueprint.post("/services/<slug>/claim")
@access(Access.MANAGER)
def claim_level(slug: str) -> Response:
    """Say which level the next quarter will show, before it is measured."""
    form, clock = ClaimForm(), portal().clock
    if not form.validate() or form.quarter.day is None:
        return _grid_page(slug, form, 422)
    try:
        write(
            operations.claim_level, now=clock.now(), today=clock.today(), scope=current_scope(),
            slug=slug, quarter_on=form.quarter.day, level=int(form.level.data or 0),
            seen=form.was.data,
        )  # fmt: skip
    except TextsMoved:
        return _grid_page(slug, form, _CONFLICT)
    except operations.ClaimClosed:
        form.level.errors = [
            _("That quarter has begun and its level is measured. This is the next one.")
        ]
        return _grid_page(slug, form, 422)
    flash(_("Your expectation is kept. It is compared when the level is measured."))
    return redirect(url_for("manage.show_dimensions", slug=slug), 303)


@blueprint.get("/services/<slug>/dimensions/<letter>/")
@access(Access.MANAGER)
def show_dimension(slug: str, letter: str) -> Response:
    """One dimension: what stands, reviewing it, assessing it anew, what was said before."""
    return _dimension_page(slug, _dimension(letter))


def _dimension(letter: str) -> Dimension:
    if letter not in set(Dimension):
        abort(404)
    return Dimension(letter)


def _dimension_page(
    slug: str, dimension: Dimension, form: AssessmentForm | None = None, status: int = 200
) -> Response:
    session, scope = read(), current_scope()
    service = get_managed_service(session, scope, slug)
    rows = dimensions.list_rows(session, [service.id], portal().clock.today())[service.id]
    row = next(one for one in rows if one.dimension is dimension)
    if form is None:
        form = AssessmentForm(formdata=None)
        if row.history:
            form.fill(row.history[0].row)
    if not form.is_submitted() or status == _CONFLICT:  # whoever sees both goes on from here
        form.was.data = str(row.history[0].row.id if row.history else 0)
    return page(
        "manage/show_dimension.html",
        status,
        service=service,
        name=name_of(session, service, langs()),
        row=row,
        form=form,
        errors=errors_of(form),
        person_id=scope.person_id,
        statements=words.statement_options(dimension),
        kinds=words.EVIDENCE_KINDS.items(),
        **words.words(),
    )


@blueprint.post("/services/<slug>/dimensions/<letter>/")
@access(Access.MANAGER)
def assess_dimension(slug: str, letter: str) -> Response:
    """Say which level the service has reached, with the evidence for it."""
    dimension, form, clock = _dimension(letter), AssessmentForm(), portal().clock
    if not form.validate():
        return _dimension_page(slug, dimension, form, 422)
    evidence = [item for _place, item in form.evidence()]
    try:
        write(
            operations.assess_dimension, now=clock.now(), today=clock.today(),
            scope=current_scope(), slug=slug, dimension=dimension,
            level=int(form.level.data or 0), note=form.note.data or "", evidence=evidence,
            read_until=whole_number(form.was.data),
        )  # fmt: skip
    except TextsMoved:
        form.level.errors = [_("Somebody else has assessed it meanwhile. What they said stands on"
                               " this page: look, then save again.")]  # fmt: skip
        return _dimension_page(slug, dimension, form, _CONFLICT)
    except operations.BadEvidence as bad:
        form.explain(bad)
        return _dimension_page(slug, dimension, form, 422)
    flash(
        _("Kept. A second person has to review it.")
        if evidence
        else _("Kept as claimed without evidence. Add evidence so that it can be reviewed.")
    )
    return redirect(url_for("manage.show_dimension", slug=slug, letter=letter), 303)


@blueprint.post("/services/<slug>/dimensions/<letter>/<int:number>/review")
@access(Access.MANAGER)
def review_assessment(slug: str, letter: str, number: int) -> Response:
    """Agree, as a second person, that the evidence shows the level."""
    clock = portal().clock
    try:
        write(
            operations.review_assessment, now=clock.now(), today=clock.today(),
            scope=current_scope(), slug=slug, number=number,
        )  # fmt: skip
    except operations.OwnAssessment:
        flash(_("You assessed it yourself. Somebody else has to review it."), "alarm")
    except operations.NothingToReview:
        flash(_("There is nothing to review: it has no evidence, is reviewed or has expired."),
              "alarm")  # fmt: skip
    else:
        flash(_("Reviewed. It stands for twelve months from the day it was assessed."))
    return redirect(url_for("manage.show_dimension", slug=slug, letter=letter), 303)
