"""Why a case is set aside, words are taken out or not: as the desk and the audit log say it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

REASONS: dict[str, Any] = {
    "automatic": _l("Set aside automatically"),
    "spam": _l("Spam or advertising"),
    "abuse": _l("Insults or threats, and nothing else"),
    "duplicate": _l("The same message twice"),
    "test": _l("A test"),
    "withdrawn": _l("The resident asked us to"),
    "wrong_service": _l("Belongs to another service"),
}
REDACTIONS: dict[str, Any] = {
    "own_data": _l("It tells who the resident is, or how to reach them"),
    "others_data": _l("It tells something about another person"),
    "unlawful": _l("The law forbids keeping it"),
    "asked": _l("The resident asked us to"),
    "withdrawn": _l("The resident withdrew it"),
    "expired": _l("Words are kept for a limited time only"),
}
WITHDRAWALS: dict[str, Any] = {
    "unsure": _l("Nobody can be sure that the resident asked for it"),
    "denied": _l("The resident says that they did not ask for it"),
    "staff": _l("Somebody of the city had asked for it"),
}
