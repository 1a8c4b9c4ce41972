"""What the figures of a criterion say, as plain sentences in the page's language.

Every function takes a criterion of a result (METHOD.md A.4) and only words it: nothing is computed
that the JSON does not hold. A sentence is whole in the catalogue; nothing is glued together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_percent

from portal.data import load_instrument, load_model_texts
from portal.domain import criteria
from portal.domain.parity import DISPARITY, POOL, UNCLEAR
from portal.domain.publication import K
from portal.domain.reach import TOO_LOW
from portal.domain.status import NOT_CONTRADICTED
from portal.web.criteria_sentences import COUNTS, SHARES, agreement
from portal.web.formats import language_name, list_of, mean, number, percent
from portal.web.i18n import current_language, locale_of
from portal.web.words import gettext as _
from portal.web.words import ngettext

Criterion = Mapping[str, Any]
Names = Mapping[str, str]
"""Names of districts by slug."""
DESK_LEAST = 5
"""Managers see shares of so many people, the public of 10 (METHOD.md A.3)."""

_LANGUAGE_METRICS = {"told30_by_language", "q3_by_language", "reach"}
_EXACT_DIGITS = 3


def title(criterion: Criterion) -> str:
    """What has to be shown, from the model's texts, e.g. "People get the answer in …"."""
    return _title(criterion["id"], criterion.get("threshold"))


def general_title(criterion: criteria.Criterion) -> str:
    """The same for a criterion of the method itself, before any service is judged."""
    return _title(criterion.id, criterion.threshold)


def _title(criterion_id: str, threshold: float | None) -> str:
    text = load_model_texts().text(f"criterion.{criterion_id}", current_language())
    return text.replace("%(threshold)s", "" if threshold is None else number(threshold))


def figures(criterion: Criterion, names: Names, least: int = K) -> str:
    """What was found, e.g. "25 of 30 people were told within 30 days (83%, likely between …)."

    Shares of fewer than `least` people are not said.
    """
    match criterion["kind"]:
        case "proportion":
            return _share(criterion, least)
        case "count":
            return COUNTS[criterion["metric"]](criterion["value"], criterion["threshold"])
        case "coverage":
            return _coverage(criterion)
        case "parity":
            return _parity(criterion, names)
        case "reach":
            return _reach(criterion)
        case _:
            return _partnership(criterion)


def is_of_few(criterion: Criterion, least: int) -> bool:
    """Whether it is a share of so few people that its figures are not said."""
    return bool(criterion["kind"] == "proportion" and 0 < criterion["n"] < least)


def needed(criterion: Criterion) -> str:
    """What would have to be found, e.g. "Needed: surely above 70%."."""
    if criterion["mode"] == NOT_CONTRADICTED:
        return _speaks_against(criterion)
    if criterion["kind"] == "proportion":
        return _("Needed: surely above %(share)s.", share=percent(criterion["threshold"]))
    if criterion["kind"] == "parity":
        return _(
            "Needed: no group is more than %(points)s percentage points behind everyone else,"
            " beyond doubt.",
            points=_points(criterion),
        )
    if criterion["kind"] == "partnership":
        return _(
            "Needed: at least %(n)s decisions and as many different partners.",
            n=number(criterion["threshold"]),
        )
    if criterion["kind"] == "count":
        return _("Needed: at least %(n)s.", n=number(criterion["threshold"]))
    return _("Needed: all of them.")


def _speaks_against(criterion: Criterion) -> str:
    if criterion["kind"] == "proportion":
        return _(
            "Counts against the service only when surely below %(share)s.",
            share=percent(criterion["threshold"]),
        )
    if criterion["kind"] == "parity":
        return _(
            "Counts against the service only when a group is surely more than %(points)s"
            " percentage points behind everyone else.",
            points=_points(criterion),
        )
    return _(
        "Counts against the service only when surely far too few people write in a language for"
        " its share of the residents."
    )


def _points(criterion: Criterion) -> str:
    return number(round(criterion["delta"] * 100, 1))


def group_name(metric: str, group: str, names: Names) -> str:
    """The name of a group in a breakdown: a language, a kind of message or a district."""
    if group == POOL:
        return _("Small groups together")
    if metric in _LANGUAGE_METRICS:
        return language_name(group)
    if metric == "told90_by_kind":
        return load_instrument().text(f"kind.{group}", current_language())
    return names.get(group, group)


def groups_with(criterion: Criterion, verdict: str, names: Names) -> list[str]:
    """Names of the groups that were judged so."""
    return [
        group_name(criterion["metric"], row["group"], names)
        for row in criterion["groups"]
        if row["verdict"] == verdict
    ]


def exact_share(value: float, threshold: float) -> str:
    """A share in whole per cent, finer only where that would hide its side of the threshold."""
    for digits in range(_EXACT_DIGITS):
        rounded = round(value, 2 + digits)
        if (rounded < threshold) == (value < threshold):
            break
    return format_percent(rounded, locale=locale_of(current_language()), decimal_quantization=False)


def of(part: int, everybody: int) -> str:
    """A part of a whole for a table, e.g. "25 of 30"."""
    return _("%(x)s of %(n)s", x=number(part), n=number(everybody))


def share_of(share: float, part: int, everybody: int) -> str:
    """A share with its figures for a table, e.g. "83% (25 of 30)"."""
    return _(
        "%(share)s (%(x)s of %(n)s)", share=percent(share), x=number(part), n=number(everybody)
    )


def likely(criterion: Criterion) -> str:
    """Where a share likely lies for a table, e.g. "70% to 92%"."""
    threshold = criterion["threshold"]
    return _(
        "%(low)s to %(high)s",
        low=exact_share(criterion["low"], threshold),
        high=exact_share(criterion["high"], threshold),
    )


def ratio(row: Mapping[str, Any]) -> str:
    """An impact ratio with its Katz interval for a table, e.g. "0.93 (0.81 to 1.07)"."""
    return _(
        "%(ratio)s (%(low)s to %(high)s)",
        ratio=mean(row["ratio"]),
        low=mean(row["ratio_low"]),
        high=mean(row["ratio_high"]),
    )


def counted(criterion: Criterion) -> str:
    """The figure of a criterion that counts, for a table, coarse where it is published so."""
    if criterion["kind"] == "coverage":
        return of(criterion["value"], criterion["threshold"])
    if criterion["metric"] in {"raters", "raters_recent"} and criterion["value"] < K:
        return _("fewer than 10")
    return number(criterion["value"])


def people(count: int) -> str:
    """A number of people as it may be published (METHOD.md A.3 writes 1 to 9 as 9)."""
    return _("fewer than 10") if 0 < count < K else number(count)


def _share(criterion: Criterion, least: int) -> str:
    n, threshold = criterion["n"], criterion["threshold"]
    if n < least < K:
        return _("Fewer than 5 so far, so no figure is shown.") if n else _("Nothing to count yet.")
    if n < least:  # whole-service figures about fewer people are published as 0
        return _("Fewer than 10 so far, so no figure is shown.")
    values = {
        "x": number(criterion["x"]),
        "n": number(n),
        "share": exact_share(criterion["value"], threshold),
        "low": exact_share(criterion["low"], threshold),
        "high": exact_share(criterion["high"], threshold),
    }
    return SHARES.get(criterion["metric"], agreement)(n, values)


def _coverage(criterion: Criterion) -> str:
    n = criterion["threshold"]
    if n == 0:
        return _("Nobody has said yet which languages are required.")
    if not criterion["missing"]:
        return ngettext(
            "In place in %(n)s required language.",
            "In place in all %(n)s required languages.",
            n,
            n=number(n),
        )
    return ngettext(
        "In place in %(x)s of %(n)s required language. Missing: %(languages)s.",
        "In place in %(x)s of %(n)s required languages. Missing: %(languages)s.",
        n,
        x=number(criterion["value"]),
        n=number(n),
        languages=list_of(language_name(tag) for tag in criterion["missing"]),
    )


def _parity(criterion: Criterion, names: Names) -> str:
    behind = groups_with(criterion, DISPARITY, names)
    if behind:
        return _("Clearly behind everyone else: %(groups)s.", groups=list_of(behind))
    if len(criterion["groups"]) < 2:
        return _("There are not two groups large enough to be compared.")
    unclear = groups_with(criterion, UNCLEAR, names)
    if unclear:
        return _("Too close to call: %(groups)s.", groups=list_of(unclear))
    return _("No group is clearly behind everyone else.")


def _reach(criterion: Criterion) -> str:
    low = groups_with(criterion, TOO_LOW, {})
    if low:
        return _(
            "Far fewer people than expected took part in: %(languages)s.", languages=list_of(low)
        )
    n = criterion["n"]
    if n < K:
        return _("Fewer than 10 people took part.")
    return ngettext(
        "At least %(n)s person took part, and no language is clearly left out.",
        "At least %(n)s people took part, and no language is clearly left out.",
        n,
        n=number(n),
    )


def _partnership(criterion: Criterion) -> str:
    if not criterion["recorded"]:
        return _("No joint decision is on record.")
    return _(
        "Joint decisions that count: %(value)s of %(recorded)s on record."
        " Different partners: %(partners)s.",
        value=number(criterion["value"]),
        recorded=number(criterion["recorded"]),
        partners=number(criterion["partners"]),
    )
