"""Warnings as managers see them: their own, with evidence, an owner and what became of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.manage.queries.warnings import Wanted, list_warnings
from portal.models.responses import Theme, ThemeText
from portal.models.running import AuditEvent, Setting
from portal.models.warnings import DigestSubscription, WarningRow
from portal.store.engine import Store
from portal.store.scope import Scope
from portal.store.warnings import DAILY, WEEKLY
from tests.support.cases import send_case
from tests.support.city import City, make_service
from tests.support.client import Page, response_page
from tests.support.desk import Desk, open_desk
from tests.support.moment import this_day, this_moment
from tests.support.statements import watch_statements

MONDAY = "2026-11-16"
EVIDENCE: dict[str, dict[str, Any]] = {
    "ratings": {
        "usual_x": 450,
        "usual_n": 500,
        "usual_weeks": 52,
        "points": [
            ["2026-11-02", 9, 10, 0.0, -0.6],
            ["2026-11-09", 3, 10, -1.2, -0.8],
            [MONDAY, 2, 10, -1.9, -0.9],
        ],
    },
    "time_to_told": {
        "usual_days": 6.4,
        "usual_n": 120,
        "recent_days": 19.2,
        "recent_n": 20,
        "recent_late": 7,
        "points": [["2026-11-09", 3, 2.5], [MONDAY, 4, 8.1]],
    },
    "disparity": {"x": 8, "n": 30, "others_x": 60, "others_n": 75, "p": 0.0001},
    "theme": {
        "now": 14,
        "before": 6,
        "until": "2026-11-20",
        "periods": [0, 1, 0, 2, 1, 2, 14],
    },
    "word": {
        "words": ["hydrant", "leaks"],
        "now": 14,
        "before": 6,
        "until": this_day().isoformat(),
        "periods": [0, 1, 0, 2, 1, 2, 14],
    },
    "forecast": {"open": 30, "expected": 8.2, "low": 5, "high": 11, "late": 4, "history": 230},
}
SUBJECTS = {"disparity": "told30:lang:es", "word": "en:hydrant"}


@pytest.fixture
def desk_city(store: Store, city: City) -> City:
    return open_desk(store, city)


def raise_one(
    session: Session, /, service_id: int, kind: str, subject: str | None = None, **values: Any
) -> int:
    row = WarningRow(
        **{
            "service_id": service_id,
            "kind": kind,
            "subject": SUBJECTS.get(kind, "") if subject is None else subject,
            "raised_on": this_day(),
            "last_seen_on": this_day(),
            "evidence": EVIDENCE[kind],
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row.id


def raise_theme(session: Session, service_id: int) -> int:
    theme = Theme(service_id=service_id, created_at=this_moment())
    session.add(theme)
    session.flush()
    session.add(ThemeText(theme_id=theme.id, lang="en", name="Dark corners"))
    return raise_one(session, service_id, "theme", f"theme:{theme.id}")


class Managing:
    """The manager of public works, or somebody else, on the pages of warnings."""

    def __init__(self, app: Flask, who: str = "manager") -> None:
        self.desk = Desk(app, who)

    def get(self, path: str = "", status: int = 200, lang: str = "en") -> Page:
        answer = self.desk.client.get(f"/{lang}/manage/warnings/{path}")
        assert answer.status_code == status, (path, answer.status_code)
        return response_page(answer)

    def post(self, path: str, status: int = 303, **data: str) -> Page | None:
        answer = self.desk.client.post(
            f"/en/manage/warnings/{path}", data={"csrf_token": self.desk.csrf_token(), **data}
        )
        assert answer.status_code == status, (path, answer.status_code)
        return response_page(answer) if status != 303 else None


def row_of(store: Store, number: int) -> WarningRow:
    with store.read() as session:
        return session.get_one(WarningRow, number)


def test_without_warnings_the_page_says_what_is_watched(app: Flask, desk_city: City) -> None:
    words = Managing(app).get().words()
    assert "Nothing looks different" in words
    assert "50 cases of history" in words
    assert "Mail them to me" in words


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("ratings", "Usually 90% of ratings are good or very good. Lately it was 25%"),
        (
            "time_to_told",
            "about 6 days for an answer. Lately it is about 19 days. Of the latest 20",
        ),
        ("disparity", "Spanish: 8 of 30 people were told within 30 days (27%)."),
        ("forecast", "about 8 (5 to 11) of 30 open cases will pass 30 days"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_every_kind_has_its_sentence_picture_and_table(
    app: Flask, store: Store, desk_city: City, kind: str, said: str, lang: str
) -> None:
    number = store.write(raise_one, desk_city.potholes, kind)
    manager = Managing(app)
    assert said in manager.get().words()
    page = manager.get(f"{number}/", lang=lang)
    if lang == "en":
        assert said in page.words()
        assert "ask why" in page.words() or kind == "forecast"
    assert any(svg.get("role") == "img" for svg in page.root.iter("svg"))
    if kind != "forecast":
        assert page.all("table")


def test_a_theme_leads_to_its_cases(app: Flask, store: Store, desk_city: City) -> None:
    number = store.write(raise_theme, desk_city.potholes)
    page = Managing(app).get(f"{number}/")
    assert "More people write about: Dark corners" in page.words()
    assert "14 people" in page.words()
    assert any("/staff/themes/" in link for link in page.links())


def test_a_forecast_names_the_open_cases_to_take_first(
    app: Flask, store: Store, desk_city: City
) -> None:
    def fill(session: Session) -> list[int]:
        now = this_moment()
        ages = (2, 29, 40, 11)
        return [
            send_case(session, desk_city.potholes, now - timedelta(days=age)) for age in ages
        ] + [raise_one(session, desk_city.potholes, "forecast")]

    young, old, late, middle, number = store.write(fill)
    links = Managing(app).get(f"{number}/").links()
    cases = [link.rstrip("/").rpartition("/")[2] for link in links if "/staff/cases/" in link]
    assert cases == [str(old), str(middle), str(young)]
    assert str(late) not in cases
    page = Managing(app, "admin").get(f"{number}/")  # who may open none of these cases
    assert "Take these first" in page.words()
    assert not [link for link in page.links() if "/staff/cases/" in link]


def test_other_departments_warnings_do_not_exist(app: Flask, store: Store, desk_city: City) -> None:
    number = store.write(raise_one, desk_city.pools, "ratings")
    manager = Managing(app)
    assert "Ratings have fallen" not in manager.get().words()
    assert "Ratings have fallen" not in manager.get("?service=swimming-pools&state=").words()
    manager.get(f"{number}/", 404)
    manager.get("99999999999999999999/", 404)
    manager.post(f"{number}/", 404, version="1", state="dealt_with", owner="", note="")
    assert row_of(store, number).state == "new"
    Managing(app, "admin").get(f"{number}/")


def test_staff_are_no_managers(app: Flask, store: Store, desk_city: City) -> None:
    number = store.write(raise_one, desk_city.potholes, "ratings")
    staff = Managing(app, "staff")
    staff.get("", 403)
    staff.get(f"{number}/", 403)
    staff.post(f"{number}/", 403, version="1", state="dealt_with")
    staff.post("digest", 403, wants="1")


def test_a_state_an_owner_and_a_note_are_kept_and_written_down(
    app: Flask, store: Store, desk_city: City
) -> None:
    number = store.write(raise_one, desk_city.potholes, "ratings")
    manager = Managing(app)
    owner = desk_city.people["admin"]
    manager.post(
        f"{number}/", version="1", state="looked_at", owner=str(owner), note="A crew was away."
    )
    row = row_of(store, number)
    assert (row.state, row.owner_id, row.note) == ("looked_at", owner, "A crew was away.")
    assert row.version == 2
    assert row.changed_at is not None
    with store.read() as session:
        event = session.scalars(select(AuditEvent).filter_by(action="warning_changed")).one()
    assert (event.subject_id, event.person_id) == (number, desk_city.people["manager"])
    assert event.detail == {"before": "new", "state": "looked_at", "owner_id": owner}
    assert "A crew was away." in manager.get(f"{number}/").text
    assert "Admin" in manager.get().words()


def test_only_those_are_offered_who_may_open_the_warning(
    app: Flask, store: Store, desk_city: City
) -> None:
    number = store.write(raise_one, desk_city.potholes, "ratings")
    page = Managing(app).get(f"{number}/")
    select_owner = next(one for one in page.all("select") if one.get("name") == "owner")
    offered = {option.get("value") for option in select_owner.iter() if option.get("value")}
    for who, person_id in desk_city.people.items():
        answer = Desk(app, who).client.get(f"/en/manage/warnings/{number}/")
        assert (str(person_id) in offered) == (answer.status_code == 200), who
    wrong = {"version": "1", "state": "looked_at", "note": ""}
    staff = str(desk_city.people["staff"])
    assert Managing(app).post(f"{number}/", 422, owner=staff, **wrong) is not None


def test_who_owned_it_before_stays_until_somebody_else_is_chosen(
    app: Flask, store: Store, desk_city: City
) -> None:
    staff = desk_city.people["staff"]
    number = store.write(raise_one, desk_city.potholes, "ratings", owner_id=staff)
    manager = Managing(app)
    page = manager.get(f"{number}/")
    chosen = [one.get("value") for one in page.all("option") if one.get("selected") is not None]
    assert chosen == [str(staff)]
    manager.post(f"{number}/", version="1", state="looked_at", owner=str(staff), note="")
    assert row_of(store, number).owner_id == staff


ROUND = this_day() - timedelta(days=1)
EARLIER = this_day() - timedelta(days=20)


def look(session: Session) -> None:
    """The newest rounds: of yesterday, and of its week."""
    monday = ROUND - timedelta(days=ROUND.weekday())
    session.add(Setting(name=DAILY, value=ROUND.isoformat()))
    session.add(Setting(name=WEEKLY, value=monday.isoformat()))


def test_what_is_not_seen_any_more_comes_last_and_says_so(
    app: Flask, store: Store, desk_city: City
) -> None:
    def fill(session: Session) -> tuple[int, int]:
        look(session)
        raise_one(session, desk_city.potholes, "forecast")
        old: dict[str, Any] = {"raised_on": EARLIER, "last_seen_on": EARLIER}
        gone = raise_one(session, desk_city.lights, "time_to_told", **old)
        seen: dict[str, Any] = {"raised_on": EARLIER, "last_seen_on": ROUND}
        return gone, raise_one(session, desk_city.lights, "ratings", **seen)

    gone, seen = store.write(fill)
    manager = Managing(app)
    listed = [
        link.rstrip("/").rpartition("/")[2]
        for link in manager.get().links()
        if link.startswith("/en/manage/warnings/") and link.rstrip("/")[-1].isdigit()
    ]
    assert (listed[0], listed[-1]) == (str(seen), str(gone))
    since = f"Not seen since {EARLIER:%b} {EARLIER.day}, {EARLIER.year}"
    assert manager.get().words().count(since) == 1
    assert f"{since}. What stands here is what was seen then." in manager.get(f"{gone}/").words()
    assert "Not seen since" not in manager.get(f"{seen}/").words()


def test_cases_are_named_only_while_their_forecast_is_seen(
    app: Flask, store: Store, desk_city: City
) -> None:
    def fill(session: Session) -> tuple[int, int]:
        look(session)
        send_case(session, desk_city.potholes, this_moment() - timedelta(days=25))
        send_case(session, desk_city.lights, this_moment() - timedelta(days=25))
        old: dict[str, Any] = {"raised_on": EARLIER, "last_seen_on": EARLIER}
        gone = raise_one(session, desk_city.potholes, "forecast", **old)
        done = raise_one(
            session, desk_city.lights, "forecast", state="dealt_with", changed_at=this_moment()
        )
        return gone, done

    manager = Managing(app)
    for number in store.write(fill):
        page = manager.get(f"{number}/")
        assert "Take these first" not in page.words()
        assert "Take the cases below first" not in page.words()
        assert not any("/staff/cases/" in link for link in page.links())


def test_not_useful_closes_the_warning(app: Flask, store: Store, desk_city: City) -> None:
    number = store.write(raise_one, desk_city.potholes, "ratings")
    manager = Managing(app)
    manager.post(f"{number}/", version="1", state="not_useful", owner="", note="")
    assert "Ratings have fallen" not in manager.get().words()
    assert "Ratings have fallen" in manager.get("?state=not_useful").words()


def test_the_second_of_two_sees_what_the_first_saved(
    app: Flask, store: Store, desk_city: City
) -> None:
    number = store.write(raise_one, desk_city.potholes, "ratings")
    manager = Managing(app)
    manager.post(f"{number}/", version="1", state="looked_at", owner="", note="First.")
    page = manager.post(f"{number}/", 409, version="1", state="not_useful", owner="", note="Mine.")
    assert page is not None
    assert "Somebody else changed this warning" in page.words()
    assert "Mine." in page.text
    assert page.value("version") == "2"
    stored = page.words().partition("Stored now")[2]
    assert "How far are you?Looked atWho takes care of itNobody yetNoteFirst." in stored
    assert row_of(store, number).note == "First."


def test_a_refused_form_does_not_overwrite_what_nobody_has_read(
    app: Flask, store: Store, desk_city: City
) -> None:
    number = store.write(raise_one, desk_city.potholes, "ratings")
    manager = Managing(app)
    manager.post(f"{number}/", version="1", state="looked_at", owner="", note="First.")
    page = manager.post(f"{number}/", 422, version="1", state="", owner="", note="Mine.")
    assert page is not None
    version = page.value("version")
    manager.post(f"{number}/", 409, version=version, state="not_useful", owner="", note="Mine.")
    assert row_of(store, number).note == "First."


def test_a_warning_raised_anew_is_not_opened_twice(
    app: Flask, store: Store, desk_city: City
) -> None:
    def fill(session: Session) -> int:
        old = raise_one(
            session, desk_city.potholes, "ratings", state="dealt_with", changed_at=this_moment()
        )
        raise_one(session, desk_city.potholes, "ratings")
        return old

    number = store.write(fill)
    manager = Managing(app)
    form: dict[str, Any] = {"version": "1", "owner": "", "note": "Not yet."}
    page = manager.post(f"{number}/", 422, state="looked_at", **form)
    assert page is not None
    assert "raised anew and is open there" in page.words()
    assert "Somebody else" not in page.words()
    assert f"/en/manage/warnings/{number + 1}/" in page.links()
    manager.post(f"{number}/", state="not_useful", **form)
    assert row_of(store, number).note == "Not yet."


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": ""},
        {"state": "forgotten"},
        {"owner": "x"},
        {"owner": "{parks}"},
        {"owner": "9223372036854775808"},
        {"note": "n" * 2001},
    ],
)
def test_nonsense_is_refused_with_words(
    app: Flask, store: Store, desk_city: City, wrong: dict[str, str]
) -> None:
    number = store.write(raise_one, desk_city.potholes, "ratings")
    form = {"version": "1", "state": "looked_at", "owner": "", "note": "n"}
    filled = {name: value.format(**desk_city.people) for name, value in wrong.items()}
    page = Managing(app).post(f"{number}/", 422, **(form | filled))
    assert page is not None
    assert "One thing to put right" in page.words()
    assert row_of(store, number).state == "new"


def test_filters_show_what_they_say(app: Flask, store: Store, desk_city: City) -> None:
    def fill(session: Session) -> None:
        raise_one(session, desk_city.potholes, "ratings")
        raise_one(session, desk_city.lights, "forecast", raised_on=this_day() - timedelta(days=3))

    store.write(fill)
    manager = Managing(app)
    both = manager.get().words()
    assert both.index("Ratings have fallen") < both.index("About 8 open cases may be late")
    assert "Ratings have fallen" not in manager.get("?kind=forecast").words()
    only = manager.get("?service=pothole-repair").words()
    assert "Ratings have fallen" in only
    assert "may be late Street" not in only
    assert "No warning fits" in manager.get("?state=dealt_with").words()
    for odd in ("?state=x", "?kind=x", "?service=x", "?page=99999999999", "?page=٣"):
        manager.get(odd)


def test_more_services_need_no_more_statements(store: Store, desk_city: City) -> None:
    scope = Scope(desk_city.people["admin"], {}, is_administrator=True)

    def add(session: Session, number: int) -> None:
        now = this_moment()
        for one in range(number):
            slug = f"service-{number}-{one}"
            made = make_service(session, desk_city.works, slug, slug.title(), now, this_day())
            raise_one(session, made, "ratings")

    def look() -> tuple[int, int]:
        with watch_statements(store) as sent, store.read() as session:
            found = list_warnings(session, scope, Wanted(), ["en"])
        return len(found.services), len(sent)

    store.write(add, 1)
    services, statements = look()
    store.write(add, 10)
    assert look() == (services + 10, statements)


def test_the_weekly_mail_is_chosen_and_stopped(app: Flask, store: Store, desk_city: City) -> None:
    manager = Managing(app)
    for wants, expected in (("1", 1), ("1", 1), ("0", 0), ("0", 0)):
        manager.post("digest", wants=wants)
        with store.read() as session:
            assert len(session.scalars(select(DigestSubscription)).all()) == expected
    assert "Mail them to me" in manager.get().words()


def test_the_weekly_mail_leaves_the_list_as_it_was_chosen(app: Flask, desk_city: City) -> None:
    manager = Managing(app)
    shown = {"state": "", "kind": "ratings", "service": "pothole-repair", "page": "2"}
    page = manager.get(f"?{urlencode(shown)}")
    actions = [form.get("action", "") for form in page.all("form")]
    action = next(one for one in actions if "/warnings/digest" in one)
    answer = manager.desk.client.post(
        action, data={"csrf_token": manager.desk.csrf_token(), "wants": "1"}
    )
    assert (answer.status_code, answer.location) == (
        303, f"/en/manage/warnings/?{urlencode(shown)}",
    )  # fmt: skip
    manager.get(answer.location.partition("/warnings/")[2])


def test_one_day_is_no_days(app: Flask, store: Store, desk_city: City) -> None:
    waits = {**EVIDENCE["time_to_told"], "usual_days": 1.2}
    store.write(raise_one, desk_city.potholes, "time_to_told", evidence=waits)
    assert "used to wait about 1 day for an answer." in Managing(app).get().words()


def test_a_page_after_the_last_one_leads_to_the_first(
    app: Flask, store: Store, desk_city: City
) -> None:
    store.write(raise_one, desk_city.potholes, "ratings")
    page = Managing(app).get("?page=2")
    assert "There are fewer pages" in page.words()
    assert "Nothing looks different" not in page.words()
    assert "/en/manage/warnings/?state=open" in page.links()


def test_what_staff_write_is_text(app: Flask, store: Store, desk_city: City) -> None:
    number = store.write(raise_one, desk_city.potholes, "ratings", note="<script>x</script>")
    assert "<script>x" not in Managing(app).get(f"{number}/").text


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_whoever_works_in_the_department_alone_is_led_to_its_theme(
    app: Flask, store: Store, desk_city: City, who: str
) -> None:
    number = store.write(raise_theme, desk_city.potholes)
    managing = Managing(app, who)
    to_desk = [link for link in managing.get(f"{number}/").links() if "/staff/themes/" in link]
    assert len(to_desk) == (who == "manager")
    for link in to_desk:
        assert managing.desk.client.get(link).status_code == 200


def test_a_suggestion_shows_the_comments_to_the_department_alone(
    app: Flask, store: Store, desk_city: City
) -> None:
    number = store.write(raise_one, desk_city.potholes, "word")
    now = this_moment()
    for comment in ("The hydrant leaks again.", "Something else."):
        store.write(send_case, desk_city.potholes, now, comment=comment)
    words = Managing(app).get(f"{number}/").words()
    assert "The hydrant leaks again." in words
    assert "Something else." not in words
    for_administrators = Managing(app, "admin").get(f"{number}/").words()
    assert "hydrant" in for_administrators
    assert "The hydrant leaks again." not in for_administrators
    assert "shown to the department alone" in for_administrators
