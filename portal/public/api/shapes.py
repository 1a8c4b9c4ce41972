"""The shapes of the open data: what stands in JSON and in the rows of CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple
from datetime import date, datetime
from typing import Any

from portal.domain.publication import quarter_of
from portal.domain.results import Table
from portal.domain.wording import Wording
from portal.models.said import VOICES, Reaction
from portal.public.queries import ServiceEntry
from portal.public.response_queries import Correction, ResponseEntry
from portal.public.result_queries import Result
from portal.public.theme_queries import ThemeEntry
from portal.store.assessments import PublicAssessment

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
RESULT_COLUMNS = (
    "service",
    "quarter",
    "batch_on",
    "instrument",
    "table",
    "cell",
    "people",
    "table_people",
)
THEME_COLUMNS = (
    "id",
    "service",
    "people",
    "newest_response",
    "language",
    "you_said",
    "services",
)
RESPONSE_COLUMNS = (
    "id",
    "service",
    "outcome",
    "due_on",
    "done_on",
    "published_on",
    "follows",
    "language",
    "you_said",
    "we_did",
    "why_not",
    "links",
    "pictures",
    "partners",
    "replied",
    *VOICES,
    "replied_as_of",
    "services",
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
        "published_on": level.public_on.isoformat() if level else None,
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
        "published_on": assessment.public_on.isoformat(),
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
        "published_on": assessment.public_on.isoformat(),
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


def response(
    entry: ResponseEntry,
    corrections: Sequence[Correction],
    reaction: Reaction | None,
    city_day: Callable[[datetime], date],
) -> dict[str, Any]:
    """A published response with its reviewed texts by language, and what residents replied."""
    return {
        "id": entry.id,
        "service": entry.service.slug,
        "services": _slugs(entry),
        "outcome": entry.outcome,
        "due_on": _day(entry.due_on),
        "done_on": _day(entry.done_on),
        "published_on": _day(entry.published_on),
        "follows": entry.follows_id,
        "texts": {lang: _words(words) for lang, words in entry.texts.items()},
        "corrections": [
            {
                "language": correction.lang,
                "corrected_on": _day(city_day(correction.corrected_at)),
                "reason": correction.reason,
                "before": _words(correction.words),
            }
            for correction in corrections
        ],
        "replies": _replies(reaction) if reaction else None,
    }


def result(found: Result) -> dict[str, Any]:
    """A quarter's results; a cell that is null is hidden (METHOD.md A.2)."""
    return {
        "service": found.service,
        "quarter": found.quarter_on.isoformat(),
        "batch_on": found.batch_on.isoformat(),
        "is_settled": found.is_settled,
        **found.figures,
    }


def result_rows(results: Iterable[Result]) -> Iterator[Row]:
    """A row for each cell; `people` is empty where it is hidden."""
    for found in results:
        figures = found.figures
        tables: dict[str, Table] = {
            "languages": figures["languages"],
            **figures["questions"],
            "waits": figures["waits"],
            "verdicts": figures["verdicts"],
        }
        for name, table in tables.items():
            for cell, people in table["cells"].items():
                yield [
                    found.service or "",
                    found.quarter_on,
                    found.batch_on,
                    figures["instrument"],
                    name,
                    cell,
                    people,
                    table["n"],
                ]


def theme(entry: ThemeEntry) -> dict[str, Any]:
    """A theme in the words of its newest response; `people` is null below ten."""
    return {
        "id": entry.id,
        "service": entry.newest.service.slug,
        "services": _slugs(entry.newest),
        "people": entry.people,
        "newest_response": entry.newest.id,
        "you_said": {lang: words.you_said for lang, words in entry.newest.texts.items()},
    }


def theme_rows(entries: Iterable[ThemeEntry]) -> Iterator[Row]:
    """A row for each theme and language."""
    for entry in entries:
        for lang, words in entry.newest.texts.items():
            yield [
                entry.id,
                entry.newest.service.slug,
                entry.people,
                entry.newest.id,
                lang,
                words.you_said,
                " ".join(_slugs(entry.newest)),
            ]


def response_rows(
    entries: Iterable[ResponseEntry], reactions: Mapping[int, Reaction]
) -> Iterator[Row]:
    """A row for each response and language; what is hidden of the replies is empty."""
    for entry in entries:
        for lang, words in entry.texts.items():
            yield [
                entry.id,
                entry.service.slug,
                entry.outcome,
                entry.due_on,
                entry.done_on,
                entry.published_on,
                entry.follows_id,
                lang,
                *astuple(words),
                *_replied(reactions.get(entry.id)),
                " ".join(_slugs(entry)),
            ]


def _replies(reaction: Reaction) -> dict[str, Any]:
    """A table: empty, and `n` 0, where fewer than ten replied."""
    cells = {verdict: getattr(reaction, verdict) for verdict in VOICES} if reaction.replies else {}
    return {"as_of": reaction.as_of.isoformat(), "n": reaction.replies or 0, "cells": cells}


def _replied(reaction: Reaction | None) -> Row:
    if reaction is None:
        return [None] * (len(VOICES) + 2)
    verdicts = [getattr(reaction, verdict) for verdict in VOICES]
    return [reaction.replies, *verdicts, reaction.as_of]


def _slugs(entry: ResponseEntry) -> list[str]:
    """All services that a response is about, its own first."""
    return [one.slug for one in entry.services]


def _words(words: Wording) -> dict[str, Any]:
    found = words.references
    return {
        "you_said": words.you_said,
        "we_did": words.we_did,
        "why_not": words.why_not,
        "links": [asdict(link) for link in found.links],
        "pictures": [asdict(picture) for picture in found.pictures],
        "partners": list(found.partners),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
