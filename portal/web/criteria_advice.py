"""What it would take to meet a criterion: plain instructions in the page's language.

The figures come from `to_pass` and the groups of a result (METHOD.md 3.5, A.2, A.4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.domain.parity import DISPARITY, UNCLEAR
from portal.domain.publication import K
from portal.domain.reach import TOO_LOW
from portal.domain.statistics import positives_to_lift, stuffing
from portal.domain.status import PASSING
from portal.web.criteria_reasons import resolve
from portal.web.criteria_text import Criterion, Names, group_name, groups_with, is_of_few
from portal.web.formats import language_name, list_of, number, percent
from portal.web.words import gettext as _
from portal.web.words import ngettext


def steps(criterion: Criterion, names: Names, least: int = K) -> list[str]:
    """What it would take to meet the criterion; empty where it is in place.

    Of shares of fewer than `least` people it is what it would take if nobody had answered: what
    is still missing would tell what they said.
    """
    if criterion["status"] in PASSING:
        return []
    if is_of_few(criterion, least):
        criterion = {**criterion, "to_pass": _from_nobody(criterion)}
    return _STEPS[criterion["kind"]](criterion, names)


def _from_nobody(criterion: Criterion) -> dict[str, int]:
    return {"more_positive": stuffing(0, 0, criterion["threshold"], criterion["n_min"])}


def _number(count: int) -> dict[str, str]:
    return {"n": number(count)}


_SHARE_STEPS: dict[str, Callable[[int], str]] = {
    "q2": lambda n: ngettext(
        "Make it easier to give feedback: %(n)s more person would have to say that it is easy.",
        "Make it easier to give feedback: %(n)s more people would have to say that it is easy.",
        n,
        **_number(n),
    ),
    "q3": lambda n: ngettext(
        "Show what was done: %(n)s more person would have to say that they can see it.",
        "Show what was done: %(n)s more people would have to say that they can see it.",
        n,
        **_number(n),
    ),
    "q5": lambda n: ngettext(
        "Give people a say: %(n)s more person would have to say that they have one.",
        "Give people a say: %(n)s more people would have to say that they have one.",
        n,
        **_number(n),
    ),
    "ack": lambda n: ngettext(
        "Acknowledge the next message within 7 days.",
        "Acknowledge the next %(n)s messages within 7 days.",
        n,
        **_number(n),
    ),
    "told30": lambda n: ngettext(
        "Tell the next person within 30 days what happened.",
        "Tell the next %(n)s people within 30 days what happened.",
        n,
        **_number(n),
    ),
    "told90": lambda n: ngettext(
        "Tell the next person within 90 days at the latest.",
        "Tell the next %(n)s people within 90 days at the latest.",
        n,
        **_number(n),
    ),
    "same_language": lambda n: ngettext(
        "Tell the next person in the language they wrote in.",
        "Tell the next %(n)s people in the language they wrote in.",
        n,
        **_number(n),
    ),
    "confirmed": lambda n: ngettext(
        "Give answers that help: %(n)s more person would have to reply yes or partly.",
        "Give answers that help: %(n)s more people would have to reply yes or partly.",
        n,
        **_number(n),
    ),
    "action": lambda n: ngettext(
        "Act on the next problem or idea, or promise a date.",
        "Act on the next %(n)s problems or ideas, or promise a date.",
        n,
        **_number(n),
    ),
    "invited": lambda n: ngettext(
        "Invite the next person who is told to a next step.",
        "Invite the next %(n)s people who are told to a next step.",
        n,
        **_number(n),
    ),
}


def _share_steps(criterion: Criterion, _names: Names) -> list[str]:
    to_pass = criterion.get("to_pass", {})
    sentences = resolve(to_pass.get("resolve", ()))
    if to_pass.get("more_positive"):
        sentences.append(_SHARE_STEPS[criterion["metric"]](to_pass["more_positive"]))
    if to_pass.get("n_at_this_rate"):
        sentences.append(
            _(
                "Or go on at this rate until there are %(n)s in all.",
                **_number(to_pass["n_at_this_rate"]),
            )
        )
    return sentences or [_lift(criterion)]


def _lift(criterion: Criterion) -> str:
    """A share that only must not be contradicted, and clearly is: how far it is from being open."""
    more = positives_to_lift(criterion["x"], criterion["n"], criterion["threshold"])
    return ngettext(
        "Raise this share: it is surely below %(share)s. With %(n)s more that counts for the"
        " service, that would no longer be sure.",
        "Raise this share: it is surely below %(share)s. With %(n)s more that count for the"
        " service, that would no longer be sure.",
        more,
        share=percent(criterion["threshold"]),
        **_number(more),
    )


_COUNT_STEPS: dict[str, Callable[[Criterion], str]] = {
    "channels": lambda _criterion: _(
        "Open one more way to give feedback that works without the internet."
    ),
    "raters": lambda criterion: ngettext(
        "Ask more people to rate the service: %(n)s person is needed.",
        "Ask more people to rate the service: %(n)s people are needed.",
        criterion["threshold"],
        **_number(criterion["threshold"]),
    ),
    "raters_recent": lambda criterion: ngettext(
        "Ask more people to rate the service now: %(n)s person in 90 days is needed.",
        "Ask more people to rate the service now: %(n)s people in 90 days are needed.",
        criterion["threshold"],
        **_number(criterion["threshold"]),
    ),
    "public_responses": lambda criterion: ngettext(
        "Publish %(n)s more “You said, we did” report.",
        "Publish %(n)s more “You said, we did” reports.",
        criterion["to_pass"]["more"],
        **_number(criterion["to_pass"]["more"]),
    ),
    "public_responses_recent": lambda criterion: ngettext(
        "Publish %(n)s new “You said, we did” report.",
        "Publish %(n)s new “You said, we did” reports.",
        criterion["to_pass"]["more"],
        **_number(criterion["to_pass"]["more"]),
    ),
}


def _coverage_steps(criterion: Criterion, _names: Names) -> list[str]:
    if not criterion["missing"]:
        return [_("Say which languages are required.")]
    languages = list_of(language_name(tag) for tag in criterion["missing"])
    if criterion["metric"] == "input_languages":
        return [_("Open the rating form in: %(languages)s.", languages=languages)]
    return [
        _("Publish the page, or have it checked again, in: %(languages)s.", languages=languages)
    ]


def _parity_steps(criterion: Criterion, names: Names) -> list[str]:
    verdicts = {row["verdict"] for row in criterion["groups"]}
    wanted = DISPARITY if DISPARITY in verdicts else UNCLEAR
    say = _close_gap if wanted == DISPARITY else _show_parity
    sentences = [
        say(criterion, row, names) for row in criterion["groups"] if row["verdict"] == wanted
    ]
    return sentences or resolve(criterion["reasons"])


def _close_gap(criterion: Criterion, row: Mapping[str, Any], names: Names) -> str:
    return _(
        "%(group)s: %(points)s percentage points behind everyone else. Find out why, and serve this"
        " group as well as everyone else.",
        group=group_name(criterion["metric"], row["group"], names),
        points=_points(-row["diff"]),
    )


def _show_parity(criterion: Criterion, row: Mapping[str, Any], names: Names) -> str:
    """More people would show it, or the group is behind by more than chance alone explains."""
    group = group_name(criterion["metric"], row["group"], names)
    needed = row.get("n_needed_if_equal") or 0
    if needed > row["n"]:
        return ngettext(
            "%(group)s: served like everyone else, about %(n)s person in this group would show it.",
            "%(group)s: served like everyone else, about %(n)s people in this group would show it.",
            needed,
            group=group,
            **_number(needed),
        )
    return _(
        "%(group)s: it may be up to %(points)s percentage points behind everyone else. At most"
        " %(margin)s are allowed, so serve this group a little better.",
        group=group,
        points=_points(-row["low"]),
        margin=_points(criterion["delta"]),
    )


def _points(share: float) -> str:
    """A difference of shares in percentage points."""
    return number(round(share * 100, 1))


def _reach_steps(criterion: Criterion, _names: Names) -> list[str]:
    languages = list_of(groups_with(criterion, TOO_LOW, {}))
    return [_("Ask more people to take part in: %(languages)s.", languages=languages)]


def _partnership_steps(criterion: Criterion, _names: Names) -> list[str]:
    decisions = criterion["to_pass"]["more_co_decisions"]
    partners = criterion["to_pass"]["more_partners"]
    sentences = []
    if decisions:
        sentences.append(
            ngettext(
                "Take %(n)s more decision together with outside partners, and record it.",
                "Take %(n)s more decisions together with outside partners, and record them.",
                decisions,
                **_number(decisions),
            )
        )
    if partners:
        sentences.append(
            ngettext(
                "Work with %(n)s more different partner.",
                "Work with %(n)s more different partners.",
                partners,
                **_number(partners),
            )
        )
    return sentences


_STEPS: dict[str, Callable[[Criterion, Names], list[str]]] = {
    "proportion": _share_steps,
    "count": lambda criterion, _names: [_COUNT_STEPS[criterion["metric"]](criterion)],
    "coverage": _coverage_steps,
    "parity": _parity_steps,
    "reach": _reach_steps,
    "partnership": _partnership_steps,
}
