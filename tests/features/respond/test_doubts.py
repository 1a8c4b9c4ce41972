"""What residents dispute and what drafts leave doubtful, where whoever answers sees it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.domain.wording import Wording
from portal.notify.telling import tell_next
from portal.respond.rules import Promise
from portal.store.engine import Store
from portal.store.loops import append_event
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.desk import Desk


def dispute(store: Store, case: int) -> None:
    for kind, verdict in ((EventKind.CONFIRMED, Verdict.NO), (EventKind.DISPUTED, None)):
        event = Event(kind=kind, on=TODAY, actor=Actor.RESIDENT, verdict=verdict)
        store.write(append_event, case, event, at=NOW)


def test_a_dispute_stands_beside_the_answer_until_there_is_a_new_one(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, comment="The hole in my street is still there")
    response = office.answer([case, send(store, desk_city.potholes, comment="Fine words")])

    def tell(response_id: int) -> None:
        store.write(
            tell_next, now=NOW, today=TODAY, response_id=response_id,
            person_id=office.staff.person_id, after=0,
        )  # fmt: skip

    tell(response)
    desk = Desk(app)
    assert "asked to look" not in desk.get(f"responses/{response}/").words()
    dispute(store, case)
    page = desk.get(f"responses/{response}/")
    assert "1 person asked to look again" in page.words()
    assert "still there" in page.words()
    assert "Fine words" not in page.words()
    assert "Answers that residents asked to look at again" in desk.get("responses/").words()
    assert "asked to look" not in Desk(app, "parks").get("responses/").words()
    later = office.draft(1, follows_id=response)
    office.review(later)
    office.publish(later)
    tell(later)
    assert "asked to look" not in desk.get(f"responses/{response}/").words()
    assert "asked to look" not in desk.get("responses/").words()


def test_a_bare_claim_is_pointed_out_and_can_be_published_all_the_same(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    theme = office.group([send(store, desk_city.potholes)])
    done = Promise(Outcome.DONE, done_on=TODAY)
    draft = office.draft(theme, wording=Wording("The holes come back.", "Done."), promise=done)
    office.review(draft)
    desk = Desk(app)
    page = desk.get(f"responses/{draft}/")
    assert "say what was changed, where and when" in page.words()
    desk.post(f"responses/{draft}/publish", version=page.value("version"))
    assert "say what was changed" not in desk.get(f"responses/{draft}/").words()


def test_a_dispute_comes_back_to_the_top_with_its_verdict_and_the_old_answer(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    oldest = send(store, desk_city.potholes, NOW - timedelta(days=25), comment="Waits since long")
    case = send(store, desk_city.potholes, comment="The hole in my street is still there")
    response = office.answer([case])
    store.write(
        tell_next, now=NOW, today=TODAY, response_id=response, person_id=office.staff.person_id,
        after=0,
    )  # fmt: skip
    desk = Desk(app)
    assert "asked to look again" not in desk.get(f"cases/{case}/").words()
    dispute(store, case)
    inbox = desk.get("").words()
    assert inbox.index("still there") < inbox.index("Waits since long")
    assert "To our answer they said: “No”" in inbox
    page = desk.get(f"cases/{case}/")
    assert "The resident asked to look again" in page.words()
    assert "We repaved the street by the school." in page.words()
    assert f"/en/staff/themes/1/answer?follows={response}" in page.links()
    assert "asked to look again" not in desk.get(f"cases/{oldest}/").words()
