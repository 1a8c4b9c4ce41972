"""Signed days: everything of a finished day, once, in a chain; and what others did to it shows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.domain.commitments import commit_rating, find_breaks, parse_quarter_list
from portal.domain.loop import Actor, Event, EventKind
from portal.models.integrity import RatingList, SignedDay
from portal.models.submissions import Submission
from portal.store.comments import Cause, redact_comment
from portal.store.engine import Store
from portal.store.integrity.proofs import find_signed_day
from portal.store.loops import append_event
from tests.features.operations.test_check import tamper
from tests.support.cases import send_rating
from tests.support.city import City
from tests.support.signed import DAY, FIRST, SECRETS, sign
from tests.support.soundness import find_problems, find_problems_after


def list_days(store: Store) -> list[SignedDay]:
    with store.read() as session:
        return list(session.scalars(select(SignedDay).order_by(SignedDay.id)))


def test_every_finished_day_is_signed_once_and_in_order(busy: Store) -> None:
    assert sign(busy, FIRST + 12 * timedelta(hours=1) + timedelta(minutes=30)) == 0  # the hour
    assert sign(busy, FIRST + 13 * timedelta(hours=1)) == 1
    assert sign(busy, FIRST + 13 * timedelta(hours=1)) == 0
    # The worker stood still for days.
    assert sign(busy, FIRST + 6 * DAY) == 5
    rows = list_days(busy)
    assert [row.day for row in rows] == [date(2026, 9, 28) + n * DAY for n in range(6)]
    assert find_breaks(row.text for row in rows) == []
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(SECRETS.public_key))
    for row in rows:
        key.verify(bytes.fromhex(row.signature), row.text.encode())
    assert rows[-1].entries == 0
    assert find_problems(busy) == []


def test_a_days_file_holds_what_came_in_and_says_no_more(busy: Store) -> None:
    sign(busy, FIRST + 3 * DAY)
    with busy.read() as session:
        first_day = session.scalars(
            select(Submission).where(Submission.received_on == FIRST.date())
        ).all()
        told = [find_signed_day(session, row.id) for row in first_day]
    assert set(told) == {FIRST.date()}
    text = list_days(busy)[0].text
    assert len(first_day) == 6
    for row in first_day:
        assert row.commitment
        assert row.commitment in text
    assert sum((row.comment_commitment or "none") in text for row in first_day) == 1
    lines = text.splitlines()[4:]
    assert lines == sorted(lines)
    assert all(len(line) == 64 for line in lines)


def test_the_quarters_list_counts_what_counts(busy: Store, city: City) -> None:
    sign(busy, FIRST + 3 * DAY)
    with busy.read() as session:
        [made] = session.scalars(select(RatingList)).all()  # the pools have one rating
        ratings = session.scalars(
            select(Submission).where(Submission.service_id == city.potholes)
        ).all()
    counted = {(row.commitment, row.q0) for row in ratings if not row.is_quarantined}
    found = parse_quarter_list(made.text)
    assert (made.service_id, made.quarter_on) == (city.potholes, date(2026, 7, 1))
    assert set(found.counted) == counted
    assert {q0 for _, q0 in found.set_apart} == {2}
    assert (made.count, made.mean) == (12, sum(q0 or 0 for _, q0 in counted) / 12)
    assert made.sha256 in list_days(busy)[-1].text


def test_what_arrives_late_stands_in_the_next_file(busy: Store, city: City) -> None:
    sign(busy, FIRST + DAY)
    late = busy.write(send_rating, city.lights, FIRST)
    with busy.read() as session:
        assert find_signed_day(session, late) is None
    sign(busy, FIRST + 3 * DAY)
    with busy.read() as session:
        assert find_signed_day(session, late) == date(2026, 9, 29)
        commitment = session.scalars(
            select(Submission.commitment).where(Submission.id == late)
        ).one()
    assert [(commitment or "none") in row.text for row in list_days(busy)] == [False, True, False]
    assert find_problems(busy) == []


def test_two_workers_make_one_chain(busy: Store, make_store: Callable[[], Store]) -> None:
    workers, signed = [make_store() for _ in range(3)], []
    start = threading.Barrier(len(workers))

    def work(store: Store) -> None:
        start.wait()
        signed.append(sign(store, FIRST + 9 * DAY))

    threads = [threading.Thread(target=work, args=(store,)) for store in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(signed) == 9
    assert find_problems(busy) == []


def test_redaction_takes_the_words_and_leaves_the_proof(busy: Store, city: City) -> None:
    sign(busy, FIRST + DAY)
    with busy.read() as session:
        case = session.scalars(select(Submission).where(Submission.comment.is_not(None))).one()
    at = FIRST + 2 * DAY
    cause = Cause(reason="own_data", person_id=city.people["staff"])
    busy.write(redact_comment, case.id, cause=cause, now=at, today=at.date())
    with pytest.raises(LookupError):
        busy.write(redact_comment, case.id, cause=cause, now=at, today=at.date())
    sign(busy, FIRST + 4 * DAY)
    with busy.read() as session:
        after = session.get_one(Submission, case.id)
    assert (after.comment, after.comment_salt, after.is_redacted) == (None, None, True)
    assert (after.q0, after.comment_commitment) == (case.q0, case.comment_commitment)
    assert (after.comment_commitment or "none") in list_days(busy)[0].text
    assert find_problems(busy) == []


def test_a_withdrawal_is_seen_and_takes_nothing_away(busy: Store) -> None:
    sign(busy, FIRST + DAY)
    with busy.read() as session:
        case = session.scalars(select(Submission).where(Submission.is_case)).one()
    at = FIRST + DAY
    withdrawn = Event(kind=EventKind.WITHDRAWN, on=at.date(), actor=Actor.RESIDENT)
    busy.write(append_event, case.id, withdrawn, at=at)
    sign(busy, FIRST + 3 * DAY)
    first, second, _ = list_days(busy)
    assert (case.commitment or "none") in first.text
    assert f"withdrawn {case.commitment}" in second.text
    assert find_problems(busy) == []


NEWEST = "(SELECT max(id) FROM signed_day)"
TAMPERING = {
    "a rating raised": "UPDATE submission SET q0 = 5 WHERE q0 = 2",
    "another answer changed": "UPDATE submission SET q3 = 5",
    "a rating counted for another day": "UPDATE submission SET received_on = '2026-09-27'",
    "a rating moved to another service":
        "UPDATE submission SET service_id = (SELECT max(id) FROM service) WHERE q0 = 1",
    "a rating without its commitment": "UPDATE submission SET commitment = NULL",
    "a rating deleted": "DELETE FROM submission WHERE q0 = 2",
    "a comment rewritten": "UPDATE submission SET comment = 'All is well.' WHERE is_case",
    "a comment taken away":
        "UPDATE submission SET comment = NULL, comment_salt = NULL, words = NULL,"
        " wants_answer = true"
        " WHERE is_case",
    "an event changed": "UPDATE loop_event SET at = '2026-09-28 10:00:00+00:00'",
    "an event deleted": "DELETE FROM loop_event WHERE kind = 'invited'",
    "an audit entry changed": "UPDATE audit_event SET action = 'nothing'",
    "an audit entry deleted": "DELETE FROM audit_event",
    "a level raised": "UPDATE appraisal SET level = level + 1, raw = raw + 1",
    "an appraisal moved": "UPDATE appraisal SET as_of = '2026-09-30'",
    "an appraisal deleted": "DELETE FROM appraisal",
    "thresholds changed": "UPDATE threshold_change SET raised = '{}'",
    "a decision deleted": "DELETE FROM threshold_change",
    "a published text changed": "UPDATE response_text SET we_did = 'We built a new gate.'",
    "a published text deleted": "DELETE FROM response_text",
    "an outcome changed": "UPDATE response SET outcome = 'declined'",
    "a correction changed": "UPDATE response_correction SET we_did = 'We oiled it.'",
    "a correction deleted": "DELETE FROM response_correction",
    "a file changed": "UPDATE signed_day SET text = replace(text, 'entries', 'entry') WHERE id = 2",
    "a file's hash changed": f"UPDATE signed_day SET sha256 = previous WHERE id = {NEWEST}",
    "a file taken out": "DELETE FROM signed_day WHERE id = 2",
    "a signature replaced":
        "UPDATE signed_day SET signature ="
        " (SELECT signature FROM signed_day WHERE id = 1) WHERE id = 2",
    "a receipt that is told another file": "UPDATE signed_rating SET signed_on = '2026-09-30'",
    "a receipt that is told none": "DELETE FROM signed_rating",
    "a list of ratings changed": "UPDATE rating_list SET text = replace(text, ' 1', ' 5')",
    "a mean changed": "UPDATE rating_list SET mean = 4.9",
}  # fmt: skip


def test_tampering_behind_the_portals_back_shows(busy: Store) -> None:
    sign(busy, FIRST + 3 * DAY)
    unseen = [name for name in TAMPERING if not find_problems_after(busy, TAMPERING[name])]
    assert unseen == []
    assert find_problems(busy) == []


def test_commitments_made_to_fit_do_not_help(busy: Store) -> None:
    """Whoever changes a rating and its commitment together has the signed file against them."""
    sign(busy, FIRST + 3 * DAY)
    with busy.read() as session:
        row = session.scalars(select(Submission).where(Submission.q0 == 1)).first()
    assert row is not None
    made = commit_rating("pothole-repair", row.received_on, 5, row.receipt_hash or "")
    tamper(busy.engine, f"UPDATE submission SET q0 = 5, commitment = '{made}' WHERE id = {row.id}")
    problems = find_problems(busy)
    assert any("of submission of 2026-09-" in problem for problem in problems)
    assert any("have no record any more" in problem for problem in problems)


def test_files_of_another_key_are_not_ours(busy: Store) -> None:
    sign(busy, FIRST + 3 * DAY)
    problems = find_problems(busy, "another secret, another secret, another")
    assert any("the signature is not ours" in problem for problem in problems)


def test_the_files_themselves_are_append_only(busy: Store) -> None:
    sign(busy, FIRST + 3 * DAY)
    for statement in ("UPDATE signed_day SET text = ''", "DELETE FROM rating_list"):
        with pytest.raises(DBAPIError), busy.engine.begin() as connection:
            connection.execute(text(statement))
