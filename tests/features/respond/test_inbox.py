"""The inbox's filters in its address, saved views, assignment, many cases at once, and undo."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.models.desk import CaseAssignment, InboxView
from portal.models.loops import LoopEvent, LoopRow
from portal.models.people import Membership, Person
from portal.models.responses import Theme, ThemeCase, ThemeText
from portal.models.running import AuditEvent
from portal.respond.operations import assigning, grouping
from portal.respond.operations.views import save_view
from portal.respond.queries import choices
from portal.respond.queries.selection import Selection
from portal.respond.rules import MAX_VIEWS
from portal.store.engine import Store
from tests.support.answers import NOW, Office, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk, words_of

WORDS = ("Bache profundo", "Broken lamp", "Wider lanes", "Praise be")


@pytest.fixture
def cases(store: Store, desk_city: City) -> dict[str, int]:
    """Four different cases of public works, by their words."""
    holes, lights = desk_city.potholes, desk_city.lights
    days = timedelta(days=1)
    return {
        WORDS[0]: send(store, holes, NOW - 9 * days, comment=WORDS[0], lang="es", q0=1),
        WORDS[1]: send(store, lights, NOW - 6 * days, comment=WORDS[1], q0=2,
                       has_personal_data=True, wants_answer=False),
        WORDS[2]: send(store, holes, NOW - 3 * days, comment=WORDS[2], kind="idea", q0=5,
                       is_quarantined=True, wants_answer=False),
        WORDS[3]: send(store, lights, NOW, comment=WORDS[3], kind="question", q0=4),
    }  # fmt: skip


def shown(page: Page) -> list[str]:
    """Which of the cases the list shows, in its order."""
    text = page.text
    return sorted((one for one in WORDS if f">{one}</bdi>" in text), key=text.index)


def test_filters_combine_and_live_in_the_address(
    app: Flask, store: Store, cases: dict[str, int], office: Office, desk_city: City
) -> None:
    hole, lamp, idea, praise = WORDS
    theme = office.group([cases[hole]])
    store.write(_set_district, cases[lamp], "north")
    store.write(_assign, office, [cases[idea]], desk_city.people["reviewer"])
    store.write(_assign, office, [cases[praise]], desk_city.people["staff"])
    desk = Desk(app)
    day = (NOW - timedelta(days=6)).date().isoformat()
    for query, wanted in (
        ("", [hole, lamp, idea, praise]),
        (f"?theme={theme}", [hole]),
        ("?theme=none", [lamp, idea, praise]),
        ("?rating=1&rating=2", [hole, lamp]),
        ("?rating=1&rating=2&language=en", [lamp]),
        ("?flag=personal_data", [lamp]),
        ("?flag=quarantined", [idea]),
        ("?flag=quarantined&flag=personal_data", []),
        ("?flag=wants_answer", [hole, praise]),
        ("?assigned=me", [praise]),
        ("?assigned=nobody", [hole, lamp]),
        (f"?assigned={desk_city.people['reviewer']}", [idea]),
        ("?district=north", [lamp]),
        (f"?from={day}", [lamp, idea, praise]),
        (f"?to={day}", [hole, lamp]),
        (f"?from={day}&to={day}", [lamp]),
        ("?q=bache", [hole]),
        ("?q=BACHES&language=es&rating=1", [hole]),
        ("?q=bache&language=en", []),
        (f"?q=%23{cases[idea]}", [idea]),
        ("?q=%22%27%3B--", []),
        ("?sort=newest", [praise, idea, lamp, hole]),
        ("?sort=rating", [hole, lamp, praise, idea]),
        # What makes no sense is left out.
        ("?rating=6&flag=x&sort=x&theme=99&assigned=99&district=x&from=x&to=2026-13-01&kind=x",
         [hole, lamp, idea, praise]),
        (f"?assigned={desk_city.people['parks']}&page=-1", [hole, lamp, idea, praise]),
    ):  # fmt: skip
        assert shown(desk.get(query)) == wanted, query


def test_every_filter_that_is_set_can_be_taken_out_by_itself(
    app: Flask, cases: dict[str, int]
) -> None:
    page = Desk(app).get("?q=bache&rating=1&rating=2&language=es&sort=newest")
    chips = [link.get("href") or "" for link in page.all("a") if link.get("class") == "chip"]
    left = [parse_qs(urlsplit(chip).query) for chip in chips]
    whole = {"q": ["bache"], "rating": ["1", "2"], "language": ["es"], "sort": ["newest"]}
    assert left == [
        {name: values for name, values in whole.items() if name != "q"},
        {name: values for name, values in whole.items() if name != "language"},
        {**whole, "rating": ["2"]},
        {**whole, "rating": ["1"]},
    ]
    assert "1–1 of 1" in page.words()


def test_any_theme_that_one_may_open_narrows_the_list_however_old_it_is(
    app: Flask, store: Store, cases: dict[str, int], office: Office, desk_city: City,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(choices, "MAX_THEMES", 2)
    ids = [office.group([cases[words]]) for words in WORDS[:3]]
    shared = store.write(_add_theme, desk_city.pools, "Benches", is_shared=True)
    hidden = store.write(_add_theme, desk_city.pools, "Secret benches", is_shared=False)
    store.write(_put_into, cases[WORDS[3]], shared)
    desk = Desk(app)
    offered = {option.get("value") for option in desk.get("").by_id("filter-theme").iter("option")}
    assert offered == {"", "none", str(ids[1]), str(ids[2])}, "one's own before others'"
    page = desk.get(f"?theme={ids[0]}")
    assert shown(page) == [WORDS[0]]
    options = page.by_id("filter-theme").iter("option")
    assert [one.get("value") for one in options if one.get("selected") is not None] == [str(ids[0])]
    for query in (f"theme={ids[0]}", f"theme={shared}"):
        desk.post("views/", name=query, filters=query, owner="own")
        page = desk.get(f"?{query}")
        assert "Left out" not in page.words()
    for query in (f"theme={hidden}", f"theme=0{ids[0]}", f"theme={'9' * 18}", f"theme={'9' * 30}"):
        assert "Left out" in desk.get(f"?{query}").words(), query
    kept = [one.filters for one in stored(store)]
    assert kept == [f"theme={ids[0]}", f"theme={shared}"]
    assert "Benches" in desk.get("views/").words()
    meant = desk.get("assign?" + urlencode({"all": 1, "filters": f"theme={ids[0]}"}))
    assert "1 case is meant" in meant.words()
    assert "Holes" in meant.words()


def test_a_case_is_taken_given_and_given_back(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City
) -> None:
    case, staff = cases[WORDS[0]], desk_city.people["staff"]
    desk = Desk(app)
    assert "1 case is meant" in desk.get(f"assign?case={case}").words()
    desk.post("assign", case=case, person=staff)
    assert "Assigned to me" in desk.get("").words()
    assert "Assigned to" in Desk(app, "reviewer").get("").words()
    desk.post("assign", case=case, person=desk_city.people["reviewer"])
    desk.post("assign", case=case, person="nobody")
    assert holders(store) == {}
    with store.read() as session:
        trail = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "case_assigned").order_by(AuditEvent.id)
        ).all()
    reviewer = desk_city.people["reviewer"]
    assert [(one.subject_id, one.person_id, one.detail) for one in trail] == [
        (case, staff, {"from": None, "to": staff}),
        (case, staff, {"from": staff, "to": reviewer}),
        (case, staff, {"from": reviewer, "to": None}),
    ]
    desk.post("assign", 422, case=case, person="")
    desk.post("assign", 422, case=case, person="٣")
    desk.post("assign", 404, case=case, person=desk_city.people["parks"])
    desk.post("assign", 303, person=staff)
    assert holders(store) == {}


@pytest.mark.parametrize("how", ["switched off", "left the department"])
def test_whoever_leaves_frees_their_cases(
    app: Flask, store: Store, cases: dict[str, int], office: Office, desk_city: City, how: str
) -> None:
    reviewer = desk_city.people["reviewer"]
    store.write(_assign, office, [cases[WORDS[0]]], reviewer)
    desk = Desk(app)
    assert shown(desk.get(f"?assigned={reviewer}")) == [WORDS[0]]
    store.write(_leave, reviewer, how == "switched off")
    page = desk.get("?assigned=nobody")
    assert shown(page) == list(WORDS)
    assert "Assigned to reviewer" not in page.words()
    assert "Reviewer" not in page.words()


def test_all_that_fit_are_assigned_in_batches_without_those_that_came_later(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(assigning, "BATCH", 2)
    staff = desk_city.people["staff"]
    desk = Desk(app)
    page = desk.get("assign?all=1&filters=sort%3Dnewest&case=1")
    assert "4 cases are meant" in page.words()
    form = {name: page.value(name) for name in ("filters", "all", "until", "done")}
    later = send(store, desk_city.potholes, comment="Too late")
    answer = desk.post("assign", 200, person=staff, **form)
    page = response_page(answer)
    assert "2 of 4 cases are done" in page.words()
    form = {name: page.value(name) for name in ("filters", "all", "until", "done", "person")}
    answer = desk.post("assign", 303, **form)
    assert answer.location.endswith("?sort=newest")
    assert "Done for 4 cases" in desk.get("").words()
    assert holders(store) == dict.fromkeys(cases.values(), staff)
    assert later not in holders(store)


def test_all_that_fit_go_under_a_theme_of_their_service(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(grouping, "BATCH", 1)
    desk = Desk(app)
    assert "of one service only" in desk.get("group-many?all=1&filters=").words()
    desk.post("group-many", 422, all="1", filters="", theme="new", name="Mixed")
    page = desk.get("group-many?" + urlencode({"all": 1, "filters": "service=pothole-repair"}))
    assert "2 cases are meant" in page.words()
    form = {name: page.value(name) for name in ("filters", "all", "until", "done")}
    desk.post("group-many", 422, theme="new", name="", **form)
    desk.post("group-many", 422, theme="", name="", **form)
    page = response_page(desk.post("group-many", 200, theme="new", name="Streets", **form))
    form = {name: page.value(name) for name in ("filters", "all", "until", "done", "theme")}
    desk.post("group-many", 303, **form)
    with store.read() as session:
        inside = session.scalars(select(ThemeCase.submission_id)).all()
    assert sorted(inside) == sorted([cases[WORDS[0]], cases[WORDS[2]]])
    ticked = desk.client.get(f"/en/staff/group-many?case={cases[WORDS[1]]}")
    assert ticked.location.endswith(f"/group?case={cases[WORDS[1]]}")


def test_putting_under_a_theme_is_undone_while_nobody_was_told(
    app: Flask, store: Store, cases: dict[str, int], office: Office
) -> None:
    hole, idea = cases[WORDS[0]], cases[WORDS[2]]
    desk, other = Desk(app), Desk(app, "reviewer")
    theme = desk.post("group", case=[hole], theme="new", name="Holes").location.split("/")[-2]
    desk.post("group", case=[hole, idea], theme=theme, name="")
    page = desk.get("")
    assert "You put 1 case into a theme" in page.words()
    event = undo_of(page)
    other.post(f"undo/{event}", 404)
    assert "Undo" not in other.get("").words()
    desk.post(f"undo/{event}")
    with store.read() as session:
        assert session.scalars(select(ThemeCase.submission_id)).all() == [hole]
        assert session.get_one(LoopRow, idea).state == "in_theme"  # history is not rewritten
        kinds = select(LoopEvent.kind).where(LoopEvent.submission_id == idea)
        assert "themed" in session.scalars(kinds).all()
    assert WORDS[2] in desk.get("?place=new").words()
    assert WORDS[2] not in desk.get("?place=in_theme").words()
    desk.post(f"undo/{event}", 409)
    desk.post("group", case=[idea], theme=theme, name="")
    event = undo_of(desk.get(""))
    response = office.draft(int(theme))
    office.review(response)
    office.publish(response)
    desk.post(f"undo/{event}", 409)
    assert "Undo" not in desk.get("").words()


def test_an_assignment_is_undone_where_nobody_has_changed_it(
    app: Flask, store: Store, cases: dict[str, int], office: Office, desk_city: City
) -> None:
    staff, reviewer = desk_city.people["staff"], desk_city.people["reviewer"]
    first, second = cases[WORDS[0]], cases[WORDS[1]]
    desk = Desk(app)
    desk.post("assign", case=[first], person=reviewer)
    desk.post("assign", case=[first, second], person=staff)
    page = desk.get("")
    assert "You assigned 2 cases" in page.words()
    store.write(_take, office, second)
    desk.post(f"undo/{undo_of(page)}")
    assert holders(store) == {first: reviewer, second: reviewer}
    words = desk.get("").words()
    assert "Undone for 1 case" in words
    assert "1 case stays" in words


def test_views_are_kept_for_oneself_and_for_the_team(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City
) -> None:
    desk, other = Desk(app), Desk(app, "reviewer")
    new = {"filters": "language=es&page=3&nonsense=1&sort=newest", "owner": "own"}
    assert desk.post("views/", name="Spanish", **new).location.endswith("?language=es&sort=newest")
    desk.post("views/", 422, name="Spanish", **new)
    desk.post("views/", 422, name=" ", **new)
    desk.post("views/", 422, name="x" * 61, **new)
    team = {**new, "owner": desk_city.works}
    desk.post("views/", name="Spanish", **team)
    other.post("views/", 422, name="Spanish", **team)
    desk.post("views/", 404, name="Theirs", **{**new, "owner": desk_city.parks})
    assert "Everybody" not in other.get("").words()
    views = {one.department_id: one for one in stored(store)}
    assert len(views) == 2
    own, ours = views[None], views[desk_city.works]
    assert "Spanish" in other.get("").words()
    assert (
        'aria-current="page"' in desk.get("?sort=newest&language=es").text.split("Saved views")[1]
    )
    other.post(f"views/{own.id}/", 404, version=1, name="Mine")
    other.post(f"views/{ours.id}/", version=1, name="Español")
    desk.post(f"views/{ours.id}/", 409, version=1, name="Too late")
    desk.post(f"views/{ours.id}/delete", version=1)
    assert "Español" in desk.get("views/").words()
    Desk(app, "parks").post(f"views/{ours.id}/delete", 404, version=2)
    desk.post(f"views/{ours.id}/", 422, version=2, name="")
    desk.post(f"views/{ours.id}/delete", version=2)
    assert [one.name for one in stored(store)] == ["Spanish"]
    assert "Spanish" not in other.get("views/").words()
    assert "Spanish" in desk.get("views/").words()


def test_the_name_for_a_view_that_a_colleague_deleted_is_not_lost(
    app: Flask, store: Store, cases: dict[str, int], desk_city: City
) -> None:
    del cases
    desk, other = Desk(app), Desk(app, "reviewer")
    for owner in ("own", desk_city.works):
        desk.post("views/", name="Spanish", filters="language=es", owner=owner)
    views = {one.department_id: one.id for one in stored(store)}
    path = f"views/{views[desk_city.works]}/"
    other.post(path, version=1, name="Español")
    desk.post(f"{path}delete", version=1)
    assert "so nothing was done. It is shown as it is now." in desk.get("views/").words()
    other.post(f"{path}delete", version=2)
    page = response_page(desk.post(path, 409, version=2, name="In Spanish"))
    assert "This view was deleted in the meantime." in page.words()
    assert "In Spanish" in [page.words(one) for one in page.all("textarea")]
    desk.post(path, 409, version=2, name=" ")
    desk.post(f"{path}delete", version=2)
    assert "This view was deleted in the meantime." in desk.get("views/").words()
    Desk(app, "parks").post(path, 404, version=2, name="Theirs")
    desk.post(f"views/{views[None]}/delete", version=1)
    desk.post(f"views/{views[None]}/", 409, version=1, name="Mine")
    other.post(f"views/{views[None]}/", 404, version=1, name="Mine")


def test_nobody_renames_a_view_that_they_have_not_seen(
    app: Flask, store: Store, desk_city: City
) -> None:
    desk, other = Desk(app), Desk(app, "reviewer")
    desk.post("views/", name="Spanish", filters="language=es", owner=desk_city.works)
    path = f"views/{stored(store)[0].id}/"
    other.post(path, version=1, name="Español")
    refused = response_page(desk.post(path, 422, version=1, name=" "))
    late = response_page(desk.post(path, 409, name="Too late", **refused.sent_along(path)))
    assert "Somebody else saved “Español” here." in late.words()
    assert "Too late" in [one.get("value") for one in late.all("input")]
    desk.post(path, name="Too late", **late.sent_along(path))
    assert [one.name for one in stored(store)] == ["Too late"]


def test_nobody_keeps_more_views_than_can_be_taken_in(
    app: Flask, store: Store, office: Office
) -> None:
    for number in range(MAX_VIEWS):
        store.write(
            save_view, now=NOW, scope=office.staff, name=f"View {number}", filters="",
            department_id=None,
        )  # fmt: skip
    Desk(app).post("views/", 422, name="One more", filters="", owner="own")
    Desk(app, "reviewer").post("views/", name="Another's", filters="", owner="own")


def stored(store: Store) -> list[InboxView]:
    with store.read() as session:
        return list(session.scalars(select(InboxView).order_by(InboxView.id)))


def undo_of(page: Page) -> int:
    """The deed that the page offers to undo."""
    actions = [form.get("action") or "" for form in page.all("form")]
    return int(next(one for one in actions if "/undo/" in one).rpartition("/")[2])


def holders(store: Store) -> dict[int, int]:
    with store.read() as session:
        rows = session.execute(select(CaseAssignment.submission_id, CaseAssignment.person_id))
        return {row[0]: row[1] for row in rows}


def _set_district(session: Session, case: int, district: str) -> None:
    session.get_one(LoopRow, case).district = district


def _put_into(session: Session, case: int, theme: int) -> None:
    session.add(ThemeCase(theme_id=theme, submission_id=case, person_id=None, added_at=NOW))


def test_only_themes_that_hold_a_case_of_ones_own_are_offered(
    app: Flask, store: Store, cases: dict[str, int], office: Office, desk_city: City
) -> None:
    answered, open_ = (office.group([cases[words]]) for words in WORDS[:2])
    store.write(_close, cases[WORDS[0]])
    empty = store.write(_add_theme, desk_city.potholes, "Nothing yet", is_shared=False)
    others = store.write(_add_theme, desk_city.pools, "Benches", is_shared=True)
    store.write(_put_into, send(store, desk_city.pools), others)
    ours = store.write(_add_theme, desk_city.pools, "Lamps by benches", is_shared=True)
    store.write(_put_into, cases[WORDS[2]], ours)
    desk = Desk(app)

    def offered(query: str) -> set[str | None]:
        return {one.get("value") for one in desk.get(query).by_id("filter-theme").iter("option")}

    usual = {"", "none", *map(str, (answered, open_, ours))}
    assert offered("") == usual
    for chosen in (empty, others):
        assert offered(f"?theme={chosen}") == {*usual, str(chosen)}
    store.write(lambda session: session.execute(delete(ThemeCase).filter_by(theme_id=open_)))
    assert str(open_) not in offered("")


def _close(session: Session, case: int) -> None:
    session.get_one(LoopRow, case).state = "confirmed"


def _add_theme(session: Session, service: int, name: str, *, is_shared: bool) -> int:
    theme = Theme(service_id=service, created_at=NOW, is_shared=is_shared)
    session.add(theme)
    session.flush()
    session.add(ThemeText(theme_id=theme.id, lang="en", name=name))
    return theme.id


def _assign(session: Session, office: Office, case_ids: list[int], person: int) -> None:
    assigning.assign_cases(
        session, now=NOW, today=NOW.date(), scope=office.staff, person_id=person,
        selection=Selection(ids=tuple(case_ids)),
    )  # fmt: skip


def _take(session: Session, office: Office, case: int) -> None:
    assigning.assign_cases(
        session, now=NOW, today=NOW.date(), scope=office.reviewer,
        person_id=office.reviewer.person_id, selection=Selection(ids=(case,)),
    )  # fmt: skip


def _leave(session: Session, person: int, is_switched_off: bool) -> None:
    if is_switched_off:
        session.execute(update(Person).where(Person.id == person).values(active=False))
    else:
        session.execute(delete(Membership).where(Membership.person_id == person))


def test_a_case_says_on_its_own_page_who_looks_after_it_and_changes_hands_there(
    app: Flask, store: Store, desk_city: City
) -> None:
    case, reviewer = send(store, desk_city.potholes), desk_city.people["reviewer"]
    desk = Desk(app)
    assert "Nobody looks after this case." in desk.get(f"cases/{case}/").words()
    refused = desk.post(f"cases/{case}/assign", 422, person="")
    assert "Choose a person, or nobody." in words_of(refused)
    desk.post(f"cases/{case}/assign", person=desk_city.people["staff"])
    page = desk.get(f"cases/{case}/").words()
    assert "Assigned to me" in page
    assert "I look after it" not in page
    desk.post(f"cases/{case}/assign", person=reviewer)
    page = desk.get(f"cases/{case}/").words()
    assert "Assigned to me" not in page
    assert "I look after it" in page
    desk.post(f"undo/{undo_of(desk.get(''))}")
    assert "Assigned to me" in desk.get(f"cases/{case}/").words()
    desk.post(f"cases/{case}/assign", 404, person=desk_city.people["parks"])
    Desk(app, "parks").post(f"cases/{case}/assign", 404, person=reviewer)
    desk.post(f"cases/{case}/assign", person="nobody")
    assert "Nobody looks after this case." in desk.get(f"cases/{case}/").words()
