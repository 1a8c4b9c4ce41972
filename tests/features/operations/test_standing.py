"""What people set up is signed when it changes, and `portal check` knows who changed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from portal.accounts.operations.people import change_own
from portal.accounts.operations.sign_ins import begin_sign_in
from portal.admin.audit_words import ACTIONS
from portal.admin.services.operations import check_page, switch_channel
from portal.domain.loop import EventKind
from portal.imports.services import import_services
from portal.models.integrity import Standing
from portal.models.services import PageCheck
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.integrity import days
from portal.store.integrity.days import sign_due
from portal.store.integrity.set_up import STANDS
from portal.store.integrity.standing import list_changed
from portal.store.service_files import ServiceLine
from tests.support.city import LANGUAGES, City
from tests.support.signed import SECRETS, ZONE, sign
from tests.support.soundness import find_problems

FIRST = datetime(2026, 10, 2, 17, 0, tzinfo=UTC)
SECOND, THIRD = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
CLOSED = "UPDATE service_channel SET closed_on = '2026-10-01' WHERE channel = 'phone'"


@pytest.fixture
def signed(busy: Store) -> Store:
    """A city whose set-up was written down with the first days."""
    assert sign(busy, FIRST)
    return busy


def about(store: Store, word: str) -> list[str]:
    return [line for line in find_problems(store) if line.startswith(word)]


def tamper(store: Store, statement: str) -> None:
    store.write(lambda session: session.execute(text(statement)))


def count_rows(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(func.count()).select_from(Standing)).one()


def test_what_stands_is_written_down_once_and_again_when_it_changes(
    signed: Store, city: City
) -> None:
    assert find_problems(signed) == []
    before = count_rows(signed)
    sign(signed, SECOND)
    assert count_rows(signed) == before
    signed.write(
        switch_channel, slug="pothole-repair", channel="phone", is_open=False, languages=[],
        day=THIRD.date(), person_id=city.people["admin"], now=SECOND, today=SECOND.date(),
    )  # fmt: skip
    assert find_problems(signed) == []  # the audit trail says who did it
    sign(signed, THIRD)
    assert count_rows(signed) == before + 1
    assert find_problems(signed) == []


def test_a_change_while_a_day_is_being_signed_is_somebodys(
    signed: Store, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the file holds it or not: PostgreSQL shows each table as it is when it is read."""
    clock = WalkingClock(ZONE)

    def change_first(*asked: Any) -> list[dict[str, Any]]:
        signed.write(
            switch_channel, slug="pothole-repair", channel="phone", is_open=False, languages=[],
            day=THIRD.date(), person_id=city.people["admin"], now=clock.now(), today=SECOND.date(),
        )  # fmt: skip
        return list_changed(*asked)

    monkeypatch.setattr(days, "list_changed", change_first)
    assert sign_due(signed, clock, SECRETS)
    assert find_problems(signed) == []


class WalkingClock(Clock):
    """A second goes by between two looks."""

    _moment = SECOND

    def now(self) -> datetime:
        self._moment += timedelta(seconds=1)
        return self._moment


def test_a_change_behind_the_portals_back_shows_and_stays_to_be_seen(signed: Store) -> None:
    tamper(signed, CLOSED)
    now = about(signed, "service_channel of service")
    assert now
    assert all("is not as it was" in line for line in now)
    sign(signed, SECOND)
    later = about(signed, "service_channel of service")
    assert len(later) == len(now)
    assert all("was changed by" in line for line in later)


def test_what_somebody_did_to_one_service_explains_nothing_about_another(
    signed: Store, city: City
) -> None:
    tamper(signed, CLOSED)
    before = about(signed, "service_channel")
    signed.write(
        switch_channel, slug="pothole-repair", channel="counter", is_open=True,
        languages=list(LANGUAGES), day=SECOND.date(), person_id=city.people["admin"], now=SECOND,
        today=SECOND.date(),
    )  # fmt: skip
    assert len(about(signed, "service_channel")) == len(before) - 1


def test_what_somebody_did_otherwise_to_the_same_service_explains_nothing(
    signed: Store, city: City
) -> None:
    tamper(signed, CLOSED)
    before = about(signed, "service_channel")
    signed.write(
        check_page, slug="pothole-repair", lang="en", person_id=city.people["admin"], now=SECOND,
        today=SECOND.date(),
    )  # fmt: skip
    assert about(signed, "service_channel") == before


WAYS_IN = {
    "person": "UPDATE person SET password = 'known' WHERE id = :person",
    "membership": "INSERT INTO membership (person_id, role) VALUES (:person, 'administrator')",
    "recovery_code": "INSERT INTO recovery_code (person_id, code_hash) VALUES (:person, 'mine')",
    "passkey": (
        "INSERT INTO passkey (person_id, credential_id, public_key, sign_count, name, created_at)"
        " VALUES (:person, 'mine', :key, 0, 'Key', '2026-10-02 17:00:00+00:00')"
    ),
    "authenticator": (
        "INSERT INTO authenticator (person_id, secret_encrypted, confirmed_at)"
        " VALUES (:person, :key, '2026-10-02 17:00:00+00:00')"
    ),
}


@pytest.mark.parametrize("table", WAYS_IN)
def test_whoever_forges_a_way_in_does_not_explain_it_by_coming_in(
    signed: Store, city: City, table: str
) -> None:
    person_id, statement = city.people["reviewer"], WAYS_IN[table]
    values = {"person": person_id, "key": b"k"}
    wanted = {name: values[name] for name in values if f":{name}" in statement}
    signed.write(lambda session: session.execute(text(statement), wanted))
    forged = about(signed, table)
    assert forged
    signed.write(begin_sign_in, now=SECOND, today=SECOND.date(), person_id=person_id)
    signed.write(change_own, now=SECOND, person_id=person_id, name="Somebody", lang="en")
    assert set(about(signed, table)) & set(forged)
    sign(signed, THIRD)
    assert about(signed, table)


def test_every_action_changes_what_stands_or_is_known_not_to() -> None:
    explaining = {action for stands in STANDS for action in stands.actions}
    assert explaining - {EventKind.WITHDRAWN} | CHANGES_NOTHING == ACTIONS.keys()
    assert not explaining & CHANGES_NOTHING


# What people do that changes no row of what people set up: it is a record of its own, or about
# cases, drafts of answers, sign-ins and mail.
CHANGES_NOTHING = {
    "asked for a fresh report",
    "audit_exported",
    "case_restored",
    "case_taken_out",
    "changed a threshold",
    "co_decision_begun",
    "co_decision_linked",
    "co_decision_written",
    "comment_redacted",
    "comment_sent_to_translator",
    "dimension_reviewed",
    "district_moved",
    "entered",
    "forms_printed",
    "invitation_resent",
    "invitation_revoked",
    "level_claimed",
    "logo_fetched_again",
    "missing_taken_down",
    "note_struck",
    "partner_link_made",
    "partner_link_sent",
    "partner_signed",
    "redaction_refused",
    "redaction_requested",
    "response_dropped",
    "response_saved",
    "response_scheduled",
    "response_unscheduled",
    "response_written",
    "retried",
    "set_apart_decided",
    "set_apart_judged",
    "set_apart_refused",
    "sign_in_ended",
    "sign_ins_ended",
    "signed_in",
    "target_changed",
    "text_reviewed",
    "text_saved",
    "webhook_retried",
}


def test_rows_that_are_gone_or_new_show(signed: Store, city: City) -> None:
    tamper(signed, f"DELETE FROM service_language WHERE service_id = {city.pools}")
    checked = PageCheck(service_id=city.lights, lang="en", checked_on=FIRST.date())
    signed.write(lambda session: session.add(checked))
    assert about(signed, f"service_language of service {city.pools} is not as it was")
    assert about(signed, f"page_check of service {city.lights} is not as it was")


def test_a_list_of_services_says_what_it_brought(signed: Store) -> None:
    def bring(name: str) -> Any:
        line = ServiceLine(1, name, code="x1", department="Water")
        return signed.write(
            import_services, [line], name_lang="en", languages=LANGUAGES, now=SECOND,
            today=SECOND.date(),
        )  # fmt: skip

    assert bring("Water leaks").added == 1
    assert bring("Water leaks and pipes").changed == 1
    assert find_problems(signed) == []
    sign(signed, THIRD)
    assert find_problems(signed) == []
