"""Rows that make no sense are impossible: every named constraint refuses one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.models import Base
from portal.models.assessments import HistoryImport
from portal.models.doors import PaperBatch, PaperForm
from portal.models.loops import LoopEvent
from portal.models.partners import CoDecision, NextStep, Partner
from portal.models.responses import Response, Theme
from portal.models.self_assessments import SelfAssessment
from portal.models.webhooks import Webhook
from portal.store.engine import Store
from tests.support.cases import send_case, send_rating
from tests.support.city import City, make_city

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
_numbers = itertools.count(1)


def fresh(word: str = "x") -> str:
    return f"{word}{next(_numbers)}"


class World:
    """What rows need to point to."""

    def __init__(self, session: Session) -> None:
        self.city: City = make_city(session, NOW)
        self.case = send_case(session, self.city.potholes, NOW)
        self.bare = send_rating(session, self.city.potholes, NOW)
        self.staff, self.reviewer = self.city.people["staff"], self.city.people["reviewer"]
        source = HistoryImport(
            service_id=self.city.potholes, source="old system", channels=2, imported_at=NOW
        )
        theme = Theme(service_id=self.city.potholes, created_at=NOW)
        session.add_all([source, theme])
        session.flush()
        self.source, self.theme = source.id, theme.id
        response = Response(
            service_id=self.city.potholes,
            theme_id=theme.id,
            outcome="answered",
            source_lang="en",
            created_at=NOW,
        )
        session.add(response)
        session.flush()
        self.response = response.id
        claimed = SelfAssessment(**self_assessment(self))
        session.add(claimed)
        session.flush()
        self.self_assessment = claimed.id
        self._decide_together(session)
        self.paper_form = self._print(session)
        hook = Webhook(url="https://a.example/", events=[], created_at=NOW)
        session.add(hook)
        session.flush()
        self.webhook = hook.id
        self.session = session
        put(session, "remark", VALID["remark"](self))

    def event(self) -> int:
        """Something new that happened to the case."""
        row = LoopEvent(
            submission_id=self.case, kind="disputed", at=NOW, happened_on=DAY, actor="resident"
        )
        self.session.add(row)
        self.session.flush()
        return row.id

    def _print(self, session: Session) -> int:
        batch = PaperBatch(**paper_batch(self))
        session.add(batch)
        session.flush()
        form = PaperForm(batch_id=batch.id)
        session.add(form)
        session.flush()
        return form.id

    def _decide_together(self, session: Session) -> None:
        step = NextStep(theme_id=self.theme, happens_on=DAY, created_at=NOW)
        partner = Partner(name="Neighbours", is_external=True, created_at=NOW)
        session.add_all([step, partner])
        session.flush()
        co_decisions = [
            CoDecision(
                service_id=self.city.potholes,
                theme_id=self.theme,
                partner_id=partner.id,
                source_lang="en",
                created_at=NOW,
                created_on=DAY,
            )
            for _ in range(2)
        ]
        session.add_all(co_decisions)
        session.flush()
        self.next_step, self.partner = step.id, partner.id
        self.co_decision, self.another_co_decision = (one.id for one in co_decisions)


def self_assessment(world: World) -> dict[str, Any]:
    return {
        "service_id": world.city.potholes,
        "dimension": "B",
        "level": 2,
        "note": "",
        "assessed_by": world.staff,
        "assessed_at": NOW,
        "assessed_on": DAY,
        "valid_until": date(2027, 11, 20),
    }


def paper_batch(world: World) -> dict[str, Any]:
    return {
        "service_id": world.city.potholes,
        "lang": "en",
        "paper": "a4",
        "forms": 1,
        "printed_by": world.staff,
        "printed_at": NOW,
        "printed_on": DAY,
    }


def submission(world: World) -> dict[str, Any]:
    return {
        "service_id": world.city.potholes,
        "instrument": "engage-survey-1",
        "lang": "en",
        "channel": "web",
        "received_at": NOW,
        "received_on": DAY,
        "person_key": fresh("key"),
        "q0": 4,
        "is_case": False,
        "receipt_hash": fresh("receipt"),
        "token_hash": fresh("token"),
    }


def response(world: World) -> dict[str, Any]:
    return {
        "service_id": world.city.potholes,
        "theme_id": world.theme,
        "outcome": "answered",
        "source_lang": "en",
        "status": "published",
        "created_at": NOW,
        "published_at": NOW,
        "published_on": DAY,
    }


def inbox_view(world: World) -> dict[str, Any]:
    return {
        "person_id": world.staff,
        "name": fresh("view"),
        "filters": "",
        "version": 1,
        "author_id": world.staff,
        "updated_at": NOW,
    }


def event(world: World) -> dict[str, Any]:
    return {
        "submission_id": world.case,
        "kind": "invited",
        "at": NOW,
        "happened_on": DAY,
        "actor": "system",
    }


def subscription(world: World) -> dict[str, Any]:
    number = next(_numbers)  # people take turns: each has one
    return {
        "person_id": (world.staff, world.reviewer)[number % 2],
        "token_hash": f"token{number}",
        "since": NOW,
    }


VALID: dict[str, Callable[[World], dict[str, Any]]] = {
    "department": lambda _w: {"slug": fresh(), "created_at": NOW},
    "district": lambda _w: {"slug": fresh(), "position": 1},
    "person": lambda _w: {
        "email": fresh("e"),
        "name": "N",
        "fs_uniquifier": fresh("u"),
        "lang": "en",
        "created_at": NOW,
        "active": True,
    },
    "membership": lambda w: {
        "person_id": w.staff,
        "department_id": w.city.parks,
        "role": "translator",
    },
    "throttle": lambda _w: {"scope": "s", "key": fresh(), "window_at": NOW, "count": 1},
    "service": lambda w: {
        "slug": fresh(),
        "code": fresh("c"),
        "department_id": w.city.works,
        "is_active": True,
        "created_at": NOW,
    },
    "sign_in": lambda w: {
        "person_id": w.staff,
        "token_hash": fresh(),
        "created_at": NOW,
        "fresh_at": NOW,
        "last_seen_on": DAY,
        "device": "phone",
    },
    "account_link": lambda w: {
        "person_id": w.staff,
        "kind": "reset",
        "token_hash": fresh(),
        "made_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
    },
    "recovery_code": lambda w: {"person_id": w.staff, "code_hash": fresh()},
    "passkey": lambda w: {
        "person_id": w.staff,
        "credential_id": fresh(),
        "public_key": b"k",
        "sign_count": 0,
        "name": "N",
        "created_at": NOW,
    },
    "assessment": lambda w: {
        "service_id": w.city.potholes,
        "as_of": date.fromordinal(DAY.toordinal() - next(_numbers)),
        "method": "engage-1.0",
        "thresholds": {},
        "evidence": {},
        "result": {},
        "evidence_hash": "0",
        "level": 0,
        "created_at": NOW,
        "last_event_id": 0,
        "last_submission_id": 0,
    },
    "appraisal": lambda w: {
        "service_id": w.city.potholes,
        "quarter_on": date(DAY.year - next(_numbers), 10, 1),
        "as_of": DAY,
        "made_at": NOW,
        "method": "engage-1.0",
        "thresholds": {},
        "evidence": {},
        "result": {},
        "evidence_hash": "0",
        "level": 2,
        "raw": 2,
        "quarters_flagged": 0,
        "awaiting_second_look": False,
    },
    "target_change": lambda _w: {
        "working_days": 10,
        "from_on": DAY,
        "decided_at": NOW,
    },
    "holiday": lambda _w: {
        "day_on": DAY + timedelta(days=next(_numbers)),
        "name": "Founders' day",
    },
    "threshold_change": lambda w: {
        "from_on": DAY,
        "raised": {},
        "reason": "R",
        "person_id": w.city.people["admin"],
        "decided_at": NOW,
    },
    "monthly_figure": lambda w: {
        "service_id": w.city.potholes,
        "month_on": DAY.replace(day=1),
        "instrument": fresh(),
        "breakdown": "all",
        "value": "",
        "counts": {},
    },
    "service_result": lambda w: {
        "service_id": w.city.potholes,
        "quarter_on": DAY + timedelta(days=next(_numbers)),
        "batch_on": DAY + timedelta(days=1000),
        "counts": {},
    },
    "city_result": lambda w: {
        "quarter_on": DAY + timedelta(days=next(_numbers)),
        "batch_on": DAY + timedelta(days=1000),
        "figures": {},
    },
    "history_import": lambda w: {
        "service_id": w.city.potholes,
        "source": fresh(),
        "channels": 1,
        "imported_at": NOW,
    },
    "population_share": lambda w: {
        "service_id": w.city.potholes,
        "lang": fresh("l"),
        "share": 0.5,
        "position": 0,
    },
    "service_channel": lambda w: {
        "service_id": w.city.potholes,
        "channel": "paper",
        "opened_on": date.fromordinal(DAY.toordinal() - next(_numbers)),
    },
    "service_language": lambda w: {
        "service_id": w.city.potholes,
        "lang": fresh("l"),
        "role": "input",
        "opened_on": DAY,
    },
    "service_text": lambda w: {
        "service_id": w.city.potholes,
        "lang": fresh("l"),
        "name": "N",
        "summary": "",
        "about": "",
        "status": "draft",
        "updated_at": NOW,
    },
    "co_decision": lambda w: {
        "service_id": w.city.potholes,
        "partner": "P",
        "partner_external": True,
        "partner_signed": True,
        "linked_submissions": 1,
        "invited_all": True,
        "decision_record": True,
        "attest_fair": 1,
        "attest_unfair": 0,
        "decided_on": DAY,
        "import_id": w.source,
        "import_ref": fresh("r"),
    },
    "partner": lambda w: {
        "name": fresh("Friends "),
        "is_external": True,
        "author_id": w.staff,
        "created_at": NOW,
    },
    "partner_contact": lambda w: {
        "partner_id": w.partner,
        "email_encrypted": b"e",
        "email_hash": "h",
        "lang": "en",
        "set_by": w.staff,
        "set_at": NOW,
    },
    "next_step": lambda w: {"theme_id": w.theme, "happens_on": DAY, "created_at": NOW},
    "next_step_text": lambda w: {
        "next_step_id": w.next_step,
        "lang": fresh("l"),
        "what": "A walk",
        "place": "At the school",
        "updated_at": NOW,
    },
    "invitation": lambda w: {
        "next_step_id": w.next_step,
        "submission_id": w.case,
        "lang": "en",
        "invited_at": NOW,
        "invited_on": DAY,
    },
    "co_decision_text": lambda w: {
        "co_decision_id": w.co_decision,
        "lang": fresh("l"),
        "proposed": "P",
        "decided": "D",
        "changed": "C",
        "updated_at": NOW,
    },
    "co_decision_case": lambda w: {
        "co_decision_id": w.co_decision,
        "submission_id": w.case,
        "added_on": DAY,
    },
    "paper_batch": paper_batch,
    "entry_check": lambda w: {
        "form_id": w.paper_form,
        "first_by": w.staff,
        "second_by": w.reviewer,
        "checked_on": DAY,
        "fields": 14,
        "differences": 1,
    },
    "city_logo": lambda _w: {
        "id": 1,
        "version": 1,
        "url": "https://a.example/",
        "due_at": NOW,
        "attempts": 0,
        "tried_at": NOW,
        "digest": "0" * 20,
        "kind": "png",
        "width": 60,
        "height": 30,
        "content": b"x",
        "taken_at": NOW,
    },
    "webhook": lambda _w: {"url": "https://a.example/", "events": [], "created_at": NOW},
    "webhook_delivery": lambda w: {
        "webhook_id": w.webhook,
        "event": "response.published",
        "subject_id": next(_numbers),
        "created_at": NOW,
        "due_at": NOW,
        "attempts": 0,
    },
    "kiosk": lambda _w: {
        "name": "Library",
        "key_hash": fresh(),
        "hourly_limit": 60,
        "opened_on": DAY,
    },
    "signature": lambda w: {
        "co_decision_id": w.co_decision,
        "token_hash": fresh(),
        "made_at": NOW,
        "expires_at": NOW,
        "signed_at": NOW,
        "signed_on": DAY,
        "signer_name": "N",
        "signer_role": "R",
        "record_hash": "h",
    },
    "attestation": lambda w: {
        "co_decision_id": w.co_decision,
        "submission_id": w.case,
        "actor": "resident",
        "is_fair": True,
        "attested_at": NOW,
        "attested_on": DAY,
    },
    "page_check": lambda w: {
        "service_id": w.city.potholes,
        "lang": fresh("l"),
        "checked_on": DAY,
    },
    "theme": lambda w: {"service_id": w.city.potholes, "created_at": NOW},
    "response": response,
    "submission": submission,
    "contact": lambda w: {
        "submission_id": w.case,
        "email_encrypted": b"x",
        "email_hash": "h",
        "token_hash": fresh(),
        "created_at": NOW,
    },
    "redaction": lambda w: {
        "submission_id": w.case,
        "reason": "own_data",
        "requested_by": w.staff,
        "requested_at": NOW,
    },
    "remark": lambda w: {
        "submission_id": w.case,
        "event_id": w.event(),
        "lang": "en",
        "text": "The other half of the street.",
        "has_personal_data": False,
        "is_redacted": False,
        "written_at": NOW,
        "token_hash": fresh(),
        "commitment": "c",
        "salt": "s",
    },
    "case_note": lambda w: {
        "submission_id": w.case,
        "person_id": w.staff,
        "text": "Known to us.",
        "written_at": NOW,
    },
    "exclusion_request": lambda w: {
        "submission_id": w.case,
        "reason": "spam",
        "person_id": w.staff,
        "requested_at": NOW,
    },
    "withdrawal_request": lambda w: {"submission_id": w.case, "requested_on": DAY},
    "loop": lambda w: {
        "submission_id": w.bare,
        "service_id": w.city.potholes,
        "lang": "en",
        "kind": "problem",
        "person_key": "k",
        "received_on": DAY,
        "state": "received",
        "is_imported": False,
    },
    "loop_event": event,
    "inbox_view": inbox_view,
    "phrase": lambda w: {
        "department_id": w.city.works,
        "lang": "en",
        "kind": "opening",
        "title": fresh("t"),
        "text": "Thank you for telling us.",
        "version": 1,
        "updated_at": NOW,
    },
    "outbox": lambda _w: {
        "kind": "tell",
        "dedupe_key": fresh(),
        "detail": {},
        "created_at": NOW,
        "due_at": NOW,
        "attempts": 0,
    },
    "reminder": lambda w: {
        "submission_id": w.case,
        "due_on": DAY,
        "is_settled": False,
        "is_reminded": False,
    },
    "reminder_summary": lambda w: {
        "service_id": w.city.potholes,
        "as_of": DAY,
        "reminded": 12,
        "reminded_replied": 5,
        "reminded_helped": 3,
        "others": 11,
        "others_replied": 4,
        "others_helped": 4,
    },
    "worker_job": lambda _w: {"name": fresh(), "ran_at": NOW},
    "digest_subscription": subscription,
    "warning": lambda w: {
        "service_id": w.city.potholes,
        "kind": "theme",
        "subject": fresh("theme:"),
        "raised_on": DAY,
        "last_seen_on": DAY,
        "evidence": {},
        "state": "new",
        "note": "",
        "version": 1,
    },
    "signed_day": lambda _w: {
        "id": next(_numbers),
        "day": date.fromordinal(DAY.toordinal() - next(_numbers)),
        "text": "T",
        "sha256": "s",
        "previous": "p",
        "signature": "s",
        "entries": 0,
        "signed_at": NOW,
    },
    "signed_rating": lambda w: {"submission_id": w.bare, "signed_on": DAY},
    "rating_list": lambda w: {
        "service_id": w.city.potholes,
        "quarter_on": date.fromordinal(DAY.toordinal() - next(_numbers)),
        "text": "T",
        "sha256": "s",
        "count": 10,
        "mean": 3.2,
    },
    "news_subscription": lambda w: {
        "lang": "en",
        "email_encrypted": b"e",
        "email_hash": fresh("h"),
        "token_hash": fresh("t"),
        "created_at": NOW,
        "confirmed_at": NOW,
    },
    "theme_figure": lambda w: {"theme_id": w.theme, "as_of": DAY, "people": 12},
    "theme_district": lambda w: {"theme_id": w.theme, "district": fresh("d"), "people": 12},
    "reaction": lambda w: {
        "response_id": w.response,
        "as_of": DAY,
        "replies": 30,
        "yes": 20,
        "partly": 10,
        "no": 0,
    },
    "response_text": lambda w: {
        "response_id": w.response,
        "lang": fresh("l"),
        "you_said": "Y",
        "we_did": "W",
        "why_not": "",
        "status": "draft",
        "version": 1,
        "author_id": w.staff,
        "updated_at": NOW,
    },
    "response_correction": lambda w: {
        "response_id": w.response,
        "lang": "en",
        "you_said": "Y",
        "we_did": "W",
        "why_not": "",
        "reason": "R",
        "corrected_at": NOW,
    },
    "service_draft": lambda w: {
        "service_id": w.city.potholes,
        "lang": "en",
        "name": "Potholes",
        "summary": "",
        "about": "",
        "author_id": w.staff,
        "written_at": NOW,
    },
    "pending_correction": lambda w: {
        "response_id": w.response,
        "lang": "en",
        "you_said": "Y",
        "we_did": "W",
        "why_not": "",
        "reason": "R",
        "text_version": 1,
        "author_id": w.staff,
        "proposed_at": NOW,
    },
    "self_assessment": self_assessment,
    "self_assessment_evidence": lambda w: {
        "self_assessment_id": w.self_assessment,
        "position": next(_numbers),
        "kind": "document",
        "reference": "Minutes",
        "dated_on": DAY,
        "note": "",
    },
    "engage_claim": lambda w: {
        "service_id": w.city.potholes,
        "quarter_on": date(2027, 1, 1),
        "level": 2,
        "person_id": w.staff,
        "claimed_at": NOW,
        "claimed_on": DAY,
    },
    "standing": lambda _w: {
        "signed_on": DAY,
        "kept": fresh(),
        "owner": 0,
        "digest": "0",
    },
    "set_apart": lambda w: {
        "service_id": w.city.potholes,
        "hour_at": NOW + timedelta(hours=next(_numbers)),
        "is_at_kiosks": True,
        "cause": "burst",
        "ratings": 12,
        "marked": 0,
        "found_at": NOW,
    },
    "barrier": lambda w: {
        "service_id": w.city.potholes,
        "block": "policy",
        "gap": "G",
        "barrier": "B",
        "owner": "O",
        "next_step": "N",
        "due_on": DAY,
        "version": 1,
        "created_by": w.staff,
        "created_at": NOW,
        "updated_at": NOW,
    },
}

# (constraint without the ck_<table>_ in front, table, what makes the row senseless)
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("merged_into_another", "theme", {"id": 7001, "merged_into_id": 7001}),
    ("cause", "set_apart", {"cause": "rumour"}),
    ("ratings_counted", "set_apart", {"ratings": 0}),
    ("marked_among_ratings", "set_apart", {"marked": 13}),
    ("reason", "set_apart", {"reason": "because", "asked_by": 1, "asked_at": NOW}),
    ("finding_is_complete", "set_apart", {"reason": "usual"}),
    ("decision_is_complete", "set_apart", {"decided_at": NOW}),
    ("forms_range", "paper_batch", {"forms": 0}),
    ("forms_range", "paper_batch", {"forms": 101}),
    ("differences_range", "entry_check", {"differences": 15}),
    ("differences_range", "entry_check", {"differences": -1}),
    ("closed_after_opened", "kiosk", {"closed_on": date(2000, 1, 1)}),
    ("limit_range", "kiosk", {"hourly_limit": 0}),
    ("one_row", "city_logo", {"id": 2}),
    ("url_http", "city_logo", {"url": "file:///etc/passwd"}),
    ("kind", "city_logo", {"kind": "gif"}),
    ("fault", "city_logo", {"fault": "ugly"}),
    ("picture_is_whole", "city_logo", {"content": None}),
    ("picture_is_whole", "city_logo", {"digest": None}),
    ("removed_is_gone", "city_logo", {"url": None, "due_at": None}),
    ("removed_is_gone", "city_logo", {"due_at": None}),
    ("fault_has_time", "city_logo", {"fault": "active", "tried_at": None}),
    ("url_http", "webhook", {"url": "file:///etc/passwd"}),
    ("event", "webhook_delivery", {"event": "case.received"}),
    ("done_or_dead", "webhook_delivery", {"done_at": NOW, "dead_at": NOW}),
    ("changed_has_time", "warning", {"state": "looked_at"}),
    ("kind", "warning", {"kind": "rumour"}),
    ("seen_after_raised", "warning", {"last_seen_on": date(2000, 1, 1)}),
    ("state", "warning", {"state": "forgotten", "changed_at": NOW}),
    ("version_positive", "warning", {"version": 0}),
    ("count_positive", "throttle", {"count": 0}),
    ("department_of_role", "membership", {"role": "administrator"}),
    ("department_of_role", "membership", {"department_id": None}),
    ("role", "membership", {"role": "mayor"}),
    ("slug_given", "service", {"slug": ""}),
    ("level_range", "assessment", {"level": 5}),
    ("level_range", "assessment", {"level": -1}),
    ("public_is_complete", "assessment", {"public_on": DAY}),
    ("public_is_complete", "assessment", {"public_level": 2}),
    ("flag", "appraisal", {"flag": "bored", "quarters_flagged": 1}),
    ("flag_is_counted", "appraisal", {"flag": "in_doubt"}),
    ("flag_is_counted", "appraisal", {"quarters_flagged": 1}),
    ("flagged_range", "appraisal", {"flag": "in_doubt", "quarters_flagged": 3}),
    ("level_range", "appraisal", {"level": 5}),
    ("raw_range", "appraisal", {"raw": -1}),
    ("within_quarter", "appraisal", {"as_of": date(1000, 1, 1)}),
    ("breakdown", "monthly_figure", {"breakdown": "sign", "value": "leo"}),
    ("value_of_breakdown", "monthly_figure", {"value": "en"}),
    ("value_of_breakdown", "monthly_figure", {"breakdown": "lang"}),
    ("not_before_quarter", "service_result", {"batch_on": date(1000, 1, 1)}),
    ("not_before_quarter", "city_result", {"batch_on": date(1000, 1, 1)}),
    ("reason_given", "threshold_change", {"reason": ""}),
    ("working_days_range", "target_change", {"working_days": 0}),
    ("working_days_range", "target_change", {"working_days": 31}),
    ("has_name", "holiday", {"name": ""}),
    ("target_of_acknowledged", "loop_event", {"kind": "themed", "target_on": DAY}),
    ("channels_not_negative", "history_import", {"channels": -1}),
    ("position", "population_share", {"position": -1}),
    ("share_range", "population_share", {"share": 1.01}),
    ("share_range", "population_share", {"share": -0.01}),
    ("channel", "service_channel", {"channel": "pigeon"}),
    ("closed_after_opened", "service_channel", {"closed_on": date(2000, 1, 1)}),
    ("closed_after_opened", "service_language", {"closed_on": date(2000, 1, 1)}),
    ("role", "service_language", {"role": "wanted"}),
    ("status", "service_text", {"status": "perfect"}),
    ("attests_not_negative", "co_decision", {"attest_fair": -1}),
    ("attests_not_negative", "co_decision", {"attest_unfair": -1}),
    ("linked_not_negative", "co_decision", {"linked_submissions": -1}),
    ("own_is_complete", "co_decision", {"source_lang": "en"}),
    ("figures_of_imported", "co_decision", {"partner": None}),
    ("figures_of_imported", "co_decision", {"attest_fair": None}),
    ("day_given", "co_decision", {"decided_on": None}),
    ("name_given", "partner", {"name": ""}),
    ("says_all", "next_step_text", {"what": ""}),
    ("says_all", "next_step_text", {"place": ""}),
    ("says_why", "next_step_text", {"called_off_reason": ""}),
    ("signed_is_complete", "signature", {"signer_name": None}),
    ("signed_is_complete", "signature", {"signed_at": None}),
    ("signed_in_time", "signature", {"expires_at": NOW - timedelta(seconds=1)}),
    ("residents_attest", "attestation", {"actor": "staff"}),
    ("residents_attest", "attestation", {"actor": "system"}),
    ("done_has_day", "response", {"outcome": "done"}),
    ("import_is_complete", "response", {"import_ref": "7"}),
    ("only_drafts_wait", "response", {"publish_at": NOW, "publisher_id": 1}),
    ("outcome", "response", {"outcome": "forgotten"}),
    ("promise_has_date", "response", {"outcome": "planned"}),
    ("promise_has_date", "response", {"outcome": "in_progress"}),
    ("published_has_day", "response", {"published_on": None}),
    ("published_has_time", "response", {"published_at": None, "published_on": None}),
    (
        "publisher_of_time",
        "response",
        {"status": "draft", "published_at": None, "published_on": None, "publish_at": NOW},
    ),
    ("status", "response", {"status": "almost", "published_at": None, "published_on": None}),
    ("theme_given", "response", {"theme_id": None}),
    ("age_band", "submission", {"age_band": "ageless"}),
    ("case_has_reason", "submission", {"is_case": True}),
    ("case_has_reason", "submission", {"comment": "words"}),
    ("case_has_reason", "submission", {"wants_answer": True}),
    ("channel", "submission", {"channel": "pigeon"}),
    ("comment_not_empty", "submission", {"comment": "", "is_case": True}),
    ("import_is_complete", "submission", {"import_ref": "7"}),
    ("kind", "submission", {"kind": "rant"}),
    ("q0_given", "submission", {"q0": None}),
    ("q0_range", "submission", {"q0": 0}),
    ("q0_range", "submission", {"q0": 6}),
    *((f"q{number}_range", "submission", {f"q{number}": 6}) for number in range(1, 7)),
    *((f"q{number}_range", "submission", {f"q{number}": -1}) for number in range(1, 7)),
    ("salt_goes_with_comment", "submission", {"comment_salt": "0"}),
    ("words_go_with_comment", "submission", {"words": "hole"}),
    ("joining_is_no_rating", "submission", {"joined_theme_id": 1}),
    ("receipt_given", "submission", {"receipt_hash": None}),
    ("receipt_given", "submission", {"token_hash": None}),
    ("erased_is_gone", "contact", {"email_encrypted": None}),
    ("erased_is_gone", "contact", {"erased_at": NOW, "email_hash": None}),
    ("erased_is_unknown", "contact", {"email_hash": None}),
    ("reason", "exclusion_request", {"reason": "automatic"}),
    ("names_right_service", "exclusion_request", {"reason": "wrong_service"}),
    ("names_right_service", "exclusion_request", {"to_service_id": 1}),
    ("reason", "withdrawal_request", {"refused_on": DAY, "refused_by": 1, "reason": "x"}),
    ("refused_for_reason", "withdrawal_request", {"refused_on": DAY, "refused_by": 1}),
    ("refused_by_somebody", "withdrawal_request", {"refused_on": DAY, "reason": "staff"}),
    ("reason", "redaction", {"reason": "dislike"}),
    ("pieces_counted", "redaction", {"pieces": 0, "kinds": "email"}),
    ("pieces_have_kinds", "redaction", {"pieces": 1}),
    ("pieces_have_kinds", "redaction", {"kinds": "email"}),
    ("request_has_name", "redaction", {"requested_by": None}),
    ("text_given", "remark", {"text": ""}),
    ("gone_was_redacted", "remark", {"text": None}),
    ("salt_until_redacted", "remark", {"salt": None}),
    ("salt_until_redacted", "remark", {"is_redacted": True}),
    (
        "words_go_with_text",
        "remark",
        {"text": None, "is_redacted": True, "salt": None, "words": "w"},
    ),
    ("taken_down_by_somebody", "remark", {"channel": "phone"}),
    ("channel", "remark", {"channel": "web", "taken_by": 1}),
    ("text_given", "case_note", {"text": ""}),
    ("struck_is_gone", "case_note", {"text": None}),
    ("struck_is_gone", "case_note", {"struck_at": NOW}),
    ("excluded", "loop", {"excluded": "boredom"}),
    ("kind", "loop", {"kind": "rant"}),
    ("outcome", "loop", {"outcome": "forgotten"}),
    ("retold_after_disputed", "loop", {"retold_on": DAY}),
    ("state", "loop", {"state": "lost"}),
    ("told_in_a_language", "loop", {"told_on": DAY}),
    ("told_in_a_language", "loop", {"told_lang": "en"}),
    ("verdict", "loop", {"verdict": "maybe"}),
    ("name_given", "inbox_view", {"name": ""}),
    ("kind", "phrase", {"kind": "joke"}),
    ("title_given", "phrase", {"title": ""}),
    ("text_given", "phrase", {"text": ""}),
    ("one_owner", "inbox_view", {"department_id": 1}),
    ("actor", "loop_event", {"actor": "robot"}),
    ("kind", "loop_event", {"kind": "forgotten"}),
    ("language_of_told", "loop_event", {"kind": "told"}),
    ("language_of_told", "loop_event", {"kind": "retold"}),
    ("outcome", "loop_event", {"kind": "responded", "outcome": "forgotten"}),
    ("outcome_of_responded", "loop_event", {"kind": "responded"}),
    ("outcome_of_responded", "loop_event", {"outcome": "done"}),
    ("reason", "loop_event", {"kind": "excluded", "reason": "boredom"}),
    ("reason_of_excluded", "loop_event", {"kind": "excluded"}),
    ("reason_of_excluded", "loop_event", {"reason": "spam"}),
    ("resident_is_no_account", "loop_event", {"actor": "resident", "person_id": 1}),
    ("residents_decide", "loop_event", {"kind": "confirmed", "verdict": "yes"}),
    ("residents_decide", "loop_event", {"kind": "disputed"}),
    ("residents_decide", "loop_event", {"kind": "withdrawn"}),
    ("residents_decide", "loop_event", {"kind": "attested"}),
    ("staff_has_name", "loop_event", {"actor": "staff"}),
    ("verdict", "loop_event", {"kind": "confirmed", "actor": "resident", "verdict": "maybe"}),
    ("verdict_of_confirmed", "loop_event", {"kind": "confirmed", "actor": "resident"}),
    ("verdict_of_confirmed", "loop_event", {"verdict": "yes"}),
    ("done_or_dead", "outbox", {"done_at": NOW, "dead_at": NOW}),
    ("kind", "outbox", {"kind": "spam"}),
    ("chosen_is_settled", "reminder", {"chosen_on": DAY}),
    ("reminded_is_chosen", "reminder", {"is_reminded": True}),
    ("reminded_counts", "reminder_summary", {"reminded_helped": 6}),
    ("others_counts", "reminder_summary", {"others_replied": 12}),
    ("fault_has_time", "worker_job", {"fault": "OSError", "failing_since": NOW}),
    ("fault_has_beginning", "worker_job", {"fault": "OSError", "failed_at": NOW}),
    ("told_of_fault", "worker_job", {"told_at": NOW}),
    ("device", "sign_in", {"device": "Mozilla/5.0"}),
    ("factor", "sign_in", {"factor": "promise"}),
    ("kind", "account_link", {"kind": "gift"}),
    ("expires_later", "account_link", {"expires_at": NOW}),
    ("used_or_revoked", "account_link", {"used_at": NOW, "revoked_at": NOW}),
    ("sign_count_counted", "passkey", {"sign_count": -1}),
    ("name_given", "service_draft", {"name": ""}),
    ("reason_given", "pending_correction", {"reason": ""}),
    ("version_positive", "pending_correction", {"text_version": 0}),
    ("reason_given", "response_correction", {"reason": ""}),
    ("reviewed_has_time", "response_text", {"status": "reviewed"}),
    ("reviewed_has_time", "response_text", {"reviewed_at": NOW}),
    ("status", "response_text", {"status": "perfect"}),
    ("version_positive", "response_text", {"version": 0}),
    ("people_enough", "theme_figure", {"people": 9}),
    ("one_subject", "news_subscription", {"service_id": 1, "district": "north"}),
    ("asked_is_confirmed", "news_subscription", {"asked_on": DAY, "confirmed_at": None}),
    ("people_enough", "theme_district", {"people": 9}),
    ("replies_enough", "reaction", {"replies": 9}),
    ("yes_enough", "reaction", {"yes": 9}),
    ("partly_enough", "reaction", {"partly": 1}),
    ("no_enough", "reaction", {"no": 5}),
    ("parts_of_replies", "reaction", {"replies": None}),
    ("dimension", "self_assessment", {"dimension": "A"}),
    ("level_range", "self_assessment", {"level": 0}),
    ("level_range", "self_assessment", {"level": 5}),
    ("review_is_complete", "self_assessment", {"reviewed_at": NOW}),
    ("valid_after_assessed", "self_assessment", {"valid_until": DAY}),
    ("kind", "self_assessment_evidence", {"kind": "rumour"}),
    ("reference_given", "self_assessment_evidence", {"reference": ""}),
    ("level_range", "engage_claim", {"level": -1}),
    ("level_range", "engage_claim", {"level": 5}),
    ("before_revealed", "engage_claim", {"claimed_on": date(2027, 1, 1)}),
    ("block", "barrier", {"block": "weather"}),
    ("words_given", "barrier", {"gap": ""}),
    ("words_given", "barrier", {"barrier": ""}),
    ("version_positive", "barrier", {"version": 0}),
    ("entries_counted", "signed_day", {"entries": -1}),
    ("id_counts", "signed_day", {"id": 0}),
    ("enough_to_publish", "rating_list", {"count": 9}),
    ("mean_range", "rating_list", {"mean": 5.1}),
]
SECOND_PERSON = ("service_text", "response_text")

# Rows may not agree in these columns.
UNIQUE: list[tuple[str, tuple[str, ...]]] = [
    ("holiday", ("day_on",)),
    ("inbox_view", ("person_id", "name")),
    ("inbox_view", ("department_id", "name")),
    ("phrase", ("department_id", "lang", "title")),
    ("kiosk", ("key_hash",)),
    ("webhook_delivery", ("webhook_id", "event", "subject_id")),
    ("department", ("slug",)),
    ("district", ("slug",)),
    ("person", ("email",)),
    ("person", ("fs_uniquifier",)),
    ("service", ("code",)),
    ("service", ("slug",)),
    ("sign_in", ("token_hash",)),
    ("account_link", ("token_hash",)),
    ("recovery_code", ("person_id", "code_hash")),
    ("passkey", ("credential_id",)),
    ("appraisal", ("service_id", "quarter_on")),
    ("assessment", ("service_id", "as_of")),
    ("history_import", ("service_id", "source")),
    ("population_share", ("service_id", "lang")),
    ("service_channel", ("service_id", "channel", "opened_on")),
    ("service_language", ("service_id", "lang", "role", "opened_on")),
    ("service_text", ("service_id", "lang")),
    ("co_decision", ("import_id", "import_ref")),
    ("partner", ("name",)),
    ("signature", ("token_hash",)),
    ("page_check", ("service_id", "lang", "checked_on")),
    ("response", ("import_id", "import_ref")),
    ("submission", ("import_id", "import_ref")),
    ("submission", ("receipt_hash",)),
    ("submission", ("token_hash",)),
    ("remark", ("event_id",)),
    ("remark", ("token_hash",)),
    ("contact", ("token_hash",)),
    ("outbox", ("dedupe_key",)),
    ("response_text", ("response_id", "lang")),
    ("digest_subscription", ("token_hash",)),
    ("news_subscription", ("token_hash",)),
    ("self_assessment_evidence", ("self_assessment_id", "position")),
    ("set_apart", ("service_id", "hour_at", "is_at_kiosks")),
    ("standing", ("signed_on", "kept", "owner")),
    ("signed_day", ("day",)),
    ("rating_list", ("quarter_on", "service_id")),
]
PARTIAL: dict[str, tuple[str, dict[str, Any]]] = {
    "uq_membership_in_department": ("membership", {}),
    "uq_membership_everywhere": (
        "membership",
        {"role": "administrator", "department_id": None},
    ),
    "uq_population_share_city": ("population_share", {"service_id": None, "lang": "xx"}),
    "uq_news_subscription_all": ("news_subscription", {"email_hash": "h"}),
    "uq_news_subscription_service": ("news_subscription", {"email_hash": "h", "service_id": 1}),
    "uq_news_subscription_district": ("news_subscription", {"email_hash": "h", "district": "d"}),
    "uq_redaction_open": ("redaction", {"reason": "asked"}),
    "uq_redaction_open_remark": ("redaction", {"remark_id": 1}),
    "uq_warning_open": ("warning", {"subject": "theme:1"}),
}


@pytest.fixture
def session(store: Store) -> Any:
    with store.read() as session:
        yield session
        session.rollback()


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def put(session: Session, table: str, values: dict[str, Any]) -> None:
    session.execute(insert(Base.metadata.tables[table]).values(**values))


def refusal(session: Session, table: str, values: dict[str, Any]) -> str:
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        put(session, table, values)
    return str(caught.value.orig)


def test_valid_rows_are_accepted(session: Session, world: World) -> None:
    """Otherwise the refusals below could have any other reason."""
    for table, make in VALID.items():
        put(session, table, make(world))


def test_senseless_rows_are_refused_by_name(session: Session, world: World) -> None:
    for name, table, wrong in REFUSED:
        row = VALID[table](world) | wrong
        if "person_id" in wrong:
            row["person_id"] = world.staff
        message = refusal(session, table, row)
        assert f"ck_{table}_{name}" in message, (table, wrong, message)


@pytest.mark.parametrize("table", SECOND_PERSON)
def test_nobody_reviews_their_own_text(session: Session, world: World, table: str) -> None:
    own = {"author_id": world.staff, "reviewer_id": world.staff}
    assert "second_person" in refusal(session, table, VALID[table](world) | own)
    put(session, table, VALID[table](world) | own | {"reviewer_id": world.reviewer})


def test_nobody_reviews_their_own_self_assessment(session: Session, world: World) -> None:
    reviewed = VALID["self_assessment"](world) | {"reviewed_at": NOW}
    own = reviewed | {"reviewed_by": world.staff}
    assert "second_person" in refusal(session, "self_assessment", own)
    put(session, "self_assessment", reviewed | {"reviewed_by": world.reviewer})


def test_nobody_checks_their_own_typing(session: Session, world: World) -> None:
    same = VALID["entry_check"](world) | {"second_by": world.staff}
    assert "second_person" in refusal(session, "entry_check", same)


def test_nobody_agrees_to_their_own_finding(session: Session, world: World) -> None:
    found = {"reason": "usual", "asked_by": world.staff, "asked_at": NOW, "decided_at": NOW}
    row = VALID["set_apart"](world) | found
    assert "second_person" in refusal(session, "set_apart", row | {"decided_by": world.staff})
    put(session, "set_apart", row | {"decided_by": world.reviewer})


def test_rows_that_must_differ_may_not_agree(session: Session, world: World) -> None:
    for table, columns in UNIQUE:
        imported = {"import_id": world.source, "import_ref": "1"} if "import_id" in columns else {}
        first = VALID[table](world) | imported
        if table == "inbox_view" and "department_id" in columns:
            first |= {"person_id": None, "department_id": world.city.works}
        second = VALID[table](world) | {column: first[column] for column in columns}
        if table == "inbox_view":
            second |= {name: first.get(name) for name in ("person_id", "department_id")}
        if table == "contact":
            second["submission_id"] = world.bare
        if table == "signature":
            second["co_decision_id"] = world.another_co_decision
        with session.begin_nested() as savepoint:
            put(session, table, first)
            message = refusal(session, table, second)
            savepoint.rollback()
        is_named = f"uq_{table}_{'_'.join(columns)}" in message
        assert is_named or all(f"{table}.{column}" in message for column in columns), message


@pytest.mark.parametrize("index", PARTIAL)
def test_rows_that_must_differ_where_a_column_is_empty(
    session: Session, world: World, index: str
) -> None:
    table, values = PARTIAL[index]
    put(session, table, VALID[table](world) | values)
    refusal(session, table, VALID[table](world) | values)


def test_every_constraint_is_tried() -> None:
    checks, uniques, partials = set(), set(), set()
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint):
                checks.add((str(constraint.name).removeprefix(f"ck_{table.name}_"), table.name))
            if isinstance(constraint, UniqueConstraint):
                uniques.add((table.name, tuple(column.name for column in constraint.columns)))
        partials |= {str(index.name) for index in table.indexes if index.unique}
    tried = {(name, table) for name, table, _ in REFUSED}
    tried |= {
        ("second_person", table)
        for table in (*SECOND_PERSON, "self_assessment", "entry_check", "set_apart")
    }
    assert checks == tried
    assert uniques == set(UNIQUE)
    assert partials == set(PARTIAL)
