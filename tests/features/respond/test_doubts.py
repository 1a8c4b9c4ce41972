"""What residents dispute and what drafts leave doubtful, where whoever answers sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
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
    words = desk.get("responses/").words()
    assert "Answers that residents asked to look at again" in words
    disputed = words.partition("asked to look at again")[2].partition("Published")[0]
    for part in ("Holes", "Pothole repair", "Answered", "1 person waits", "November 20, 2026"):
        assert part in disputed, part
    assert "asked to look" not in Desk(app, "parks").get("responses/").words()
    later = office.draft(1, follows_id=response)
    office.review(later)
    office.publish(later)
    tell(later)
    assert "asked to look" not in desk.get(f"responses/{response}/").words()
    assert "asked to look" not in desk.get("responses/").words()


def test_whoever_asks_again_waits_in_their_language_as_in_the_inbox(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    cases = [send(store, desk_city.potholes, lang=lang) for lang in ("en", "en", "es")]
    response = office.answer(cases)
    store.write(
        tell_next, now=NOW, today=TODAY, response_id=response, person_id=office.staff.person_id,
        after=0,
    )  # fmt: skip
    desk = Desk(app)

    def waiting() -> tuple[str, str]:
        queue = desk.get(f"responses/{response}/").words().partition("Who waits in which")[2]
        english, spanish = (queue.partition(one)[2].split()[0] for one in ("English", "Spanish"))
        return english, spanish

    assert waiting() == ("0", "1")  # there is no Spanish text yet
    dispute(store, cases[0])
    assert waiting() == ("1", "1")
    assert "1 person asked to look again" in desk.get(f"responses/{response}/").words()
    assert "1–1 of 1" in desk.get("?place=reopened").words()


def test_the_history_of_a_case_says_when_it_was_answered_and_not_when_the_answer_came_out(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    case = send(store, desk_city.potholes)
    response = office.answer([case])
    later = TODAY + timedelta(days=4)
    store.write(
        tell_next, now=NOW, today=later, response_id=response, person_id=office.staff.person_id,
        after=0,
    )  # fmt: skip
    words = Desk(app).get(f"cases/{case}/").words()
    assert "AnsweredNovember 24, 2026" in words
    assert "Answer published" not in words


@pytest.mark.parametrize(
    ("lang", "claim", "is_bare"),
    [
        ("en", "Thank you. We have improved this.", True),
        ("en", "We have improved the crossing on Mill Street.", False),
        ("es", "Hemos mejorado el servicio para todos los vecinos.", True),
        ("es", "Hemos mejorado el cruce de la calle Molino.", False),
    ],
)
def test_an_answer_that_claims_a_change_is_judged_by_the_words_of_its_language(
    app: Flask, store: Store, office: Office, desk_city: City, lang: str, claim: str, is_bare: bool
) -> None:
    theme = office.group([send(store, desk_city.potholes)])
    draft = office.draft(theme, wording=Wording("The holes come back.", claim), lang=lang)
    words = Desk(app).get(f"responses/{draft}/").words()
    assert ("gives nothing to check" in words) == is_bare


def test_a_bare_claim_is_pointed_out_and_can_be_published_all_the_same(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    theme = office.group([send(store, desk_city.potholes)])
    done = Promise(Outcome.DONE, done_on=TODAY)
    draft = office.draft(theme, wording=Wording("The holes come back.", "Done."), promise=done)
    office.review(draft)
    desk = Desk(app)
    page = desk.get(f"responses/{draft}/")
    assert "say what was changed, where and when, or link to it" in page.words()
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
