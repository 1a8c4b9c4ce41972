"""The inbox, and undoing what one did last."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, request
from werkzeug.wrappers import Response

from portal.respond.addresses import asked_themes, filters_of, read_address
from portal.respond.filter_words import filter_fields, list_chips
from portal.respond.inbox_forms import ViewForm
from portal.respond.operations.undoing import undo
from portal.respond.queries import inbox
from portal.respond.queries.also_waiting import count_also_waiting
from portal.respond.queries.choices import list_choices
from portal.respond.queries.filters import FLAGS, RATINGS, SORTS, TARGET, VIEWS
from portal.respond.queries.names import list_departments
from portal.respond.queries.undo import find_last_deed
from portal.respond.queries.views import list_views
from portal.respond.routes.blueprint import blueprint, langs
from portal.respond.routes.lists import back_to_list
from portal.store.targets import is_any_set
from portal.web.access import Access, access, current_scope
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.formats import number
from portal.web.pages import page
from portal.web.paging import asked_page
from portal.web.words import ngettext


@blueprint.get("/")
@access(Access.STAFF)
def show_inbox() -> Response:
    """The cases of one's departments, those due first on top."""
    scope, clock = current_scope(), portal().clock
    values = request.args.to_dict(flat=False)
    choices = list_choices(read(), scope, langs=langs(), asked=asked_themes(values))
    address = read_address(values, choices, _languages())
    filters = filters_of(address, choices, asked_page())
    flags, sorts = (_offered(FLAGS), _offered(SORTS))
    counts = inbox.count_views(read(), scope, filters, today=clock.today())
    return page(
        "respond/show_inbox.html",
        inbox=inbox.list_cases(
            read(), scope, filters, today=clock.today(), langs=langs(),
            total=counts.get(filters.place),
        ),
        n_open=inbox.count_open(read(), scope, filters, counts, today=clock.today()),
        counts=counts,
        saved=list_views(read(), scope, langs=langs()),
        teams=list_departments(read(), scope.desk, langs()),
        also=count_also_waiting(read(), scope),
        last=find_last_deed(read(), scope, now=clock.now()),
        filters=filters,
        address=address,
        chips=list_chips(address, choices, _languages()),
        form=ViewForm(formdata=None),
        is_desk=bool(scope.desk),
        filter_fields=filter_fields(choices, _languages(), sorts),
        offered={"views": VIEWS, "flags": flags, "ratings": RATINGS},
    )  # fmt: skip


def _offered(names: Sequence[str]) -> list[str]:
    """Those that mean something here: nothing speaks of targets where none was ever set."""
    has_target = is_any_set(read())
    return [name for name in names if name != TARGET or has_target]


def _languages() -> list[str]:
    return list(portal().settings.languages)


@blueprint.post("/undo/<int:event_id>")
@access(Access.STAFF)
def undo_last(event_id: int) -> Response:
    """Undo what one did last, while nobody has been told by it."""
    clock = portal().clock
    done = write(
        undo, now=clock.now(), today=clock.today(), scope=current_scope(), event_id=event_id
    )
    count, left, untimed = done.count, done.left, done.untimed
    flash(ngettext("Undone for %(n)s case.", "Undone for %(n)s cases.", count, n=number(count)))
    if left:
        flash(ngettext("%(n)s case stays: somebody has gone on with it.",
                       "%(n)s cases stay: somebody has gone on with them.", left, n=number(left)),
              "alarm")  # fmt: skip
    if untimed:
        flash(ngettext("%(n)s answer has lost its time to come out. Choose it again.",
                       "%(n)s answers have lost their time to come out. Choose it again.",
                       untimed, n=number(untimed)), "alarm")  # fmt: skip
    return back_to_list()
