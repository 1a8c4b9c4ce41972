"""Published assessments and responses, written as the worker and the desk write them."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.assess.appraisals import keep_appraisal
from portal.assess.operations import Judged
from portal.domain.criteria import METHOD
from portal.domain.level import evaluate
from portal.domain.monthly import no_counts
from portal.domain.publication import evidence_hash, publish
from portal.domain.results import count_quarter, publish_city
from portal.models.appraisals import CityResult, ServiceResult
from portal.models.assessments import Assessment
from portal.models.responses import Response, ResponseCorrection, ResponseText, Theme
from portal.store.content import raise_content_version
from portal.store.coverage import list_texts
from portal.store.thresholds import get_thresholds
from portal.store.wordings import hash_of

_EXAMPLES = Path(__file__).parents[2] / "data" / "worked_examples.json"


@cache
def _examples() -> dict[str, dict[str, Any]]:
    cases = json.loads(_EXAMPLES.read_text(encoding="utf-8"))["evaluate"]
    return {case["name"]: case["input"] for case in cases}


def example_names() -> list[str]:
    """The names of all worked examples of the level rule."""
    return list(_examples())


def example_evidence(name: str) -> dict[str, Any]:
    """The evidence of a worked example, e.g. "A" for "A clear level 3"."""
    found = [known for known in _examples() if known == name or known.startswith(f"{name} ")]
    return dict(_examples()[found[0]])


def publish_level(
    session: Session, service_id: int, evidence: dict[str, Any], now: datetime, as_of: date
) -> int:
    """An assessment of this evidence that is public; returns its level."""
    public = publish(evidence)
    result = evaluate(public)
    session.add(
        Assessment(
            service_id=service_id,
            as_of=as_of,
            method=METHOD,
            thresholds={},
            evidence=evidence,
            result=evaluate(evidence),
            evidence_hash=evidence_hash(public),
            level=result["level"],
            created_at=now,
            last_event_id=0,
            last_submission_id=0,
            public_on=as_of,
            public_level=result["level"],
            public_evidence=public,
            public_result=result,
        )
    )
    session.flush()
    raise_content_version(session)
    return int(result["level"])


def publish_appraisal(
    session: Session, service_id: int, evidence: dict[str, Any], as_of: date, now: datetime
) -> int:
    """The appraisal of a quarter as the worker makes it from this evidence; the published level."""
    thresholds = get_thresholds(session, as_of)
    judged = Judged(
        service_id=service_id,
        as_of=as_of,
        thresholds=thresholds,
        evidence=evidence,
        result=evaluate(evidence, thresholds),
        workload={},
        last_event_id=0,
        last_submission_id=0,
    )
    return keep_appraisal(session, judged, now=now).level


def publish_quarter(session: Session, service_id: int, quarter: date, now: datetime) -> None:
    """A quarter's results of a service, and of the city, in which nobody else was asked."""
    month = no_counts() | {"ratings": 30, "q0": [2, 3, 5, 12, 8], "waits": [9, 8, 2, 1, 0]}
    counted = count_quarter([("engage-survey-1", month)], [("en", month)])
    known = {"quarter_on": quarter, "batch_on": now.date()}
    session.add(ServiceResult(service_id=service_id, counts=dict(counted), **known))
    session.add(CityResult(figures=dict(publish_city([counted])), **known))
    session.flush()
    raise_content_version(session)


def publish_response(
    session: Session,
    service_id: int,
    now: datetime,
    texts: dict[str, tuple[str, str, str]],
    **values: Any,
) -> int:
    """A published response; `texts` = {language: (you said, we did, why not)}, all reviewed."""
    theme = Theme(service_id=service_id, created_at=now)
    session.add(theme)
    session.flush()
    known: dict[str, Any] = {
        "outcome": "answered",
        "source_lang": next(iter(texts), "en"),
        "status": "published",
        "published_at": now,
        "published_on": now.date(),
        "created_at": now,
    }
    response = Response(service_id=service_id, theme_id=theme.id, **{**known, **values})
    session.add(response)
    session.flush()
    for lang, words in texts.items():
        add_text(session, response.id, lang, words, now)
    raise_content_version(session)
    return response.id


def add_text(
    session: Session,
    response_id: int,
    lang: str,
    words: tuple[str, str, str],
    now: datetime,
    status: str = "reviewed",
) -> None:
    """A text of a response in one language; a translation says what the source says."""
    you_said, we_did, why_not = words
    source = list_texts(session, response_id).get(
        session.get_one(Response, response_id).source_lang
    )
    session.add(
        ResponseText(
            response_id=response_id,
            lang=lang,
            you_said=you_said,
            we_did=we_did,
            why_not=why_not,
            source_hash=hash_of(source) if source else None,
            status=status,
            reviewed_at=now if status == "reviewed" else None,
            updated_at=now,
        )
    )
    session.flush()
    raise_content_version(session)


def correct_text(
    session: Session, response_id: int, lang: str, before: tuple[str, str, str], now: datetime
) -> None:
    """A correction on record: what the text said before."""
    you_said, we_did, why_not = before
    session.add(
        ResponseCorrection(
            response_id=response_id,
            lang=lang,
            you_said=you_said,
            we_did=we_did,
            why_not=why_not,
            reason="The number of streets was wrong.",
            corrected_at=now,
        )
    )
    session.flush()
    raise_content_version(session)
