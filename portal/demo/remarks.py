"""What Marlow's residents say is missing from answers that did not help (decision 62)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from random import Random

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.loop import LoopState, Outcome, Verdict
from portal.models.loops import LoopEvent, LoopRow
from portal.models.remarks import Remark
from portal.store.bulk import insert_all
from portal.store.coverage import DELIVERIES
from portal.store.remarks import Written, remark_values
from portal.store.verdicts import find_open_to_words

SEED = 20260102
_FILE = Path(__file__).parent / "data" / "remarks.json"
_LATELY = timedelta(days=60)
_WRITES = 0.6  # of those who are asked
_MINUTES = 90  # of the evening on which somebody gave the verdict


@cache
def load_remarks() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """What people say by language: after "partly", else by the outcome that they were told."""
    loaded: dict[str, dict[str, list[str]]] = json.loads(_FILE.read_text(encoding="utf-8"))[
        "remarks"
    ]
    return loaded


def add_remarks(session: Session, *, now: datetime, today: date) -> None:
    """Words of many whose case is open again, and of some who said "partly" lately.

    Nobody at a service says what somebody else has said there.
    """
    random, used = Random(SEED), set[tuple[int, str]]()
    rows = []
    for row, events in _cases(session, today):
        said = find_open_to_words(events)
        fitting = [
            text
            for text in load_remarks()[_occasion(row)][row.lang]
            if (row.service_id, text) not in used
        ]
        if said is None or not fitting or random.random() > _WRITES:
            continue
        text = random.choice(fitting)
        used.add((row.service_id, text))
        at = min(said.at + timedelta(minutes=random.randint(1, _MINUTES)), now)
        told = [event.response_id for event in events if event.kind in DELIVERIES]
        rows.append(
            {
                "submission_id": row.submission_id,
                "event_id": said.id,
                "response_id": told[-1],
                **remark_values(Written(text=text, lang=row.lang), secrets.token_hex(), at),
            }
        )
    insert_all(session, Remark, rows)


def _cases(session: Session, today: date) -> Iterator[tuple[LoopRow, list[LoopEvent]]]:
    """Those who are asked what is missing, with what happened to their cases."""
    is_asked = or_(
        LoopRow.state == LoopState.REOPENED.value,
        and_(
            LoopRow.state == LoopState.CONFIRMED.value,
            LoopRow.verdict == Verdict.PARTLY.value,
            LoopRow.verdict_on > today - _LATELY,
        ),
    )
    rows = session.execute(
        select(LoopRow, LoopEvent)
        .join(LoopEvent, LoopEvent.submission_id == LoopRow.submission_id)
        .where(is_asked)
        .order_by(LoopRow.submission_id, LoopEvent.id)
    )
    for _number, group in groupby(rows, key=lambda pair: pair[0].submission_id):
        pairs = list(group)
        yield pairs[0][0], [event for _row, event in pairs]


def _occasion(row: LoopRow) -> str:
    if row.state != LoopState.REOPENED.value:
        return Verdict.PARTLY.value
    return Outcome.PLANNED.value if row.outcome == Outcome.IN_PROGRESS.value else str(row.outcome)
