"""The city's own targets, its weekdays and its holidays: set, refused, dated, explained."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.admin.target_forms import MAX_LIST
from portal.models.loops import LoopEvent, LoopRow
from portal.models.running import AuditEvent
from portal.models.services import Service, ServiceText
from portal.models.targets import Holiday
from portal.respond.act import Act
from portal.respond.operations.hand_overs import hand_over
from portal.store.engine import Store
from portal.store.targets import (
    add_holidays,
    add_target,
    find_target_day,
    get_weekdays,
    is_any_set,
)
from tests.features.admin.conftest import Visitor
from tests.support.answers import Office, send
from tests.support.city import PASSWORD, City
from tests.support.client import response_page
from tests.support.desk import grow_stale
from tests.support.moment import this_day

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday
TODAY = NOW.date()
NEXT_YEAR = this_day().year + 1
FAR = date(NEXT_YEAR, 3, 4)


def set_target(
    store: Store, days: int | None, service_id: int | None = None, from_on: date = TODAY
) -> None:
    store.write(
        add_target, service_id=service_id, working_days=days, from_on=from_on, person_id=None,
        today=TODAY, now=NOW,
    )  # fmt: skip


def meant(store: Store, service_id: int, on: date = TODAY) -> date | None:
    with store.read() as session:
        return find_target_day(session, service_id, on)


def deeds(store: Store) -> list[str]:
    with store.read() as session:
        wanted = AuditEvent.subject.in_(("target_change", "holiday", "setting"))
        return list(session.scalars(select(AuditEvent.action).where(wanted)))


def holidays(store: Store) -> dict[date, str]:
    with store.read() as session:
        return {one.day_on: one.name for one in session.scalars(select(Holiday))}


def test_without_a_target_nobody_is_told_a_day(store: Store, city: City) -> None:
    case = send(store, city.potholes)
    with store.read() as session:
        assert not is_any_set(session)
        assert session.get_one(LoopRow, case).target_on is None


def test_a_service_has_the_citys_target_unless_it_has_one_of_its_own(
    store: Store, city: City
) -> None:
    set_target(store, 10)
    set_target(store, 3, city.pools)
    assert meant(store, city.potholes) == date(2026, 12, 4)
    assert meant(store, city.pools) == date(2026, 11, 25)
    set_target(store, None, city.pools)
    assert meant(store, city.pools) == date(2026, 12, 4)
    set_target(store, None)
    assert meant(store, city.potholes) is None


def test_a_target_holds_from_its_day_on(store: Store, city: City) -> None:
    set_target(store, 5, from_on=TODAY + timedelta(days=3))
    assert meant(store, city.potholes) is None
    assert meant(store, city.potholes, TODAY + timedelta(days=3)) == date(2026, 11, 30)


def test_the_day_is_written_into_the_acknowledgement_and_stays(store: Store, city: City) -> None:
    """Whatever is decided later, and whoever has the case."""
    set_target(store, 10)
    case, thanks = send(store, city.potholes), send(store, city.potholes, kind="praise")
    store.write(add_holidays, {TODAY + timedelta(days=6): "Thanksgiving"})
    set_target(store, 3)
    set_target(store, 1, city.pools)
    later = send(store, city.potholes)
    office = Office(store, city)
    act = Act(office.staff, NOW, TODAY)
    assert store.write(hand_over, act=act, submission_id=case, slug="swimming-pools")
    with store.read() as session:
        rows = {one.submission_id: one for one in session.scalars(select(LoopRow))}
        told = session.execute(
            select(LoopEvent.kind, LoopEvent.target_on).where(
                LoopEvent.submission_id == case, LoopEvent.target_on.is_not(None)
            )
        ).all()
    assert rows[case].service_id == city.pools
    assert rows[case].target_on == date(2026, 12, 4)
    assert rows[later].target_on == date(2026, 11, 25)
    assert rows[thanks].target_on is None
    assert [tuple(one) for one in told] == [("acknowledged", date(2026, 12, 4))]


def test_the_empty_page_says_so_and_a_target_is_set_and_taken_away(
    admin: Visitor, store: Store, city: City
) -> None:
    words = response_page(admin.get("targets/")).words()
    assert "No target is set" in words
    answer = admin.post("targets/", working_days="10", from_on=FAR.isoformat())
    assert answer.status_code == 303
    assert meant(store, city.potholes, FAR) is not None
    admin.get("targets/")
    admin.post("targets/", service=str(city.pools), working_days="3", from_on=FAR.isoformat())
    page = response_page(admin.get("targets/")).words()
    assert "within 10 working days" in page
    assert "within 3 working days" in page
    assert admin.post("targets/", working_days="", from_on=FAR.isoformat()).status_code == 303
    assert "no target any more" in response_page(admin.get("targets/")).words()
    assert deeds(store) == ["target_changed"] * 3
    assert "Changed the city's own target" in response_page(admin.get("audit/")).words()


def test_a_target_of_a_service_out_of_use_is_still_called_by_its_name(
    admin: Visitor, store: Store, city: City
) -> None:
    """It can no longer be chosen."""
    admin.get("targets/")
    today = this_day().isoformat()
    admin.post("targets/", service=str(city.lights), working_days="3", from_on=today)
    store.write(
        lambda session: session.execute(
            update(Service).where(Service.id == city.lights).values(is_active=False)
        )
    )
    page = response_page(admin.get("targets/"))
    assert [page.words(one) for one in page.all("b")].count("Street lights") == 2
    assert "Street lights" not in [page.words(one) for one in page.all("option")]


def test_services_to_choose_from_stand_as_everywhere(
    admin: Visitor, store: Store, city: City
) -> None:
    store.write(
        lambda session: session.execute(
            update(ServiceText)
            .where(ServiceText.service_id == city.lights, ServiceText.lang == "en")
            .values(name="ómnibus")
        )
    )
    page = response_page(admin.get("targets/"))
    named = [page.words(one) for one in page.all("option")]
    assert named.index("ómnibus") < named.index("Pothole repair")


def test_more_than_always_fits_into_thirty_days_is_refused(admin: Visitor, store: Store) -> None:
    admin.get("targets/")
    for wrong in ("21", "0", "31", "ten"):
        answer = admin.post("targets/", working_days=wrong, from_on=FAR.isoformat())
        assert answer.status_code == 422, wrong
    assert (
        "20 working days are the most"
        in response_page(admin.post("targets/", working_days="21", from_on=FAR.isoformat())).words()
    )
    gone = this_day() - timedelta(days=3)
    assert admin.post("targets/", working_days="5", from_on=gone.isoformat()).status_code == 422
    assert admin.post("targets/", working_days="5", service="999999",
                      from_on=FAR.isoformat()).status_code == 422  # fmt: skip
    assert deeds(store) == []


def test_weekdays_are_chosen_unless_a_target_would_not_fit_any_more(
    admin: Visitor, store: Store
) -> None:
    admin.get("targets/")
    sunday_to_thursday = ["6", "0", "1", "2", "3"]
    assert admin.post("targets/weekdays", weekdays=sunday_to_thursday).status_code == 303
    with store.read() as session:
        assert get_weekdays(session) == {6, 0, 1, 2, 3}
    assert deeds(store) == ["weekdays_chosen"]
    assert admin.post("targets/weekdays").status_code == 422
    admin.post("targets/", working_days="10", from_on=FAR.isoformat())
    refused = admin.post("targets/weekdays", weekdays=["0", "1"])
    assert refused.status_code == 422
    assert "8 working days always fit" in response_page(refused).words()
    with store.read() as session:
        assert get_weekdays(session) == {6, 0, 1, 2, 3}


def test_holidays_are_added_as_lines_and_removed_while_they_are_to_come(
    admin: Visitor, store: Store
) -> None:
    assert "No holiday to come in this year" in response_page(admin.get("holidays/")).words()
    text = f"{FAR} Charter Day\n2020-01-01 New Year\n{NEXT_YEAR}-12-25 Christmas"
    assert admin.post("holidays/", text=text).status_code == 303
    said = response_page(admin.get("holidays/")).words()
    assert "2 holidays are added." in said
    assert "1 was there already or has passed." in said
    assert holidays(store) == {FAR: "Charter Day", date(NEXT_YEAR, 12, 25): "Christmas"}
    admin.post("holidays/", text=f"{FAR} Another name")
    assert holidays(store)[FAR] == "Charter Day"
    with store.read() as session:
        number = session.scalars(select(Holiday.id).where(Holiday.day_on == FAR)).one()
    assert admin.post(f"holidays/{number}/remove").status_code == 303
    assert admin.post(f"holidays/{number}/remove").status_code == 404
    assert list(holidays(store)) == [date(NEXT_YEAR, 12, 25)]
    assert deeds(store) == ["holidays_added", "holiday_removed"]
    log = response_page(admin.get("audit/")).words()
    assert "Removed a holiday" in log
    assert "Charter Day" in log


def test_a_line_that_is_no_holiday_keeps_all_of_them_out(admin: Visitor, store: Store) -> None:
    admin.get("holidays/")
    wrong = f"{FAR} Charter Day\nSome day"
    answer = admin.post("holidays/", text=wrong)
    assert answer.status_code == 422
    page = response_page(answer).words()
    assert "Some day" in page
    assert admin.post("holidays/", text=f"{NEXT_YEAR + 70}-01-01 Far").status_code == 422
    assert admin.post("holidays/", text="BEGIN:VCALENDAR\nEND:VCALENDAR").status_code == 422
    assert admin.post("holidays/", text="").status_code == 422
    assert holidays(store) == {}
    assert deeds(store) == []


def test_a_calendar_is_taken_and_what_is_no_holiday_is_named(admin: Visitor, store: Store) -> None:
    text = (
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{FAR:%Y%m%d}\r\n"
        "SUMMARY:Charter Day\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20201126\r\n"
        "RRULE:FREQ=WEEKLY;BYDAY=TH\r\nSUMMARY:Market\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    admin.get("holidays/")
    assert admin.post("holidays/", text=text).status_code == 303
    assert holidays(store) == {FAR: "Charter Day"}
    page = response_page(admin.get("holidays/")).words()
    assert "come back more often than every year" in page
    assert "Market" in page


@pytest.mark.parametrize("letter", ["절", "🎆"])
def test_the_longest_calendar_comes_in_whatever_its_script(
    admin: Visitor, store: Store, letter: str
) -> None:
    text = f"{FAR} "
    text += letter * (MAX_LIST - len(text))
    asked = admin.get("holidays/")
    grow_stale(store)
    question = admin.send_form(asked, "holidays/", text=text)
    assert question.status_code == 403
    assert admin.send_form(question, "holidays/", proof_password=PASSWORD).status_code == 303
    assert list(holidays(store)) == [FAR]


def test_a_holiday_that_has_come_stays(admin: Visitor, store: Store) -> None:
    gone = this_day() - timedelta(days=2)

    def keep(session: Session) -> int:
        add_holidays(session, {gone: "Rest"})
        return session.scalars(select(Holiday.id)).one()

    number = store.write(keep)
    admin.get("holidays/")
    assert admin.post(f"holidays/{number}/remove").status_code == 303
    assert holidays(store) == {gone: "Rest"}
    assert deeds(store) == []
