"""Responses in the open data: what stands in JSON and in the rows of CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple
from datetime import date, datetime
from typing import Any

from portal.domain.wording import Wording
from portal.models.said import VOICES, Reaction
from portal.public.api.shapes import Row
from portal.public.response_queries import Correction, ResponseEntry

COLUMNS = (
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
    "is_outdated",
)


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
        "services": list_services(entry),
        "outcome": entry.outcome,
        "due_on": _day(entry.due_on),
        "done_on": _day(entry.done_on),
        "published_on": _day(entry.published_on),
        "follows": entry.follows_id,
        "texts": {lang: _words(words) for lang, words in entry.texts.items()},
        "outdated": list(entry.outdated),
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
                " ".join(list_services(entry)),
                lang in entry.outdated,
            ]


def list_services(entry: ResponseEntry) -> list[str]:
    """All services that a response is about, its own first."""
    return [one.slug for one in entry.services]


def _replies(reaction: Reaction) -> dict[str, Any]:
    """A table: empty, and `n` 0, where fewer than ten replied."""
    cells = {verdict: getattr(reaction, verdict) for verdict in VOICES} if reaction.replies else {}
    return {"as_of": reaction.as_of.isoformat(), "n": reaction.replies or 0, "cells": cells}


def _replied(reaction: Reaction | None) -> Row:
    if reaction is None:
        return [None] * (len(VOICES) + 2)
    verdicts = [getattr(reaction, verdict) for verdict in VOICES]
    return [reaction.replies, *verdicts, reaction.as_of]


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
