"""Calling a next step off on its page: with a reason, once, and for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.models.partners import NextStep, NextStepText
from portal.models.running import AuditEvent, Outbox
from portal.store.engine import Store
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk
from tests.support.moment import this_day
from tests.support.soundness import find_problems
from tests.support.together import Table


@pytest.fixture
def step(store: Store, city: City, table: Table) -> int:
    theme = Office(store, city).group([send(store, city.potholes, comment="The kerb is high.")])
    return table.next_step(theme, on=this_day() + timedelta(days=10))


def post(desk: Desk, path: str, **typed: str) -> TestResponse:
    return desk.client.post(path, data={"csrf_token": desk.csrf_token(), **typed})


def test_it_is_called_off_with_a_reason_and_stays(desk: Desk, store: Store, step: int) -> None:
    path = f"/en/manage/next-steps/{step}/"
    assert "Call it off and tell everybody" in response_page(desk.client.get(path)).words()
    answer = post(desk, f"{path}call-off", in_en=" ")
    assert answer.status_code == 422
    refused = response_page(answer)
    assert "Say why, in one language at least." in refused.words()
    assert "A walk (en)" in [one.text.strip() for one in refused.all("textarea") if one.text]

    assert post(desk, f"{path}call-off", in_en="The school is closed.").status_code == 303
    words = response_page(desk.client.get(path)).words()
    assert "It was called off on" in words
    assert "The school is closed." in words
    assert "Call it off and tell everybody" not in words
    assert "called off" in response_page(desk.client.get("/en/manage/co-decisions/")).words()
    with store.read() as session:
        assert session.get_one(NextStep, step).called_off_on == this_day()
        assert session.scalars(select(NextStepText.called_off_reason)).all() == [
            "The school is closed."
        ]
        jobs = select(Outbox.kind).where(Outbox.kind.in_(("call_off_step", "call_off")))
        assert session.scalars(jobs).all() == ["call_off_step"]
        deed = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "next_step_called_off")
        ).one()
        assert (deed.subject, deed.subject_id, deed.detail) == (
            "next_step",
            step,
            {"langs": ["en"]},
        )
    assert find_problems(store) == []


def test_the_same_form_sent_twice_calls_it_off_once(desk: Desk, store: Store, step: int) -> None:
    path = f"/en/manage/next-steps/{step}/"
    for _click in range(2):
        answer = post(desk, f"{path}call-off", in_en="The school is closed.")
        assert answer.status_code == 303
    assert "It is called off." in response_page(desk.client.get(path)).words()
    with store.read() as session:
        for found in (
            select(Outbox.kind).where(Outbox.kind == "call_off_step"),
            select(AuditEvent.id).where(AuditEvent.action == "next_step_called_off"),
        ):
            assert len(session.scalars(found).all()) == 1


def test_what_comes_too_late_changes_nothing(
    desk: Desk, store: Store, table: Table, step: int
) -> None:
    table.call_off(step, this_day())
    path = f"/en/manage/next-steps/{step}/"
    for to, typed in (
        ("call-off", {"in_en": "It rains."}),
        ("", {"what": "A dance", "place": "B"}),
    ):
        answer = post(desk, f"{path}{to}", **typed)
        assert answer.status_code == 409
        assert "does not change any more" in response_page(answer).words()
        kept = [(one.text or "").strip() for one in response_page(answer).all("textarea")]
        assert kept == list(typed.values()), "nothing that was typed is lost"
    with store.read() as session:
        text = session.scalars(select(NextStepText)).one()
    assert (text.what, text.called_off_reason) == ("A walk (en)", "The school is closed.")
