"""The page on which a thing gets its names: a department, a district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.wrappers import Response

from portal.admin.forms import MAX_NAME
from portal.admin.routes.services import offered
from portal.web.forms import errors_of
from portal.web.names import NamesForm
from portal.web.pages import page


@dataclass(frozen=True)
class Naming:
    """What is named (`slug`, its names by language) and the words and addresses of its page."""

    slug: str
    names: Mapping[str, str]
    title: str
    action: str
    back: str
    back_url: str


def sent_names() -> NamesForm:
    """The names as they came back."""
    return NamesForm.of(offered(), MAX_NAME)()


def show_naming(
    naming: Naming, refused: NamesForm | None = None, *, is_moved: bool = False
) -> Response:
    """The names in every language, or what was typed with what to put right.

    `is_moved`: somebody else has changed some of them, which stand beside what was typed.
    """
    form = refused
    if form is None:
        form = NamesForm.of(offered(), MAX_NAME)(formdata=None)
        form.fill(naming.names)
    elif is_moved:
        form.show_moved(naming.names)
    status = 409 if is_moved else 422 if refused else 200
    return page("admin/show_names.html", status, naming=naming, form=form, errors=errors_of(form))
