"""What a co-decision needs in order to count, in words (METHOD.md 3.2, below the criteria)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.domain.partnership import ATTESTATIONS_MIN, FAIR_AT_LEAST
from portal.web.formats import number, percent
from portal.web.words import gettext as _
from portal.web.words import ngettext


@dataclass(frozen=True)
class Rule:
    """One rule: what it asks, whether it is met, and what stands or is to be done."""

    title: str
    is_met: bool
    note: str


def explain_rules(figures: Mapping[str, Any], conditions: Mapping[str, bool]) -> list[Rule]:
    """Every rule in the order in which a co-decision comes about."""
    met, missing = _met(figures), _missing(figures)
    return [
        Rule(title, conditions[name], met[name] if conditions[name] else missing[name])
        for name, title in _titles().items()
    ]


def _titles() -> dict[str, str]:
    return {
        "linked_submissions": _("It comes from what residents told us"),
        "partner_external": _("The partner is not part of the city government"),
        "decision_record": _("The record is complete"),
        "invited_all": _("Everybody concerned was invited"),
        "partner_signed": _("The partner has signed"),
        "attested": ngettext(
            "At least %(n)s resident has judged the record",
            "At least %(n)s residents have judged the record",
            ATTESTATIONS_MIN,
            n=number(ATTESTATIONS_MIN),
        ),
        "fair": _("At least %(share)s of them find it fair", share=percent(FAIR_AT_LEAST)),
    }


def _met(figures: Mapping[str, Any]) -> dict[str, str]:
    linked, fair = figures["linked_submissions"], figures["attest_fair"]
    judged = fair + figures["attest_unfair"]
    return {
        "linked_submissions": ngettext(
            "%(n)s case is linked.", "%(n)s cases are linked.", linked, n=number(linked)
        ),
        "partner_external": _("Its signature is its own."),
        "decision_record": _("What was proposed, decided and changed, and the day."),
        "invited_all": _("Everybody who had been told in the theme was invited to its next step."),
        "partner_signed": _("Through its own link, which works once."),
        "attested": _people(judged),
        "fair": _("%(share)s say that it is fair.", share=percent(fair / judged)) if judged else "",
    }


def _missing(figures: Mapping[str, Any]) -> dict[str, str]:
    fair = figures["attest_fair"]
    judged = fair + figures["attest_unfair"]
    fair_note = _("Nobody has judged it yet.")
    if judged:
        fair_note = _("%(share)s say that it is fair.", share=percent(fair / judged))
    return {
        "linked_submissions": _("Link at least one case of the theme."),
        "partner_external": _(
            "It belongs to the city government, so this is no decision with others."
        ),
        "decision_record": _("Fill in what was proposed, decided and changed, and the day."),
        "invited_all": _(
            "Name a next step for the theme, in every language in which people were told."
        ),
        "partner_signed": _("See below how the partner gets its link."),
        "attested": _("%(people)s Only residents can: on the pages of their receipts.",
                      people=_people(judged)),
        "fair": fair_note,
    }  # fmt: skip


def explain_merged() -> str:
    """Why nothing new begins in a theme."""
    return _("This theme was merged into another one. Choose the one that has its cases now.")


def _people(count: int) -> str:
    if not count:
        return _("Nobody has so far.")
    return ngettext("%(n)s person has so far.", "%(n)s people have so far.", count, n=number(count))
