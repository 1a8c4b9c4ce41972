"""Publishing at a time, and several answers together."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.loop import Outcome
from portal.models.responses import Response, ResponseText, ThemeText
from portal.models.running import AuditEvent, Outbox
from portal.respond.forms import PublishForm
from portal.respond.operations.publishing import publish_due
from portal.respond.rules import Promise
from portal.store.clock import Clock
from portal.store.engine import Store
from tests.support.answers import ANSWERED, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, words_of
from tests.support.moment import this_moment
from tests.support.soundness import find_problems

CITY = ZoneInfo("UTC")
LATER = this_moment() + timedelta(days=2)
FIELD = LATER.strftime("%Y-%m-%dT%H:%M")


class At(Clock):
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(CITY)
        self.moment = moment

    def now(self) -> datetime:
        return self.moment.astimezone(UTC)


def ready(store: Store, office: Office, promise: Promise = ANSWERED) -> int:
    """A reviewed draft."""
    draft = office.draft(office.group([send(store, office.city.potholes)]), promise=promise)
    office.review(draft)
    return draft


def schedule(app: Flask, draft: int, at: str = FIELD, status: int = 303) -> Desk:
    desk = Desk(app)
    desk.post(f"responses/{draft}/publish", status, version="2", when="later", publish_at=at)
    return desk


def test_a_draft_that_nobody_needs_is_deleted_and_nothing_else_is(
    app: Flask, store: Store, office: Office
) -> None:
    draft = ready(store, office)
    office.translate(draft)
    desk, other = schedule(app, draft), Desk(app, "reviewer")
    form = {"you_said": "Holes.", "we_did": "Mended.", "why_not": "", "outcome": "answered"}
    along = desk.get(f"responses/{draft}/").sent_along(f"/responses/{draft}/drop")
    assert along["version"]
    other.post(f"responses/{draft}/", **form, version=along["version"])
    desk.post(f"responses/{draft}/drop", **along)
    assert "Somebody changed this answer" in desk.get(f"responses/{draft}/").words()
    along = desk.get(f"responses/{draft}/").sent_along(f"/responses/{draft}/drop")
    where = desk.post(f"responses/{draft}/drop", **along).location
    assert "The draft is deleted." in desk.get(where.removeprefix("/en/staff/")).words()
    desk.get(f"responses/{draft}/", 404)
    assert desk.post(f"responses/{draft}/drop", **along).location == "/en/staff/responses/"
    assert "This draft was deleted in the meantime." in desk.get("responses/").words()
    with store.read() as session:
        assert session.scalars(select(Response)).all() == []
        assert session.scalars(select(ResponseText)).all() == []
        dropped = select(AuditEvent).where(AuditEvent.action == "response_dropped")
        assert session.scalars(dropped).one().subject_id == draft
    assert find_problems(store) == []


def test_the_number_of_a_deleted_draft_is_no_other_answers(
    app: Flask, store: Store, office: Office
) -> None:
    first, second = ready(store, office), ready(store, office)
    for draft in (second, first):  # now both would be given again
        drop(app, draft)
    later = [office.draft(office.group([send(store, office.city.potholes)])) for _draft in "ab"]
    assert not {first, second} & set(later)
    assert len(set(later)) == 2
    with store.read() as session:
        texts = select(ResponseText.response_id).order_by(ResponseText.response_id)
        assert session.scalars(texts).all() == sorted(later)
        written = select(AuditEvent.subject_id).where(AuditEvent.action == "response_written")
        assert set(session.scalars(written)) == {first, second, *later}


def test_a_translation_that_nobody_saw_is_not_deleted(
    app: Flask, store: Store, office: Office
) -> None:
    draft = ready(store, office)
    desk = Desk(app)
    for change in (office.translate, partial(office.review, lang="es")):
        along = desk.get(f"responses/{draft}/").sent_along(f"/responses/{draft}/drop")
        change(draft)
        desk.post(f"responses/{draft}/drop", **along)
        assert "Somebody changed this answer" in desk.get(f"responses/{draft}/").words()
    with store.read() as session:
        assert len(session.scalars(select(ResponseText)).all()) == 2


def test_words_for_a_deleted_draft_are_not_lost(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    draft, other = ready(store, office), ready(store, office)
    drop(app, draft)
    desk, typed = Desk(app), {"you_said": "Holes.", "we_did": "<Mended>.", "why_not": ""}
    wrong = {**typed, "links": "no address"}
    for form in (typed, wrong):
        for path, more in (("", {"outcome": "answered"}), ("texts/es/", {})):
            answer = desk.post(f"responses/{draft}/{path}", 409, **form, **more, version="1")
            page = response_page(answer)
            assert "This draft was deleted in the meantime." in page.words()
            assert "<Mended>." in [page.words(one) for one in page.all("textarea")]
    desk.post(f"responses/{draft}/texts/en/review", version="1")
    desk.post(f"responses/{draft}/publish", version="2")
    assert "This draft was deleted in the meantime." in desk.get("responses/").words()
    desk.post("responses/999/", 404, **typed, version="1")
    for path in ("", "texts/es/", "drop", "publish"):
        Desk(app, "parks").post(f"responses/{draft}/{path}", 404, **typed, version="1")
    answer = desk.post("responses/publish", 409, response=[f"{draft}:2", f"{other}:2"])
    page = response_page(answer)
    assert "A draft that you ticked was deleted in the meantime" in page.words()
    ticked = [one.get("value") for one in page.all("input") if one.get("checked") is not None]
    assert f"{other}:2" in ticked
    assert published(store) == {}


def drop(app: Flask, draft: int) -> None:
    desk = Desk(app)
    along = desk.get(f"responses/{draft}/").sent_along(f"/responses/{draft}/drop")
    desk.post(f"responses/{draft}/drop", **along)


def test_what_was_published_is_not_deleted(app: Flask, store: Store, office: Office) -> None:
    draft = ready(store, office)
    desk = Desk(app)
    along = desk.get(f"responses/{draft}/").sent_along(f"/responses/{draft}/drop")
    office.publish(draft)
    desk.post(f"responses/{draft}/drop", **along)
    page = desk.get(f"responses/{draft}/")
    assert not [one for one in page.all("form") if (one.get("action") or "").endswith("/drop")]
    for version in ("2", "3", ""):
        desk.post(f"responses/{draft}/drop", version=version)
    assert list(published(store)) == [draft]


def published(store: Store) -> dict[int, date]:
    with store.read() as session:
        rows = session.execute(select(Response.id, Response.published_on))
        return {row[0]: row[1] for row in rows if row[1] is not None}


def test_an_answer_comes_out_by_itself_at_its_time_and_once(
    app: Flask, store: Store, office: Office
) -> None:
    draft = ready(store, office)
    desk = schedule(app, draft)
    assert "It comes out on" in desk.get(f"responses/{draft}/").words()
    assert publish_due(store, At(LATER - timedelta(minutes=2))) == 0
    after_standstill = At(LATER + timedelta(days=3))
    workers = [threading.Thread(target=publish_due, args=(store, after_standstill)) for _ in "abc"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert published(store) == {draft: after_standstill.today()}
    with store.read() as session:
        asked = session.scalars(select(Outbox).where(Outbox.kind == "tell_response")).all()
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.action == "response_published")
        ).all()
    assert len(asked) == len(actions) == 1
    assert publish_due(store, after_standstill) == 0


def test_the_time_can_be_taken_back(app: Flask, store: Store, office: Office) -> None:
    draft = ready(store, office)
    desk = schedule(app, draft)
    desk.post(f"responses/{draft}/unschedule")
    desk.post(f"responses/{draft}/unschedule", 409)
    assert publish_due(store, At(LATER + timedelta(days=1))) == 0
    assert published(store) == {}


def test_a_changed_text_does_not_come_out_unreviewed(
    app: Flask, store: Store, office: Office
) -> None:
    draft = ready(store, office)
    desk = schedule(app, draft)
    changed = {
        "you_said": "The holes come back.", "we_did": "Other words.", "why_not": "",
        "outcome": "answered", "due_on": "", "done_on": "", "version": "2",
    }  # fmt: skip
    desk.post(f"responses/{draft}/", **changed)
    assert publish_due(store, At(LATER + timedelta(days=1))) == 0
    assert published(store) == {}


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("", "Give the day and the time"),
        ("tomorrow", "Give the day and the time"),
        ("2020-01-01T10:00", "This moment has passed"),
    ],
)
def test_a_time_must_be_one_that_comes(
    app: Flask, store: Store, office: Office, at: str, words: str
) -> None:
    draft = ready(store, office)
    answer = Desk(app).post(
        f"responses/{draft}/publish", 422, version="2", when="later", publish_at=at
    )
    assert words in words_of(answer)


def test_a_promise_must_still_be_one_when_it_comes_out(
    app: Flask, store: Store, office: Office
) -> None:
    due = LATER.date() - timedelta(days=1)
    draft = ready(store, office, Promise(Outcome.PLANNED, due_on=due))
    answer = Desk(app).post(
        f"responses/{draft}/publish", 422, version="2", when="later", publish_at=FIELD
    )
    assert "The day by which it promises something comes before that moment." in words_of(answer)
    assert published(store) == {}


def test_of_several_answers_the_one_that_holds_them_up_is_named(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    due = LATER.date() - timedelta(days=1)
    fine, late = ready(store, office), ready(store, office, Promise(Outcome.PLANNED, due_on=due))

    def rename(session: Session) -> None:
        theme_id = session.get_one(Response, late).theme_id
        session.execute(
            update(ThemeText).where(ThemeText.theme_id == theme_id).values(name="Broken kerbs")
        )

    store.write(rename)
    both = {"response": [f"{fine}:2", f"{late}:2"], "when": "later", "publish_at": FIELD}
    words = words_of(Desk(app).post("responses/publish", 422, **both))
    assert "\u2068Broken kerbs\u2069: The day by which it promises something" in words
    unreviewed = office.draft(office.group([send(store, desk_city.potholes)]))
    ticked = [f"{fine}:2", f"{unreviewed}:1"]
    words = words_of(Desk(app).post("responses/publish", 422, response=ticked))
    assert ": The text has to be reviewed by a second person first." in words


def test_a_time_after_the_last_there_is_is_no_time(app: Flask) -> None:
    typed = {"publish_at": "9999-12-31T23:59"}
    with app.test_request_context("/en/staff/responses/publish", method="POST", data=typed):
        form = PublishForm()
        assert form.moment(ZoneInfo("America/Chicago")) is None
        assert form.moment(ZoneInfo("UTC")) is not None


def test_what_a_standstill_made_wrong_stays_a_draft_and_says_so(
    app: Flask, store: Store, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """On the desk, not in a line of the log every few seconds for as long as it stays."""
    fine = ready(store, office)
    late = ready(store, office, Promise(Outcome.PLANNED, due_on=LATER.date()))
    schedule(app, fine)
    schedule(app, late)
    assert publish_due(store, At(LATER + timedelta(days=2))) == 1
    assert not caplog.records
    assert set(published(store)) == {fine}

    def long_ago(session: Session) -> None:
        session.execute(
            update(Response)
            .where(Response.id == late)
            .values(publish_at=this_moment() - timedelta(days=1))
        )

    store.write(long_ago)
    assert "Nothing came out" in Desk(app).get(f"responses/{late}/").words()


def test_several_are_published_together_all_or_none(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    first, second = ready(store, office), ready(store, office)
    unreviewed = office.draft(office.group([send(store, desk_city.potholes)]))
    desk = Desk(app)
    page = desk.get("responses/")
    assert "ready to be published" in page.words()
    ticked = [f"{first}:2", f"{second}:2"]
    desk.post("responses/publish", 422, response=[*ticked, f"{unreviewed}:1"])
    desk.post("responses/publish", 409, response=[*ticked[:1], f"{second}:1"])
    desk.post("responses/publish", response=["x:y", "nonsense"])
    assert published(store) == {}
    desk.post("responses/publish", response=ticked)
    assert set(published(store)) == {first, second}


def test_several_come_out_at_a_time(app: Flask, store: Store, office: Office) -> None:
    drafts = [ready(store, office), ready(store, office)]
    ticked = [f"{one}:2" for one in drafts]
    desk = Desk(app)
    desk.post("responses/publish", response=ticked, when="later", publish_at=FIELD)
    assert "comes out on" in desk.get("responses/").words()
    assert publish_due(store, At(LATER + timedelta(minutes=1))) == 2
