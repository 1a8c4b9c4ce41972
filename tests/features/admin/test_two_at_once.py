"""Two administrators at one form: the second one sees what the first one stored, and loses nothing.

Every form that changes what is stored already is here; names and texts have tests of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from portal.domain.colours import STANDARD
from portal.models.services import Service
from portal.store.engine import Store
from portal.store.retention import Periods, get_periods
from portal.store.targets import get_weekdays
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_day

LIGHTS = "services/street-lights/"
SOON, LATER = ((this_day() + timedelta(days)).isoformat() for days in (20, 40))
_COLOURS = {
    "accent_light": STANDARD.accent_light, "accent_dark": STANDARD.accent_dark,
    "tint_light": STANDARD.tint_light, "tint_dark": STANDARD.tint_dark,
}  # fmt: skip
RED, BLUE = ({**_COLOURS, "accent_light": one} for one in ("#5a0000", "#00005a"))


def read_of(visitor: Visitor, page: str, form: str, **among: str) -> dict[str, str]:
    """What goes along with the form of a page, as it stands there now."""
    return response_page(visitor.get(page)).sent_along(f"/admin/{form}", **among)


def send(
    visitor: Visitor, form: str, along: Mapping[str, str], typed: Mapping[str, Any]
) -> TestResponse:
    """Send a form; where it shows first what comes of it, send it again."""
    answer = visitor.post(form, **along, **typed)
    if answer.status_code == 422:
        again = response_page(answer).sent_along(f"/admin/{form}")
        assert again.pop("seen")
        along = {**again, "seen": response_page(answer).sent_along(f"/admin/{form}")["seen"]}
        answer = visitor.post(form, **along, **typed)
    return answer


@pytest.mark.usefixtures("shadow")
@pytest.mark.parametrize(
    ("page", "form", "theirs", "mine", "said"),
    [
        (LIGHTS, LIGHTS, {"department": "public-works", "code": "L-1", "is_active": "1"},
         {"department": "public-works", "code": "L-2", "is_active": "1"}, "“L-1”"),
        ("retention/", "retention/", {"contact_days": "60", "comment_months": ""},
         {"contact_days": "90", "comment_months": "12"}, "“60 days”"),
        ("targets/", "targets/weekdays", {"weekdays": ["0", "1", "2"]},
         {"weekdays": ["0", "1", "2", "3", "4", "5"]}, "Monday"),
        ("targets/", "targets/", {"service": "", "working_days": "5", "from_on": SOON},
         {"service": "", "working_days": "9", "from_on": SOON}, "within 5 working days"),
        ("colours/", "colours/", RED, BLUE, "#5a0000"),
        ("logo/", "logo/", {"url": "https://city.example/a.png"},
         {"url": "https://city.example/b.png"}, "“https://city.example/a.png”"),
        ("calibration/", "calibration/public-from", {"day": SOON}, {"day": LATER},
         "Somebody else saved"),
        ("languages/vi/", "languages/vi/off", {"day": SOON}, {"day": LATER},
         "Somebody else has switched it off"),
        ("thresholds/", "thresholds/",
         {"which": "L3.1.tau", "value": "85", "from_on": SOON, "reason": "Theirs"},
         {"which": "L3.1.tau", "value": "80", "from_on": SOON, "reason": "Mine"}, "Theirs"),
    ],
)  # fmt: skip
def test_the_second_of_two_sees_what_the_first_one_stored(
    admin: Visitor, second: Visitor, page: str, form: str, theirs: dict[str, Any],
    mine: dict[str, Any], said: str,
) -> None:  # fmt: skip
    along = read_of(admin, page, form)
    assert send(second, form, read_of(second, page, form), theirs).status_code == 303
    answer = send(admin, form, along, mine)
    assert answer.status_code == 409
    shown = response_page(answer)
    assert said in shown.words()
    if form == "languages/vi/off":
        return  # it is off from a day on: there is no such form any more
    for typed in mine.values():
        assert all(one in shown.text for one in ([typed] if isinstance(typed, str) else typed))
    again = shown.sent_along(f"/admin/{form}")
    assert send(admin, form, again, mine).status_code == 303, "whoever has seen both decides"


@pytest.mark.usefixtures("shadow")
@pytest.mark.parametrize(
    ("page", "form", "gone", "before", "after"),
    [
        ("logo/", "logo/", "logo/remove", {"url": "https://city.example/a.png"},
         {"url": "https://city.example/b.png"}),
        ("calibration/", "calibration/public-from", "calibration/shadow", {"day": SOON},
         {"day": LATER}),
    ],
)  # fmt: skip
def test_nobody_takes_away_what_they_have_not_seen(
    admin: Visitor, second: Visitor, page: str, form: str, gone: str, before: dict[str, str],
    after: dict[str, str],
) -> None:  # fmt: skip
    assert send(admin, form, read_of(admin, page, form), before).status_code == 303
    along = read_of(admin, page, gone)
    assert send(second, form, read_of(second, page, form), after).status_code == 303
    assert admin.post(gone, **along).status_code == 303
    shown = response_page(admin.get(page))
    assert "Somebody else has changed this, so nothing was done." in shown.words()
    [stored] = after.values()
    assert stored in shown.text
    assert admin.post(gone, **read_of(admin, page, gone)).status_code == 303
    assert stored not in response_page(admin.get(page)).text


def test_what_two_change_of_a_service_is_both_kept(
    admin: Visitor, second: Visitor, store: Store, city: City
) -> None:
    stored = {"department": "public-works", "code": "", "is_active": "1"}
    along = read_of(admin, LIGHTS, LIGHTS)
    theirs = {**stored, "department": "parks"}
    assert send(second, LIGHTS, along, theirs).status_code == 303
    assert send(admin, LIGHTS, along, {**stored, "code": "L-9"}).status_code == 303
    with store.read() as session:
        service = session.get_one(Service, city.lights)
        assert (service.department_id, service.code) == (city.parks, "L-9")
    answer = send(admin, LIGHTS, along, {**stored, "department": "parks", "code": "L-10"})
    assert answer.status_code == 409, "sent from a page that is older still"


def test_a_channel_that_somebody_else_has_closed_is_looked_at_first(
    admin: Visitor, second: Visitor
) -> None:
    form = f"{LIGHTS}switch"
    along = read_of(admin, LIGHTS, form, what="channel")
    web = {"key": "web", "way": "close"}
    assert second.post(form, **along, **web, day=SOON).status_code == 303
    paper = {"key": "paper", "way": "open", "day": SOON}
    assert admin.post(form, **along, **paper).status_code == 303, "that is another channel"
    answer = admin.post(form, **along, **web, day=LATER)
    assert answer.status_code == 409
    page = response_page(answer)
    day = date.fromisoformat(SOON)
    assert "Somebody else changed this record" in page.words()
    assert f" {day.day}, {day.year}" in page.words()
    again = page.sent_along(f"/admin/{form}", what="channel")
    assert admin.post(form, **again, **web, day=LATER).status_code == 303


def test_nothing_of_the_first_is_lost_on_the_way(
    admin: Visitor, second: Visitor, store: Store
) -> None:
    retention = read_of(admin, "retention/", "retention/")
    week = read_of(admin, "targets/", "targets/weekdays")
    theirs = {"contact_days": "60", "comment_months": ""}
    assert send(second, "retention/", retention, theirs).status_code == 303
    assert send(second, "targets/weekdays", week, {"weekdays": ["0", "1"]}).status_code == 303
    send(admin, "retention/", retention, {"contact_days": "80", "comment_months": ""})
    send(admin, "targets/weekdays", week, {"weekdays": ["5", "6"]})
    with store.read() as session:
        assert get_periods(session) == Periods(60)
        assert get_weekdays(session) == {0, 1}
    same = send(admin, "retention/", retention, theirs)
    assert same.status_code == 303, "what is stored already is no quarrel"
