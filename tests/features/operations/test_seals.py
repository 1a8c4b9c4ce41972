"""Figures that the worker puts out are sealed, and nobody else can seal them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from portal.assess.said import refresh_figures
from portal.domain.loop import Actor, Event, EventKind
from portal.models.integrity import Seal
from portal.models.responses import ThemeCase
from portal.models.said import ThemeFigure
from portal.store.engine import Store
from portal.store.loops import Links, append_event
from portal.store.schema import downgrade, upgrade
from tests.support.cases import send_case
from tests.support.city import City
from tests.support.signed import FIRST
from tests.support.soundness import find_problems

BEFORE_SEALS = "0034"
BATCH, NEXT_BATCH = date(2026, 9, 29), date(2026, 10, 1)
TRIPLED = "UPDATE theme_figure SET people = 30"


@pytest.fixture
def counted(busy: Store, city: City) -> Store:
    """A city whose theme's figures are out."""
    assert busy.write(refresh_figures, service_id=city.potholes, today=BATCH) == 2
    return busy


def run(store: Store, statement: str) -> None:
    store.write(lambda session: session.execute(text(statement)))


def join_in(session: Session, city: City) -> None:
    """Ten people more say so."""
    theme_id = session.scalars(select(ThemeFigure.theme_id)).one()
    links = Links(theme_id=theme_id, person_id=city.people["staff"])
    themed = Event(kind=EventKind.THEMED, on=FIRST.date(), actor=Actor.STAFF)
    for _ in range(10):
        case = send_case(session, city.potholes, FIRST)
        session.add(ThemeCase(theme_id=theme_id, submission_id=case, added_at=FIRST))
        append_event(session, case, themed, at=FIRST, links=links)


def count_seals(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(func.count()).select_from(Seal)).one()


def test_what_moves_by_itself_is_sealed_anew(counted: Store, city: City) -> None:
    before = count_seals(counted)
    assert counted.write(refresh_figures, service_id=city.potholes, today=BATCH) == 0
    assert count_seals(counted) == before
    counted.write(join_in, city)
    assert counted.write(refresh_figures, service_id=city.potholes, today=NEXT_BATCH) == 1
    assert count_seals(counted) == before + 1
    assert find_problems(counted) == []


def test_a_figure_that_nobody_counted_stays_to_be_seen(counted: Store) -> None:
    run(counted, TRIPLED)
    found = find_problems(counted)
    assert len(found) == 1
    assert found[0].startswith("theme_figure of theme_id")


def test_nobody_without_the_key_can_seal(counted: Store) -> None:
    run(counted, TRIPLED)
    with counted.read() as session:
        theme_id = session.scalars(select(ThemeFigure.theme_id)).one()
    forged = {"sealed_on": BATCH, "kept": "theme_figure", "owner": theme_id, "digest": "0" * 64}
    counted.write(lambda session: session.execute(insert(Seal).values(**forged)))
    assert find_problems(counted)


def test_what_was_out_before_there_were_seals_is_sealed_as_found(counted: Store) -> None:
    downgrade(counted.engine, BEFORE_SEALS)
    upgrade(counted, FIRST.date())
    assert count_seals(counted) == 2
    assert find_problems(counted) == []
    run(counted, TRIPLED)
    assert find_problems(counted)
    upgrade(counted, FIRST.date())  # a second time it takes nothing as it is found
    assert find_problems(counted)
