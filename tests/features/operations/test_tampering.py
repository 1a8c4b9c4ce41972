"""`portal check` turns red on tampering with each table, or it says here why it need not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import KeyedColumnElement

from portal.accounts.operations.links import post_link
from portal.assess.calibration import calibrate_due
from portal.assess.monitors import watch_due
from portal.assess.operations import assess_service
from portal.assess.results import publish_city_results
from portal.assess.said import refresh_due
from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.models import Base
from portal.models.case_work import CaseNote
from portal.models.city_logo import THE_ONE, CityLogo
from portal.models.desk import CaseAssignment, InboxView, Phrase
from portal.models.doors import EntryCheck, Kiosk, PaperBatch, PaperForm
from portal.models.loops import ExclusionRequest, LoopRow, WithdrawalRequest
from portal.models.partners import Attestation
from portal.models.people import Authenticator, Passkey, RecoveryCode
from portal.models.reminders import Reminder
from portal.models.responses import PendingCorrection, ResponseText
from portal.models.running import Setting
from portal.models.self_assessments import (
    Barrier,
    BarrierCriterion,
    EngageClaim,
    SelfAssessment,
    SelfAssessmentEvidence,
)
from portal.models.service_drafts import ServiceDraft
from portal.models.set_apart import SetApart
from portal.models.submissions import Contact, RatingInvitation
from portal.models.targets import Holiday, TargetChange
from portal.models.warnings import WarningRow
from portal.models.webhooks import Webhook
from portal.notify.reminding import compare_halves
from portal.notify.telling import tell_next
from portal.respond.operations.themes import share_theme
from portal.store import audit
from portal.store.comments import Cause, redact_comment
from portal.store.engine import Store
from portal.store.integrity.own_seals import seal_rows
from portal.store.loops import Links, append_event
from portal.store.next_steps import invite
from portal.store.set_apart import LOOKED_UNTIL, keep_hours
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.cases import send_rating
from tests.support.city import City
from tests.support.history import EXAMPLES, bring_in
from tests.support.pictures import png
from tests.support.remarks import say_missing
from tests.support.signed import SECRETS, StoppedClock, sign
from tests.support.soundness import find_problems, find_problems_after
from tests.support.together import Table

JUDGED = "evidence, result, level, thresholds, method"
FORGED = (
    f"UPDATE assessment SET ({JUDGED}) ="
    f" (SELECT {JUDGED} FROM assessment ORDER BY id DESC LIMIT 1)"
    " WHERE id = (SELECT min(id) FROM assessment)"
)
RED = {
    "account_link": (
        "UPDATE account_link SET token_hash = 'mine'",
        "UPDATE account_link SET person_id = (SELECT max(id) FROM person)",
        "UPDATE account_link SET expires_at = '2027-11-01 10:00:00+00:00'",
    ),
    "appraisal": ("UPDATE appraisal SET level = level + 1, raw = raw + 1",),
    "assessment": (
        "UPDATE assessment SET level = level + 1",
        "UPDATE assessment SET public_level = public_level + 1",
        "UPDATE assessment SET evidence_hash = '0'",
        "UPDATE assessment SET workload = '{}'",
        "UPDATE assessment SET last_submission_id = 1000000",
        # Forged together with all that follows from it: another service's evidence and result.
        FORGED,
    ),
    "attestation": ("UPDATE attestation SET is_fair = true", "DELETE FROM attestation"),
    "audit_event": ("UPDATE audit_event SET person_id = NULL WHERE person_id IS NOT NULL",),
    "city_logo": (
        "UPDATE city_logo SET content = '0'",
        "UPDATE city_logo SET url = 'https://elsewhere.example/logo.svg'",
        "DELETE FROM city_logo",
    ),
    "calibration": (
        "UPDATE calibration SET drawn = '{\"4\": 1}'",
        "UPDATE calibration SET drawn = '{\"4\": 1000}'",
    ),
    "city_figure": ("UPDATE city_figure SET figures = '{}'", "DELETE FROM city_figure"),
    "city_result": (
        "UPDATE city_result SET batch_on = '2026-11-19'",
        "DELETE FROM city_result",
    ),
    "co_decision": (
        "UPDATE co_decision SET decided_on = '2026-11-19'",
        "UPDATE co_decision SET completed_on = NULL",
    ),
    "co_decision_case": ("DELETE FROM co_decision_case",),
    "co_decision_text": ("UPDATE co_decision_text SET decided = 'Nothing.'",),
    "engage_claim": ("UPDATE engage_claim SET level = 3", "DELETE FROM engage_claim"),
    "entry_check": ("UPDATE entry_check SET differences = 0", "DELETE FROM entry_check"),
    "invitation": ("UPDATE invitation SET invited_on = '2026-11-01'", "DELETE FROM invitation"),
    "holiday": ("UPDATE holiday SET name = 'Rest'", "DELETE FROM holiday"),
    "loop": (
        "UPDATE loop SET told_on = received_on, told_lang = 'en'",
        "UPDATE loop SET target_on = '2026-12-24'",
        "UPDATE loop SET kind = 'praise' WHERE told_on IS NULL",
        "UPDATE loop SET is_joined = true WHERE told_on IS NULL",
        "UPDATE loop SET district = NULL WHERE district IS NOT NULL",
    ),
    "loop_event": (
        "DELETE FROM loop_event WHERE kind = 'themed'",
        "UPDATE loop_event SET target_on = '2026-12-24' WHERE kind = 'acknowledged'",
    ),
    "monthly_figure": (
        "UPDATE monthly_figure SET counts = '{}'",
        "UPDATE monthly_figure SET value = 'ko' WHERE value = 'en'",
        "DELETE FROM monthly_figure",
    ),
    "rating_list": ("UPDATE rating_list SET mean = 4.9",),
    "reaction": (
        "UPDATE reaction SET replies = 60, yes = 50, partly = 10, no = 0",
        "DELETE FROM reaction",
    ),
    "redaction": ("UPDATE redaction SET decided_by = NULL", "DELETE FROM redaction"),
    "remark": (
        "UPDATE remark SET text = 'Nothing is missing.'",
        "UPDATE remark SET text = 'Nothing.', commitment = 'c'",
        "UPDATE remark SET event_id = (SELECT min(id) FROM loop_event)",
        "UPDATE remark SET lang = 'es'",
        "UPDATE remark SET channel = 'phone', taken_by = 1",
        "UPDATE remark SET text = NULL, words = NULL, salt = NULL, is_redacted = true",
        "DELETE FROM remark",
    ),
    "reminder": ("UPDATE reminder SET is_reminded = false", "DELETE FROM reminder"),
    "reminder_summary": (
        "UPDATE reminder_summary SET others = others + 5",
        "DELETE FROM reminder_summary",
    ),
    "response": (
        "UPDATE response SET outcome = 'declined'",
        "UPDATE response SET author_id = NULL WHERE author_id IS NOT NULL",
    ),
    "response_correction": ("DELETE FROM response_correction",),
    "response_service": (
        "DELETE FROM response_service",
        "UPDATE response_service SET service_id = (SELECT max(id) FROM service)",
    ),
    "response_text": (
        "UPDATE response_text SET we_did = 'We built a new gate.'",
        "UPDATE response_text SET links = 'https://city.example/ Other figures'",
    ),
    "self_assessment": (
        "UPDATE self_assessment SET level = 4",
        "UPDATE self_assessment SET reviewed_by = NULL, reviewed_at = NULL",
        "DELETE FROM self_assessment",
    ),
    "department": ("UPDATE department SET slug = 'roads' WHERE slug = 'public-works'",),
    "department_text": ("UPDATE department_text SET name = 'Roads' WHERE lang = 'en'",),
    "district": ("UPDATE district SET slug = 'centre' WHERE slug = 'north'",),
    "district_text": ("DELETE FROM district_text WHERE lang = 'en'",),
    "kiosk": ("UPDATE kiosk SET key_hash = 'mine'", "DELETE FROM kiosk"),
    "membership": (
        "UPDATE membership SET role = 'manager' WHERE role = 'staff'",
        "DELETE FROM membership",
    ),
    "page_check": (
        "UPDATE page_check SET checked_on = '2026-11-01' WHERE id = 1", "DELETE FROM page_check",
    ),
    "partner": ("UPDATE partner SET is_external = NOT is_external",),
    "partner_contact": (
        "UPDATE partner_contact SET email_hash = 'x'",
        "UPDATE partner_contact SET set_by = (SELECT max(id) FROM person)",
        "UPDATE partner_contact SET lang = 'ko'",
        "DELETE FROM partner_contact",
    ),
    "passkey": ("UPDATE passkey SET credential_id = credential_id || 'x'", "DELETE FROM passkey"),
    "person": (
        "UPDATE person SET password = 'known'",
        "UPDATE person SET active = false",
        "UPDATE person SET email = 'mine@city.example' WHERE email = 'admin@city.example'",
    ),
    "population_share": (
        "UPDATE population_share SET share = 0.01",
        "DELETE FROM population_share",
    ),
    "service": (
        "UPDATE service SET slug = 'potholes' WHERE slug = 'pothole-repair'",
        "UPDATE service SET is_active = false WHERE slug = 'street-lights'",
    ),
    "service_channel": ("UPDATE service_channel SET closed_on = '2026-11-19'",),
    "service_language": (
        "DELETE FROM service_language WHERE role = 'required' AND lang = 'ko'",
        "UPDATE service_language SET opened_on = '2026-01-01'",
    ),
    "service_result": (
        "UPDATE service_result SET counts = '{}'",
        "UPDATE service_result SET batch_on = '2026-11-21'",
        "DELETE FROM service_result",
    ),
    "service_text": ("UPDATE service_text SET status = 'draft'",),
    "standing": ("DELETE FROM standing", "UPDATE standing SET digest = 'x'"),
    "seal": ("DELETE FROM seal", "UPDATE seal SET digest = 'x'"),
    "set_apart": (
        "UPDATE set_apart SET ratings = ratings + 1",
        "UPDATE set_apart SET reason = 'usual'",
        "UPDATE set_apart SET is_at_kiosks = NOT is_at_kiosks",
        "DELETE FROM set_apart",
    ),
    "signature": (
        "UPDATE signature SET signer_name = 'Somebody else'",
        "UPDATE signature SET signed_on = '2026-11-01'",
        "DELETE FROM signature",
    ),
    "signed_day": ("DELETE FROM signed_day WHERE id = 2",),
    "signed_rating": (
        "UPDATE signed_rating SET signed_on = '2026-01-01'",
        "DELETE FROM signed_rating",
    ),
    "submission": (
        "UPDATE submission SET is_rating_excluded = true WHERE q0 = 1",
        "UPDATE submission SET q0 = 5 WHERE q0 = 2", "UPDATE submission SET q4 = 5",
        "UPDATE submission SET is_quarantined = NOT is_quarantined",
    ),
    "theme_case": (
        "DELETE FROM theme_case",
        "DELETE FROM theme_case WHERE submission_id = (SELECT max(submission_id) FROM theme_case)",
        "UPDATE theme_case SET theme_id = (SELECT min(id) FROM theme)",
    ),
    "theme_district": (
        "UPDATE theme_district SET people = people * 3",
        "DELETE FROM theme_district",
        "INSERT INTO theme_district (theme_id, district, people) SELECT id, 'east', 30 FROM theme",
    ),
    "theme_figure": (
        "UPDATE theme_figure SET people = people * 3",
        "UPDATE theme_figure SET as_of = '2026-11-21'",
        "DELETE FROM theme_figure",
    ),
    "authenticator": (
        "UPDATE authenticator SET confirmed_at = '2026-11-01 10:00:00+00:00'",
        "DELETE FROM authenticator",
    ),
    "barrier": ("UPDATE barrier SET owner = 'Nobody'", "DELETE FROM barrier"),
    "barrier_criterion": ("UPDATE barrier_criterion SET criterion = 'L3.9'",),
    "case_assignment": (
        "UPDATE case_assignment SET assigned_by = (SELECT max(id) FROM person)",
        "DELETE FROM case_assignment",
    ),
    "case_note": (
        "UPDATE case_note SET written_at = '2026-11-01 10:00:00+00:00'",
        "DELETE FROM case_note",
        "UPDATE case_note SET text = 'She lies.'",
        "UPDATE case_note SET text = NULL, struck_at = written_at",
    ),
    "contact": ("UPDATE contact SET email_hash = 'x'",),
    "exclusion_request": (
        "UPDATE exclusion_request SET reason = 'test'",
        "DELETE FROM exclusion_request",
    ),
    "withdrawal_request": (
        "UPDATE withdrawal_request SET requested_on = '2026-11-01'",
        "DELETE FROM withdrawal_request",
    ),
    "history_import": (
        "UPDATE history_import SET channels = 9",
        "UPDATE submission SET q0 = 5 WHERE import_id IS NOT NULL",
        "UPDATE submission SET is_rating_excluded = true WHERE import_id IS NOT NULL",
        "UPDATE loop_event SET happened_on = '2026-01-03' WHERE import_id IS NOT NULL",
        "UPDATE response SET outcome = 'declined' WHERE import_id IS NOT NULL",
    ),
    "inbox_view": ("UPDATE inbox_view SET filters = ''",),
    "next_step": (
        "UPDATE next_step SET happens_on = '2027-01-01'",
        "UPDATE next_step SET called_off_on = NULL",
        "UPDATE next_step SET called_off_on = '2026-11-21'",
    ),
    "next_step_text": (
        "UPDATE next_step_text SET what = 'Nothing'",
        "UPDATE next_step_text SET called_off_reason = 'Nobody came.'",
        "DELETE FROM next_step_text",
    ),
    "paper_batch": ("UPDATE paper_batch SET forms = 2",),
    "paper_form": ("UPDATE paper_form SET entered_on = '2026-11-01'",),
    "pending_correction": (
        "UPDATE pending_correction SET we_did = 'All of it.'",
        "DELETE FROM pending_correction",
    ),
    "phrase": ("UPDATE phrase SET text = 'We will see.'", "DELETE FROM phrase"),
    "rating_invitation": (
        "UPDATE rating_invitation SET used_on = '2026-11-01'",
        "DELETE FROM rating_invitation",
    ),
    "recovery_code": (
        "UPDATE recovery_code SET code_hash = 'mine'",
        "INSERT INTO recovery_code (person_id, code_hash) SELECT id, 'mine' FROM person",
    ),
    "self_assessment_evidence": (
        "UPDATE self_assessment_evidence SET dated_on = '2026-01-01'",
        "DELETE FROM self_assessment_evidence",
    ),
    "service_draft": ("UPDATE service_draft SET about = 'Better.'", "DELETE FROM service_draft"),
    "setting": (
        "UPDATE setting SET value = '2027-01-01' WHERE name LIKE 'levels_public_%'",
        "UPDATE setting SET value = '2026-01-02' WHERE name = 'levels_public_since'",
        "DELETE FROM setting WHERE name LIKE 'levels_public_%'",
        "INSERT INTO setting (name, value) VALUES ('city_name:en', 'Elsewhere')",
    ),
    "theme": (
        "UPDATE theme SET is_shared = false",
        "UPDATE theme SET is_shared = true WHERE NOT is_shared",
        "UPDATE theme SET merged_into_id = id + 1 WHERE id = 1",
    ),
    "theme_text": ("UPDATE theme_text SET name = 'Praise'", "DELETE FROM theme_text"),
    "warning": (
        "UPDATE warning SET raised_on = '2026-11-01'",
        "UPDATE warning SET state = 'not_useful'",
        "UPDATE warning SET evidence = '{\"now\": 3}'",
        "UPDATE warning SET last_seen_on = '2026-12-24'",
        "DELETE FROM warning",
    ),
    "webhook": ("UPDATE webhook SET url = 'https://elsewhere.example/'", "DELETE FROM webhook"),
    "target_change": (
        "UPDATE target_change SET working_days = 20",
        "DELETE FROM target_change",
    ),
    "threshold_change": ("UPDATE threshold_change SET raised = '{}'",),
}  # fmt: skip

# What may stand in a column of a case, and what has to stand beside it.
FORGED_CASE = {
    "service_id": "service_id = (SELECT max(id) FROM service)",
    "kind": "kind = 'praise'",
    "state": "state = 'reopened'",
    "outcome": "outcome = 'declined'",
    "told_on": "told_on = '2026-01-02' WHERE told_on IS NOT NULL",
    "told_lang": "told_lang = 'ko' WHERE told_on IS NOT NULL",
    "verdict": "verdict = 'no'",
    "retold_on": "retold_on = '2026-01-02', disputed_on = '2026-01-02'",
    "excluded": "excluded = 'spam'",
}

# Nothing to falsify: each with the reason.
NEED_NOT = {
    "digest_subscription": "says who is sent a mail; nothing is published or judged by it",
    "news_subscription": "an address that comes and goes as its owner wants, leaving no row behind",
    "outbox": "a queue: what was done is an event, what was not is done again",
    "pending_entry": "half of a form typed twice, encrypted; it goes when the answers are stored",
    "period_key": "destroyed on schedule; what was made with it stands in submissions, signed",
    "sign_in": "sessions",
    "throttle": "counts of the last hours",
    "webhook_delivery": "a queue of calls that repeat what is published",
    "worker_job": "how the worker's jobs went last, for administrators to look at",
}


@pytest.fixture
def full(busy: Store, city: City) -> Store:
    """A city with rows in every table that is checked, and all its days signed."""
    office, table = Office(busy, city), Table(busy, city)
    cases = [
        send(busy, city.potholes, comment=f"The kerb is high at {n} Elm Street.") for n in "12"
    ]
    theme = office.group(cases)
    step = table.next_step(theme)
    table.call_off(table.next_step(theme, on=TODAY + timedelta(days=20)))
    decision = table.decide(theme, partner := table.partner(), cases[:1])
    table.name_mailbox(partner)
    table.sign(table.link(decision))
    busy.write(_invite_and_ask, cases[0], step, decision)
    busy.write(_say_of_oneself, city)
    cause = Cause(reason="own_data", person_id=city.people["staff"])
    busy.write(redact_comment, cases[1], cause=cause, now=NOW, today=TODAY)
    _answer_another_service(busy, city, office, theme)
    busy.write(_set_apart, city)
    busy.write(_open_doors, city)
    _answer_many(office)
    busy.write(_work_at_the_desk, city, cases[0])
    bring_in(busy, city.pools, EXAMPLES["derive"][0]["input"])
    for service_id in (city.potholes, city.pools):
        busy.write(assess_service, service_id=service_id, as_of=TODAY, now=NOW)
    _put_out(busy)
    sign(busy, NOW + timedelta(days=2))
    return busy


def _answer_many(office: Office) -> None:
    """Twelve people of one district who said the same, and were answered."""
    potholes, store = office.city.potholes, office.store
    cases = [
        send(store, potholes, comment=f"The road is bad, {n}.", district="north") for n in range(12)
    ]
    response_id = office.answer(cases)
    store.write(_reply, cases, response_id, office.city.people["staff"])
    say_missing(store, cases[0], "The other half of it.", verdict="partly")


def _reply(session: Session, cases: list[int], response_id: int, person_id: int) -> None:
    links = Links(response_id=response_id, person_id=person_id)
    answered = Event(
        kind=EventKind.RESPONDED, on=TODAY, actor=Actor.STAFF, outcome=Outcome.ANSWERED
    )  # fmt: skip
    told = Event(kind=EventKind.TOLD, on=TODAY, actor=Actor.SYSTEM, lang="en")
    reply = Event(
        kind=EventKind.CONFIRMED, on=TODAY, actor=Actor.RESIDENT, verdict=Verdict.PARTLY
    )  # fmt: skip
    for case in cases:
        append_event(session, case, answered, at=NOW, links=links)
        append_event(session, case, told, at=NOW, links=Links(response_id=response_id))
        append_event(session, case, reply, at=NOW)


def _put_out(store: Store) -> None:
    """All that the worker counts, as it does it."""
    clock = StoppedClock(NOW)
    refresh_due(store, clock)
    publish_city_results(store, clock)
    watch_due(store, clock)
    calibrate_due(store, clock)
    store.write(compare_halves, today=TODAY + timedelta(days=40))


def _invite_and_ask(session: Session, case_id: int, step_id: int, decision_id: int) -> None:
    case = session.get_one(LoopRow, case_id)
    invite(session, now=NOW, today=TODAY, case=case, step_id=step_id)
    session.add_all(
        (
            Attestation(
                co_decision_id=decision_id, submission_id=case_id, is_fair=False,
                attested_at=NOW, attested_on=TODAY,
            ),
            Reminder(
                submission_id=case_id, due_on=TODAY, is_settled=True, is_reminded=True,
                chosen_on=TODAY,
            ),
        )
    )  # fmt: skip


def _answer_another_service(store: Store, city: City, office: Office, theme: int) -> None:
    """The theme takes a case of street lights, which gets its answer."""
    store.write(share_theme, now=NOW, scope=office.staff, theme_id=theme, is_shared=True)
    office.group([send(store, city.lights)], theme_id=theme)
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    store.write(
        tell_next, now=NOW, today=TODAY, response_id=response,
        person_id=office.staff.person_id, after=0,
    )  # fmt: skip


def _set_apart(session: Session, city: City) -> None:
    """Ratings that came in like a machine's, which two people left out."""
    send_rating(session, city.lights, NOW - timedelta(hours=3), is_quarantined=True)
    session.add(Setting(name=LOOKED_UNTIL, value=NOW.isoformat()))
    keep_hours(session, begin=None, end=NOW, now=NOW, bursts={})
    for row in session.scalars(select(SetApart)):
        row.reason, row.asked_by, row.asked_at = "alike", city.people["parks"], NOW
        row.decided_by, row.decided_at = city.people["admin"], NOW


def _open_doors(session: Session, city: City) -> None:
    session.add_all(
        (
            Kiosk(
                name="Town hall", key_hash="0" * 64, service_id=city.potholes, hourly_limit=60,
                opened_on=TODAY,
            ),
            CityLogo(
                id=THE_ONE, version=1, attempts=0, url="https://city.example/logo.png", due_at=NOW,
                digest="0" * 20, kind="png", width=60, height=30, content=png(), taken_at=NOW,
            ),
            Holiday(day_on=TODAY + timedelta(days=6), name="Thanksgiving"),
            TargetChange(working_days=10, from_on=TODAY, decided_at=NOW),
            Passkey(
                person_id=city.people["admin"], credential_id="a", public_key=b"k", sign_count=0,
                name="Laptop", created_at=NOW,
            ),
        )
    )  # fmt: skip


def _say_of_oneself(session: Session, city: City) -> None:
    manager, reviewer = city.people["manager"], city.people["reviewer"]
    batch = PaperBatch(
        service_id=city.potholes, lang="en", paper="letter", forms=1, printed_by=manager,
        printed_at=NOW, printed_on=TODAY,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    form = PaperForm(batch_id=batch.id, entered_on=TODAY)
    session.add(form)
    session.flush()
    session.add_all(
        (
            EntryCheck(
                form_id=form.id, first_by=manager, second_by=reviewer, checked_on=TODAY, fields=9,
                differences=1,
            ),
            EngageClaim(
                service_id=city.potholes, quarter_on=datetime(2027, 1, 1, tzinfo=UTC).date(),
                level=2, person_id=manager, claimed_at=NOW, claimed_on=TODAY,
            ),
            SelfAssessment(
                service_id=city.potholes, dimension="B", level=2, assessed_by=manager,
                assessed_at=NOW, assessed_on=TODAY, valid_until=TODAY + timedelta(days=365),
                reviewed_by=reviewer, reviewed_at=NOW,
                evidence=[
                    SelfAssessmentEvidence(
                        position=0, kind="url", reference="https://city.example/", dated_on=TODAY
                    )
                ],
            ),
        )
    )  # fmt: skip


def _work_at_the_desk(session: Session, city: City, case: int) -> None:
    """Everything that people leave behind while they work, and how they are let in."""
    staff, admin = city.people["staff"], city.people["admin"]
    response_id = session.scalars(select(func.max(ResponseText.response_id))).one()
    barrier = Barrier(
        service_id=city.potholes, block="teams", gap="Nobody", barrier="Money", owner="Ana",
        next_step="Ask", due_on=TODAY, created_by=staff, created_at=NOW, updated_at=NOW,
        criteria=[BarrierCriterion(criterion="L3.1")],
    )  # fmt: skip
    session.add_all(
        (
            barrier,
            Authenticator(person_id=admin, secret_encrypted=b"s", confirmed_at=NOW),
            RecoveryCode(person_id=admin, code_hash="0" * 64),
            CaseAssignment(
                submission_id=case, person_id=staff, assigned_by=staff, assigned_at=NOW
            ),
            Contact(
                submission_id=case, email_encrypted=SECRETS.encrypt("ana@example.org"),
                email_hash=SECRETS.email_hash("ana@example.org"), token_hash="0" * 64,
                created_at=NOW,
            ),
            ExclusionRequest(
                submission_id=case, reason="spam", person_id=staff, requested_at=NOW
            ),
            WithdrawalRequest(submission_id=case, requested_on=TODAY),
            InboxView(
                person_id=staff, name="Mine", filters="place=all", author_id=staff, updated_at=NOW
            ),
            PendingCorrection(
                response_id=response_id, lang="en", reason="A letter.", text_version=2,
                author_id=staff, proposed_at=NOW, you_said="So it is.", we_did="We did.",
            ),
            Phrase(
                department_id=city.works, lang="en", kind="opening", title="Thanks",
                text="Thank you.", author_id=staff, updated_at=NOW,
            ),
            RatingInvitation(submission_id=case, used_on=TODAY),
            ServiceDraft(
                service_id=city.potholes, lang="en", name="Holes", summary="", about="",
                author_id=admin, written_at=NOW,
            ),
            Webhook(url="https://city.example/", events=["level.published"], created_at=NOW),
        )
    )  # fmt: skip
    _write_what_has_seals(session, city, case)
    audit.record(
        session, at=NOW, person_id=staff, action="case_assigned", subject="submission",
        subject_id=case, **{"from": None, "to": staff},
    )  # fmt: skip


def _write_what_has_seals(session: Session, city: City, case: int) -> None:
    staff = city.people["staff"]
    note = CaseNote(submission_id=case, person_id=staff, text="I call her.", written_at=NOW)
    warning = WarningRow(
        service_id=city.potholes, kind="ratings", subject="", raised_on=TODAY,
        last_seen_on=TODAY, evidence={}, state="looked_at", changed_at=NOW,
    )  # fmt: skip
    session.add_all((note, warning))
    session.flush()
    for row in (note, warning):
        seal_rows(session, row.__tablename__, [row.id])
    post_link(session, now=NOW, person_id=staff, kind="reset", by=None, secrets=SECRETS)


def test_each_table_is_checked_or_need_not_be() -> None:
    tables = set(Base.metadata.tables)
    assert tables == RED.keys() | NEED_NOT.keys()
    assert not RED.keys() & NEED_NOT.keys()


def test_tampering_with_each_column_of_a_case_shows(full: Store) -> None:
    """Evidence reads the projection, so nothing in it may be made up; new columns come by it."""
    columns = [one for one in LoopRow.__table__.columns if not one.primary_key]
    unseen = [one.name for one in columns if not find_problems_after(full, _forge(one))]
    assert not unseen


def _forge(column: KeyedColumnElement[Any]) -> str:
    """A statement that puts something else into this column of cases."""
    name, kind = column.name, column.type.python_type
    default = {bool: f"NOT {name}", date: "'2026-01-02'"}.get(kind, "'ko'")
    return f"UPDATE loop SET {FORGED_CASE.get(name, f'{name} = {default}')}"


def test_tampering_with_each_table_shows(full: Store) -> None:
    assert find_problems(full) == []
    unseen = [
        statement
        for statements in RED.values()
        for statement in statements
        if not find_problems_after(full, statement)
    ]
    assert unseen == []
