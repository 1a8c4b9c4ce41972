"""What residents say is missing from an answer, as the receipt's page stores it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.loop import Verdict
from portal.notify.telling import tell_next
from portal.store.engine import Store
from portal.store.remarks import Result, Written, list_remarks, record_remark
from portal.store.verdicts import record_verdict
from tests.support.answers import NOW, Office


def tell(store: Store, office: Office, response_id: int, now: datetime = NOW) -> None:
    """Tell everybody a response on the receipt's page."""
    store.write(
        tell_next, now=now, today=now.date(), response_id=response_id,
        person_id=office.staff.person_id, after=0,
    )  # fmt: skip


def judge(store: Store, case: int, verdict: str = "no", now: datetime = NOW) -> None:
    """The resident presses a button."""
    store.write(
        record_verdict, submission_id=case, verdict=Verdict(verdict), now=now, today=now.date()
    )


def say_missing(
    store: Store,
    case: int,
    words: str,
    *,
    verdict: str = "no",
    lang: str = "en",
    has_personal_data: bool = False,
    now: datetime = NOW,
) -> int:
    """The resident presses a button and adds words; returns their number."""
    judge(store, case, verdict, now)
    written = Written(text=words, lang=lang, has_personal_data=has_personal_data)

    def write(session: Session) -> int:
        result = record_remark(
            session, submission_id=case, written=written, token=secrets.token_hex(), now=now
        )
        assert result is Result.STORED, result
        return list_remarks(session, case)[-1].id

    return store.write(write)
