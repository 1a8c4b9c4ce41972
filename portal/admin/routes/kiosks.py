"""Kiosks: screens in public places on which residents rate."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from portal.admin import kiosks
from portal.admin.forms import KioskForm
from portal.admin.routes.blueprint import blueprint, langs
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.forms import ErrorList, errors_of
from portal.web.pages import page
from portal.web.qr import draw_qr
from portal.web.words import gettext as _

_USUAL_LIMIT = 60


@blueprint.get("/kiosks/")
@access(Access.ADMINISTRATOR)
def show_kiosks() -> Response:
    """All kiosks, and the form for a new one."""
    form = KioskForm(formdata=None)
    form.hourly_limit.data = str(_USUAL_LIMIT)
    return _page(form, [])


def _page(form: KioskForm, errors: ErrorList, status: int = 200) -> Response:
    return page(
        "admin/show_kiosks.html",
        status,
        form=form,
        errors=errors,
        kiosks=kiosks.list_kiosks(read(), langs()),
        services=kiosks.list_services(read(), langs()),
    )


@blueprint.post("/kiosks/")
@access(Access.ADMINISTRATOR, is_fresh=True)
def set_up_kiosk() -> Response:
    """Make a kiosk; its address is shown this once."""
    form, clock = KioskForm(), portal().clock
    form.service.choices = kiosks.list_services(read(), langs())
    if not form.validate():
        return _page(form, errors_of(form), 422)
    service_id = int(form.service.data) if form.service.data else None
    new = kiosks.NewKiosk(form.name.data or "", service_id, int(form.hourly_limit.data or 0))
    key = write(
        kiosks.set_up_kiosk, new=new, person_id=current_scope().person_id,
        today=clock.today(), now=clock.now(),
    )  # fmt: skip
    address = portal().settings.base_url.rstrip("/") + url_for("kiosk.begin", code=key)
    return page("admin/show_new_kiosk.html", name=new.name, address=address, qr=draw_qr(address))


@blueprint.post("/kiosks/<int:kiosk_id>/close")
@access(Access.ADMINISTRATOR, is_fresh=True)
def close_kiosk(kiosk_id: int) -> Response:
    """Its address stops working at once; what was rated there stays."""
    clock = portal().clock
    try:
        write(
            kiosks.close_kiosk, kiosk_id=kiosk_id, person_id=current_scope().person_id,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except LookupError:
        abort(404)
    flash(_("The kiosk is closed. Its address no longer works."), "done")
    return redirect(url_for("admin.show_kiosks"), 303)
