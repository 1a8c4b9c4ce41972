"""What other systems are told: numbers, addresses and what is public anyway. No words of people."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.appraisals import Appraisal
from portal.models.responses import Response
from portal.models.services import Service
from portal.models.warnings import WarningRow

Data = dict[str, Any]


def make_body(
    session: Session, *, event: str, subject_id: int, at: datetime, base: str, lang: str
) -> bytes | None:
    """The JSON of an event; None where there is nothing to tell any more.

    `base` is the portal's public address; pages are linked in `lang`.
    """
    data = _MAKERS[event](session, subject_id, base.rstrip("/"), lang)
    if data is None:
        return None
    told = {"type": event, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
    return json.dumps(told, separators=(",", ":")).encode()


def _response(session: Session, response_id: int, base: str, lang: str) -> Data | None:
    row = session.execute(
        select(Response.outcome, Response.published_on, Service.slug)
        .join(Service, Service.id == Response.service_id)
        .where(Response.id == response_id, Response.status == "published")
    ).one_or_none()
    if row is None:
        return None
    return {
        "response": response_id,
        "service": row.slug,
        "outcome": row.outcome,
        "published_on": row.published_on.isoformat(),
        "page": f"{base}/{lang}/responses/{response_id}/",
    }


def _level(session: Session, appraisal_id: int, base: str, lang: str) -> Data | None:
    row = session.execute(
        select(Appraisal.as_of, Appraisal.level, Appraisal.flag, Service.slug)
        .join(Service, Service.id == Appraisal.service_id)
        .where(Appraisal.id == appraisal_id)
    ).one_or_none()
    if row is None:
        return None
    day, slug = row.as_of.isoformat(), quote(row.slug)  # in whichever script
    return {
        "service": row.slug,
        "as_of": day,
        "level": row.level,
        "flag": row.flag,
        "page": f"{base}/{lang}/services/{slug}/level/{day}/",
        "evidence": f"{base}/api/v1/services/{slug}/level/{day}",
    }


def _warning(session: Session, warning_id: int, base: str, lang: str) -> Data | None:
    row = session.execute(
        select(WarningRow.kind, WarningRow.raised_on, Service.slug)
        .join(Service, Service.id == WarningRow.service_id)
        .where(WarningRow.id == warning_id)
    ).one_or_none()
    if row is None:
        return None
    return {
        "warning": warning_id,
        "service": row.slug,
        "kind": row.kind,
        "raised_on": row.raised_on.isoformat(),
        "page": f"{base}/{lang}/manage/warnings/{warning_id}/",
    }


_MAKERS: dict[str, Callable[[Session, int, str, str], Data | None]] = {
    "response.published": _response,
    "level.published": _level,
    "warning.raised": _warning,
}
