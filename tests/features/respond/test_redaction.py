"""Words taken out of a case: what goes, what stays, who may, and that nothing of it is left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData, select

from portal.domain.personal_data import DataKind, Finding, without_overlaps
from portal.domain.redaction import GAP, cut, marked_lines
from portal.models.case_work import CaseNote, Redaction
from portal.models.loops import LoopEvent
from portal.models.running import AuditEvent
from portal.models.submissions import Submission
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.integrity.check import check_commitments
from tests.support.answers import send
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.moment import StillClock
from tests.support.residents import Resident, submission_of

PHONE, EMAIL = "512-555-0187", "marked@redacted.example"
WORDS = f"Hole by the school.\nCall {PHONE} or write {EMAIL}, not before 2026."


def submission(store: Store, case: int) -> Submission:
    with store.read() as session:
        return session.get_one(Submission, case)


def pieces(desk: Desk, case: int) -> list[str]:
    return re.findall(r'name="piece" value="([0-9-]+)"', desk.get(f"cases/{case}/redact").text)


def holders(store: Store, mark: str) -> Iterator[str]:
    """The columns of the database that hold the mark."""
    tables = MetaData()
    tables.reflect(store.engine)
    with store.engine.connect() as connection:
        for table in tables.sorted_tables:
            for row in connection.execute(select(table)):
                for column, value in zip(table.columns, row, strict=True):
                    if mark.lower() in str(value).lower():
                        yield f"{table.name}.{column.name}"


def test_marked_pieces_go_and_everything_else_stays(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, comment=WORDS, q0=1, has_personal_data=True)
    desk = Desk(app)
    desk.post(f"cases/{case}/notes", text=f"Called {PHONE}, nobody there")
    desk.post(f"cases/{case}/notes", text="Known to the crew")
    page = desk.get(f"cases/{case}/redact")
    assert [mark.text for mark in page.all("mark")] == [PHONE, EMAIL]
    ticked = pieces(desk, case)
    form = {"what": "marked", "piece": ticked, "reason": "own_data"}
    desk.post(f"cases/{case}/redact", 422, **form)
    desk.post(f"cases/{case}/redact", 422, **{**form, "piece": []}, sure="1")
    desk.post(f"cases/{case}/redact", 409, **{**form, "piece": ["0-4"]}, sure="1")
    before = submission(store, case)
    desk.post(f"cases/{case}/redact", 303, **form, sure="1")
    after = submission(store, case)
    assert after.comment == f"Hole by the school.\nCall {GAP} or write {GAP}, not before 2026."
    assert (after.comment_salt, after.answers_hash, after.has_personal_data) == (None, None, False)
    assert (after.q0, after.comment_commitment) == (1, before.comment_commitment)
    with store.read() as session:
        assert list(check_commitments(session)) == []
        assert session.scalars(select(CaseNote.text).order_by(CaseNote.id)).all() == [
            None,
            "Known to the crew",
        ]
        done = session.scalars(select(Redaction)).one()
        logged = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "comment_redacted")
        ).one()
        kinds = session.scalars(select(LoopEvent.kind).where(LoopEvent.submission_id == case)).all()
    assert (done.reason, done.pieces, done.kinds) == ("own_data", 2, "email phone")
    assert logged.detail == {"reason": "own_data", "pieces": ["phone", "email"]}
    assert kinds[-1] == "redacted"
    assert "an email address and a phone number" in desk.get(f"cases/{case}/").words()
    for mark in (PHONE, EMAIL, "nobody there"):
        assert set(holders(store, mark)) == set()
    desk.post(f"cases/{case}/redact", 409, **form, sure="1")


def test_all_words_of_a_low_rating_go_only_with_a_second_person(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, comment="Mr Smith of 12 Elm Street drinks", q0=2)
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    staff.post(f"cases/{case}/notes", text="Smith again")
    form = {"what": "all", "reason": "others_data", "sure": "1"}
    staff.post(f"cases/{case}/redact", **form)
    assert submission(store, case).comment is not None
    staff.post(f"cases/{case}/redact", 409, **form)
    answer = staff.post(f"cases/{case}/redact/agree", 422)
    assert "Somebody else has to agree" in answer.get_data(as_text=True)
    staff.post(f"cases/{case}/redact/refuse")
    staff.post(f"cases/{case}/redact", **form)
    assert "asks to take all words out" in reviewer.get(f"cases/{case}/").words()
    reviewer.post(f"cases/{case}/redact/agree")
    reviewer.post(f"cases/{case}/redact/agree", 409)
    assert submission(store, case).comment is None
    assert set(holders(store, "Smith")) == set()
    with store.read() as session:
        done = session.scalars(select(Redaction)).one()
        assert list(check_commitments(session)) == []
    people = desk_city.people
    assert (done.requested_by, done.decided_by) == (people["staff"], people["reviewer"])


def test_all_words_of_a_good_rating_go_at_once_and_other_departments_see_nothing(
    app: Flask, store: Store, desk_city: City
) -> None:
    case = send(store, desk_city.potholes, comment="Something unlawful", q0=4)
    form = {"what": "all", "reason": "unlawful", "sure": "1"}
    parks = Desk(app, "parks")
    parks.get(f"cases/{case}/redact", 404)
    for path in ("redact", "redact/agree", "notes", "notes/1/strike"):
        parks.post(f"cases/{case}/{path}", 404, **form, text="x")
    Desk(app).post(f"cases/{case}/redact", **form)
    assert submission(store, case).comment is None


def test_residents_see_on_their_receipt_what_was_taken_out_and_why(
    app: Flask, store: Store, settings: Settings, desk_city: City
) -> None:
    resident = Resident(app, settings)
    token = resident.token()
    form = {"token": token, "q0": "4", "comment": WORDS}
    resident.post("/en/services/pothole-repair/rate", **form)
    answer = resident.post("/en/services/pothole-repair/rate", **form, confirmed="1")
    code = answer.headers["Location"].split("/")[-2]
    with store.read() as session:
        case = submission_of(session, code).id
    desk = Desk(app)
    desk.post(
        f"cases/{case}/redact", what="marked", piece=pieces(desk, case), reason="own_data", sure="1"
    )
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "Taken out of your words: an email address and a phone number" in words
    assert "it told who you are" in words
    assert GAP in words
    assert PHONE not in words
    desk.post(f"cases/{case}/redact", what="all", reason="asked", sure="1")
    words = resident.get(f"/ar/receipts/{code}/").words()
    assert "Hole by the school" not in words
    assert "Hole" not in desk.get("").words()


@pytest.mark.parametrize(("who", "hours", "status"), [
    ("staff", 1, 303), ("staff", 25, 404), ("reviewer", 1, 404), ("manager", 25, 303),
])  # fmt: skip
def test_a_note_is_struck_by_its_author_for_a_day_and_then_by_managers(
    app: Flask, store: Store, settings: Settings, desk_city: City, who: str, hours: int, status: int
) -> None:
    app.extensions["portal"].clock = StillClock(settings.zone, settings.clock_file)
    case = send(store, desk_city.potholes)
    Desk(app).post(f"cases/{case}/notes", 422, text=" ")
    Desk(app).post(f"cases/{case}/notes", text="Spoke to <b>Ann</b>")
    assert "Spoke to <b>Ann</b>" in Desk(app, "reviewer").get(f"cases/{case}/").words()
    assert settings.clock_file is not None
    settings.clock_file.write_text(str(hours * 3600))
    with store.read() as session:
        note = session.scalars(select(CaseNote.id)).one()
    Desk(app, who).post(f"cases/{case}/notes/{note}/strike", status)
    with store.read() as session:
        row = session.get_one(CaseNote, note)
    assert (row.text is None) == (status == 303)
    if status == 303:
        Desk(app, who).post(f"cases/{case}/notes/{note}/strike", 409)
        assert "Struck on" in Desk(app).get(f"cases/{case}/").words()


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Finding]]:
    text = draw(st.text(alphabet="ab1\n ", min_size=1, max_size=30))
    spans = draw(st.lists(st.tuples(st.integers(0, 29), st.integers(1, 6)), max_size=4))
    found = [
        Finding(start, min(start + length, len(text)), DataKind.PHONE)
        for start, length in spans
        if start < len(text)
    ]
    return text, without_overlaps(found)


@given(marked_texts())
def test_what_is_not_marked_is_never_cut(marked: tuple[str, list[Finding]]) -> None:
    text, found = marked
    kept = [letter for place, letter in enumerate(text)
            if not any(one.start <= place < one.end for one in found)]  # fmt: skip
    assert cut(text, found).replace(GAP, "") == "".join(kept)
    shown = "".join(part for line in marked_lines(text, found) for part, _kind in line)
    assert shown.replace(" ", "") == text.replace("\n", "").replace(" ", "")
