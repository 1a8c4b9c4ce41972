"""The receipt shows the invitation and lets those who were invited judge a signed record."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.partners import Attestation
from portal.notify.inviting import call_off_next
from portal.store.engine import Store
from portal.store.next_steps import invite
from tests.support.answers import TODAY, Office
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_moment
from tests.support.residents import Resident, answer_case, move_clock, submission_of
from tests.support.together import Table


def test_invited_and_asked_whether_the_record_is_fair(
    resident: Resident, store: Store, city: City
) -> None:
    code = resident.send(comment="The hole comes back.", kind="problem")
    with store.read() as session:
        case = submission_of(session, code).id
    theme = Office(store, city).group([case])
    store.write(
        answer_case, case, this_moment(), {"en": "We repaved it."},
        person_id=city.people["staff"],
    )  # fmt: skip
    table = Table(store, city)
    step = table.next_step(theme)
    assert "A walk" not in resident.get(f"/en/receipts/{code}/").words()

    _invite(store, case, step)
    page = resident.get(f"/ar/receipts/{code}/")
    assert "A walk (en)" in page.words()
    number = table.decide(theme, table.partner(), [case])
    assert "Is this record fair?" not in resident.get(f"/en/receipts/{code}/").words()
    assert resident.post(f"/en/receipts/{code}/judge/{number}", fair="yes").status_code == 404
    table.sign(table.link(number))
    check_judging(resident, store, code, number)


def _invite(store: Store, case: int, step: int) -> None:
    def write(session: Session) -> None:
        row = session.get_one(LoopRow, case)
        invite(session, now=this_moment(), today=TODAY, case=row, step_id=step)

    store.write(write)


def test_every_step_ahead_is_shown_the_soonest_first_and_else_the_last_one(
    resident: Resident, store: Store, city: City
) -> None:
    code = resident.send(comment="The hole comes back.", kind="problem")
    with store.read() as session:
        case = submission_of(session, code).id
    theme = Office(store, city).group([case])
    table = Table(store, city)
    days = [TODAY + timedelta(days=ahead) for ahead in (19, 4, 0)]
    for day in days:
        _invite(store, case, table.next_step(theme, on=day))

    def shown() -> list[str]:
        page = resident.get(f"/en/receipts/{code}/")
        (card,) = [one for one in page.all("aside") if "invited" in page.words(one)]
        return [one.get("datetime", "") for one in card.iter("time")]

    assert shown() == [day.isoformat() for day in sorted(days)]
    move_clock(resident.settings, days=1)
    assert shown() == [days[1].isoformat(), days[0].isoformat()]
    move_clock(resident.settings, days=18)
    assert shown() == [days[0].isoformat()], "today"
    move_clock(resident.settings, days=1)
    assert shown() == [days[0].isoformat()], "over"
    assert "You were invited to this" in resident.get(f"/en/receipts/{code}/").words()


def test_what_is_called_off_stands_on_the_receipt_with_the_reason(
    resident: Resident, store: Store, city: City
) -> None:
    code = resident.send(comment="The hole comes back.", kind="problem")
    with store.read() as session:
        case = submission_of(session, code).id
    theme = Office(store, city).group([case])
    table = Table(store, city)
    first, second = (table.next_step(theme, on=TODAY + timedelta(days=ahead)) for ahead in (4, 9))
    _invite(store, case, first)
    _invite(store, case, second)
    table.call_off(first)
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "What comes next, and you are invited" in words
    off, _planned, rest = words.partition("This was planned")
    assert "The city called this off on" in off
    assert "The school is closed." in off
    assert "called this off" not in rest, "the second one takes place"

    table.call_off(second)
    for step in (first, second):
        store.write(call_off_next, now=this_moment(), today=TODAY, next_step_id=step, after=0)
    page = resident.get(f"/ar/receipts/{code}/")
    reasons = [one for one in page.all("p") if page.words(one) == "The school is closed."]
    assert [one.get("lang") for one in reasons] == ["en", "en"]
    words = resident.get(f"/en/receipts/{code}/").words()
    assert words.count("What you were invited to does not take place") == 2, "card and history"
    assert "nobody was picked" not in words


def check_judging(resident: Resident, store: Store, code: str, number: int) -> None:
    """Both answers have equal weight, the newest counts, and both are kept."""
    path = f"/en/receipts/{code}/judge/{number}"
    page = resident.get(f"/en/receipts/{code}/")
    assert "Is this record fair?" in page.words()
    assert "We chose the corner." in page.words()
    buttons = [one for one in page.all("button") if one.get("name") == "fair"]
    assert len({one.get("class") for one in buttons}) == 1
    assert [one.get("value") for one in buttons] == ["yes", "no"]
    assert resident.post(path, fair="perhaps").status_code == 422
    assert resident.post(path, fair="yes").status_code == 303
    assert "You said: “Yes, it is fair”" in resident.get(f"/en/receipts/{code}/").words()
    assert resident.post(path, fair="no").status_code == 303
    assert "You said: “No, it is not fair”" in resident.get(f"/en/receipts/{code}/").words()
    with store.read() as session:
        assert session.scalars(select(Attestation.is_fair)).all() == [True, False]


def test_strangers_judge_nothing(resident: Resident, store: Store, city: City) -> None:
    theirs = resident.send(comment="The hole comes back.", kind="problem")
    with store.read() as session:
        case = submission_of(session, theirs).id
    table = Table(store, city)
    number = table.decide(Office(store, city).group([case]), table.partner(), [case])
    table.sign(table.link(number))
    mine = resident.send(comment="Another thing.", kind="idea")
    for code in (theirs, mine):  # told of nothing, invited to nothing
        answer = resident.post(f"/en/receipts/{code}/judge/{number}", fair="yes")
        assert answer.status_code == 404
        response_page(answer)


def test_what_took_place_stays_on_the_receipt_whatever_was_called_off_after_it(
    resident: Resident, store: Store, city: City
) -> None:
    code = resident.send(comment="The hole comes back.", kind="problem")
    with store.read() as session:
        case = submission_of(session, code).id
    theme = Office(store, city).group([case])
    table = Table(store, city)
    held, off = (table.next_step(theme, on=TODAY + timedelta(days=ahead)) for ahead in (4, 9))
    _invite(store, case, held)
    _invite(store, case, off)
    table.call_off(off)
    move_clock(resident.settings, days=10)
    page = resident.get(f"/en/receipts/{code}/")
    assert "You were invited to this" in page.words()
    assert "does not take place" not in page.words()
    assert (TODAY + timedelta(days=4)).isoformat() in [
        one.get("datetime") for one in page.all("time")
    ]


def test_where_nothing_took_place_the_last_one_that_was_called_off_stays_on_the_receipt(
    resident: Resident, store: Store, city: City
) -> None:
    code = resident.send(comment="The hole comes back.", kind="problem")
    with store.read() as session:
        case = submission_of(session, code).id
    theme = Office(store, city).group([case])
    table = Table(store, city)
    step = table.next_step(theme, on=TODAY + timedelta(days=4))
    _invite(store, case, step)
    table.call_off(step)
    move_clock(resident.settings, days=5)
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "What you were invited to does not take place" in words
