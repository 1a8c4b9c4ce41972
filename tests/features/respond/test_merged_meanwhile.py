"""An answer that somebody writes while a colleague merges the theme still reaches the people."""

from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.responses import Response
from portal.respond.operations.merging import merge_themes
from portal.respond.rules import Conflict
from portal.store.engine import Store
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk

TYPED = {"you_said": "The holes come back.", "we_did": "We repaved it.", "outcome": "answered"}


@pytest.fixture
def themes(store: Store, office: Office, desk_city: City) -> tuple[int, int, int]:
    """Three themes of a case each."""
    first, second, third = (office.group([send(store, desk_city.potholes)]) for _ in range(3))
    return first, second, third


def homes(store: Store) -> list[int | None]:
    """The themes of all answers."""
    with store.read() as session:
        return list(session.scalars(select(Response.theme_id)))


def test_the_words_are_kept_and_saved_for_the_theme_that_holds_the_cases_now(
    app: Flask, store: Store, themes: tuple[int, int, int]
) -> None:
    old, into, last = themes
    desk, colleague = Desk(app), Desk(app, "reviewer")
    assert "merged" not in desk.get(f"themes/{old}/answer").words()
    colleague.post(f"themes/{old}/merge", into=into)
    colleague.post(f"themes/{into}/merge", into=last)
    path = f"themes/{old}/answer"
    for home in (into, last):  # wherever the cases went meanwhile
        page = response_page(desk.post(path, 409, **TYPED))
        assert "Nothing is saved yet." in page.words()
        assert f"/en/staff/themes/{home}/" in page.links()
        texts = [page.words(one) for one in page.all("textarea")]
        assert texts[:2] == [TYPED["you_said"], TYPED["we_did"]]
        assert homes(store) == []
        path = f"themes/{home}/answer"
        assert f'action="/en/staff/{path}"' in page.text
    desk.post(path, **TYPED)
    assert homes(store) == [last]
    assert "merged into another" in desk.get(f"themes/{old}/answer").words()


def test_an_answered_theme_is_answered_further_after_it_was_merged(
    app: Flask, store: Store, themes: tuple[int, int, int], office: Office
) -> None:
    old, into, _last = themes
    response = office.draft(old)
    office.review(response)
    office.publish(response)
    desk, similar = Desk(app), f"/en/staff/themes/{old}/similar"
    assert similar in desk.get(f"themes/{old}/").links()
    desk.post(f"themes/{old}/merge", into=into)
    assert similar not in desk.get(f"themes/{old}/").links(), "no more cases come into it"
    assert "Nothing is saved yet." not in desk.get(f"themes/{old}/answer").words()
    desk.post(f"themes/{old}/answer", follows=response, **TYPED)
    assert homes(store) == [old, old]


def test_writing_waits_for_a_merge_that_is_under_way(
    store: Store, themes: tuple[int, int, int], office: Office
) -> None:
    old, into, _last = themes
    is_merging = threading.Event()

    def merge(session: Session) -> None:
        merge_themes(
            session, now=NOW, today=TODAY, scope=office.reviewer, theme_id=old, into_id=into
        )
        session.flush()
        is_merging.set()
        time.sleep(0.3)

    colleague = threading.Thread(target=store.write, args=(merge,))
    colleague.start()
    is_merging.wait(10)
    with pytest.raises(Conflict):
        office.draft(old)
    colleague.join()
    assert homes(store) == []
