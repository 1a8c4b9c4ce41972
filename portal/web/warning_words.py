"""What a warning says in plain words, in the page's language (METHOD.md section 4).

Every sentence is a question to people who know the service, never a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import dropwhile, takewhile
from typing import Any

from portal.domain.statistics import Interval, wilson
from portal.domain.warning import THEME_DAYS_NOW
from portal.store.warnings import WarningView
from portal.web.formats import day, isolated, language_name, number, percent
from portal.web.words import gettext as _
from portal.web.words import ngettext

Evidence = Mapping[str, Any]


def kind_name(kind: str) -> str:
    """What is watched, as a filter names it."""
    return {
        "ratings": _("Ratings"),
        "time_to_told": _("Time to an answer"),
        "disparity": _("Differences between groups"),
        "theme": _("Themes"),
        "word": _("Suggestions for a theme"),
        "forecast": _("Cases that may be late"),
    }[kind]


def state_name(state: str) -> str:
    """How far people are with a warning."""
    return {
        "new": _("New"),
        "looked_at": _("Looked at"),
        "dealt_with": _("Dealt with"),
        "not_useful": _("Not useful"),
    }[state]


def title(view: WarningView) -> str:
    """A few words that tell one warning from another of the same service."""
    evidence = view.row.evidence
    match view.row.kind:
        case "ratings":
            return _("Ratings have fallen")
        case "time_to_told":
            return _("Answers take longer than usual")
        case "disparity":
            return _("%(group)s: %(measure)s", group=group_name(view), measure=_measure(view))
        case "theme":
            return _("More people write about: %(theme)s", theme=_theme(view))
        case "word":
            return _("More people write: “%(word)s”", word=isolated(_word(view)))
        case _:
            return ngettext(
                "About %(n)s open case may be late",
                "About %(n)s open cases may be late",
                round(evidence["expected"]),
                n=number(round(evidence["expected"])),
            )


def sentence(view: WarningView) -> str:
    """What was seen, with its figures."""
    return _SENTENCES[view.row.kind](view, view.row.evidence)


def _ratings(_view: WarningView, evidence: Evidence) -> str:
    good, answers = recent_ratings(evidence)
    return _(
        "Usually %(usual)s of ratings are good or very good. Lately it was %(now)s"
        " (%(x)s of %(n)s ratings).",
        usual=percent(evidence["usual_x"] / evidence["usual_n"]),
        now=percent(good / answers),
        x=number(good),
        n=number(answers),
    )


def recent_ratings(evidence: Evidence) -> tuple[int, int]:
    """(good, all) of the newest weeks in a row that are below the chart's limit, together."""
    newest_first = reversed(evidence["points"])
    fallen = dropwhile(lambda point: not _is_below(point), newest_first)
    points = list(takewhile(_is_below, fallen))
    return sum(point[1] for point in points), sum(point[2] for point in points)


def _is_below(point: Sequence[Any]) -> bool:
    *_counts, height, limit = point
    return bool(height < limit)


def _time_to_told(_view: WarningView, evidence: Evidence) -> str:
    usual, now = round(evidence["usual_days"]), round(evidence["recent_days"])
    sentences = (
        ngettext(
            "Residents used to wait about %(n)s day for an answer.",
            "Residents used to wait about %(n)s days for an answer.",
            usual,
            n=number(usual),
        ),
        ngettext(
            "Lately it is about %(n)s day.", "Lately it is about %(n)s days.", now, n=number(now)
        ),
        ngettext(
            "Of the latest %(n)s case, %(late)s had no answer after 30 days.",
            "Of the latest %(n)s cases, %(late)s had no answer after 30 days.",
            evidence["recent_n"],
            n=number(evidence["recent_n"]),
            late=number(evidence["recent_late"]),
        ),
    )
    return " ".join(sentences)


def _disparity(view: WarningView, evidence: Evidence) -> str:
    values = {
        "group": group_name(view),
        "x": number(evidence["x"]),
        "n": number(evidence["n"]),
        "share": percent(evidence["x"] / evidence["n"]),
        "others": percent(evidence["others_x"] / evidence["others_n"]),
    }
    if view.measure == "told30":
        return _(
            "%(group)s: %(x)s of %(n)s people were told within 30 days (%(share)s)."
            " Of everyone else it is %(others)s.",
            **values,
        )
    if view.measure == "c1":
        return _(
            "%(group)s: %(x)s of %(n)s people who replied say that the answer helped, at least"
            " partly (%(share)s). Of everyone else it is %(others)s.",
            **values,
        )
    return _(
        "%(group)s: %(x)s of %(n)s people give a good rating (%(share)s)."
        " Of everyone else it is %(others)s.",
        **values,
    )


def _theme_sentence(_view: WarningView, evidence: Evidence) -> str:
    return ngettext(
        "%(n)s person raised it in the last 28 days. In the half year before, %(before)s did.",
        "%(n)s people raised it in the last 28 days. In the half year before, %(before)s did.",
        evidence["now"],
        n=number(evidence["now"]),
        before=number(evidence["before"]),
    )


def _words(view: WarningView, evidence: Evidence) -> str:
    language = language_name(view.word.lang) if view.word else ""
    return ngettext(
        "%(n)s person wrote this word in the last 28 days, in %(lang)s, in comments that belong to"
        " no theme. In the half year before, %(before)s did.",
        "%(n)s people wrote this word in the last 28 days, in %(lang)s, in comments that belong to"
        " no theme. In the half year before, %(before)s did.",
        evidence["now"],
        n=number(evidence["now"]),
        lang=language,
        before=number(evidence["before"]),
    )


def _forecast(_view: WarningView, evidence: Evidence) -> str:
    return ngettext(
        "At the usual pace about %(about)s (%(low)s to %(high)s) of %(n)s open case will pass"
        " 30 days without an answer.",
        "At the usual pace about %(about)s (%(low)s to %(high)s) of %(n)s open cases will pass"
        " 30 days without an answer.",
        evidence["open"],
        about=number(round(evidence["expected"])),
        low=number(evidence["low"]),
        high=number(evidence["high"]),
        n=number(evidence["open"]),
    )


_SENTENCES: dict[str, Callable[[WarningView, Evidence], str]] = {
    "ratings": _ratings,
    "time_to_told": _time_to_told,
    "disparity": _disparity,
    "theme": _theme_sentence,
    "word": _words,
    "forecast": _forecast,
}


def question(view: WarningView) -> str:
    """What to ask, because figures alone do not know."""
    return {
        "ratings": _("It looks different; ask why. Did something change in those weeks?"),
        "time_to_told": _("It looks different; ask why. Who is away, what piles up?"),
        "disparity": _(
            "It looks different; ask why. Chance is unlikely, but there may be reasons."
        ),
        "theme": _("Ask what happened, and whether an answer to all of them would help."),
        "word": _("Read what they wrote. If it is one matter, make a theme of it."),
        "forecast": _("Take the cases below first: they are closest to 30 days."),
    }[view.row.kind]


def group_name(view: WarningView) -> str:
    """The group that looks different."""
    if view.attribute == "lang":
        return language_name(view.group)
    if view.attribute == "channel":
        return channel_name(view.group)
    return view.district.text if view.district else view.group


def channel_name(channel: str) -> str:
    """How people reached the service."""
    return {
        "web": _("Website"),
        "kiosk": _("Kiosk"),
        "paper": _("Paper form"),
        "phone": _("Telephone"),
        "counter": _("Counter"),
        "mail": _("Letter"),
        "imported": _("Earlier records"),
    }.get(channel, channel)


def _measure(view: WarningView) -> str:
    is_less = view.row.evidence["x"] / view.row.evidence["n"] < (
        view.row.evidence["others_x"] / view.row.evidence["others_n"]
    )
    return {
        ("told30", True): _("fewer told within 30 days"),
        ("told30", False): _("more told within 30 days"),
        ("c1", True): _("the answer helps fewer"),
        ("c1", False): _("the answer helps more"),
        ("q0", True): _("lower ratings"),
        ("q0", False): _("higher ratings"),
    }[view.measure, is_less]


def _theme(view: WarningView) -> str:
    return view.theme.text if view.theme else ""


def _word(view: WarningView) -> str:
    return view.word.text if view.word else ""


def raised(view: WarningView) -> str:
    """When it was raised, and until when it has been seen."""
    return _(
        "Raised on %(day)s, last seen on %(last)s",
        day=day(view.row.raised_on, "medium"),
        last=day(view.row.last_seen_on, "medium"),
    )


def gone(view: WarningView) -> str:
    """That a warning which is open still has not been found again, and since when."""
    return _("Not seen since %(day)s", day=day(view.row.last_seen_on, "medium"))


def week_of(monday: str) -> str:
    """The day that evidence writes as year-month-day, in words."""
    return day(date.fromisoformat(monday), "medium")


def period(until: str, back: int) -> str:
    """The 28 days that ended so many times 28 days before `until`."""
    last = date.fromisoformat(until) - timedelta(days=back * THEME_DAYS_NOW)
    first = last - timedelta(days=THEME_DAYS_NOW - 1)
    return _("%(first)s to %(last)s", first=day(first, "medium"), last=day(last, "medium"))


def likely(x: int, n: int) -> Interval:
    """Where a share likely lies."""
    return wilson(x, n)
