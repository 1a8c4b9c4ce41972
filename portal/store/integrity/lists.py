"""The list of a service's ratings in a quarter: what anybody recomputes count and mean from."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.commitments import QuarterList
from portal.domain.publication import K, quarter_after
from portal.models.services import Service
from portal.models.submissions import Submission


def list_ratings(session: Session, quarter: date) -> list[dict[str, Any]]:
    """The rows of `rating_list` of a quarter that has just ended, for services with 10 ratings."""
    slugs: dict[int, str] = {}
    counted: dict[int, list[tuple[str, int]]] = defaultdict(list)
    apart: dict[int, list[tuple[str, int]]] = defaultdict(list)
    statement = (
        select(
            Submission.service_id,
            Service.slug,
            Submission.commitment,
            Submission.q0,
            Submission.is_quarantined,
            Submission.is_rating_excluded,
        )
        .join(Service, Service.id == Submission.service_id)
        .where(
            Submission.received_on >= quarter,
            Submission.received_on < quarter_after(quarter),
            Submission.commitment.is_not(None),
        )
    )
    for service_id, slug, commitment, q0, is_quarantined, is_excluded in session.execute(statement):
        slugs[service_id] = slug
        ratings = apart if is_quarantined or is_excluded else counted
        ratings[service_id].append((str(commitment), int(q0 or 0)))  # the query left no nulls
    return [
        _row(
            service_id,
            QuarterList(slugs[service_id], quarter, tuple(ratings), tuple(apart[service_id])),
        )
        for service_id, ratings in sorted(counted.items())
        if len(ratings) >= K
    ]


def _row(service_id: int, found: QuarterList) -> dict[str, Any]:
    return {
        "service_id": service_id,
        "quarter_on": found.quarter,
        "text": found.text,
        "sha256": found.sha256,
        "count": len(found.counted),
        "mean": found.mean,
    }
