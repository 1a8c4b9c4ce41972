"""Services and levels in the open data: what stands in JSON and in the rows of CSV."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.domain.publication import quarter_of
from portal.public.queries import ServiceEntry
from portal.store.assessments import PublicAssessment, PublicLevel, published_on
from portal.web.context import portal

Row = list[Any]

LEVEL_COLUMNS = (
    "service",
    "as_of",
    "criterion",
    "level",
    "kind",
    "metric",
    "mode",
    "status",
    "reasons",
    "x",
    "n",
    "value",
    "low",
    "high",
    "threshold",
    "n_min",
    "group",
    "others_share",
    "difference",
    "difference_low",
    "difference_high",
    "expected",
    "verdict",
)
_LEVEL_IN_SHORT = (
    "level",
    "next_status",
    "as_of",
    "published_on",
    "flag",
    "awaiting_second_look",
    "is_provisional",
)
APPRAISAL_COLUMNS = (
    "service",
    "quarter",
    "as_of",
    "published_on",
    "level",
    "raw",
    "flag",
    "quarters_flagged",
    "awaiting_second_look",
    "next_level",
    "next_status",
    "blocking",
    "method",
    "thresholds",
    "evidence_sha256",
    "evidence",
    "page",
)


def service(entry: ServiceEntry) -> dict[str, Any]:
    """A service with its level; `level` is null until it is assessed."""
    level = entry.level
    return {
        "service": entry.slug,
        "names": dict(entry.names),
        "summaries": dict(entry.summaries),
        "department": entry.department_slug,
        "department_names": dict(entry.department_names),
        "level": level.level if level else None,
        "next_status": level.next_status if level else None,
        "as_of": level.as_of.isoformat() if level else None,
        "published_on": _published_on(level) if level else None,
        "flag": level.flag if level else None,
        "awaiting_second_look": level.is_awaiting if level else None,
        "is_provisional": level.is_provisional if level else None,
    }


def service_columns(languages: Sequence[str]) -> list[str]:
    """The columns of the services' table: a name for each language offered."""
    names = [f"name_{lang}" for lang in languages]
    return ["service", "department", *names, *_LEVEL_IN_SHORT]


def service_row(entry: ServiceEntry, languages: Sequence[str]) -> Row:
    """A service as a row."""
    level = service(entry)
    figures = ["" if level[key] is None else level[key] for key in _LEVEL_IN_SHORT]
    names = [entry.names.get(lang, "") for lang in languages]
    return [entry.slug, entry.department_slug, *names, *figures]


def level(slug: str, assessment: PublicAssessment) -> dict[str, Any]:
    """A published level in METHOD.md's shape (A.4), with what is needed to check it."""
    return {
        "service": slug,
        "as_of": assessment.as_of.isoformat(),
        "evidence": assessment.evidence,
        "result": assessment.result,
        "thresholds": assessment.thresholds,
        "evidence_sha256": assessment.evidence_hash,
        "published_on": _published_on(assessment),
        "is_provisional": assessment.is_provisional,
        "published": assessment.state,
    }


def appraisal(
    slug: str, assessment: PublicAssessment, *, evidence: str, page: str
) -> dict[str, Any]:
    """An appraisal in short, with the addresses of its evidence and its page."""
    state: Mapping[str, Any] = assessment.state or {}
    return {
        "service": slug,
        "quarter": quarter_of(assessment.as_of).isoformat(),
        "as_of": assessment.as_of.isoformat(),
        "published_on": _published_on(assessment),
        **state,
        "next_level": assessment.result["next_level"],
        "next_status": assessment.result["next_status"],
        "blocking": assessment.result["blocking"],
        "method": assessment.method,
        "thresholds": assessment.thresholds,
        "evidence_sha256": assessment.evidence_hash,
        "evidence": evidence,
        "page": page,
    }


def appraisal_row(known: Mapping[str, Any]) -> Row:
    """An appraisal in short as a row; raised thresholds are written as JSON."""
    raised = json.dumps(known["thresholds"], sort_keys=True) if known["thresholds"] else ""
    told = {**known, "blocking": " ".join(known["blocking"]), "thresholds": raised}
    return [told[column] for column in APPRAISAL_COLUMNS]


def level_rows(slug: str, assessment: PublicAssessment) -> Iterator[Row]:
    """A row for each criterion, and one more for each of its groups."""
    for criterion in assessment.result["criteria"]:
        known = {
            **criterion,
            "service": slug,
            "as_of": assessment.as_of,
            "criterion": criterion["id"],
            "reasons": " ".join(criterion["reasons"]),
        }
        yield [known.get(column) for column in LEVEL_COLUMNS]
        for group in criterion.get("groups", ()):
            yield [_of_group(group, known).get(column) for column in LEVEL_COLUMNS]


def _of_group(group: Mapping[str, Any], criterion: Mapping[str, Any]) -> dict[str, Any]:
    described = ("service", "as_of", "criterion", "level", "kind", "metric", "mode")
    return {
        **{key: criterion[key] for key in described},
        "x": group.get("x"),
        "n": group.get("n", group.get("people")),
        "value": group.get("share"),
        "group": group["group"],
        "others_share": group.get("others_share"),
        "difference": group.get("diff"),
        "difference_low": group.get("low"),
        "difference_high": group.get("high"),
        "expected": group.get("expected"),
        "verdict": group["verdict"],
    }


def _published_on(known: PublicAssessment | PublicLevel) -> str:
    return published_on(known, portal().clock.day).isoformat()
