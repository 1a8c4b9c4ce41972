"""Next steps that are called off: whoever was invited is told, and nobody counts as invited."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.manage.operations import partners
from portal.models.loops import LoopEvent, LoopRow
from portal.models.partners import Invitation
from portal.models.running import Outbox
from portal.notify import inviting
from portal.respond.operations.cases import set_aside
from portal.respond.operations.merging import merge_themes
from portal.respond.operations.restoring import restore
from portal.store.engine import Store
from portal.store.next_steps import invite
from tests.features.notify.conftest import Mailbox, Worker
from tests.support.answers import NOW, TODAY, Office
from tests.support.city import City
from tests.support.soundness import find_problems
from tests.support.together import Table

Send = Callable[..., int]
OFF = "Called off: what we invited you to (Pothole repair)"


@pytest.fixture
def table(store: Store, city: City) -> Table:
    return Table(store, city)


def still_invited(store: Store) -> list[int]:
    assert find_problems(store) == []
    with store.read() as session:
        rows = select(LoopRow.submission_id).where(LoopRow.invited_on.is_not(None))
        return sorted(session.scalars(rows))


def kinds(store: Store, case: int) -> list[str]:
    with store.read() as session:
        rows = select(LoopEvent.kind).where(LoopEvent.submission_id == case).order_by(LoopEvent.id)
        return [kind for kind in session.scalars(rows) if kind in {"invited", "called_off"}]


def subjects(mailbox: Mailbox, address: str = "ana@home.example") -> list[str]:
    return [str(one["Subject"]) for one in mailbox.messages if one["To"] == address]


def text_of(mailbox: Mailbox, part: str = "plain") -> str:
    body = mailbox.messages[-1].get_body((part,))
    return str(body.get_content()) if body else ""


def test_whoever_was_invited_is_told_and_counts_as_invited_no_more(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    mailed, silent = send(email="ana@home.example"), send()
    office.answer([mailed, silent])
    step = table.next_step(1)
    worker.run()
    assert still_invited(store) == [mailed, silent]
    table.call_off(step)
    for _ in range(2):
        worker.run()
    assert still_invited(store) == []
    assert kinds(store, mailed) == kinds(store, silent) == ["invited", "called_off"]
    assert subjects(mailbox).count(OFF) == 1
    for part in ("plain", "html"):
        assert "A walk (en)" in text_of(mailbox, part)
        assert "The school is closed." in text_of(mailbox, part)
        assert "At the school" not in text_of(mailbox, part), (
            "nobody shall read it as an invitation"
        )
    with store.read() as session:
        assert len(session.scalars(select(Invitation)).all()) == 2, "what happened stays"


def test_another_step_that_stands_still_invites(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    case = send(email="ana@home.example")
    office.answer([case])
    first = table.next_step(1)
    worker.run()
    second = table.next_step(1, on=TODAY + timedelta(days=4))
    worker.run()
    table.call_off(first)
    worker.run()
    assert subjects(mailbox)[-1] == OFF
    assert still_invited(store) == [case]
    assert kinds(store, case) == ["invited", "invited"]
    table.call_off(second)
    worker.run()
    assert still_invited(store) == []
    table.next_step(1)
    worker.run()
    assert still_invited(store) == [case]
    assert kinds(store, case) == ["invited", "invited", "called_off", "invited"]


def test_nobody_is_invited_to_it_any_more(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    waiting, there, mailed = send(), send(), send(email="ana@home.example")
    office.answer([there, mailed])
    old = office.group([waiting])
    step, later = table.next_step(1), table.next_step(old)
    table.call_off(step)
    table.call_off(later)
    with pytest.raises(partners.StepCalledOff):
        table.call_off(step, reasons={"en": "It rains."})
    with pytest.raises(partners.StepCalledOff):
        store.write(
            partners.write_next_step, now=NOW, today=TODAY, scope=table.scope, next_step_id=step,
            lang="es", what="Un paseo", place="En la escuela", seen="",
        )  # fmt: skip
    store.write(merge_themes, now=NOW, today=TODAY, scope=office.staff, theme_id=old, into_id=1)
    worker.run()
    assert still_invited(store) == []
    assert OFF not in subjects(mailbox), "who was not invited is not told"
    assert table.next_step(1) != step, "the same words name a step that takes place"


def test_whoever_an_invitation_is_mailed_to_in_that_moment_is_told_as_well(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    """Whether it comes alone or with the answer."""
    told = send(email="ana@home.example")
    office.answer([told])
    worker.run()
    call_off_on_the_way(mailbox, table, table.next_step(1))
    worker.run()
    new = send(email="ben@home.example")
    theme = office.group([new])
    step = table.next_step(theme)
    response = office.draft(theme)
    office.review(response)
    office.publish(response)
    call_off_on_the_way(mailbox, table, step)
    worker.run()
    worker.run()
    for case, address in ((told, "ana@home.example"), (new, "ben@home.example")):
        assert subjects(mailbox, address)[-1] == OFF
        assert kinds(store, case) == ["invited", "called_off"]
    assert still_invited(store) == []


def test_whoever_is_being_invited_without_mail_in_that_moment_is_told_as_well(
    store: Store,
    office: Office,
    table: Table,
    worker: Worker,
    send: Send,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another worker has told everybody before their invitation is written down."""
    case = send()
    office.answer([case])
    worker.run()
    step = table.next_step(1)

    def call_off() -> None:
        table.call_off(step)
        worker.run()

    other = threading.Thread(target=call_off)

    def invite_late(*args: Any, **values: Any) -> None:
        other.start()
        other.join(1)  # SQLite lets them go on only when the invitation is written
        invite(*args, **values)

    monkeypatch.setattr(inviting, "invite", invite_late)
    worker.run()
    other.join()
    worker.run()
    assert kinds(store, case) == ["invited", "called_off"]
    assert still_invited(store) == []


@pytest.mark.parametrize("is_told", [False, True])
def test_whoever_an_invitation_went_out_to_while_their_case_was_set_aside_is_told_as_well(
    store: Store,
    office: Office,
    table: Table,
    worker: Worker,
    send: Send,
    mailbox: Mailbox,
    is_told: bool,
) -> None:
    """Whether it comes alone or with the answer; nor are they invited again when it comes back."""
    case = send(email="ana@home.example")
    office.answer([case])
    if is_told:
        worker.run()
    steps = [table.next_step(1), table.next_step(1, on=TODAY + timedelta(days=4))]

    def exclude() -> None:
        mailbox.on_message = lambda: None
        store.write(
            set_aside, now=NOW, today=TODAY, scope=office.staff, submission_id=case, reason="test"
        )

    mailbox.on_message = exclude
    worker.run()
    assert len(mailbox.messages) == (2 if is_told else 1)
    assert text_of(mailbox).count("A walk (en)") == 2
    table.call_off(steps[0])
    worker.run()
    assert subjects(mailbox)[-1] == OFF
    sent = len(mailbox.messages)
    store.write(
        restore, now=NOW + timedelta(days=1), today=TODAY, scope=office.staff, submission_id=case
    )
    worker.wait(days=1)
    worker.run()
    assert len(mailbox.messages) == sent, "nothing is mailed twice"
    assert still_invited(store) == [case], "to the other one"
    assert kinds(store, case) == ["invited", "invited"]


def call_off_on_the_way(mailbox: Mailbox, table: Table, step: int) -> None:
    """The next mail that the server takes is under way when somebody calls the step off."""

    def call_off() -> None:
        mailbox.on_message = lambda: None
        table.call_off(step)

    mailbox.on_message = call_off


def test_each_reads_the_reason_in_their_language_or_in_one_that_there_is(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    cases = [send(), send(lang="es", email="ana@home.example")]
    response = office.answer(cases)
    office.translate(response)
    office.review(response, "es")
    step = table.next_step(1)
    store.write(
        partners.write_next_step, now=NOW, today=TODAY, scope=table.scope, next_step_id=step,
        lang="es", what="Un paseo", place="En la escuela", seen="",
    )  # fmt: skip
    worker.run()
    table.call_off(step)
    worker.run()
    assert "Un paseo" in text_of(mailbox)
    assert 'lang="en" dir="ltr">The school is closed.' in text_of(mailbox, "html")
    for part in ("plain", "html"):  # only what is in another language says so
        assert text_of(mailbox, part).count("inglés") == 1


def test_it_is_told_before_answers_that_wait_longer(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    """Else they could use up what a provider takes in an hour until the day of the step is over."""
    office.answer([send(email="ana@home.example")])
    step = table.next_step(1)
    worker.run()
    office.answer([send(email=f"{name}@home.example") for name in ("ben", "cara", "dan")])
    worker.run(mail_domain_hourly_limit=1)
    table.call_off(step)
    worker.run(mail_domain_hourly_limit=1)
    assert len(mailbox.messages) == 1, "all of them wait"
    worker.wait(hours=1)
    worker.run(mail_domain_hourly_limit=1)
    assert len(mailbox.messages) == 2
    assert subjects(mailbox)[-1] == OFF


def test_nobody_is_told_once_its_day_is_over(
    store: Store, office: Office, table: Table, worker: Worker, send: Send, mailbox: Mailbox
) -> None:
    office.answer([send(email="ana@home.example")])
    step = table.next_step(1, on=TODAY + timedelta(days=1))
    worker.run()
    table.call_off(step)
    mailbox.is_failing = True
    worker.run()
    mailbox.is_failing = False
    worker.wait(days=3)
    worker.run()
    assert OFF not in subjects(mailbox)
    with store.read() as session:
        (left,) = session.scalars(select(Outbox).where(Outbox.kind == "call_off"))
        assert left.done_at is not None
