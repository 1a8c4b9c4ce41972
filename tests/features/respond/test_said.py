"""What residents say is missing, where the desk reads it: beside the old answer, marked, found."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from portal.domain.redaction import GAP
from portal.models.case_work import Redaction
from portal.models.remarks import Remark
from portal.models.running import AuditEvent
from portal.models.submissions import Submission
from portal.respond.queries import disputes
from portal.store.comments import Cause, redact_remark
from portal.store.engine import Store
from tests.domain.test_search_words import ARABIC, CHINESE, ENGLISH, KOREAN, SPANISH, VIETNAMESE
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.moment import this_day
from tests.support.remarks import judge, say_missing, tell
from tests.support.soundness import find_problems

PHONE = "512-555-0187"
SAID = {
    "en": (ENGLISH, "pothole"), "es": (SPANISH, "penon"), "vi": (VIETNAMESE, "sửa chữa"),
    "zh-Hans": (CHINESE, "路面"), "ar": (ARABIC, "المدرسه"), "ko": (KOREAN, "도로"),
}  # fmt: skip


@pytest.fixture
def case(store: Store, office: Office, desk_city: City) -> int:
    """A case that was told an answer."""
    number = send(store, desk_city.potholes, comment="The hole in my street is back", q0=4)
    tell(store, office, office.answer([number]))
    return number


def remark(store: Store, number: int) -> Remark:
    with store.read() as session:
        return session.get_one(Remark, number)


def test_what_is_missing_stands_beside_the_old_answer(
    app: Flask, store: Store, office: Office, desk_city: City, case: int
) -> None:
    say_missing(store, case, "Falta la acera de enfrente.", lang="es")
    desk = Desk(app)
    page = desk.get(f"cases/{case}/")
    words = page.words()
    dispute = words.partition("The resident asked to look again")[2]
    wanted = (
        "What they say is still missing", "“No”", "Spanish", "Falta la acera de enfrente.",
        "What they wrote", "The hole in my street is back", "What they were told",
        "We repaved the street by the school.",
    )  # fmt: skip
    places = [dispute.index(part) for part in wanted]
    assert places == sorted(places)
    assert words.count("Falta la acera de enfrente.") == 1
    (shown,) = [one for one in page.all("p") if one.text == "Falta la acera de enfrente."]
    assert (shown.get("lang"), shown.get("dir")) == ("es", "auto")
    for place in ("", "?place=reopened", "?flag=said_missing", "responses/1/"):
        found = desk.get(place)
        assert "Still missing: Falta la acera de enfrente." in found.words(), place
        (shown,) = [one for one in found.all("bdi") if one.text == "Falta la acera de enfrente."]
        assert (shown.get("lang"), shown.get("dir")) == ("es", "auto")
    assert "Falta" not in Desk(app, "parks").get("?place=all").words()
    later = office.draft(1, follows_id=1)
    office.review(later)
    office.publish(later)
    tell(store, office, later)
    words = desk.get(f"cases/{case}/").words()
    assert "The resident asked to look again" not in words
    assert "What they said is missing" in words
    assert "Falta la acera de enfrente." in words, "it stays with the answer that it was about"
    assert "Falta" not in desk.get("?place=all").words()
    judge(store, case, "no", NOW + timedelta(hours=1))
    words = desk.get(f"cases/{case}/").words()
    assert "What they say is still missing" not in words
    assert "Falta" in words.partition("What they said is missing")[2]


def test_partly_is_read_too_though_nobody_asks_again(app: Flask, store: Store, case: int) -> None:
    say_missing(store, case, "The kerb is still high.", verdict="partly")
    desk = Desk(app)
    words = desk.get("responses/1/").words()
    assert "What is missing for people who said “Partly” The kerb is still high." in words
    assert "The kerb is still high." in desk.get(f"cases/{case}/").words()
    assert "The kerb is still high." in desk.get("?place=confirmed&flag=said_missing").words()
    assert "The kerb" not in desk.get("").words(), "partly opens nothing"
    assert "The kerb" not in Desk(app, "parks").get("?place=all").words()


def test_more_than_is_shown_is_counted_and_found_in_the_inbox(
    app: Flask, store: Store, office: Office, desk_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disputes, "SHOWN", 2)
    cases = [send(store, desk_city.potholes, comment=f"Hole {n}") for n in range(3)]
    response = office.answer(cases)
    tell(store, office, response)
    desk = Desk(app)
    for number in cases[:2]:
        say_missing(store, number, f"Kerb {number}", verdict="partly")
    assert "These are the newest" not in desk.get(f"responses/{response}/").words()
    say_missing(store, cases[2], f"Kerb {cases[2]}", verdict="partly")
    page = desk.get(f"responses/{response}/")
    assert "These are the newest 2 of 3." in page.words()
    assert f"Kerb {cases[0]}" not in page.words()
    (link,) = [one for one in page.links() if "flag=said_missing" in one]
    page = desk.get(f"?{link.partition('?')[2]}")
    assert "1–3 of 3" in page.words()
    assert f"Kerb {cases[0]}" in page.words()
    assert "Left out" not in page.words()


@pytest.mark.parametrize("lang", SAID)
def test_the_words_are_found_in_every_language(
    app: Flask, store: Store, case: int, lang: str
) -> None:
    words, query = SAID[lang]
    desk = Desk(app)
    assert f"Case {case}" not in desk.get(f"?place=all&q={query}").words()
    number = say_missing(store, case, words, lang=lang)
    assert f"Case {case}" in desk.get(f"?place=all&q={query}").words()
    assert f"Case {case}" in desk.get("?place=all&q=street").words()
    assert f"Case {case}" in desk.get(f"?place=all&q={case}").words()
    cause = Cause(reason="others_data", person_id=1)
    store.write(redact_remark, number, cause=cause, now=NOW, today=TODAY)
    assert f"Case {case}" not in desk.get(f"?place=all&q={query}").words()


def test_marked_pieces_go_with_a_click_and_a_reason(app: Flask, store: Store, case: int) -> None:
    words = f"Call {PHONE}, not the office."
    number = say_missing(store, case, words, has_personal_data=True)
    desk = Desk(app)
    desk.post(f"cases/{case}/notes", text=f"Called {PHONE}")
    assert "Personal data" in desk.get("?place=personal_data").words()
    page = desk.get(f"cases/{case}/")
    assert [one.text for one in page.all("mark")] == [PHONE]
    assert f"/en/staff/cases/{case}/said/{number}/redact" in page.links()
    page = desk.get(f"cases/{case}/said/{number}/redact")
    assert "a second person has to agree before all of them go" in page.words()
    ticked = re.findall(r'name="piece" value="([0-9-]+)"', page.text)
    form = {"what": "marked", "piece": ticked, "reason": "own_data"}
    path = f"cases/{case}/said/{number}/redact"
    desk.post(path, 422, **form)
    desk.post(path, 409, **{**form, "piece": ["0-4"]}, sure="1")
    desk.post(path, **form, sure="1")
    after = remark(store, number)
    assert (after.text, after.salt) == (f"Call {GAP}, not the office.", None)
    assert (after.is_redacted, after.has_personal_data) == (True, False)
    with store.read() as session:
        assert session.scalars(select(Submission.is_redacted)).all() == [False]
        done = session.scalars(select(Redaction)).one()
        logged = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "comment_redacted")
        ).one()
    assert (done.remark_id, done.reason, done.pieces, done.kinds) == (
        number,
        "own_data",
        1,
        "phone",
    )
    assert logged.detail == {"reason": "own_data", "pieces": ["phone"], "remark": number}
    assert f"Taken out on {this_day():%B} {this_day().day}, " in desk.get(f"cases/{case}/").words()
    assert "There is nothing" not in desk.get("?place=personal_data").words()
    assert set(holders(store, PHONE)) == set()
    assert find_problems(store) == []


def holders(store: Store, mark: str) -> list[str]:
    """The columns of the database that hold the mark."""
    tables = MetaData()
    tables.reflect(store.engine)
    with store.engine.connect() as connection:
        return [
            f"{table.name}.{column.name}"
            for table in tables.sorted_tables
            for row in connection.execute(select(table))
            for column, value in zip(table.columns, row, strict=True)
            if mark.lower() in str(value).lower()
        ]


def test_all_of_them_go_only_with_a_second_person(app: Flask, store: Store, case: int) -> None:
    """Whatever the rating was: they say what the city left undone."""
    number = say_missing(store, case, "Ask Mr Smith of Elm Street")
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    path, form = f"cases/{case}/said/{number}/redact", {"what": "all", "reason": "others_data"}
    staff.post(path, **form, sure="1")
    assert remark(store, number).text is not None
    staff.post(path, 409, **form, sure="1")
    assert "Somebody asked to take all words out" in staff.get(path).words()
    staff.post(f"cases/{case}/redact", what="all", reason="asked", sure="1")  # the comment: at once
    staff.post(f"{path}/agree", 422)
    staff.post(f"{path}/refuse")
    staff.post(path, **form, sure="1")
    words = reviewer.get(f"cases/{case}/").words()
    assert "asks to take all these words out" in words
    reviewer.post(f"{path}/agree")
    reviewer.post(f"{path}/agree", 409)
    assert remark(store, number).text is None
    assert set(holders(store, "Smith")) == set()
    assert "The words were taken out." in staff.get(f"cases/{case}/").words()
    assert find_problems(store) == []


def test_other_departments_and_other_cases_find_nothing(
    app: Flask, store: Store, desk_city: City, case: int
) -> None:
    number = say_missing(store, case, "Still there.")
    other = send(store, desk_city.potholes, comment="Another")
    form = {"what": "all", "reason": "asked", "sure": "1"}
    for who, where in (("parks", case), ("staff", other)):
        desk = Desk(app, who)
        desk.get(f"cases/{where}/said/{number}/redact", 404)
        for path in ("redact", "redact/agree", "redact/refuse"):
            status = 409 if who == "staff" and path != "redact" else 404
            desk.post(f"cases/{where}/said/{number}/{path}", status, **form)
    assert remark(store, number).text == "Still there."
