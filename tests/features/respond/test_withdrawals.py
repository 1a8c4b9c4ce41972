"""A receipt that staff have seen asks to withdraw its case, and somebody else agrees."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.doors import LATE_DAYS, STAFF_ENTERED
from portal.domain.loop import EventKind, LoopError
from portal.domain.short_code import short_code
from portal.follow.operations import WITHDRAWALS_A_DAY, keep_message, take_back
from portal.models.doors import PaperBatch
from portal.models.loops import ExclusionRequest, LoopEvent, LoopRow, WithdrawalRequest
from portal.models.running import AuditEvent
from portal.models.services import ServiceChannel
from portal.models.submissions import Submission
from portal.respond.act import Act
from portal.respond.operations.withdrawals import decide_withdrawal
from portal.respond.rules import Conflict
from portal.settings import Settings
from portal.store import audit
from portal.store.engine import Store
from portal.store.throttle import LimitReached
from portal.store.withdrawals import list_who_saw_receipt
from portal.web.form_token import MAX_AGE
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk
from tests.support.doors import open_paper, print_forms, printed, sample
from tests.support.residents import Resident
from tests.support.soundness import find_problems

WORDS = "They laughed at me at the marked counter"
WAITS = "You asked to withdraw your message"


@pytest.fixture
def typist(app: Flask, desk_city: City, store: Store) -> Desk:
    """Somebody at the desk of public works who types in what others said."""
    open_paper(store, desk_city)
    store.write(_open_doors, desk_city)
    return Desk(app)


def _open_doors(session: Session, city: City) -> None:
    for channel in ("counter", "mail"):
        opened = date(2024, 1, 1)
        session.add(ServiceChannel(service_id=city.potholes, channel=channel, opened_on=opened))


@pytest.fixture
def holder(app: Flask, settings: Settings) -> Resident:
    """Whoever has the code of a receipt."""
    return Resident(app, settings)


def take_down(desk: Desk, channel: str = "phone", **said: str) -> str:
    """What somebody said on the phone or the like; returns the code of the receipt."""
    path = f"entry/?service=pothole-repair&channel={channel}&language=en"
    page = desk.get(path)
    answer = desk.post(
        path, 200, token=page.value("token"), received_on=page.value("received_on"),
        **{"q0": "1", "comment": WORDS, "email": "ana@example.org", **said},
    )  # fmt: skip
    shown = response_page(answer)
    [code] = [one for one in shown.all("p") if one.get("class") == "code"]
    return shown.words(code).replace("-", "").replace(" ", "")


def type_form(desk: Desk, app: Flask, form_id: int) -> str:
    """A printed form that is typed in; returns the code of its receipt."""
    path = f"entry/paper/{short_code(form_id)}"
    desk.post(path, q0="2", comment=WORDS, received_on=desk.get(path).value("received_on"))
    secrets = app.extensions["portal"].secrets
    code: str = secrets.receipt_code(secrets.paper_token(form_id))
    return code


def newest(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(Submission.id).order_by(Submission.id.desc()).limit(1)).one()


def row(store: Store, case: int) -> LoopRow:
    with store.read() as session:
        return session.get_one(LoopRow, case)


def words_of(store: Store, case: int) -> str | None:
    with store.read() as session:
        return session.get_one(Submission, case).comment


def seen_by(store: Store, case: int) -> frozenset[int]:
    with store.read() as session:
        return list_who_saw_receipt(session, session.get_one(Submission, case))


def trail(store: Store) -> list[tuple[str, int | None]]:
    with store.read() as session:
        found = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    return [(one.action, one.person_id) for one in found if one.action.startswith("withdrawal")]


@pytest.mark.parametrize("channel", ["phone", "counter", "mail"])
def test_whoever_typed_it_in_cannot_withdraw_it_and_agree(
    typist: Desk, holder: Resident, app: Flask, store: Store, desk_city: City, channel: str
) -> None:
    """The attack: staff know the code of a bad rating, and want the case out of the way."""
    code = take_down(typist, channel)
    case = newest(store)
    assert holder.post(f"/en/receipts/{code}/withdraw").status_code == 303
    assert row(store, case).state == "acknowledged"
    assert words_of(store, case) == WORDS
    page = typist.get(f"cases/{case}/").words()
    assert "To be withdrawn?" in page
    assert "You have seen the code of this receipt" in page
    assert "Withdraw it for good" not in page
    for path, data in (("agree", {}), ("refuse", {"refusal": "staff"})):
        answer = typist.post(f"cases/{case}/withdrawal/{path}", 422, **data)
        assert "A colleague has to decide" in answer.get_data(as_text=True)
    typist.post(f"cases/{case}/restore", 409)
    assert row(store, case).withdrawn_on is None
    assert words_of(store, case) == WORDS

    Desk(app, "parks").post(f"cases/{case}/withdrawal/agree", 404)
    reviewer = Desk(app, "reviewer")
    assert "Withdraw it for good" in reviewer.get(f"cases/{case}/").words()
    reviewer.post(f"cases/{case}/withdrawal/agree")
    assert (row(store, case).state, row(store, case).excluded) == ("withdrawn", "withdrawn")
    assert words_of(store, case) is None
    with store.read() as session:
        events = session.scalars(select(LoopEvent).where(LoopEvent.kind == "withdrawn")).all()
        assert [(one.actor, one.person_id) for one in events] == [("resident", None)]
        assert session.scalars(select(WithdrawalRequest)).all() == []
        held = str([(one.detail, one.action) for one in session.scalars(select(AuditEvent))])
        assert "laughed" not in held
    assert trail(store) == [
        ("withdrawal_requested", None),
        ("withdrawal_agreed", desk_city.people["reviewer"]),
    ]
    assert "You withdrew your message" in holder.get(f"/en/receipts/{code}/").words()
    assert find_problems(store) == []


def test_a_printed_form_is_known_to_its_printer_and_everybody_who_typed_it(
    typist: Desk, holder: Resident, app: Flask, store: Store, desk_city: City
) -> None:
    people, colleague = desk_city.people, Desk(app, "reviewer")
    print_forms(typist, forms=90)
    code = type_form(colleague, app, printed(store, app, is_twice=False))
    case = newest(store)
    assert seen_by(store, case) == {people["staff"], people["reviewer"]}
    holder.post(f"/en/receipts/{code}/withdraw")
    typist.post(f"cases/{case}/withdrawal/agree", 422)
    colleague.post(f"cases/{case}/withdrawal/agree", 422)
    Desk(app, "manager").post(f"cases/{case}/withdrawal/agree")
    assert row(store, case).state == "withdrawn"

    twice = sample(store, app)[0]
    type_form(colleague, app, twice)
    type_form(Desk(app, "manager"), app, twice)
    assert seen_by(store, newest(store)) == {
        people["staff"], people["reviewer"], people["manager"]
    }  # fmt: skip


def test_who_sends_the_form_once_more_days_later_has_seen_the_receipt_too(
    store: Store, desk_city: City
) -> None:
    """The answer to a form that comes again shows its receipt, for as long as the form is good."""
    people, later = desk_city.people, MAX_AGE - timedelta(seconds=1)
    case = send(store, desk_city.potholes, q0=1, channel="phone")

    def enter(session: Session) -> None:
        arrived_late = NOW + timedelta(days=LATE_DAYS)
        for who, at in (("staff", arrived_late), ("reviewer", arrived_late + later)):
            audit.record(
                session, at=at, person_id=people[who], action="entered", subject="service",
                subject_id=desk_city.potholes, channel="phone", result="repeated", case=case,
                seen_by=[],
            )  # fmt: skip

    store.write(enter)
    assert seen_by(store, case) == {people["staff"], people["reviewer"]}


@pytest.mark.parametrize("channel", STAFF_ENTERED)
@pytest.mark.parametrize("days", [0, LATE_DAYS])
def test_who_typed_it_is_found_where_entries_did_not_name_their_case_yet(
    store: Store, desk_city: City, channel: str, days: int
) -> None:
    people = desk_city.people
    case = send(store, desk_city.potholes, q0=1, channel=channel)

    def enter(session: Session) -> None:
        of_another = {"case": case + 1, "seen_by": []}
        for who, later, others in (("staff", 0, {}), ("parks", 1, {}), ("admin", 0, of_another)):
            audit.record(
                session, at=NOW + timedelta(days=days, seconds=later), person_id=people[who],
                action="entered", subject="service", subject_id=desk_city.potholes,
                channel=channel, result="stored", **others,
            )  # fmt: skip
        session.add(
            PaperBatch(
                service_id=desk_city.potholes, lang="en", paper="a4", forms=1,
                printed_by=people["manager"], printed_at=NOW, printed_on=TODAY,
            )
        )  # fmt: skip

    store.write(enter)
    printer = {people["manager"]} if channel == "paper" else set()
    assert seen_by(store, case) == {people["staff"]} | printer


@pytest.mark.parametrize("channel", ["web", "kiosk", "phone"])
def test_nothing_changes_where_nobody_gains_by_knowing_the_code(
    store: Store, desk_city: City, channel: str
) -> None:
    """Receipts that nobody else has seen, and ratings that one person alone sets aside too."""
    case = send(store, desk_city.potholes, q0=3 if channel == "phone" else 1, channel=channel)
    store.write(take_back, submission_id=case, now=NOW, today=TODAY)
    assert row(store, case).state == "withdrawn"
    assert trail(store) == []


def test_the_receipt_says_how_it_stands_and_takes_its_wish_back(
    typist: Desk, holder: Resident, app: Flask, store: Store
) -> None:
    code = take_down(typist)
    case = newest(store)
    address = f"/en/receipts/{code}/"
    assert "Who agrees to it" in holder.get(f"{address}withdraw").words()
    assert "cannot be undone" not in holder.get(f"{address}withdraw").words()
    for _time in range(2):  # asking twice is asking once
        assert holder.post(f"{address}withdraw").status_code == 303
    assert WAITS in holder.get(address).words()
    assert "somebody who did not type it in" in holder.get(address).words()
    assert "A second person of the city checks it" in holder.get(f"{address}data/").words()
    file = json.loads(holder.post(f"{address}data/export").get_data(as_text=True))
    assert [one["refused_on"] for one in file["withdrawal_request"]] == [None]
    holder.post(f"{address}data/erase-contact")
    assert "•••" not in holder.get(f"{address}data/").words()

    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert holder.post(f"{address}withdraw/keep", headers=elsewhere).status_code == 403
    for _time in range(2):
        assert holder.post(f"{address}withdraw/keep").status_code == 303
    assert WAITS not in holder.get(address).words()
    Desk(app, "reviewer").post(f"cases/{case}/withdrawal/agree", 409)
    assert row(store, case).state == "acknowledged"
    assert [action for action, _person in trail(store)] == [
        "withdrawal_requested", "withdrawal_not_wanted",
    ]  # fmt: skip
    assert holder.post(f"/en/receipts/{'0' * 25}/withdraw/keep").status_code == 404


def test_whoever_does_not_agree_says_why_and_the_receipt_shows_it(
    typist: Desk, holder: Resident, app: Flask, store: Store
) -> None:
    code = take_down(typist)
    case, reviewer = newest(store), Desk(app, "reviewer")
    holder.post(f"/en/receipts/{code}/withdraw")
    answer = reviewer.post(f"cases/{case}/withdrawal/refuse", 422)
    assert "#refusal" in {link.get("href") for link in response_page(answer).all("a")}
    reviewer.post(f"cases/{case}/withdrawal/refuse", 422, refusal="I like it")
    reviewer.post(f"cases/{case}/withdrawal/refuse", refusal="denied")
    reviewer.post(f"cases/{case}/withdrawal/agree", 409)
    page = holder.get(f"/en/receipts/{code}/").words()
    assert "Your message was not withdrawn" in page
    assert "You told them that you did not ask for it." in page
    assert WORDS in page
    shown = reviewer.get(f"cases/{case}/").words()
    assert "The resident says that they did not ask for it" in shown
    assert "To be set aside or withdrawn0" in reviewer.get("").words()
    holder.post(f"/en/receipts/{code}/withdraw/keep")  # what was decided stays decided
    assert "Your message was not withdrawn" in holder.get(f"/en/receipts/{code}/").words()
    holder.post(f"/en/receipts/{code}/withdraw")
    assert WAITS in holder.get(f"/en/receipts/{code}/").words()
    reviewer.post(f"cases/{case}/withdrawal/agree")
    assert row(store, case).state == "withdrawn"
    assert find_problems(store) == []


def test_no_request_is_forgotten_at_the_desk(
    typist: Desk, holder: Resident, app: Flask, store: Store, desk_city: City
) -> None:
    send(store, desk_city.potholes, comment="Something else")
    code = take_down(typist)
    holder.post(f"/en/receipts/{code}/withdraw")
    reviewer = Desk(app, "reviewer")
    assert "To be set aside or withdrawn1" in reviewer.get("").words()
    for query in ("?place=set_aside", "?place=all&flag=withdrawal"):
        words = reviewer.get(query).words()
        assert WORDS in words, query
        assert "To be withdrawn?" in words, query
        assert "Something else" not in words, query
    assert WORDS not in reviewer.get("?place=all&flag=set_aside").words()
    log = Desk(app, "admin").client.get("/en/admin/audit/")
    words = response_page(log).words()
    assert "a resident’s receipt" in words
    assert "Asked to withdraw a case" in words


@pytest.mark.parametrize("lang", ["es", "vi", "zh-Hans", "ar", "ko"])
def test_the_pages_are_there_in_every_language(
    typist: Desk, holder: Resident, app: Flask, store: Store, lang: str
) -> None:
    code = take_down(typist)
    case = newest(store)
    holder.get(f"/{lang}/receipts/{code}/withdraw")
    holder.post(f"/{lang}/receipts/{code}/withdraw")
    for path in ("", "data/"):
        holder.get(f"/{lang}/receipts/{code}/{path}")
    Desk(app, "reviewer").post(f"cases/{case}/withdrawal/refuse", refusal="unsure")
    holder.get(f"/{lang}/receipts/{code}/")


def test_a_receipt_asks_a_few_times_a_day_at_most(store: Store, desk_city: City) -> None:
    case = send(store, desk_city.potholes, q0=1, channel="phone")
    for _time in range(WITHDRAWALS_A_DAY):
        store.write(take_back, submission_id=case, now=NOW, today=TODAY)
        store.write(keep_message, submission_id=case, now=NOW)
    with pytest.raises(LimitReached):
        store.write(take_back, submission_id=case, now=NOW, today=TODAY)


def test_a_request_beside_one_of_staff_or_for_a_case_that_is_set_aside(
    typist: Desk, holder: Resident, app: Flask, store: Store
) -> None:
    """Staff asked to set it aside too, and two of them did: the receipt's wish goes on waiting."""
    code = take_down(typist)
    case, reviewer = newest(store), Desk(app, "reviewer")
    typist.post(f"cases/{case}/set-aside", reason="duplicate")
    holder.post(f"/en/receipts/{code}/withdraw")
    page = reviewer.get(f"cases/{case}/").words()
    assert "To be withdrawn?" in page
    assert "To be set aside?" in page
    reviewer.post(f"cases/{case}/set-aside/agree")
    assert row(store, case).state == "excluded"
    assert "To be withdrawn?" in reviewer.get(f"cases/{case}/").words()
    typist.post(f"cases/{case}/withdrawal/agree", 422)
    reviewer.post(f"cases/{case}/withdrawal/agree")
    assert row(store, case).state == "withdrawn"
    with store.read() as session:
        assert session.scalars(select(ExclusionRequest)).all() == []
    assert find_problems(store) == []


def test_a_case_that_was_handed_over_takes_its_request_along(
    typist: Desk, holder: Resident, app: Flask, store: Store
) -> None:
    code = take_down(typist)
    case, reviewer = newest(store), Desk(app, "reviewer")
    typist.post(f"cases/{case}/hand-over", service="swimming-pools")
    holder.post(f"/en/receipts/{code}/withdraw")
    reviewer.post(f"cases/{case}/set-aside/agree")
    reviewer.post(f"cases/{case}/withdrawal/agree", 404)
    parks = Desk(app, "parks")
    assert "To be withdrawn?" in parks.get(f"cases/{case}/").words()
    parks.post(f"cases/{case}/withdrawal/agree")
    assert row(store, case).state == "withdrawn"
    assert find_problems(store) == []


@pytest.mark.parametrize("other", ["agree", "refuse", "keep"])
def test_two_at_once_and_only_one_decision_stands(
    store: Store, desk_city: City, office: Office, other: str
) -> None:
    case = send(store, desk_city.potholes, q0=1, channel="phone", comment=WORDS)
    store.write(take_back, submission_id=case, now=NOW, today=TODAY)
    outcomes: list[str] = []

    def try_it(deed: Callable[[], object]) -> None:
        try:
            deed()
            outcomes.append("done")
        except (Conflict, LoopError) as error:
            outcomes.append(type(error).__name__)

    def decide(refusal: str | None) -> None:
        act = Act(office.reviewer, NOW, TODAY)
        store.write(decide_withdrawal, act=act, submission_id=case, refusal=refusal)

    deeds: dict[str, Callable[[], object]] = {
        "agree": lambda: decide(None),
        "refuse": lambda: decide("staff"),
        "keep": lambda: store.write(keep_message, submission_id=case, now=NOW),
    }
    threads = [threading.Thread(target=try_it, args=(deeds[one],)) for one in ("agree", other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("done") == 1, outcomes
    with store.read() as session:
        kinds = session.scalars(select(LoopEvent.kind)).all()
    assert kinds.count(EventKind.WITHDRAWN) == (row(store, case).state == "withdrawn")
    assert len(trail(store)) == 2
