"""What a figure is made of, each thing in a line of the page's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from portal.domain.monthly import STAFF_K
from portal.manage.partner_words import explain_rules
from portal.manage.queries.made_of import IMPORTED, Item
from portal.store.texts import InLanguage
from portal.web.formats import language_name, number, short_day
from portal.web.i18n import current_language
from portal.web.warning_words import channel_name
from portal.web.words import gettext as _
from portal.web.words import ngettext


@dataclass(frozen=True)
class Line:
    """A thing, whether it counts, what decides it, where it is; `is_voice`: residents' words."""

    title: InLanguage[str]
    counts: bool
    notes: Sequence[str]
    href: str | None = None
    is_voice: bool = False


def put_in_words(metric: str, items: Sequence[Item]) -> list[Line]:
    """A line for each thing that the figure is made of."""
    return [_LINES[metric](item) for item in items]


def _here(text: str) -> InLanguage[str]:
    return InLanguage(current_language(), text)


def _check(item: Item) -> Line:
    if item.on is None:
        note = _("Nobody has checked this page.")
    elif item.counts:
        note = _("Last checked on %(day)s.", day=short_day(item.on))
    else:
        note = _(
            "Last checked on %(day)s: more than 12 months ago.", day=short_day(item.on)
        )  # fmt: skip
    return Line(_here(language_name(item.name)), item.counts, [note])


def _opening(item: Item) -> Line:
    note = _("Residents cannot give feedback in this language.")
    if item.on is not None:
        note = _("Open for feedback since %(day)s.", day=short_day(item.on))
    return Line(_here(language_name(item.name)), item.counts, [note])


def _channel(item: Item) -> Line:
    count = item.n or 0
    if item.name == IMPORTED:
        note = ngettext(
            "Their source names %(n)s channel.",
            "Their source names %(n)s channels.",
            count,
            n=number(count),
        )
    else:
        note = ngettext(
            "%(n)s submission came this way.",
            "%(n)s submissions came this way.",
            count,
            n=number(count),
        )
    return Line(_here(channel_name(item.name)), item.counts, [note])


def _raters(item: Item) -> Line:
    if item.n is None:
        note = _("Too few people to show: fewer than %(n)s, or others would give it away.",
                 n=number(STAFF_K))  # fmt: skip
    else:
        note = ngettext("%(n)s person", "%(n)s people", item.n, n=number(item.n))
    return Line(_here(language_name(item.name)), item.counts, [note])


def _response(item: Item) -> Line:
    title = item.words or _here(_("Response %(n)s", n=str(item.id)))
    notes = [_("Published on %(day)s.", day=short_day(item.on))] if item.on else []
    href = url_for("public.show_response", response_id=item.id)
    return Line(title, item.counts, notes, href, is_voice=item.words is not None)


def _co_decision(item: Item) -> Line:
    missing = [
        f"{rule.title}: {rule.note}"
        for rule in explain_rules(item.figures, item.rules)
        if not rule.is_met
    ]
    decided = _("Decided on %(day)s.", day=short_day(item.on)) if item.on else ""
    href = None
    if item.id is not None:
        href = url_for("manage.show_co_decision", co_decision_id=item.id)
    return Line(_here(item.name), item.counts, [decided, *missing], href)


_LINES: Mapping[str, Callable[[Item], Line]] = {
    "info_languages": _check,
    "input_languages": _opening,
    "channels": _channel,
    "raters": _raters,
    "raters_recent": _raters,
    "public_responses": _response,
    "public_responses_recent": _response,
    "co_decisions": _co_decision,
}
