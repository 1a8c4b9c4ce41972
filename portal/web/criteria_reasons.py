"""Why the figures of a criterion alone do not decide, and what to do about it.

Reason codes are those of METHOD.md A.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_babel import lazy_gettext as _l

from portal.web.criteria_text import Criterion
from portal.web.formats import number
from portal.web.words import gettext as _


def reasons(criterion: Criterion) -> list[str]:
    """Why the figures alone do not decide, one sentence each."""
    known = (_REASONS.get(reason) for reason in criterion["reasons"])
    return [sentence(criterion) for sentence in known if sentence is not None]


def resolve(found: Iterable[str]) -> list[str]:
    """What to do about what holds a criterion back, beside its figures."""
    return [str(_RESOLVE[reason]) for reason in found if reason in _RESOLVE]


_REASONS: dict[str, Callable[[Criterion], str]] = {
    "n_below_minimum": lambda criterion: _(
        "That is too few to judge: at least %(n)s are needed.", n=number(criterion["n_min"])
    ),
    "few_answers": lambda criterion: _(
        "Too few to speak against the service: this counts from %(n)s on.",
        n=number(criterion["n_min"]),
    ),
    "mostly_dont_know": lambda _criterion: _("More people said “don't know” than gave an answer."),
    "interval_spans_threshold": lambda _criterion: _("The figures are too close to call."),
    "recent_decline": lambda _criterion: _(
        "The last 90 days alone are clearly below what is needed."
    ),
    "too_few_verified": lambda _criterion: _(
        "Fewer than 10 of the ratings come from people who are known to have had an answer."
    ),
    "verified_disagree": lambda _criterion: _(
        "People who are known to have had an answer rate this lower, below what is needed."
    ),
    "not_robust_to_weighting": lambda _criterion: _(
        "If every language counted by its share of the residents, this would be below what is"
        " needed."
    ),
    "ratings_under_review": lambda _criterion: _(
        "More than 1 in 5 ratings came in a suspicious burst and are being checked."
    ),
    "silence_could_flip_it": lambda _criterion: _(
        "If satisfied people are only a little more likely to reply, the true share is below what"
        " is needed."
    ),
    "few_replied": lambda _criterion: _(
        "Fewer than 1 in 10 of the people who were told have replied."
    ),
    "fewer_than_two_groups": lambda _criterion: _(
        "A comparison needs at least two groups that are large enough."
    ),
    "groups_too_small_to_test": lambda _criterion: _("Some groups are too small to be compared."),
    "ratio_below_four_fifths": lambda _criterion: _(
        "One group has less than four fifths of what the others have."
    ),
}

_RESOLVE: dict[str, str] = {
    "mostly_dont_know": _l("More people have to answer than say “don’t know”."),
    "recent_decline": _l("Bring the last 90 days back up."),
    "too_few_verified": _l(
        "Wait until at least 10 people who are known to have had an answer have rated this."
    ),
    "verified_disagree": _l(
        "Give better answers: the people who are known to have had one rate this too low."
    ),
    "not_robust_to_weighting": _l(
        "Serve smaller language groups better: counted by their share of the residents, the result"
        " is too low."
    ),
    "ratings_under_review": _l(
        "Wait until the ratings that came in a suspicious burst have been checked."
    ),
    "few_replied": _l("Ask more of the people who were told to reply: at least 1 in 10 of them."),
    "fewer_than_two_groups": _l(
        "More messages from other groups are needed before they can be compared."
    ),
    "groups_too_small_to_test": _l(
        "More messages from small groups are needed before they can be compared."
    ),
    "ratio_below_four_fifths": _l(
        "Close the gap: one group has less than four fifths of what the others have."
    ),
}
