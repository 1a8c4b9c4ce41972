"""Everything that is stored about a receipt, for its holder: as data, and counted for the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from portal.models import Base
from portal.models.submissions import Contact, Submission

# What of a table the holder gets; keys are its columns. `person_id` and the like stay out: who of
# the city did something is the city's to answer for, not a clerk's.
SHOWN: Mapping[str, str] = {
    "submission": (
        "id instrument lang comment_lang channel received_at received_on person_key q0 q1 q2 q3 q4"
        " q5 q6 kind comment wants_answer is_case district age_band is_rating is_verified"
        " is_quarantined is_rating_excluded is_redacted has_personal_data receipt_hash token_hash"
        " answers_hash commitment comment_commitment comment_salt joined_theme_id"
    ),
    "loop": (
        "lang kind district received_on state acknowledged_on target_on themed_on responded_on"
        " outcome due_on done_on told_on told_lang verdict verdict_on disputed_on retold_on"
        " invited_on excluded withdrawn_on is_joined"
    ),
    "loop_event": (
        "kind at happened_on actor lang verdict reason outcome due_on done_on target_on theme_id"
        " response_id"
    ),
    "contact": "created_at confirmed_at unsubscribed_at bounced_at erased_at",
    "remark": (
        "id response_id lang text has_personal_data is_redacted written_at channel token_hash"
        " commitment salt"
    ),
    "redaction": "remark_id reason pieces kinds requested_at done_at",
    "exclusion_request": "reason requested_at",
    "withdrawal_request": "requested_on refused_on reason",
    "outbox": "kind response_id created_at due_at done_at dead_at attempts",
    "rating_invitation": "used_on",
    "invitation": "next_step_id lang invited_on",
    "attestation": "co_decision_id is_fair attested_on",
    "case_note": "written_at struck_at",
    "case_assignment": "assigned_at",
    "theme_case": "theme_id added_at",
    "co_decision_case": "co_decision_id added_on",
    "reminder": "due_on is_settled is_reminded chosen_on",
    "signed_rating": "signed_on",
}


def collect(
    session: Session, submission_id: int, decrypt: Callable[[bytes], str]
) -> dict[str, Any]:
    """All rows about a receipt: {table: [row]} in plain JSON data.

    The e-mail address is masked: whoever finds a receipt must not learn it. Of colleagues' notes
    there are the days only (docs/decisions/0026).
    """
    slugs = {row.id: row.slug for row in session.execute(select(_table("service")))}
    held = {
        name: [
            _row(row, columns, slugs)
            for row in session.execute(_rows(_table(name), submission_id)).mappings()
        ]
        for name, columns in SHOWN.items()
    }
    contact = session.get(Contact, submission_id)
    if contact is not None and contact.email_encrypted is not None:
        held["contact"][0]["email"] = mask(decrypt(contact.email_encrypted))
    return held


def _row(row: Mapping[Any, Any], columns: str, slugs: Mapping[int, str]) -> dict[str, Any]:
    shown = {name: _plain(row[name]) for name in columns.split() if name in row}
    if "service_id" in row:
        shown["service"] = slugs.get(row["service_id"])
    if "to_service_id" in row:
        shown["to_service"] = slugs.get(row["to_service_id"])
    return shown


def _rows(table: Table, submission_id: int) -> Any:
    key: ColumnElement[Any] = table.c.id if table.name == "submission" else table.c.submission_id
    return select(table).where(key == submission_id).order_by(*_order(table))


def _order(table: Table) -> Iterable[ColumnElement[Any]]:
    return table.primary_key.columns


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def mask(email: str) -> str:
    """An address of which its owner recognises the beginnings: "a•••@e•••.org"."""
    local, _at, domain = email.rpartition("@")
    name, _dot, top = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{top}"


def get_email(session: Session, submission_id: int, decrypt: Callable[[bytes], str]) -> str | None:
    """The masked address that is still kept, None where there is none (any more)."""
    contact = session.get(Contact, submission_id)
    if contact is None or contact.email_encrypted is None:
        return None
    return mask(decrypt(contact.email_encrypted))


def list_note_days(session: Session, submission_id: int) -> Sequence[datetime]:
    """When colleagues wrote notes about the case that still have their text."""
    table = _table("case_note")
    return session.scalars(
        select(table.c.written_at)
        .where(table.c.submission_id == submission_id, table.c.struck_at.is_(None))
        .order_by(table.c.id)
    ).all()


def get_submission(session: Session, submission_id: int) -> Submission:
    """The row of the form that was sent."""
    return session.get_one(Submission, submission_id)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
