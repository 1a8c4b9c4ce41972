"""Words for the values that the audit log keeps as one of a few."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.admin.audit_log import Line
from portal.admin.words import number_name, number_text
from portal.data import load_model_texts
from portal.domain.personal_data import DataKind
from portal.web.criteria_short import SHORT
from portal.web.formats import number
from portal.web.i18n import current_language
from portal.web.reason_words import REASONS, REDACTIONS, WITHDRAWALS
from portal.web.redaction_words import kinds_in_words
from portal.web.warning_words import channel_name, state_name

_SET_APART: dict[str, Any] = {
    "asked": _l("The city or others asked people to rate"),
    "place": _l("Many people rated at one place"),
    "usual": _l("They look like all others"),
    "alike": _l("They are alike, as if one hand had given them"),
    "unexplained": _l("Nobody could say where they come from"),
}
_WORDS: dict[str, dict[str, Any]] = {
    "roles": {
        "staff": _l("Staff"),
        "translator": _l("Translator"),
        "manager": _l("Manager"),
        "administrator": _l("Administrator"),
    },
    "role": {"required": _l("Required languages"), "input": _l("Languages for feedback")},
    "result": {"stored": _l("stored"), "repeated": _l("sent twice, stored once")},
    "fields": {
        "phone": _l("By phone"),
        "email": _l("By email"),
        "place": _l("In person"),
        "hours": _l("Opening hours"),
        "security": _l("Where weak spots are told"),
    },
    "pieces": {"all": _l("all words")},
}
_SIGNS = {True: _l("Yes"), False: _l("No")}
_STATES = ("new", "looked_at", "dealt_with", "not_useful")


def word_of(line: Line, key: str, value: Any) -> str:
    """A value in words; figures as they are written, and what is unknown as it is stored."""
    if isinstance(value, bool):
        return str(_SIGNS[value])
    if line.action == "changed a threshold" and key in {"number", "before", "after"}:
        return _threshold(line.detail, key)
    if isinstance(value, int | float):
        return number(value)
    if key == "reason":
        return str(_reasons(line.action).get(value, value))
    if value in _WORDS.get(key, ()):
        return str(_WORDS[key][value])
    return _elsewhere(key, str(value))


def _threshold(detail: dict[str, Any], key: str) -> str:
    criterion, figure = detail["criterion"], detail["number"]
    if key == "number":
        return number_name(criterion, figure)
    return number_text(criterion, figure, detail[key])


def _reasons(action: str) -> dict[str, Any]:
    if action.startswith("set_apart"):
        return _SET_APART
    if action.startswith("withdrawal"):
        return WITHDRAWALS
    return REDACTIONS if "redact" in action else REASONS


def _elsewhere(key: str, value: str) -> str:
    """What other pages have words for."""
    match key:
        case "channel":
            return channel_name(value)
        case "state" | "before" if value in _STATES:
            return state_name(value)
        case "pieces" if value in {one.value for one in DataKind}:
            return kinds_in_words([value])
        case "criterion":
            return str(SHORT.get(value, value))
        case "block" | "dimension":
            return _model_name("building_block" if key == "block" else key, value)
        case _:
            return value


def _model_name(kind: str, value: str) -> str:
    return load_model_texts().text(f"{kind}.{value}.name", current_language())
