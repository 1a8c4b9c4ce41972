"""The desk's blueprint, and what its views share."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import exceptions
from werkzeug.wrappers import Response
from wtforms import Field

from portal.domain.short_code import short_code
from portal.respond import words
from portal.respond.queries.promises import count_pressing
from portal.respond.rules import Conflict
from portal.respond.scoped import DraftDeleted
from portal.web.access import current_scope
from portal.web.context import portal
from portal.web.database import read
from portal.web.i18n import current_language
from portal.web.pages import page
from portal.web.reason_words import REASONS, REDACTIONS, WITHDRAWALS
from portal.web.warning_words import channel_name
from portal.web.words import gettext as _

blueprint = Blueprint("respond", __name__, url_prefix="/<lang:lang>/staff")
blueprint.register_error_handler(
    Conflict, lambda _error: current_app.handle_user_exception(exceptions.Conflict())
)


@blueprint.errorhandler(DraftDeleted)
def _say_deleted(_error: DraftDeleted) -> ResponseReturnValue:
    """Whoever wanted to do something with the draft is told why nothing came of it."""
    if request.method != "POST":
        return current_app.handle_user_exception(exceptions.NotFound())
    flash(_("This draft was deleted in the meantime."), "alarm")
    return redirect(url_for("respond.show_responses"), 303)


def show_deleted(what: str, back: tuple[str, str], typed: Sequence[tuple[str, Field]]) -> Response:
    """What was typed for something that a colleague deleted meanwhile, to be copied.

    `back` is (words, address) of the list that it was in, `typed` the fields with their labels.
    """
    return page("respond/show_deleted.html", 409, what=what, back=back, typed=typed)


def langs() -> list[str]:
    """The page's language, then the others in the portal's order."""
    return [current_language(), *portal().settings.languages]


@blueprint.before_request
def _require_offered_language() -> None:
    tag = (request.view_args or {}).get("tag")
    if tag is not None and tag not in portal().settings.languages:
        abort(404)


@blueprint.app_template_filter("state_name")
def _state_name(state: str) -> str:
    return words.state_name(state)


blueprint.add_app_template_filter(short_code)


def _pressing() -> dict[str, int]:
    return count_pressing(read(), current_scope(), today=portal().clock.today())


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {
        "channel_name": channel_name,
        "places": words.PLACES,
        "reasons": REASONS,
        "need_names": words.NEEDS,
        "phrase_kinds": words.PHRASE_KINDS,
        "redactions": REDACTIONS,
        "pressing": _pressing,
        "promise_names": words.PROMISES,
        "flag_names": words.FLAGS,
        "text_states": words.TEXT_STATES,
        "event_name": words.event_name,
        "kind_name": words.kind_name,
        "rating_name": words.rating_name,
        "verdict_name": words.verdict_name,
        "withdrawals": WITHDRAWALS,
    }
