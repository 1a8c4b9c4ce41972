"""Phrases of a department: kept by its people, and put into answers without being stored."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.models.desk import Phrase
from portal.models.responses import ResponseText
from portal.models.running import AuditEvent
from portal.respond.operations import phrases as operations
from portal.store.engine import Store
from tests.support.answers import NOW, SPANISH, Office, send
from tests.support.city import City
from tests.support.client import response_page
from tests.support.desk import Desk, words_of

THANKS: dict[str, Any] = {
    "kind": "opening", "title": "Thanks", "text": "You told us about it, and we went there.",
    "language": "en",
}  # fmt: skip
TYPED: dict[str, Any] = {
    "you_said": "The holes come back.", "we_did": "We repaved the street.", "why_not": "",
    "outcome": "answered", "due_on": "", "done_on": "",
}  # fmt: skip


def keep(store: Store, office: Office, kind: str, lang: str = "en", title: str = "T") -> int:
    said = operations.Said(kind, title, f"The {kind} in {lang}.")
    return store.write(
        operations.add_phrase, now=NOW, scope=office.staff, department_id=office.city.works,
        lang=lang, said=said,
    )  # fmt: skip


def test_a_phrase_is_saved_changed_and_deleted_and_the_log_says_who(
    app: Flask, store: Store, desk_city: City
) -> None:
    desk, works = Desk(app), desk_city.works
    assert "No phrase in this language yet." in desk.get("phrases/").words()
    for wrong, said in (
        ({"title": ""}, "Give the phrase a title."),
        ({"text": " "}, "Write the phrase."),
        ({"kind": "joke"}, "not one of the answers"),
        ({"language": "xx"}, "Choose the department"),
        ({"department": ""}, "Choose the department"),
    ):
        refused = desk.post("phrases/", 422, **{**THANKS, "department": works, **wrong})
        assert said in words_of(refused)
    desk.post("phrases/", 404, **THANKS, department=desk_city.parks)
    assert desk.post("phrases/", **THANKS, department=works).location.endswith("language=en")
    taken = desk.post("phrases/", 422, **THANKS, department=works)
    assert "There is a phrase of this title already." in words_of(taken)
    with store.read() as session:
        phrase = session.scalars(select(Phrase)).one()
    assert THANKS["text"] in Desk(app, "reviewer").get("phrases/").words()
    assert THANKS["text"] not in Desk(app, "parks").get("phrases/").words()
    assert THANKS["text"] not in desk.get("phrases/?language=es").words()
    path = f"phrases/{phrase.id}/"
    Desk(app, "parks").post(path, 404, **THANKS, version="1")
    desk.post(path, 422, **{**THANKS, "title": ""}, version="1")
    desk.post(path, **{**THANKS, "text": "We went there."}, version="1")
    desk.post(path, 409, **THANKS, version="1")
    assert "We went there." in desk.get("phrases/").words()
    desk.post(f"{path}delete", version="1", language="en")
    assert "so nothing was done. It is shown as it is now." in desk.get("phrases/").words()
    desk.post(f"{path}delete", version="2", language="en")
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Phrase)) == 0
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject == "phrase").order_by(AuditEvent.id)
        ).all()
    assert actions == ["phrase_saved", "phrase_changed", "phrase_deleted"]


def test_words_for_a_phrase_that_a_colleague_deleted_are_not_lost(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    phrase, draft = keep(store, office, "opening"), office.draft(office.group([send(store, 1)]))
    desk, path = Desk(app), f"phrases/{phrase}/"
    Desk(app, "reviewer").post(f"{path}delete", version="1", language="en")
    for typed in (THANKS, {**THANKS, "title": ""}):
        page = response_page(desk.post(path, 409, **typed, version="1"))
        assert "This phrase was deleted in the meantime." in page.words()
        assert THANKS["text"] in [page.words(one) for one in page.all("textarea")]
    desk.post(f"{path}delete", version="1", language="en")
    assert "This phrase was deleted in the meantime." in desk.get("phrases/").words()
    answer = desk.post(f"responses/{draft}/", 200, **TYPED, version="1", insert=phrase)
    assert "This phrase was deleted in the meantime." in words_of(answer)
    assert TYPED["we_did"] in words_of(answer)
    desk.post("phrases/999/", 404, **THANKS, version="1")
    Desk(app, "parks").post(path, 404, **THANKS, version="1")


def test_nobody_overwrites_a_phrase_unseen_and_nothing_typed_is_lost(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    path = f"phrases/{keep(store, office, 'opening')}/"
    desk, other = Desk(app), Desk(app, "reviewer")
    other.post(path, **{**THANKS, "text": "Theirs."}, version="1")
    refused = response_page(desk.post(path, 422, **{**THANKS, "title": ""}, version="1"))
    shown = response_page(desk.post(path, 409, **{**THANKS, **refused.sent_along(path)}))
    assert "Somebody else changed this phrase meanwhile." in shown.words()
    assert "Theirs." in shown.words()
    assert THANKS["text"] in [(one.text or "").strip() for one in shown.all("textarea")]
    desk.post(path, **{**THANKS, **shown.sent_along(path)})
    with store.read() as session:
        assert session.scalars(select(Phrase.text)).all() == [THANKS["text"]]


@pytest.mark.parametrize(
    ("kind", "field", "there"),
    [
        ("opening", "we_did", "The opening in en.\nWe repaved the street."),
        ("explanation", "we_did", "We repaved the street.\nThe explanation in en."),
        ("refusal", "why_not", "The refusal in en."),
    ],
)
def test_a_phrase_goes_where_its_kind_goes_and_nothing_is_stored_yet(
    app: Flask, store: Store, office: Office, desk_city: City, kind: str, field: str, there: str
) -> None:
    theme = office.group([send(store, desk_city.potholes)])
    phrase = keep(store, office, kind)
    desk = Desk(app)
    assert f"The {kind} in en." in desk.get(f"themes/{theme}/answer").words()
    page = response_page(desk.post(f"themes/{theme}/answer", 200, **TYPED, insert=phrase))
    fields = {one.get("name"): (one.text or "").strip("\n") for one in page.all("textarea")}
    assert fields[field] == there
    with store.read() as session:
        assert session.scalars(select(ResponseText)).all() == []


def test_drafts_translations_and_corrections_take_phrases_of_their_language(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    theme = office.group([send(store, desk_city.potholes)])
    english, spanish = keep(store, office, "opening"), keep(store, office, "opening", "es")
    draft = office.draft(theme)
    office.translate(draft)
    desk = Desk(app)
    page = response_page(desk.post(f"responses/{draft}/", 200, **TYPED, version=1, insert=english))
    assert "The opening in en." in page.words()
    assert "The opening in es." not in desk.get(f"responses/{draft}/").words()
    form = {"you_said": SPANISH.you_said, "we_did": SPANISH.we_did, "version": "1"}
    page = response_page(desk.post(f"responses/{draft}/texts/es/", 200, **form, insert=spanish))
    assert page.value("version") == "1"
    assert "The opening in es." in page.words()
    office.review(draft)
    office.publish(draft)
    desk.post(f"responses/{draft}/texts/en/correct", 200, **form, insert=english)
    desk.post(f"responses/{draft}/texts/en/correct", 404, **form, insert=99)
    with store.read() as session:
        texts = session.scalars(select(ResponseText.we_did)).all()
    assert not [text for text in texts if "opening" in text]
