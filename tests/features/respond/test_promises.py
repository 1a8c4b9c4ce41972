"""The ledger of promises: where they stand, saying what was done, telling the same people again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, true, update
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.domain.promises import Standing
from portal.domain.wording import Wording
from portal.models.loops import LoopEvent
from portal.models.responses import Response, ThemeCase
from portal.models.submissions import Contact
from portal.notify.telling import tell_next
from portal.respond.rules import Promise
from portal.store.contacts import erase_contacts
from portal.store.engine import Store
from portal.store.loops import NO_LINKS, Links, append_event
from portal.store.promises import find_story, list_stories, list_stories_with
from portal.store.retention import Periods, set_periods
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk
from tests.support.moment import this_day, this_moment

DONE = Wording("The holes come back.", "All 14 streets are paved since Monday.")


@pytest.fixture
def promise(store: Store, office: Office, desk_city: City) -> int:
    """Planned, published, and told to two people; its day is far ahead."""
    cases = [send(store, desk_city.potholes) for _one in range(2)]
    due = Promise(Outcome.PLANNED, due_on=this_day() + timedelta(days=60))
    response = office.answer(cases, promise=due)
    tell(store, response, office)
    return response


def tell(store: Store, response_id: int, office: Office) -> None:
    store.write(
        tell_next, now=this_moment(), today=this_day(), response_id=response_id,
        person_id=office.staff.person_id, after=0,
    )  # fmt: skip


def put_due(store: Store, response_id: int, days: int) -> None:
    """Let its day be so many days from today."""

    def change(session: Session) -> None:
        due = this_day() + timedelta(days=days)
        session.execute(update(Response).where(Response.id == response_id).values(due_on=due))

    store.write(change)


@pytest.mark.parametrize(
    ("days", "view", "public"),
    [
        (60, "open", None),
        (10, "soon", None),
        (-3, "overdue", "not done yet"),
        (-15, "broken", "not kept"),
    ],
)
def test_a_promise_stands_where_its_day_puts_it(
    app: Flask, store: Store, promise: int, client: FlaskClient,
    days: int, view: str, public: str | None,
) -> None:  # fmt: skip
    put_due(store, promise, days)
    desk = Desk(app)
    page = desk.get(f"promises/?view={view}")
    assert f"/en/staff/responses/{promise}/" in page.links()
    assert "2 people told so far" in page.words()
    marked = f"/en/staff/promises/?view={view}" in desk.get("").links()
    assert marked == (view != "open")
    other = "kept" if view != "kept" else "open"
    assert f"/en/staff/responses/{promise}/" not in desk.get(f"promises/?view={other}").links()
    for path in (f"responses/{promise}/", "responses/"):
        words = response_page(client.get(f"/en/{path}")).words()
        assert public in words if public else "not kept" not in words


def test_done_asks_for_what_was_done_and_tells_the_same_people_again(
    app: Flask, store: Store, office: Office, promise: int, client: FlaskClient
) -> None:
    put_due(store, promise, -3)
    desk = Desk(app)
    form_address = next(
        link for link in desk.get("promises/").links() if link.endswith(f"follows={promise}")
    ).removeprefix("/en/staff/")
    page = desk.get(form_address)
    assert "We repaved the street by the school." in page.words()
    assert page.words().count("The holes come back.") == 2  # as promised, and to begin with
    assert page.value("done_on") == this_day().isoformat()
    form = {
        "you_said": DONE.you_said, "we_did": DONE.we_did, "why_not": "", "outcome": "done",
        "done_on": this_day().isoformat(), "due_on": "", "follows": str(promise),
    }  # fmt: skip
    empty = desk.post(form_address.partition("?")[0], 422, **{**form, "we_did": ""})
    assert "What was promised by" in response_page(empty).words()
    desk.post(form_address.partition("?")[0], **form)
    with store.read() as session:
        follower = session.scalars(select(Response).where(Response.follows_id == promise)).one()
    assert f"/en/staff/responses/{follower.id}/" in desk.get("promises/").links()
    office.review(follower.id)
    office.publish(follower.id, now=this_moment())
    tell(store, follower.id, office)
    with store.read() as session:
        retold = session.scalars(
            select(LoopEvent.kind).where(
                LoopEvent.response_id == follower.id, LoopEvent.kind == "retold"
            )
        ).all()
    assert len(retold) == 2
    assert f"/en/staff/responses/{promise}/" in desk.get("promises/?view=kept").links()
    words = response_page(client.get(f"/en/responses/{promise}/")).words()
    assert ": kept" in words


def test_a_new_day_keeps_the_first_one_in_the_record(
    app: Flask, store: Store, office: Office, promise: int
) -> None:
    with store.read() as session:
        theme = session.get_one(Response, promise).theme_id or 0
    renewed = Promise(Outcome.IN_PROGRESS, due_on=this_day() + timedelta(days=90))
    later = office.draft(theme, promise=renewed, follows_id=promise)
    office.review(later)
    office.publish(later, now=this_moment())
    put_due(store, promise, -20)
    page = Desk(app).get("promises/?view=broken")
    assert "now planned by" in page.words()
    assert page.links().count(f"/en/staff/responses/{promise}/") == 1
    assert f"/en/staff/responses/{later}/" not in page.links()


def test_a_promise_after_another_one_is_the_same_story_whatever_came_between(
    app: Flask, store: Store, office: Office, promise: int, client: FlaskClient
) -> None:
    with store.read() as session:
        theme = session.get_one(Response, promise).theme_id or 0

    def go_on(follows: int, after: Promise) -> int:
        number = office.draft(theme, follows_id=follows, promise=after)
        office.review(number)
        office.publish(number, now=this_moment())
        return number

    between = go_on(promise, Promise(Outcome.ANSWERED))
    again = go_on(between, Promise(Outcome.PLANNED, due_on=this_day() + timedelta(days=90)))
    go_on(again, Promise(Outcome.DONE, done_on=this_day()))
    desk = Desk(app)
    kept = desk.get("promises/?view=kept").links()
    assert f"/en/staff/responses/{promise}/" in kept
    assert f"/en/staff/responses/{again}/" not in kept
    with store.read() as session:
        for which in (true(), Response.id == promise):
            (story,) = list_stories(session, which, today=this_day())
            assert (story.promise.id, story.standing) == (promise, Standing.KEPT)
            assert len(story.followers) == 3
        for number in (promise, between, again):
            found = find_story(session, session.get_one(Response, number), today=this_day())
            assert found is not None
            assert (found.promise.id, found.standing) == (promise, Standing.KEPT)
        assert list_stories(session, Response.id == again, today=this_day()) == []
        (with_it,) = list_stories_with(session, Response.id == again, today=this_day())
        assert with_it.promise.id == promise
    assert ": kept" in response_page(client.get(f"/en/responses/{promise}/")).words()


def test_what_is_promised_after_it_was_done_is_a_promise_of_its_own(
    store: Store, office: Office, promise: int
) -> None:
    with store.read() as session:
        theme = session.get_one(Response, promise).theme_id or 0
    chain = [promise]
    for after in (
        Promise(Outcome.DONE, done_on=this_day()),
        Promise(Outcome.ANSWERED),
        Promise(Outcome.PLANNED, due_on=this_day() + timedelta(days=90)),
    ):
        chain.append(office.draft(theme, follows_id=chain[-1], promise=after))
        office.review(chain[-1])
        office.publish(chain[-1], now=this_moment())
    again = chain[-1]
    with store.read() as session:
        stories = list_stories(session, true(), today=this_day())
        assert [(one.promise.id, one.standing) for one in stories] == [
            (promise, Standing.KEPT),
            (again, Standing.OPEN),
        ]
        assert [one.id for one in stories[0].followers] == chain[1:3]
        for number, first in ((promise, promise), (chain[1], promise), (again, again)):
            found = find_story(session, session.get_one(Response, number), today=this_day())
            assert found is not None
            assert found.promise.id == first


def test_another_department_sees_no_promise(app: Flask, promise: int) -> None:
    desk = Desk(app, "parks")
    assert "Holes" not in desk.get("promises/").words()
    assert "Holes" not in desk.get("promises/?view=x&service=1&author=1&page=9").words()


def leave_addresses(store: Store, *cases: int, confirmed: bool = True) -> None:
    """Let the residents of these cases have left an address today."""
    contacts = [
        Contact(
            submission_id=case, email_encrypted=b"x", email_hash=f"h{case}", token_hash=f"t{case}",
            created_at=this_moment(), confirmed_at=this_moment() if confirmed else None,
        )
        for case in cases
    ]  # fmt: skip
    store.write(lambda session: session.add_all(contacts))


def test_the_ledger_says_whom_the_day_still_finds(app: Flask, store: Store, promise: int) -> None:
    """Addresses go 90 days after the last event: being told, or whatever came since."""
    desk = Desk(app)
    assert "Can be mailed: 0 now, 0 on" in desk.get("promises/").words()
    leave_addresses(store, 1, 2)
    assert "Can be mailed: 2 now, 2 on" in desk.get("promises/").words()
    put_due(store, promise, 240)
    assert "Can be mailed: 2 now, 0 on" in desk.get("promises/").words()
    put_due(store, promise, 100)
    moment = this_moment() + timedelta(days=30)
    store.write(
        append_event, 1, Event(kind=EventKind.CONFIRMED, on=moment.date(), actor=Actor.RESIDENT,
                               verdict=Verdict.PARTLY), at=moment,
    )  # fmt: skip
    assert "Can be mailed: 2 now, 1 on" in desk.get("promises/").words()
    store.write(erase_contacts, [2], now=this_moment())
    assert "Can be mailed: 1 now, 1 on" in desk.get("promises/").words()
    put_due(store, promise, -3)
    assert "Can be mailed: 1. The others" in desk.get("promises/?view=overdue").words()


@pytest.mark.parametrize("how", ["set aside", "withdrawn", "in another theme"])
def test_whom_a_further_answer_does_not_reach_is_not_counted(
    app: Flask, store: Store, office: Office, promise: int, how: str
) -> None:
    def leave(session: Session) -> None:
        if how == "in another theme":
            session.execute(delete(ThemeCase).where(ThemeCase.submission_id == 2))
            return
        kind, actor = EventKind.WITHDRAWN, Actor.RESIDENT
        reason, links = None, NO_LINKS
        if how == "set aside":
            kind, actor, reason = EventKind.EXCLUDED, Actor.STAFF, "spam"
            links = Links(person_id=office.staff.person_id)
        event = Event(kind=kind, on=this_day(), actor=actor, reason=reason)
        append_event(session, 2, event, at=this_moment(), links=links)

    leave_addresses(store, 1, 2)
    store.write(leave)
    assert "Can be mailed: 1 now, 1 on" in Desk(app).get("promises/").words()


def test_the_editor_says_it_before_anybody_is_promised_anything(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    cases = [send(store, desk_city.potholes) for _one in range(3)]
    leave_addresses(store, cases[0])
    leave_addresses(store, cases[1], confirmed=False)
    theme, desk = office.group(cases), Desk(app)
    assert "kept for 90 days" in desk.get(f"themes/{theme}/answer").words()
    far = Promise(Outcome.PLANNED, due_on=this_day() + timedelta(days=240))
    draft = office.draft(theme, promise=far)
    words = desk.get(f"responses/{draft}/").words()
    assert "People who wait for this answer: 3. With an email address: 1." in words
    assert "nobody can be mailed about what is done then" in words
    put_due(store, draft, 60)
    words = desk.get(f"responses/{draft}/").words()
    assert "so people can be mailed" in words
    store.write(lambda session: set_periods(session, Periods(contact_days=30)))
    words = desk.get(f"responses/{draft}/").words()
    assert "kept for 30 days" in words
    assert "nobody can be mailed about what is done then" in words
    answered = office.draft(office.group([send(store, desk_city.potholes)]))
    assert "With an email address" not in desk.get(f"responses/{answered}/").words()
