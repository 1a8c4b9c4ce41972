"""Services: the list, one service with everything that can be changed, and adding one."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.admin.routes.blueprint import blueprint, langs
from portal.admin.service_forms import NewServiceForm, ServiceForm, SwitchForm
from portal.admin.services import operations, queries
from portal.admin.services.records import keys_of
from portal.domain.typed_texts import TextsMoved
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.paging import asked_page
from portal.web.warning_words import channel_name
from portal.web.words import gettext as _


@blueprint.get("/services/")
@access(Access.ADMINISTRATOR)
def list_services() -> Response:
    """All services, narrowed by words and department."""
    wanted, department = request.args.get("q", "").strip(), request.args.get("department", "")
    found = queries.list_services(
        read(), langs=langs(), offered=offered(), wanted=wanted, department=department,
        number=asked_page(),
    )  # fmt: skip
    chosen = {"q": wanted or None, "department": department or None}
    departments = queries.department_choices(read(), langs())
    return page("admin/list_services.html", found=found, chosen=chosen, departments=departments)


@blueprint.get("/services/new")
@access(Access.ADMINISTRATOR)
def show_new_service() -> Response:
    """The form for a service."""
    return _new_page(NewServiceForm(formdata=None))


@blueprint.post("/services/new")
@access(Access.ADMINISTRATOR, is_fresh=True)
def add_service() -> Response:
    """Add a service that is not in use yet."""
    form, clock = NewServiceForm(), portal().clock
    form.department.choices = queries.department_choices(read(), langs())
    if not form.validate():
        return _new_page(form, 422)
    try:
        slug = write(
            operations.add_service, name=form.name.data or "", code=form.code.data,
            department=form.department.data, languages=offered(),
            person_id=current_scope().person_id, now=clock.now(), today=clock.today(),
        )  # fmt: skip
    except operations.CodeTakenError:
        form.code.errors = [_("Another service has this code. Enter another one or none.")]
        return _new_page(form, 422)
    flash(_("The service is added. Write its text, and let somebody else review it."), "done")
    return redirect(url_for("admin.show_text", slug=slug, tag=offered()[0]), 303)


def _new_page(form: NewServiceForm, status: int = 200) -> Response:
    departments = queries.department_choices(read(), langs())
    return page(
        "admin/show_new_service.html", status, form=form, errors=errors_of(form),
        departments=departments,
    )  # fmt: skip


@blueprint.get("/services/<slug>/")
@access(Access.ADMINISTRATOR)
def show_service(slug: str) -> Response:
    """Everything about one service."""
    return _service_page(slug)


def _service_page(
    slug: str, status: int = 200, form: ServiceForm | None = None, switch: SwitchForm | None = None
) -> Response:
    try:
        view = queries.get_service(read(), slug, langs=langs(), offered=offered())
    except LookupError:
        abort(404)
    today = portal().clock.today()
    return page(
        "admin/show_service.html", status, view=view, form=form or _filled(view), switch=switch,
        today=today,
        errors=errors_of(form) if form else _errors_of_switch(switch),
        departments=queries.department_choices(read(), langs()), channel_name=channel_name,
        keys_of=keys_of,
        due_before=today - queries.CHECK_HOLDS, is_open=queries.has_open_door(view, today),
    )  # fmt: skip


def _errors_of_switch(form: SwitchForm | None) -> ErrorList:
    """Three such forms stand on the page, so their fields are called after what they are about."""
    if form is None:
        return []
    names = {"what": "key"}
    about = form.what.data or "channel"
    return [(f"{about}-{names.get(name, name)}", text) for name, text in errors_of(form)]


def _filled(view: queries.ServiceView) -> ServiceForm:
    form = ServiceForm(formdata=None)
    form.fill(queries.get_choices(read(), view.service))
    return form


def _show_moved(slug: str, form: ServiceForm) -> Response:
    """What somebody else has chosen meanwhile beside what was chosen here."""
    session = read()
    service = queries.get_service(session, slug, langs=langs(), offered=offered()).service
    form.show_moved(queries.get_choices(session, service))
    return _service_page(slug, 409, form)


@blueprint.post("/services/<slug>/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def change_service(slug: str) -> Response:
    """Department, code, in use or not."""
    form = ServiceForm()
    form.department.choices = queries.department_choices(read(), langs())
    if not form.validate():
        return _service_page(slug, 422, form)
    try:
        write(
            operations.change_service, slug=slug, choices=form.choices, source_lang=offered()[0],
            person_id=current_scope().person_id, now=portal().clock.now(),
        )  # fmt: skip
    except TextsMoved:
        return _show_moved(slug, form)
    except operations.CodeTakenError:
        form.code.errors = [_("Another service has this code. Enter another one or none.")]
        return _service_page(slug, 422, form)
    except operations.NoTextError:
        form.is_active.errors = [_("First let somebody review its text, then take it into use.")]
        return _service_page(slug, 422, form)
    except LookupError:
        abort(404)
    flash(_("The change is kept."), "done")
    return redirect(url_for("admin.show_service", slug=slug), 303)


@blueprint.post("/services/<slug>/switch")
@access(Access.ADMINISTRATOR, is_fresh=True)
def switch_service(slug: str) -> Response:
    """Open or close a channel or a language from a day on."""
    form, clock = SwitchForm(), portal().clock
    form.offer(form.what.data or "channel", offered())
    form.validate()
    if form.day.day is not None and form.day.day < clock.today():
        form.day.errors = [_("This day has passed. Choose today or a later day.")]
    if errors_of(form) or form.day.day is None:
        return _service_page(slug, 422, switch=form)
    try:
        _switch(slug, form, form.day.day)
    except TextsMoved:
        form.day.errors = [_("Somebody else changed this record. It is shown as it is now: look,"
                             " then save again.")]  # fmt: skip
        return _service_page(slug, 409, switch=form)
    except LookupError:
        abort(404)
    flash(_("The change is kept."), "done")
    return redirect(url_for("admin.show_service", slug=slug), 303)


def _switch(slug: str, form: SwitchForm, day: date) -> None:
    clock = portal().clock
    shared = {
        "slug": slug, "is_open": form.way.data == "open", "day": day, "seen": form.read_spans,
        "person_id": current_scope().person_id, "now": clock.now(), "today": clock.today(),
    }  # fmt: skip
    if form.what.data == "channel":
        write(operations.switch_channel, channel=form.key.data, languages=offered(), **shared)
    else:
        write(operations.switch_language, lang=form.key.data, role=form.what.data, **shared)


@blueprint.post("/services/<slug>/checks/<tag>")
@access(Access.ADMINISTRATOR, is_fresh=True)
def check_page(slug: str, tag: str) -> Response:
    """Say that one read the page in a language and found it right."""
    if tag not in offered():
        abort(404)
    clock = portal().clock
    try:
        write(
            operations.check_page, slug=slug, lang=tag, person_id=current_scope().person_id,
            now=clock.now(), today=clock.today(),
        )  # fmt: skip
    except LookupError:
        abort(404)
    except operations.NotShown:
        flash(
            _("Residents are not shown this page in this language, so nothing was kept."), "alarm"
        )
    else:
        flash(_("Kept: you read the page today and found it right."), "done")
    return redirect(url_for("admin.show_service", slug=slug), 303)


def offered() -> list[str]:
    """The portal's languages, the source of all texts first."""
    return list(portal().settings.languages)
