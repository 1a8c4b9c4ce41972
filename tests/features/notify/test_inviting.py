"""Inviting whoever is told: everybody, in their language, in the same mail or on the receipt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.manage.operations import partners
from portal.models.loops import LoopRow
from portal.models.partners import Invitation
from portal.models.running import Outbox
from portal.notify import runner
from portal.notify.operations import stop_mail
from portal.respond.operations.merging import merge_themes
from portal.store.engine import Store
from tests.features.notify.conftest import Mailbox, Worker, faults_after_sending
from tests.support.answers import NOW, TODAY, Office
from tests.support.city import City
from tests.support.soundness import find_problems
from tests.support.together import Table

Send = Callable[..., int]


@pytest.fixture
def table(store: Store, city: City) -> Table:
    return Table(store, city)


def invited(store: Store) -> list[int]:
    with store.read() as session:
        found = session.scalars(select(Invitation.submission_id).distinct()).all()
        projected = session.scalars(
            select(LoopRow.submission_id).where(LoopRow.invited_on.is_not(None))
        ).all()
    assert sorted(found) == sorted(projected)
    assert find_problems(store) == []
    return sorted(found)


def test_the_invitation_stands_in_the_mail_that_tells(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    mailed, silent = send(email="ana@home.example"), send()
    theme = office.group([mailed, silent])
    table.next_step(theme)
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    worker.run()
    assert invited(store) == [mailed, silent]
    (message,) = mailbox.messages
    for part in message.iter_parts():
        assert "A walk (en)" in part.get_content()
        assert "At the school (en)" in part.get_content()


def test_those_told_before_are_invited_when_the_next_step_gets_its_name(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    mailed, silent, waiting = send(email="ana@home.example"), send(), send(lang="ko")
    office.answer([mailed, silent, waiting])
    worker.run()
    assert invited(store) == []
    with store.read() as session:
        theme = session.scalars(select(LoopRow)).first()
        assert theme is not None
    table.next_step(1)
    worker.run()
    worker.run()
    assert invited(store) == [mailed, silent]
    assert len(mailbox.messages) == 2
    assert "A walk (en)" in str(mailbox.messages[1].get_body(("plain",)).get_content())  # type: ignore[union-attr]


def test_every_step_ahead_stands_in_the_mail_that_tells(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    mailed, silent = send(email="ana@home.example"), send()
    theme = office.group([mailed, silent])
    steps = [table.next_step(theme, on=TODAY + timedelta(days=days)) for days in (9, 4)]
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    worker.run()
    check_named_once(store, mailbox, steps, [mailed, silent])


def test_one_mail_invites_to_every_step_ahead(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    mailed, silent = send(email="ana@home.example"), send()
    office.answer([mailed, silent])
    worker.run()
    mailbox.messages.clear()
    steps = [table.next_step(1, on=TODAY + timedelta(days=days)) for days in (9, 4)]
    worker.run()
    worker.run()
    check_named_once(store, mailbox, steps, [mailed, silent])


def test_two_workers_at_once_invite_by_one_mail(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(runner, "BATCH", 1)
    case = send(email="ana@home.example")
    office.answer([case])
    worker.run()
    mailbox.messages.clear()
    steps = [table.next_step(1, on=TODAY + timedelta(days=days)) for days in (9, 4)]
    other = threading.Thread(target=worker.run)

    def run_the_other() -> None:
        if other.ident is None:
            other.start()
            other.join(timeout=5)  # its own mail would have to wait for this one

    mailbox.on_message = run_the_other
    worker.run()
    other.join()
    worker.wait(minutes=2)
    worker.run()
    check_named_once(store, mailbox, steps, [case])
    with store.read() as session:
        assert session.scalars(select(Outbox).where(Outbox.done_at.is_(None))).all() == []


def check_named_once(store: Store, mailbox: Mailbox, steps: list[int], cases: list[int]) -> None:
    """One mail speaks of both steps, the soonest first, and everybody is invited to both."""
    (message,) = mailbox.messages
    for part in message.iter_parts():
        text = part.get_content()
        days = [text.index(day) for day in ("November 24", "November 29")]
        assert days == sorted(days)
        assert text.count("A walk (en)") == 2
        assert text.count("you are invited") == 1
    with store.read() as session:
        rows = session.execute(select(Invitation.next_step_id, Invitation.submission_id)).all()
    assert sorted(tuple(row) for row in rows) == [(one, case) for one in steps for case in cases]
    assert set(invited(store)) == set(cases)


def test_people_are_invited_in_their_language_only(
    store: Store, office: Office, table: Table, worker: Worker, send: Send
) -> None:
    english, spanish = send(), send(lang="es")
    response = office.answer([english, spanish])
    office.translate(response)
    office.review(response, "es")
    step = table.next_step(1)
    worker.run()
    assert invited(store) == [english]
    store.write(
        partners.write_next_step, now=NOW, today=TODAY, scope=table.scope, next_step_id=step,
        lang="es", what="Un paseo", place="En la escuela", seen="",
    )  # fmt: skip
    worker.run()
    assert invited(store) == [english, spanish]


def test_the_next_step_of_a_merged_theme_goes_on_in_the_other_one(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    came, was_there = send(email="ana@home.example"), send()
    old, into = office.group([came]), office.group([was_there])
    table.next_step(old)
    merge(store, office, old, into)
    response = office.draft(into)
    office.review(response)
    office.publish(response)
    worker.run()
    assert invited(store) == [came, was_there]
    (message,) = mailbox.messages
    assert "A walk (en)" in str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def test_who_was_told_is_invited_to_the_next_step_of_a_theme_that_comes_in(
    store: Store, office: Office, table: Table, worker: Worker, send: Send
) -> None:
    told, waiting, korean = send(), send(), send(lang="ko")
    into = office.group([told, korean])
    response = office.draft(into)
    office.review(response)
    office.publish(response)
    worker.run()
    old = office.group([waiting])
    step = table.next_step(old)
    merge(store, office, old, into)
    worker.run()
    assert invited(store) == [told, waiting]
    office.translate(response, "ko")
    office.review(response, "ko")
    worker.run()
    store.write(
        partners.write_next_step, now=NOW, today=TODAY, scope=table.scope, next_step_id=step,
        lang="ko", what="A walk (ko)", place="At the school (ko)", seen="",
    )  # fmt: skip
    worker.run()
    assert invited(store) == [told, waiting, korean]


def merge(store: Store, office: Office, old: int, into: int) -> None:
    store.write(merge_themes, now=NOW, today=TODAY, scope=office.staff, theme_id=old, into_id=into)


def test_nobody_is_invited_to_what_is_over(
    store: Store, office: Office, table: Table, worker: Worker, send: Send
) -> None:
    case = send()
    theme = office.group([case])
    table.next_step(theme, on=TODAY + timedelta(days=1))
    worker.wait(days=3)
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    worker.run()
    assert invited(store) == []
    with pytest.raises(partners.StepIsOver):
        table.next_step(theme, on=TODAY - timedelta(days=1))


def test_mail_that_waits_until_the_step_is_over_invites_nobody(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send(email="ana@home.example")
    office.answer([case])
    worker.run()
    table.next_step(1, on=TODAY + timedelta(days=1))
    mailbox.is_failing = True
    worker.run()
    mailbox.is_failing = False
    worker.wait(days=3)
    worker.run()
    assert invited(store) == []


@pytest.mark.parametrize("is_called_off", [True, False])
def test_a_telling_that_ends_on_the_receipts_page_invites_to_nothing_that_is_not_open_any_more(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox,
    *, is_called_off: bool,
) -> None:  # fmt: skip
    case = send(email="ana@home.example")
    theme = office.group([case])
    step = table.next_step(theme)
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    mailbox.is_failing = True
    worker.run()
    mailbox.is_failing = False
    store.write(stop_mail, now=NOW, token=worker.secrets.mail_token(case))
    if is_called_off:
        table.call_off(step)
    worker.wait(days=1 if is_called_off else 11)
    worker.run()
    assert mailbox.messages == []
    with store.read() as session:
        assert session.get_one(LoopRow, case).told_on is not None
    assert invited(store) == []


@pytest.mark.parametrize("has_step", [True, False])
def test_a_mail_that_the_version_before_sent_and_could_not_write_down_invites_to_its_step(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch, *, has_step: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(runner, "FINISH_PAUSES", ())
    case = send(email="ana@home.example")
    theme = office.group([case])
    step = table.next_step(theme) if has_step else None
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    with faults_after_sending(store, mailbox, times=1):
        worker.run()
    noted = {"is_counted": True, "is_sent": True, "next_step_id": step}
    store.write(
        lambda session: session.execute(
            update(Outbox).where(Outbox.kind == "tell").values(detail=noted)
        )
    )
    worker.wait(hours=1)
    worker.run()
    with store.read() as session:
        assert session.get_one(LoopRow, case).told_on is not None
    assert invited(store) == ([case] if has_step else [])
    assert len(mailbox.messages) == 1
