"""Words that staff take down for somebody who calls about an answer: read, and never a verdict."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.wording import Wording
from portal.models.loops import LoopEvent, LoopRow
from portal.models.remarks import Remark
from portal.models.running import AuditEvent
from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.secrets import sha256
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, words_of
from tests.support.remarks import judge, say_missing, tell
from tests.support.soundness import find_problems

SAID = "The lamp at the corner is still out."
FORM = {"missing": SAID, "channel": "phone", "language": "en"}
PHONE = "512-555-0187"
CODE = "ABCDE12345FGHJK67890MNPQR"


@pytest.fixture
def case(store: Store, office: Office, desk_city: City) -> int:
    """A case that was told an answer."""
    number = send(store, desk_city.potholes, comment="The lamp is out", q0=4)
    tell(store, office, office.answer([number]))
    return number


def loop_of(store: Store, case: int) -> tuple[object, ...]:
    """Everything that anybody counts of the case."""
    with store.read() as session:
        row = session.get_one(LoopRow, case)
        happened = session.scalar(select(func.count()).select_from(LoopEvent))
        return row.state, row.verdict, row.disputed_on, row.told_on, happened


def remarks(store: Store) -> list[Remark]:
    with store.read() as session:
        return list(session.scalars(select(Remark).order_by(Remark.id)))


def test_a_callers_words_stand_beside_the_answer_and_move_nothing(
    app: Flask, store: Store, desk_city: City, case: int
) -> None:
    desk, before = Desk(app), loop_of(store, case)
    path = f"cases/{case}/called"
    assert f"/en/staff/{path}" in desk.get(f"cases/{case}/").links()
    page = desk.get(path)
    assert "We repaved the street by the school." in page.words(), "to be read out"
    assert "called about an answer" not in desk.get("").words()
    desk.post(path, **FORM)
    desk.post(path, **FORM)
    (kept,) = remarks(store)
    assert (kept.text, kept.channel, kept.taken_by) == (SAID, "phone", desk_city.people["staff"])
    assert loop_of(store, case) == before
    words = desk.get(f"cases/{case}/").words()
    for part in ("They called about our answer", "Telephone", "taken down by Staff", SAID):
        assert part in words.partition("What they said is missing")[2]
    assert f"/en/staff/{path}" not in desk.get(f"cases/{case}/").links(), "once for each answer"
    assert SAID in desk.get("responses/1/").words().partition("for people who called")[2]
    with store.read() as session:
        logged = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "missing_taken_down")
        ).one()
    assert (logged.subject_id, logged.detail) == (case, {"channel": "phone"})
    assert find_problems(store) == []


def test_the_case_comes_back_to_attention_until_a_new_answer(
    app: Flask, store: Store, office: Office, case: int
) -> None:
    desk = Desk(app)
    desk.post(f"cases/{case}/called", **FORM)
    listed = "?place=all&flag=called"
    assert "1 resident called about an answer" in desk.get("").words()
    assert "place=all&flag=called" in " ".join(filter(None, desk.get("").links()))
    assert f"Still missing, taken down: {SAID}" in desk.get(listed).words()
    assert f"Case {case}" in desk.get("?place=all&q=corner").words()
    assert f"Case {case}" in desk.get("?place=told&flag=said_missing").words()
    assert "called about an answer" not in Desk(app, "parks").get("").words()
    later = office.draft(1, follows_id=1)
    office.review(later)
    office.publish(later)
    tell(store, office, later)
    assert "called about an answer" not in desk.get("").words()
    assert SAID not in desk.get(listed).words()
    assert SAID in desk.get(f"cases/{case}/").words(), "it stays with the answer it was about"
    desk.post(f"cases/{case}/called", **{**FORM, "missing": "Out again."})
    assert len(remarks(store)) == 2
    assert find_problems(store) == []


@pytest.mark.parametrize(
    ("status", "changed"),
    [(409, {}), (422, {"channel": ""}), (422, {"missing": f"{SAID} {PHONE}"})],
)
def test_words_to_one_answer_are_not_kept_beside_the_next(
    app: Flask, store: Store, office: Office, case: int, status: int, changed: dict[str, str]
) -> None:
    desk, path = Desk(app), f"cases/{case}/called"
    old = desk.get(path).sent_along(path)
    later = office.draft(
        1, follows_id=1, wording=Wording("It was dark", "We put a new bulb in.", "")
    )
    office.review(later)
    office.publish(later)
    tell(store, office, later)
    shown = response_page(desk.post(path, status, **{**FORM, **old, **changed}))
    assert "a new answer reached them" in shown.words()
    assert "We put a new bulb in." in shown.words()
    assert SAID in shown.words(), "nothing that was typed is lost"
    assert remarks(store) == []
    desk.post(path, **FORM, **shown.sent_along(path))
    assert [one.response_id for one in remarks(store)] == [later]


@pytest.mark.parametrize("verdict", ["yes", "partly", "no", "again"])
def test_what_the_resident_says_themselves_takes_its_place(
    app: Flask, store: Store, case: int, verdict: str
) -> None:
    desk = Desk(app)
    desk.post(f"cases/{case}/called", **FORM)
    (kept,) = remarks(store)
    judge(store, case, verdict, kept.written_at + timedelta(minutes=1))
    assert "called about an answer" not in desk.get("").words()
    words = desk.get(f"cases/{case}/").words()
    assert SAID in words
    assert ("The resident asked to look again" in words) is (verdict in {"no", "again"})


def test_a_caller_may_add_to_a_verdict_of_their_own(app: Flask, store: Store, case: int) -> None:
    say_missing(store, case, "The kerb is high.", verdict="partly")
    desk = Desk(app)
    desk.post(f"cases/{case}/called", **FORM)
    words = desk.get(f"cases/{case}/").words()
    assert "To our answer they said: “Partly”" in words
    assert "The kerb is high." in words
    assert SAID in words
    assert "1 resident called about an answer" in desk.get("").words()
    assert find_problems(store) == []


def test_personal_data_are_warned_of_and_words_can_be_taken_out(
    app: Flask, store: Store, case: int
) -> None:
    desk, path = Desk(app), f"cases/{case}/called"
    told = {**FORM, "missing": f"Call me: {PHONE}."}
    answer = desk.post(path, 422, **told)
    assert "seems to hold a phone number" in words_of(answer)
    assert PHONE in answer.get_data(as_text=True), "nothing that was typed is lost"
    assert remarks(store) == []
    desk.post(path, confirmed="1", **told)
    (kept,) = remarks(store)
    assert kept.has_personal_data
    redact = f"cases/{case}/said/{kept.id}/redact"
    desk.post(redact, what="all", reason="own_data", sure="1")
    Desk(app, "reviewer").post(f"{redact}/agree")
    assert remarks(store)[0].text is None
    assert "called about an answer" not in desk.get("").words()
    assert find_problems(store) == []


def test_what_is_missing_or_cannot_be_is_said_and_nothing_kept(
    app: Flask, store: Store, desk_city: City, case: int
) -> None:
    desk, path = Desk(app), f"cases/{case}/called"
    for wrong in ({"missing": " "}, {"channel": "web"}, {"language": "xx"}, {"missing": "a\x00"}):
        desk.post(path, 422, **{**FORM, **wrong})
    Desk(app, "parks").get(path, 404)
    Desk(app, "parks").post(path, 404, **FORM)
    untold = send(store, desk_city.potholes, comment="New")
    desk.get(f"cases/{untold}/called", 404)
    late = desk.post(f"cases/{untold}/called", 409, **FORM)
    assert SAID in words_of(late), "nothing that was typed is lost"
    assert remarks(store) == []
    desk.post(path, **FORM)
    late = desk.post(path, 409, **{**FORM, "missing": "Something else."})
    assert "A colleague took down words to this answer meanwhile" in words_of(late)
    assert "What you typedSomething else." in words_of(late)
    assert [one.text for one in remarks(store)] == [SAID]


def test_the_receipt_says_that_staff_wrote_it_and_still_asks(
    app: Flask, store: Store, client: FlaskClient, case: int
) -> None:
    def known(session: Session) -> None:
        session.get_one(Submission, case).receipt_hash = sha256(CODE)

    store.write(known)
    said = {**FORM, "missing": "這條路還沒有修。", "language": "zh-Hans"}
    Desk(app).post(f"cases/{case}/called", **said)
    receipt = client.get(f"/en/receipts/{CODE}/")
    words = words_of(receipt)
    assert "You told our staff what is missing" in words
    assert "Only you can say whether the answer helps." in words
    assert "You have an answer. Does it help?" in words
    assert 'lang="zh-Hant"' in receipt.get_data(as_text=True)
    assert "You told our staff" in words_of(client.get(f"/en/receipts/{CODE}/data/"))
    assert "You told our staff" in words_of(client.get(f"/en/receipts/{CODE}/withdraw"))
    same = {"Sec-Fetch-Site": "same-origin"}
    held = client.post(f"/en/receipts/{CODE}/data/export", headers=same).get_json()["remark"][0]
    assert held["channel"] == "phone"
    assert "taken_by" not in held, "staff stand in it by role, not by name"
    assert client.post(f"/en/receipts/{CODE}/withdraw", headers=same).status_code == 303
    assert remarks(store)[0].text is None
