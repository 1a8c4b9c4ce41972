"""The phrases that Marlow's departments keep."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.desk import Phrase
from portal.models.services import Department

_FILE = Path(__file__).parent / "data" / "phrases.json"


def add_phrases(session: Session, *, now: datetime) -> None:
    """The same few for every department, in every language."""
    phrases = json.loads(_FILE.read_text(encoding="utf-8"))["phrases"]
    session.add_all(
        Phrase(
            department_id=department_id,
            lang=lang,
            kind=phrase["kind"],
            title=phrase["title"][lang],
            text=text,
            updated_at=now,
        )
        for department_id in session.scalars(select(Department.id))
        for phrase in phrases
        for lang, text in phrase["text"].items()
    )
    session.flush()
