"""Answers: what they must say, a second person, publishing, conflicts, corrections, follow-ups."""

from __future__ import annotations

import threading
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.loop import Outcome
from portal.domain.wording import Wording
from portal.models.responses import (
    PendingCorrection,
    Response,
    ResponseCorrection,
    ResponseText,
)
from portal.models.running import AuditEvent, Outbox
from portal.respond.operations.responses import save_source
from portal.respond.rules import Conflict, Promise
from portal.store.content import get_content_version
from portal.store.coverage import is_stale
from portal.store.engine import Store
from tests.support.answers import ANSWERED, NOW, SPANISH, TODAY, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, words_of
from tests.support.moment import this_moment

SOURCE: dict[str, Any] = {
    "you_said": "The holes come back.",
    "we_did": "We repaved the street.",
    "why_not": "",
    "outcome": "answered",
    "due_on": "",
    "done_on": "",
}


@pytest.fixture
def theme(store: Store, office: Office, desk_city: City) -> int:
    """A theme with two people who wrote in English and one who wrote in Spanish."""
    return office.group([send(store, desk_city.potholes, lang=lang) for lang in ("en", "en", "es")])


def in_days(days: int) -> str:
    return (this_moment() + timedelta(days=days)).date().isoformat()


def test_everything_that_is_missing_is_said_at_once(
    app: Flask, desk_city: City, theme: int
) -> None:
    empty = {**SOURCE, "you_said": "", "we_did": "", "outcome": ""}
    words = words_of(Desk(app).post(f"themes/{theme}/answer", 422, **empty))
    assert "2 things to put right" in words
    assert "Write what residents said." in words
    assert "Choose what comes of it." in words


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"you_said": " "}, "you_said", "what residents said"),
        ({"we_did": ""}, "we_did", "what the city did"),
        ({"outcome": ""}, "outcome", "what comes of it"),
        ({"outcome": "ignored"}, "outcome", "not one of the answers"),
        ({"outcome": "planned"}, "due_on", "by which it will be done"),
        ({"outcome": "in_progress", "due_on": "soon"}, "due_on", "year-month-day"),
        ({"outcome": "planned", "due_on": "2026-02-30"}, "due_on", "year-month-day"),
        ({"outcome": "planned", "due_on": in_days(-2)}, "due_on", "has passed"),
        ({"outcome": "done"}, "done_on", "on which it was done"),
        ({"outcome": "done", "done_on": in_days(3)}, "done_on", "not come yet"),
        ({"outcome": "declined", "why_not": "Too expensive."}, "why_not", "20 characters"),
        ({"we_did": "x" * 5001}, "we_did", "too long"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    app: Flask, theme: int, changes: dict[str, str], field: str, words: str
) -> None:
    form = {**SOURCE, **changes}
    page = response_page(Desk(app).post(f"themes/{theme}/answer", 422, **form))
    assert words in page.words()
    assert f"#{field}" in page.links()
    assert "The holes come back." in page.words() or field == "you_said"
    for name in ("due_on", "done_on"):
        assert page.value(name) == form[name]


def test_a_reason_is_enough_where_the_city_declines(app: Flask, store: Store, theme: int) -> None:
    reason = "The street belongs to the county."
    form = {**SOURCE, "we_did": "", "outcome": "declined", "why_not": reason, "due_on": in_days(9)}
    Desk(app).post(f"themes/{theme}/answer", **form)
    with store.read() as session:
        response = session.scalars(select(Response)).one()
    assert (response.outcome, response.due_on, response.status) == ("declined", None, "draft")


def test_nobody_reviews_their_own_text_nor_edits_and_then_reviews(
    app: Flask, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    answer = staff.post(f"responses/{draft}/texts/en/review", 422, version="1")
    assert "You wrote this text" in words_of(answer)
    version = reviewer.get(f"responses/{draft}/").value("version")
    changed = {**SOURCE, "we_did": "We repaved half of it.", "version": version}
    reviewer.post(f"responses/{draft}/", **changed)
    reviewer.post(f"responses/{draft}/texts/en/review", 422, version="2")
    staff.post(f"responses/{draft}/texts/en/review", version="2")


def test_a_change_after_the_review_needs_a_new_one(
    app: Flask, store: Store, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    office.review(draft)
    staff = Desk(app)
    page = staff.get(f"responses/{draft}/")
    promise = {**SOURCE, "outcome": "planned", "due_on": in_days(20)}
    staff.post(f"responses/{draft}/", **promise, version=page.value("version"))
    page = staff.get(f"responses/{draft}/")
    assert "has to be reviewed by a second person first" in page.words()
    staff.post(f"responses/{draft}/publish", 422, version=page.value("version"))
    with store.read() as session:
        assert session.get_one(Response, draft).status == "draft"


def test_saving_the_same_again_keeps_the_review(app: Flask, office: Office, theme: int) -> None:
    draft = office.draft(theme)
    office.review(draft)
    staff = Desk(app)
    page = staff.get(f"responses/{draft}/")
    same = {**SOURCE, "we_did": "We repaved the street by the school."}
    staff.post(f"responses/{draft}/", **same, version=page.value("version"))
    words = staff.get(f"responses/{draft}/").words()
    assert "Reviewed by" in words
    assert "You changed nothing, so the text stands as it was." in words
    office.translate(draft)
    office.review(draft, "es")
    path = f"responses/{draft}/texts/es/"
    along = {**staff.get(path).sent_along(path), **asdict(SPANISH)}
    staff.post(path, **along)
    words = staff.get(path).words()
    assert "Reviewed by" in words
    assert "You changed nothing, so the text stands as it was." in words


def test_the_second_to_save_sees_both_texts_and_can_go_on(
    app: Flask, store: Store, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    version = staff.get(f"responses/{draft}/").value("version")
    theirs, mine = {**SOURCE, "we_did": "Their words."}, {**SOURCE, "we_did": "My words."}
    reviewer.post(f"responses/{draft}/", **theirs, version=version)
    page = response_page(staff.post(f"responses/{draft}/", 409, **mine, version=version))
    assert "Their words." in page.words()
    assert "My words." in page.words()
    assert "Nothing was overwritten" in page.words()
    with store.read() as session:
        assert session.scalars(select(ResponseText.we_did)).all() == ["Their words."]
    staff.post(f"responses/{draft}/", **mine, version=page.value("version"))
    with store.read() as session:
        assert session.scalars(select(ResponseText.we_did)).all() == ["My words."]


def test_a_mistake_on_the_way_does_not_hide_that_somebody_was_faster(
    app: Flask, store: Store, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    version = staff.get(f"responses/{draft}/").value("version")
    theirs, mine = {**SOURCE, "we_did": "Their words."}, {**SOURCE, "we_did": "My words."}
    reviewer.post(f"responses/{draft}/", **theirs, version=version)
    wrong = {**mine, "outcome": ""}
    page = response_page(staff.post(f"responses/{draft}/", 422, **wrong, version=version))
    staff.post(f"responses/{draft}/", 409, **mine, version=page.value("version"))
    with store.read() as session:
        assert session.scalars(select(ResponseText.we_did)).all() == ["Their words."]


def test_two_translators_at_once_see_both_texts(
    app: Flask, store: Store, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    for desk in (staff, reviewer):
        assert desk.get(f"responses/{draft}/texts/es/").value("version") == "0"
    form = {"version": "0", "we_did": "Hecho.", "why_not": ""}
    reviewer.post(f"responses/{draft}/texts/es/", **form, you_said="Suyo.")
    page = response_page(staff.post(f"responses/{draft}/texts/es/", 409, **form, you_said="Mío."))
    assert "Suyo." in page.words()
    assert "Mío." in page.words()
    form["version"] = page.value("version")
    staff.post(f"responses/{draft}/texts/es/", **form, you_said="Ambos.")
    with store.read() as session:
        text = session.scalars(select(ResponseText).where(ResponseText.lang == "es")).one()
    assert (text.you_said, text.version) == ("Ambos.", 2)


def test_of_many_who_save_at_once_exactly_one_is_stored(
    store: Store, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    outcomes: list[str] = []

    def save(number: int) -> None:
        try:
            store.write(
                save_source, now=NOW, today=TODAY, scope=office.staff, response_id=draft,
                version=1, wording=Wording("You said.", f"Words {number}."), promise=ANSWERED,
            )  # fmt: skip
            outcomes.append(f"Words {number}.")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = [one for one in outcomes if one != "conflict"]
    assert len(stored) == 1
    with store.read() as session:
        assert session.scalars(select(ResponseText.we_did)).all() == stored


def test_a_review_of_a_text_that_moved_on_is_refused(
    app: Flask, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    version = staff.get(f"responses/{draft}/").value("version")
    staff.post(f"responses/{draft}/", **{**SOURCE, "we_did": "Newer."}, version=version)
    reviewer.post(f"responses/{draft}/texts/en/review", 409, version="1")
    reviewer.post(f"responses/{draft}/texts/en/review", 409, version="nonsense")


def test_an_unfinished_or_stale_translation_is_not_reviewed(
    app: Flask, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    office.translate(draft, wording=Wording("Los baches vuelven."))
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    answer = reviewer.post(f"responses/{draft}/texts/es/review", 422, version="1")
    assert "no text in this language yet" in words_of(answer)
    spanish = {"you_said": SPANISH.you_said, "we_did": SPANISH.we_did, "why_not": ""}
    path = f"responses/{draft}/texts/es/"
    staff.post(path, **spanish, **staff.get(path).sent_along("/texts/es/"))
    version = staff.get(f"responses/{draft}/").value("version")
    staff.post(f"responses/{draft}/", **SOURCE, version=version)
    answer = reviewer.post(f"responses/{draft}/texts/es/review", 422, version="2")
    assert "The source has changed since" in words_of(answer)
    assert "out of date" in staff.get(f"responses/{draft}/").words()
    staff.post(path, **spanish, **staff.get(path).sent_along("/texts/es/"))
    reviewer.post(f"responses/{draft}/texts/es/review", version="3")


def test_the_text_in_the_source_language_is_no_translation(
    app: Flask, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    desk = Desk(app)
    assert desk.client.get(f"/en/staff/responses/{draft}/texts/en/").status_code == 303
    form = {"version": "1", "you_said": "x", "we_did": "y", "why_not": ""}
    desk.post(f"responses/{draft}/texts/en/", 404, **form)
    desk.post(f"responses/{draft}/texts/vi/review", 404, version="1")


def test_publishing_asks_to_tell_once_and_raises_the_content_version(
    app: Flask, store: Store, office: Office, theme: int
) -> None:
    draft = office.draft(theme)
    office.review(draft)
    with store.read() as session:
        before = get_content_version(session)
    staff = Desk(app)
    version = staff.get(f"responses/{draft}/").value("version")
    staff.post(f"responses/{draft}/publish", 409, version="1")
    for _click in range(2):
        staff.post(f"responses/{draft}/publish", version=version)
    with store.read() as session:
        response = session.get_one(Response, draft)
        assert session.scalars(select(Outbox.dedupe_key)).all() == [f"tell:{draft}:en:2"]
        assert get_content_version(session) == before + 1
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject == "response")
        ).all()
    assert response.published_at is not None
    assert list(actions) == ["response_written", "text_reviewed", "response_published"]


def test_a_promise_whose_day_has_passed_is_not_published(
    app: Flask, store: Store, office: Office, theme: int
) -> None:
    draft = office.draft(theme, promise=Promise(Outcome.PLANNED, due_on=TODAY))
    office.review(draft)
    store.write(_make_due, draft)
    staff = Desk(app)
    version = staff.get(f"responses/{draft}/").value("version")
    answer = staff.post(f"responses/{draft}/publish", 422, version=version)
    assert "This day has passed" in words_of(answer)


def _make_due(session: Session, response_id: int) -> None:
    session.get_one(Response, response_id).due_on = TODAY - timedelta(days=400)


def test_a_published_answer_cannot_be_rewritten(
    app: Flask, store: Store, office: Office, theme: int
) -> None:
    response = office.draft(theme)
    office.translate(response)
    office.review(response)
    office.review(response, "es")
    office.publish(response)
    staff = Desk(app)
    staff.post(f"responses/{response}/", 409, **SOURCE, version="3")
    form = {"you_said": "Otro.", "we_did": "Otro.", "why_not": ""}
    staff.post(f"responses/{response}/texts/es/", 409, **form, version="2")
    with store.read() as session:
        said = set(session.scalars(select(ResponseText.you_said)))
    assert said == {"The holes come back.", "Los baches vuelven."}


def test_a_correction_stands_when_a_second_person_agrees_and_the_old_text_stays(
    app: Flask, store: Store, office: Office, theme: int, client: FlaskClient
) -> None:
    response = office.answer([send(store, office.city.potholes)])
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    path = f"responses/{response}/texts/en/correct"
    form = {"you_said": "The holes come back.", "we_did": "We repaved half.", "why_not": ""}
    version = staff.get(path).value("version")
    staff.post(path, 422, **form, version=version, reason="")
    staff.post(path, **form, version=version, reason="Only half was done.")
    staff.post(f"{path}/review", 422)
    conflict = reviewer.post(path, 409, **form, version=version, reason="Me too.")
    assert "Reason: Me too." in words_of(conflict)
    assert "Only half was done." in words_of(conflict)
    public = client.get(f"/en/responses/{response}/").get_data(as_text=True)
    assert "We repaved half." not in public
    reviewer.post(f"{path}/review")
    reviewer.post(f"{path}/review", 409)
    with store.read() as session:
        text = session.scalars(select(ResponseText)).one()
        kept = session.scalars(select(ResponseCorrection)).one()
    assert text.we_did == "We repaved half."
    assert (text.author_id, text.reviewer_id) == (
        office.staff.person_id,
        office.reviewer.person_id,
    )
    assert (kept.we_did, kept.reason) == (
        "We repaved the street by the school.",
        "Only half was done.",
    )
    public = client.get(f"/en/responses/{response}/?now").get_data(as_text=True)
    assert "We repaved half." in public
    assert "Only half was done." in public


def test_a_correction_leaves_a_refusal_its_reason(app: Flask, store: Store, office: Office) -> None:
    reason = "We have no money for that this year, sorry."
    response = office.answer(
        [send(store, office.city.potholes)],
        wording=Wording("Holes.", "", reason), promise=Promise(Outcome.DECLINED),
    )  # fmt: skip
    staff, path = Desk(app), f"responses/{response}/texts/en/correct"
    form = {"you_said": "Holes.", "we_did": "", "version": "2", "reason": "Shorter."}
    page = response_page(staff.post(path, 422, **form, why_not="No."))
    assert "Say why not, in 20 characters or more." in page.words()
    assert page.words(page.all("textarea")[2]) == "No."
    # Neither does one that was proposed before this was asked for.
    short = {"why_not": "No.", "text_version": 2}
    store.write(_insert_pending, response, office.staff.person_id, short)
    refused = Desk(app, "reviewer").post(f"{path}/review", 422)
    assert "Say why not, in 20 characters or more." in words_of(refused)
    staff.post(f"{path}/drop")
    better = "There is no money for holes this year."
    staff.post(path, **form, why_not=better)
    Desk(app, "reviewer").post(f"{path}/review")
    with store.read() as session:
        assert session.scalars(select(ResponseText.why_not)).all() == [better]
        assert session.scalars(select(ResponseCorrection.why_not)).all() == [reason]


def test_a_correction_may_be_given_up(app: Flask, store: Store, office: Office) -> None:
    response = office.answer([send(store, office.city.potholes)])
    desk, path = Desk(app), f"responses/{response}/texts/en/correct"
    form = {"you_said": "x", "we_did": "y", "why_not": "", "version": "2", "reason": "z"}
    desk.post(path, **form)
    desk.post(f"{path}/drop")
    desk.post(f"{path}/drop", 409)
    with store.read() as session:
        assert session.scalars(select(PendingCorrection)).all() == []
        assert session.scalars(select(ResponseCorrection)).all() == []


def test_a_corrected_source_makes_translations_stale_until_somebody_looks(
    app: Flask, store: Store, office: Office, theme: int
) -> None:
    response = office.draft(theme)
    office.translate(response)
    office.review(response)
    office.review(response, "es")
    office.publish(response)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    path = f"responses/{response}/texts/{{}}/correct"
    english = {"you_said": "The holes come back.", "we_did": "Half of it.", "why_not": ""}
    staff.post(path.format("en"), **english, version="2", reason="Half.")
    reviewer.post(path.format("en") + "/review")
    assert "out of date" in staff.get(f"responses/{response}/").words()
    assert stale(store)
    spanish = {"you_said": SPANISH.you_said, "we_did": SPANISH.we_did, "why_not": ""}
    page = staff.get(path.format("es"))
    assert "Half of it." in page.words()
    assert "The source has changed since this text was made" in page.words()
    staff.post(path.format("es"), **spanish, reason="It fits.", **page.sent_along("/correct"))
    reviewer.post(path.format("es") + "/review")
    assert not stale(store)
    with store.read() as session:
        assert [one.lang for one in session.scalars(select(ResponseCorrection))] == ["en"]


def stale(store: Store) -> bool:
    with store.read() as session:
        texts = {text.lang: text for text in session.scalars(select(ResponseText))}
    return is_stale(texts["es"], texts["en"])


def test_drafts_are_not_corrected(app: Flask, office: Office, theme: int) -> None:
    draft = office.draft(theme)
    desk = Desk(app)
    assert desk.client.get(f"/en/staff/responses/{draft}/texts/en/correct").status_code == 404
    form = {"you_said": "x", "we_did": "y", "why_not": "", "version": "1", "reason": "z"}
    desk.post(f"responses/{draft}/texts/en/correct", 404, **form)


def test_a_further_answer_follows_a_published_one_of_the_same_theme(
    app: Flask, store: Store, office: Office, theme: int, desk_city: City
) -> None:
    promise = office.draft(theme, promise=Promise(Outcome.PLANNED, due_on=TODAY))
    done = {**SOURCE, "outcome": "done", "done_on": in_days(-1)}
    desk = Desk(app)
    desk.post(f"themes/{theme}/answer", 404, **done, follows=str(promise))
    office.review(promise)
    office.publish(promise)
    other = office.group([send(store, desk_city.potholes)])
    desk.post(f"themes/{other}/answer", 404, **done, follows=str(promise))
    assert "follows answer" in desk.get(f"themes/{theme}/answer?follows={promise}").words()
    desk.post(f"themes/{theme}/answer", **done, follows=str(promise))
    with store.read() as session:
        follower = session.scalars(select(Response).where(Response.follows_id == promise)).one()
    assert follower.outcome == "done"
    assert "A later answer follows it" in desk.get(f"responses/{promise}/").words()


def test_the_list_shows_what_waits_what_is_drafted_and_what_is_published(
    app: Flask, store: Store, office: Office, theme: int, desk_city: City
) -> None:
    words = Desk(app).get("responses/").words()
    assert "Themes that wait for an answer Holes" in words.replace("answerHoles", "answer Holes")
    assert "3 people wait" in words
    draft = office.draft(theme)
    office.translate(draft)
    words = Desk(app).get("responses/").words()
    assert "Drafts" in words
    assert "to be reviewed: English and Spanish" in words
    office.answer([send(store, desk_city.potholes)])
    assert "Published" in Desk(app).get("responses/").words()


@pytest.mark.parametrize(
    ("changes", "constraint"), [({"reason": ""}, "reason_given"), ({"text_version": 0}, "version")]
)
def test_a_pending_correction_is_complete(
    store: Store, office: Office, theme: int, changes: dict[str, Any], constraint: str
) -> None:
    draft = office.draft(theme)
    with pytest.raises(IntegrityError, match=f"ck_pending_correction_{constraint}"):
        store.write(_insert_pending, draft, office.staff.person_id, changes)


def _insert_pending(
    session: Session, response_id: int, person_id: int, changes: dict[str, Any]
) -> None:
    values = {
        "response_id": response_id, "lang": "en", "you_said": "x", "we_did": "y", "why_not": "",
        "reason": "z", "text_version": 1, "author_id": person_id, "proposed_at": NOW,
    }  # fmt: skip
    session.execute(insert(PendingCorrection).values(**{**values, **changes}))
