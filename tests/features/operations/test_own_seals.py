"""Rows that carry a seal of their own: who may write them anew, and what was there before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text

from portal.assess.operations import assess_service
from portal.models.assessments import Assessment
from portal.models.case_work import CaseNote
from portal.respond.operations.notes import strike_note, write_note
from portal.store.comments import strike_notes
from portal.store.engine import Store
from portal.store.schema import downgrade, upgrade
from portal.store.set_apart import forget_in_assessments
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.signed import FIRST
from tests.support.soundness import find_problems

BEFORE_OWN_SEALS = "0037"
FORGED = "UPDATE assessment SET workload = '{\"waiting\": 0}'"


@pytest.fixture
def judged(busy: Store, city: City) -> Store:
    """A city with today's evidence of a service, and a colleague's note."""
    busy.write(assess_service, service_id=city.potholes, as_of=TODAY, now=NOW)
    case = send(busy, city.potholes, comment="The kerb is high.")
    desk: dict[str, Any] = {"now": NOW, "scope": Office(busy, city).staff, "submission_id": case}
    for words in ("I call her.", "She was away."):
        busy.write(write_note, text=words, **desk)
    return busy


@contextmanager
def cut_off(engine: Engine, statement: str) -> Iterator[None]:
    """The machine goes out at this statement."""

    def stop(_connection: Any, _cursor: Any, said: str, *_more: Any) -> None:
        if said.startswith(statement):
            raise OSError("cut off")

    event.listen(engine, "before_cursor_execute", stop)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", stop)


def run(store: Store, statement: str) -> None:
    store.write(lambda session: session.execute(text(statement)))


def test_what_the_portal_writes_anew_is_sealed_anew(judged: Store, city: City) -> None:
    desk: dict[str, Any] = {"now": NOW, "scope": Office(judged, city).staff}
    with judged.read() as session:
        note, other = session.scalars(select(CaseNote).order_by(CaseNote.id))
        known = session.scalars(select(Assessment.last_submission_id)).one()
    judged.write(strike_note, submission_id=note.submission_id, note_id=note.id, **desk)
    assert find_problems(judged) == []
    judged.write(strike_notes, other.submission_id, now=NOW)
    judged.write(forget_in_assessments, city.potholes, NOW, known)
    judged.write(assess_service, service_id=city.potholes, as_of=TODAY, now=NOW)
    assert find_problems(judged) == []


def test_forgetting_ratings_leaves_the_seal_right(judged: Store, city: City) -> None:
    with judged.read() as session:
        known = session.scalars(select(Assessment.last_submission_id)).one()
    judged.write(forget_in_assessments, city.potholes, NOW, known)
    with judged.read() as session:
        assert session.scalars(select(Assessment.last_submission_id)).one() == known - 1
    assert find_problems(judged) == []


def test_a_seal_fits_its_row_alone(judged: Store) -> None:
    run(
        judged,
        "UPDATE case_note SET (text, digest) ="
        " (SELECT text, digest FROM case_note ORDER BY id DESC LIMIT 1)",
    )
    assert len(find_problems(judged)) == 1


def test_what_was_written_before_there_were_seals_is_sealed_as_found(judged: Store) -> None:
    downgrade(judged.engine, BEFORE_OWN_SEALS)
    upgrade(judged, FIRST.date())
    assert find_problems(judged) == []
    run(judged, FORGED)
    assert find_problems(judged)
    upgrade(judged, FIRST.date())  # a second time it takes nothing as it is found
    assert find_problems(judged)


def test_an_upgrade_that_was_killed_before_it_sealed_goes_on(judged: Store) -> None:
    downgrade(judged.engine, BEFORE_OWN_SEALS)
    with cut_off(judged.engine, "UPDATE case_note"), pytest.raises(OSError, match="cut off"):
        upgrade(judged, FIRST.date())
    assert find_problems(judged)
    upgrade(judged, FIRST.date())
    assert find_problems(judged) == []


def test_a_note_that_the_portal_did_not_write_makes_nothing_stand(judged: Store) -> None:
    run(judged, FORGED)
    run(judged, "INSERT INTO setting (name, value) VALUES ('upgraded_from', '0001 00')")
    upgrade(judged, FIRST.date())
    assert find_problems(judged)
