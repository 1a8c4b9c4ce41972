"""Sent forms and cases, written as the store writes them, for tests that start after sending."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.data import INSTRUMENT_ID
from portal.domain.commitments import commit_rating
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.store.comments import commit_to_comment
from portal.store.loops import open_loop
from portal.store.secrets import sha256


def send_rating(session: Session, /, service_id: int, now: datetime, **values: object) -> int:
    """A submission row; returns its id. Without a comment or `wants_answer` it is a bare rating."""
    is_case = bool(values.get("comment")) or bool(values.get("wants_answer"))
    row: dict[str, object] = {
        "service_id": service_id,
        "instrument": INSTRUMENT_ID,
        "lang": "en",
        "channel": "web",
        "received_at": now,
        "received_on": now.date(),
        "person_key": secrets.token_hex(32),
        "q0": 4,
        "is_case": is_case,
        "wants_answer": False,
        "token_hash": sha256(secrets.token_hex(16)),
        "receipt_hash": sha256(secrets.token_hex(16)),
        **commit_to_comment(str(values["comment"]) if values.get("comment") else None),
        **values,
    }
    if "commitment" not in row and row["q0"] is not None:
        row["commitment"] = _commitment(session, row)
    statement = insert(Submission).values(**row).returning(Submission.id)
    return int(session.execute(statement).scalar_one())


def _commitment(session: Session, row: Mapping[str, Any]) -> str:
    slug = session.scalars(select(Service.slug).where(Service.id == row["service_id"])).one()
    return commit_rating(slug, row["received_on"], row["q0"], row["receipt_hash"])


def send_case(session: Session, /, service_id: int, now: datetime, **values: object) -> int:
    """A case, received and acknowledged; returns its submission's id."""
    values.setdefault("kind", "problem")
    values.setdefault("wants_answer", True)
    values.setdefault("person_key", secrets.token_hex(32))
    submission_id = send_rating(session, service_id, now, **values)
    open_loop(
        session,
        submission_id=submission_id,
        service_id=service_id,
        lang=str(values.get("lang", "en")),
        kind=str(values["kind"]),
        district=str(values["district"]) if values.get("district") else None,
        person_key=str(values["person_key"]),
        at=now,
        on=now.date(),
    )
    return submission_id
