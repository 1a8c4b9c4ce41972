"""The resident's verdict: only after an answer, changeable, and only theirs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from portal.domain.loop import EventKind, fold
from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import RatingInvitation, Submission
from portal.store.engine import Store
from portal.store.loops import event_of, facts_of, list_events, projected
from portal.store.verdicts import VERDICTS_A_DAY
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_day, this_moment
from tests.support.residents import (
    RATE,
    Resident,
    answer_case,
    move_clock,
    submission_of,
    words_of,
)


@pytest.fixture
def told(resident: Resident, store: Store, city: City) -> str:
    """The code of a case whose resident has an answer."""
    code = resident.send(comment="The hole comes back.", kind="problem")
    answer(store, city, code)
    return code


def answer(store: Store, city: City, code: str, **values: Any) -> None:
    with store.read() as session:
        submission_id = submission_of(session, code).id
    store.write(
        answer_case, submission_id, this_moment(), {"en": "We repaved it."},
        person_id=city.people["staff"], **values,
    )  # fmt: skip


def events(store: Store, code: str) -> list[str]:
    """What residents caused, in order; and the projection is what the events say."""
    with store.read() as session:
        submission_id = submission_of(session, code).id
        happened = list_events(session, submission_id)
        row = session.get_one(LoopRow, submission_id)
        assert projected(facts_of(row)) == projected(fold(map(event_of, happened)))
        return [
            f"{event.kind}:{event.verdict}" if event.verdict else event.kind
            for event in happened
            if event.actor == "resident"
        ]


def say(resident: Resident, code: str, verdict: str) -> str:
    """Press a button; the words of the page that follows."""
    response = resident.post(f"/en/receipts/{code}/confirm", verdict=verdict)
    assert response.status_code == 303
    anchor = "" if verdict == "yes" else "#what-is-missing"  # where words may be added
    assert response.headers["Location"].endswith(f"/en/receipts/{code}/{anchor}")
    return resident.get(f"/en/receipts/{code}/").words()


def assert_promises_nothing(words: str) -> None:
    """No sentence on the page says that the form will open later."""
    for promise in ("Not now", "opens once you have an answer", "You can do so again from"):
        assert promise not in words


def test_nothing_is_asked_before_an_answer(resident: Resident, store: Store) -> None:
    code = resident.send(comment="Hello?")
    for verdict in ("yes", "no", "again"):
        assert resident.post(f"/en/receipts/{code}/confirm", verdict=verdict).status_code == 409
    assert events(store, code) == []


def test_the_four_answers_are_offered_alike(resident: Resident, told: str) -> None:
    page = resident.get(f"/en/receipts/{told}/")
    buttons = [button for button in page.all("button") if button.get("name") == "verdict"]
    assert [button.get("value") for button in buttons] == ["yes", "partly", "no", "again"]
    assert len({button.get("class") for button in buttons}) == 1
    assert "Does this answer deal with what you told us?" in page.words()


def test_a_receipt_that_staff_have_seen_says_no_but_never_yes(
    resident: Resident, store: Store, told: str
) -> None:
    store.write(lambda session: session.execute(update(Submission).values(channel="phone")))
    page = resident.get(f"/en/receipts/{told}/")
    buttons = [button for button in page.all("button") if button.get("name") == "verdict"]
    assert [button.get("value") for button in buttons] == ["no", "again"]
    for verdict in ("yes", "partly"):
        assert resident.post(f"/en/receipts/{told}/confirm", verdict=verdict).status_code == 409
    assert events(store, told) == []
    say(resident, told, "no")
    assert events(store, told) == ["confirmed:no", "disputed"]
    assert resident.client.get(f"/en/receipts/{told}/rate").status_code == 404


@pytest.mark.parametrize("verdict", ["yes", "partly"])
def test_a_yes_is_recorded_once(resident: Resident, store: Store, told: str, verdict: str) -> None:
    say(resident, told, verdict)
    words = say(resident, told, verdict)
    assert "You said:" in words
    assert "You can change it." in words
    assert events(store, told) == [f"confirmed:{verdict}"]


def test_a_no_opens_the_case_again_in_sight(resident: Resident, store: Store, told: str) -> None:
    words = say(resident, told, "no")
    assert "Your case is open again" in words
    assert "A new answer" in words
    say(resident, told, "no")
    assert events(store, told) == ["confirmed:no", "disputed"]


def test_look_again_is_no_reply_to_the_question(
    resident: Resident, store: Store, told: str
) -> None:
    assert "Your case is open again" in say(resident, told, "again")
    say(resident, told, "again")
    assert events(store, told) == ["disputed"]
    say(resident, told, "no")
    assert events(store, told) == ["disputed", "confirmed:no"]


def test_the_newest_verdict_counts(resident: Resident, store: Store, told: str) -> None:
    say(resident, told, "yes")
    say(resident, told, "no")
    say(resident, told, "partly")
    assert events(store, told) == ["confirmed:yes", "confirmed:no", "disputed", "confirmed:partly"]
    with store.read() as session:
        row = session.get_one(LoopRow, submission_of(session, told).id)
        assert (row.verdict, row.state) == ("partly", "reopened")


def test_a_new_answer_is_asked_about_anew(
    resident: Resident, store: Store, city: City, told: str
) -> None:
    say(resident, told, "no")
    answer(store, city, told, outcome="done", done_on=this_day())
    page = resident.get(f"/en/receipts/{told}/")
    assert "You have an answer. Does it help?" in page.words()
    assert "You have a new answer" in page.words()
    assert "Earlier answers" in page.words()
    assert "Your case is open again" in say(resident, told, "no")
    assert events(store, told) == ["confirmed:no", "disputed", "confirmed:no", "disputed"]


@pytest.mark.parametrize("verdict", ["yes", "no", "again"])
def test_nobody_judges_an_answer_that_they_have_not_read(
    resident: Resident, store: Store, city: City, told: str, verdict: str
) -> None:
    path = f"/en/receipts/{told}/"
    old = resident.get(path).sent_along("/confirm")
    answer(store, city, told, outcome="done", done_on=this_day())
    refused = resident.post(f"{path}confirm", verdict=verdict, **old)
    assert refused.status_code == 409
    page = response_page(refused)
    assert "There is a new answer now. Please read it first." in page.words()
    assert "Your case is open again" not in page.words()
    assert events(store, told) == []
    fresh = page.sent_along("/confirm")
    assert fresh != old
    assert fresh == resident.get(path).sent_along("/confirm")
    assert resident.post(f"{path}confirm", verdict=verdict, **fresh).status_code == 303
    kept = {"yes": ["confirmed:yes"], "no": ["confirmed:no", "disputed"], "again": ["disputed"]}
    assert events(store, told) == kept[verdict]
    words = resident.get(path).words()
    assert "There is a new answer now" not in words


def test_the_question_stands_under_the_answer_that_it_is_about(
    resident: Resident, store: Store, city: City, told: str
) -> None:
    """A newer answer that waits for the resident's language is shown, and not yet judged."""
    path = f"/en/receipts/{told}/"
    say(resident, told, "partly")
    with store.read() as session:
        submission_id = submission_of(session, told).id
    store.write(
        answer_case, submission_id, this_moment(), {"es": "También el arcén."},
        person_id=city.people["staff"], told=False,
    )  # fmt: skip
    words = resident.get(path).words()
    places = [
        words.index(one)
        for one in ("También el arcén.", "We repaved it.", "Does this answer deal with")
    ]
    assert places == sorted(places)
    assert "Earlier answers" not in words
    alone = resident.get(f"{path}missing").words()
    assert "We repaved it." in alone
    assert "También el arcén." not in alone


def test_a_declined_case_is_asked_about_too(resident: Resident, store: Store, city: City) -> None:
    code = resident.send(comment="Build a bridge.", kind="idea")
    answer(store, city, code, outcome="declined")
    say(resident, code, "partly")
    assert events(store, code) == ["confirmed:partly"]


def test_a_verdict_cannot_come_from_elsewhere(resident: Resident, store: Store, told: str) -> None:
    path = f"/en/receipts/{told}/confirm"
    assert resident.post(path, {"Sec-Fetch-Site": "cross-site"}, verdict="yes").status_code == 403
    assert (
        resident.post(path, {"Origin": "https://other.example"}, verdict="yes").status_code == 403
    )
    assert resident.post(path, {"Sec-Fetch-Site": "same-site"}, verdict="yes").status_code == 403
    assert resident.post(path, verdict="maybe").status_code == 422
    assert resident.post(path).status_code == 422
    assert resident.client.get(path).status_code == 405
    assert resident.post(f"/en/receipts/{'0' * 25}/confirm", verdict="yes").status_code == 404
    assert events(store, told) == []


def test_a_browser_that_does_not_say_where_a_form_comes_from_is_believed_on_a_receipt(
    resident: Resident, store: Store, told: str
) -> None:
    """The page passes its address on to nobody, so older browsers say "null"."""
    hidden = {"Origin": "null"}
    page = resident.client.get(f"/en/receipts/{told}/")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert resident.post(f"/en/receipts/{told}/confirm", hidden, verdict="yes").status_code == 303
    assert events(store, told) == ["confirmed:yes"]
    token = resident.token()
    assert resident.post(RATE, hidden, token=token, q0="4").status_code == 403


def test_no_full_form_is_offered_for_a_service_that_went_out_of_use(
    resident: Resident, store: Store, told: str
) -> None:
    path = f"/en/receipts/{told}/"
    assert f"{path}rate" in resident.get(path).links()
    with store.sessions() as session, session.begin():
        session.connection(execution_options={"portal_writes": True}).exec_driver_sql(
            "UPDATE service SET is_active = false WHERE slug = 'pothole-repair'"
        )
    assert f"{path}rate" not in resident.get(path).links()


def test_changing_ones_mind_has_an_end(resident: Resident, store: Store, told: str) -> None:
    path = f"/en/receipts/{told}/confirm"
    statuses = [
        resident.post(path, verdict=("yes", "partly")[turn % 2]).status_code
        for turn in range(VERDICTS_A_DAY + 3)
    ]
    assert statuses == [303] * VERDICTS_A_DAY + [429] * 3
    assert len(events(store, told)) == VERDICTS_A_DAY


def test_a_verified_rating_once_in_90_days(resident: Resident, store: Store, told: str) -> None:
    path = f"/en/receipts/{told}/rate"
    assert path in resident.get(f"/en/receipts/{told}/").links()
    code = resident.send(path, q3="5", q5="2")
    with store.read() as session:
        case, rating = submission_of(session, told), submission_of(session, code)
        assert rating.is_verified
        assert not rating.is_case
        assert (rating.service_id, rating.q3, rating.q5) == (case.service_id, 5, 2)
        assert rating.person_key == case.person_key  # the same period
        used = session.scalars(select(RatingInvitation)).one()
        assert used.submission_id == case.id
    assert path not in resident.get(f"/en/receipts/{told}/").links()
    assert "You can do so again from" in resident.get(path).words()
    move_clock(resident.settings, days=91)
    assert path in resident.get(f"/en/receipts/{told}/").links()
    later = resident.send(path)
    with store.read() as session:
        assert submission_of(session, later).is_verified
        assert submission_of(session, later).person_key != case.person_key
        assert len(session.scalars(select(RatingInvitation)).all()) == 2


def test_two_verified_forms_are_one_rating(resident: Resident, store: Store, told: str) -> None:
    path = f"/en/receipts/{told}/rate"
    first, second = resident.token(path), resident.token(path)
    assert resident.post(path, token=first, q0="4").status_code == 303
    assert resident.post(path, token=first, q0="4").status_code == 303  # a repeat
    said = "The lamp next to it is dark too.\n<b>Since May.</b>"
    for token in (first, second):
        refused = resident.post(path, token=token, q0="5", comment=said)
        assert refused.status_code == 409
        page = response_page(refused)
        assert "Your first rating counts. This one was not stored." in page.words()
        assert "You can do so again from" in page.words()
        assert all(line in page.words() for line in said.splitlines()), "no words are lost"
        assert RATE in page.links(), "where they may be sent"
    bare = words_of(resident.post(path, token=second, q0="5"))
    assert "This one was not stored." in bare
    assert "You wrote" not in bare
    assert "not stored" not in resident.get(path).words()
    with store.read() as session:
        assert len(session.scalars(select(RatingInvitation)).all()) == 1


def test_who_withdrew_the_case_rates_no_longer_as_somebody_who_was_answered(
    resident: Resident, store: Store, told: str
) -> None:
    path, said = f"/en/receipts/{told}/rate", "Written before I took it back."
    token = resident.token(path)
    assert resident.post(f"/en/receipts/{told}/withdraw").status_code == 303
    assert path not in resident.get(f"/en/receipts/{told}/").links()
    opened = resident.get(path).words()
    assert "You withdrew your message, so this form does not open any more." in opened
    assert_promises_nothing(opened)
    assert "was not stored" not in opened
    refused = resident.post(path, token=token, q0="5", comment=said)
    assert refused.status_code == 409
    words = words_of(refused)
    assert "This rating was not stored." in words
    assert said in words
    assert_promises_nothing(words)
    with store.read() as session:
        assert session.scalars(select(RatingInvitation)).all() == []


def test_who_rated_and_then_withdrew_the_case_is_given_no_day(
    resident: Resident, store: Store, told: str
) -> None:
    path = f"/en/receipts/{told}/rate"
    token = resident.token(path)
    resident.send(path)
    assert resident.post(f"/en/receipts/{told}/withdraw").status_code == 303
    shown = resident.get(path).words(), words_of(resident.post(path, token=token, q0="5"))
    move_clock(resident.settings, days=91)
    for words in (*shown, resident.get(path).words()):
        assert "You withdrew your message, so this form does not open any more." in words
        assert_promises_nothing(words)


def test_who_withdrew_the_case_before_an_answer_waits_for_none(resident: Resident) -> None:
    code = resident.send(comment="Never mind.")
    assert resident.post(f"/en/receipts/{code}/withdraw").status_code == 303
    assert_promises_nothing(resident.get(f"/en/receipts/{code}/rate").words())


def test_only_an_answer_makes_a_rating_verified(
    resident: Resident, store: Store, told: str
) -> None:
    waiting = resident.send(comment="No answer yet.")
    path = f"/en/receipts/{waiting}/rate"
    assert "opens once you have an answer" in resident.get(path).words()
    open_token = resident.token(RATE)
    # A token of the open form is none of the invited one, and the other way round.
    assert resident.post(f"/en/receipts/{told}/rate", token=open_token, q0="5").status_code == 422
    invited = resident.token(f"/en/receipts/{told}/rate")
    assert resident.post(path, token=invited, q0="5").status_code == 422
    assert resident.post(RATE, token=invited, q0="5").status_code == 422
    with store.read() as session:
        assert session.scalars(select(RatingInvitation)).all() == []
        assert session.scalars(select(LoopEvent).where(LoopEvent.kind == EventKind.CONFIRMED)
                               ).all() == []  # fmt: skip
