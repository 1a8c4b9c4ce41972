"""Early warnings: the list, and one with its evidence and what people made of it."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField

from portal.manage.operations.warnings import (
    NoSuchOwner,
    RaisedAnew,
    WarningConflict,
    change_warning,
    choose_digest,
)
from portal.manage.queries import warnings as queries
from portal.manage.routes.blueprint import blueprint, langs
from portal.models.warnings import WARNING_KINDS, WARNING_STATES
from portal.store.monitors import find_comparison
from portal.web import warning_words
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.fields import AtMost, ChoiceField, Needed, Storable, tidy, whole_number
from portal.web.forms import DeskForm, ErrorList, errors_of
from portal.web.pages import page
from portal.web.paging import asked_page
from portal.web.words import gettext as _

CONFLICT = 409


class WarningForm(DeskForm):
    """How far one is with a warning."""

    version = StringField()
    state = ChoiceField(
        choices=[(state, state) for state in WARNING_STATES],
        validators=[Needed(_l("Choose how far you are."))],
    )
    owner = StringField()
    note = TextAreaField(filters=[tidy], validators=[AtMost(2000), Storable()])


@blueprint.get("/warnings/")
@access(Access.MANAGER)
def show_warnings() -> Response:
    """What looks different, newest first."""
    wanted, scope = _wanted(), current_scope()
    return page(
        "manage/show_warnings.html",
        found=queries.list_warnings(read(), scope, wanted, langs()),
        wanted=wanted,
        words=warning_words,
        kinds=WARNING_KINDS,
        states=(queries.OPEN, *WARNING_STATES),
        gets_digest=queries.gets_digest(read(), scope.person_id),
    )


def _wanted() -> queries.Wanted:
    asked = queries.Wanted(
        state=request.args.get("state", queries.OPEN),
        kind=request.args.get("kind", ""),
        service=request.args.get("service", ""),
        page=asked_page(),
    )
    return asked if asked.is_sensible else queries.Wanted()


@blueprint.post("/warnings/digest")
@access(Access.MANAGER)
def choose_warnings_digest() -> Response:
    """Have the week's open warnings mailed, or no longer."""
    wants = request.form.get("wants") == "1"
    write(
        choose_digest,
        now=portal().clock.now(),
        scope=current_scope(),
        secrets=portal().secrets,
        wants=wants,
    )
    flash(
        _("You get the open warnings by mail every Monday.")
        if wants
        else _("You get no more weekly mail.")
    )
    return redirect(url_for("manage.show_warnings", **_wanted().address), 303)


@blueprint.get("/warnings/<int:warning_id>/")
@access(Access.MANAGER)
def show_warning(warning_id: int) -> Response:
    """One warning with its evidence."""
    return _warning_page(warning_id, None)


def _warning_page(
    warning_id: int,
    form: WarningForm | None,
    errors: ErrorList | None = None,
    status: int = 200,
    raised_anew: int | None = None,
) -> Response:
    """`raised_anew` is the warning that is open instead of this one, which stays closed."""
    detail = queries.get_warning(
        read(), current_scope(), warning_id, portal().clock.today(), langs()
    )
    row = detail.view.row
    if form is None:
        form = WarningForm(formdata=None, state=row.state, note=row.note)
        form.owner.data, form.version.data = str(row.owner_id or ""), str(row.version)
    elif status == CONFLICT:  # whoever sees both goes on from here
        form.version.data = str(row.version)
    return page(
        "manage/show_warning.html",
        status,
        detail=detail,
        view=detail.view,
        evidence=row.evidence,
        words=warning_words,
        comparison=find_comparison(read()) if detail.view.is_doubtful else None,
        form=form,
        errors=errors or errors_of(form),
        is_conflict=status == CONFLICT,
        raised_anew=raised_anew,
        states=[(state, warning_words.state_name(state)) for state in WARNING_STATES],
        owners=[("", _("Nobody yet")), *((str(one), name) for one, name in detail.people)],
    )


@blueprint.post("/warnings/<int:warning_id>/")
@access(Access.MANAGER)
def save_warning(warning_id: int) -> Response:
    """Say how far one is with it."""
    form = WarningForm()
    owner_id, version = whole_number(form.owner.data), whole_number(form.version.data)
    if form.owner.data and owner_id is None:
        form.validate()
        form.owner.errors = [_("Choose somebody from the list.")]
        return _warning_page(warning_id, form, status=422)
    if not form.validate():
        return _warning_page(warning_id, form, status=422)
    try:
        write(
            change_warning, now=portal().clock.now(), scope=current_scope(),
            warning_id=warning_id, version=-1 if version is None else version,
            state=form.state.data, owner_id=owner_id, note=form.note.data or "",
        )  # fmt: skip
    except NoSuchOwner:
        form.owner.errors = [_("Choose somebody from the list.")]
        return _warning_page(warning_id, form, status=422)
    except RaisedAnew as anew:
        form.state.errors = [
            _("This has been raised anew and is open there, so this warning stays closed.")
        ]
        return _warning_page(warning_id, form, status=422, raised_anew=anew.warning_id)
    except WarningConflict:
        words = _("Somebody else changed this warning. It is shown as it is now: look, then save.")
        return _warning_page(warning_id, form, [("", words)], CONFLICT)
    flash(_("Saved."))
    return redirect(url_for("manage.show_warning", warning_id=warning_id), 303)
