"""A case that was set aside while its theme was merged follows when it is taken back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.notify.telling import tell_next
from portal.respond.operations.cases import set_aside
from portal.respond.operations.merging import merge_themes
from portal.respond.operations.restoring import restore
from portal.respond.operations.themes import share_theme
from portal.respond.queries.responses import list_unanswered_themes
from portal.store.engine import Store
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.desk import Desk


@pytest.fixture
def aside(store: Store, office: Office, desk_city: City) -> int:
    """A case that is to be set aside."""
    return send(store, desk_city.potholes, q0=4)


def put_aside(store: Store, office: Office, case: int) -> None:
    store.write(
        set_aside, now=NOW, today=TODAY, scope=office.staff, submission_id=case, reason="duplicate"
    )


def merge(store: Store, office: Office, theme: int, into: int) -> None:
    store.write(
        merge_themes, now=NOW, today=TODAY, scope=office.staff, theme_id=theme, into_id=into
    )


def take_back(store: Store, office: Office, case: int) -> None:
    store.write(restore, now=NOW, today=TODAY, scope=office.staff, submission_id=case)


def tell(store: Store, office: Office, response: int) -> None:
    after: int | None = 0
    while after is not None:
        after = store.write(
            tell_next, now=NOW, today=TODAY, response_id=response,
            person_id=office.staff.person_id, after=after,
        )  # fmt: skip


def themes_of(store: Store, case: int) -> list[int]:
    """Where the case is, which its events bear out."""
    with store.read() as session:
        query = select(ThemeCase.theme_id).where(ThemeCase.submission_id == case)
        found = sorted(session.scalars(query))
        themed = select(LoopEvent.theme_id).where(
            LoopEvent.submission_id == case, LoopEvent.kind == "themed"
        )
        assert set(found) <= set(session.scalars(themed))
        return found


def test_it_is_told_what_the_other_theme_was_answered(
    app: Flask, store: Store, office: Office, desk_city: City, aside: int
) -> None:
    here, there, last = (send(store, desk_city.potholes, q0=4) for _person in range(3))
    theme, middle, into = (office.group(one) for one in ([here, aside], [there], [last]))
    put_aside(store, office, aside)
    merge(store, office, theme, middle)
    merge(store, office, middle, into)
    response = office.draft(into)
    office.review(response)
    office.publish(response)
    Desk(app).post(f"cases/{aside}/restore")
    assert themes_of(store, aside) == [into]
    tell(store, office, response)
    with store.read() as session:
        states = {one: session.get_one(LoopRow, one).state for one in (here, there, last, aside)}
        lines = list_unanswered_themes(session, office.staff, number=1, langs=["en"]).items
    assert set(states.values()) == {"told"}
    assert lines == []


def test_it_stays_as_well_where_it_is_answered(
    store: Store, office: Office, desk_city: City, aside: int
) -> None:
    theme = office.group([send(store, desk_city.potholes), aside])
    into = office.group([send(store, desk_city.potholes)])
    put_aside(store, office, aside)
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    tell(store, office, response)
    merge(store, office, theme, into)
    take_back(store, office, aside)
    assert themes_of(store, aside) == [theme, into]
    tell(store, office, response)
    with store.read() as session:
        assert session.get_one(LoopRow, aside).state == "told"


def test_it_waits_for_a_theme_where_the_other_one_takes_it_no_more(
    store: Store, office: Office, desk_city: City
) -> None:
    light = send(store, desk_city.lights, q0=4)
    theme, into = (office.group([send(store, desk_city.potholes)]) for _theme in range(2))
    store.write(lambda session: session.execute(update(Theme).values(is_shared=True)))
    office.group([light], theme_id=theme)
    put_aside(store, office, light)
    merge(store, office, theme, into)
    store.write(share_theme, now=NOW, scope=office.staff, theme_id=into, is_shared=False)
    take_back(store, office, light)
    assert themes_of(store, light) == []


def test_it_stays_where_nothing_was_merged(
    store: Store, office: Office, desk_city: City, aside: int
) -> None:
    theme = office.group([aside])
    put_aside(store, office, aside)
    take_back(store, office, aside)
    assert themes_of(store, aside) == [theme]
