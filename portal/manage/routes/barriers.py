"""Barriers of a service: list, add, edit, close and reopen."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.domain.criteria import CRITERIA
from portal.manage import self_assessment_words as words
from portal.manage.barrier_forms import BarrierForm
from portal.manage.operations import barriers as operations
from portal.manage.queries import roadmap
from portal.manage.queries.own_services import name_of
from portal.manage.routes.blueprint import blueprint, langs
from portal.manage.scoped import get_managed_service
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.criteria_text import general_title
from portal.web.database import read, write
from portal.web.forms import errors_of
from portal.web.pages import page
from portal.web.words import gettext as _

CONFLICT = 409


@blueprint.get("/services/<slug>/barriers/")
@access(Access.MANAGER)
def list_barriers(slug: str) -> Response:
    """What stands in the service's way, block by block, and what was overcome."""
    session, today = read(), portal().clock.today()
    service = get_managed_service(session, current_scope(), slug)
    return page(
        "manage/list_barriers.html",
        service=service,
        name=name_of(session, service, langs()),
        plans=roadmap.list_plans(session, [service.id], today)[service.id],
        closed=roadmap.list_plans(session, [service.id], today, is_closed=True)[service.id],
        blocks=words.block_options(),
        **words.words(),
    )


@blueprint.get("/services/<slug>/barriers/new")
@access(Access.MANAGER)
def show_new_barrier(slug: str) -> Response:
    """An empty form."""
    return _form_page(slug, None, BarrierForm(formdata=None))


def _form_page(slug: str, number: int | None, form: BarrierForm, status: int = 200) -> Response:
    session, scope = read(), current_scope()
    service = get_managed_service(session, scope, slug)
    row = None if number is None else operations.get_barrier(session, scope, slug, number)
    if row is not None and status == CONFLICT:
        form.version.data = str(row.version)
    return page(
        "manage/show_barrier.html",
        status,
        service=service,
        name=name_of(session, service, langs()),
        row=row,
        form=form,
        errors=errors_of(form),
        is_conflict=status == CONFLICT,
        blocks=words.block_options(),
        criteria=[(one.id, general_title(one)) for one in CRITERIA],
        **words.words(),
    )


@blueprint.post("/services/<slug>/barriers/new")
@access(Access.MANAGER)
def add_barrier(slug: str) -> Response:
    """Write a barrier down."""
    form = BarrierForm()
    if not form.validate():
        return _form_page(slug, None, form, 422)
    write(
        operations.add_barrier, now=portal().clock.now(), scope=current_scope(), slug=slug,
        plan=form.plan,
    )  # fmt: skip
    flash(_("The barrier is on the roadmap."))
    return _to_list(slug)


@blueprint.get("/services/<slug>/barriers/<int:number>/")
@access(Access.MANAGER)
def show_barrier(slug: str, number: int) -> Response:
    """One barrier, to be changed, closed or reopened."""
    form = BarrierForm(formdata=None)
    form.fill(operations.get_barrier(read(), current_scope(), slug, number))
    return _form_page(slug, number, form)


@blueprint.post("/services/<slug>/barriers/<int:number>/")
@access(Access.MANAGER)
def save_barrier(slug: str, number: int) -> Response:
    """Change it; where somebody else was faster, what is stored is shown beside what was typed."""
    form = BarrierForm()
    if not form.validate():
        return _form_page(slug, number, form, 422)
    try:
        write(
            operations.save_barrier, now=portal().clock.now(), scope=current_scope(), slug=slug,
            number=number, version=form.read_version, plan=form.plan,
        )  # fmt: skip
    except operations.StaleBarrier:
        return _form_page(slug, number, form, CONFLICT)
    flash(_("Saved."))
    return _to_list(slug)


@blueprint.post("/services/<slug>/barriers/<int:number>/close", defaults={"is_closed": True})
@blueprint.post("/services/<slug>/barriers/<int:number>/reopen", defaults={"is_closed": False})
@access(Access.MANAGER)
def close_barrier(slug: str, number: int, is_closed: bool) -> Response:
    """Say that it is overcome, or that it is there again."""
    clock = portal().clock
    write(
        operations.set_closed, now=clock.now(), today=clock.today(), scope=current_scope(),
        slug=slug, number=number, is_closed=is_closed,
    )  # fmt: skip
    flash(_("Closed. It stays in the list of what was overcome.") if is_closed else _("Reopened."))
    return _to_list(slug)


def _to_list(slug: str) -> Response:
    return redirect(url_for("manage.list_barriers", slug=slug), 303)
