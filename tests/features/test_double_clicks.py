"""A form sent twice in one moment: the second is answered as if it had come a little later."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.operations.factors import begin_authenticator
from portal.accounts.operations.people import AddressTaken, invite_person
from portal.admin.services.departments import add_department
from portal.admin.services.operations import CodeTakenError, add_service
from portal.admin.targets import add_holidays
from portal.domain.new_names import NameTaken
from portal.manage.operations.co_decisions import begin_co_decision
from portal.manage.operations.partners import add_partner, name_next_step
from portal.manage.operations.warnings import choose_digest
from portal.models.case_work import CaseNote
from portal.models.partners import CoDecision, NextStep, Partner
from portal.models.people import Authenticator, Person
from portal.models.responses import Response, Theme
from portal.models.services import Department, Service
from portal.models.targets import Holiday
from portal.models.warnings import DigestSubscription
from portal.respond.act import Act
from portal.respond.operations.cases import group_cases
from portal.respond.operations.notes import write_note
from portal.respond.operations.responses import write_response
from portal.store.engine import Store
from portal.store.scope import Scope
from tests.support.answers import ANSWERED, NOW, SOURCE, TODAY, Office, send
from tests.support.city import City
from tests.support.moment import this_day, this_moment
from tests.support.one_moment import save_in_one_moment
from tests.support.signed import SECRETS
from tests.support.together import Table

Send = Callable[[Session, City], object]


def _invite(session: Session, city: City) -> object:
    return invite_person(
        session, now=this_moment(), by=city.people["admin"], email="nova@city.example", name="Nova",
        roles=[("staff", city.works)], lang="en", secrets=SECRETS,
    )  # fmt: skip


def _app(session: Session, city: City) -> None:
    begin_authenticator(session, person_id=city.people["manager"], secrets=SECRETS)


def _department(session: Session, city: City) -> object:
    return add_department(
        session, name="Library", lang="en", person_id=city.people["admin"], now=this_moment()
    )


def _service(session: Session, city: City) -> object:
    return add_service(
        session, name="Library", department="parks", code="L-1", languages=["en"],
        person_id=city.people["admin"], now=this_moment(), today=this_day(),
    )  # fmt: skip


def _holidays(session: Session, city: City) -> object:
    days = {this_day(): "City Day"}
    return add_holidays(session, days, person_id=city.people["admin"], now=this_moment())


def _partner(session: Session, city: City) -> object:
    scope = Scope(person_id=city.people["manager"], departments={})
    return add_partner(session, now=this_moment(), scope=scope, name="Elm Street", is_external=True)


def _digest(session: Session, city: City) -> None:
    scope = Scope(person_id=city.people["manager"], departments={})
    choose_digest(session, now=this_moment(), scope=scope, secrets=SECRETS, wants=True)


@pytest.mark.parametrize(
    ("send", "table", "stored", "refused"),
    [
        (_invite, Person, 1, AddressTaken),
        (_app, Authenticator, 1, None),
        (_department, Department, 1, NameTaken),
        (_service, Service, 1, CodeTakenError),
        (_holidays, Holiday, 1, None),
        (_partner, Partner, 1, NameTaken),
        (_digest, DigestSubscription, 1, None),
    ],
)
def test_the_second_of_two_in_one_moment_finds_what_the_first_one_stored(
    store: Store, city: City, send: Send, table: Any, stored: int, refused: type[Exception] | None
) -> None:
    def send_it(session: Session) -> object:
        return send(session, city)

    before = _count(store, table)
    with nullcontext() if refused is None else pytest.raises(refused):
        save_in_one_moment(store, send_it, send_it)
    assert _count(store, table) - before == stored


@pytest.mark.parametrize("table", [Theme, Response, CaseNote, NextStep, CoDecision])
def test_what_somebody_begins_twice_in_one_moment_is_begun_once(
    store: Store, city: City, table: Any
) -> None:
    office, together = Office(store, city), Table(store, city)
    case = send(store, city.potholes)
    theme, partner = office.group([case]), together.partner()
    act, scope = Act(office.staff, NOW, TODAY), together.scope
    begin: dict[Any, Callable[[Session], object]] = {
        Theme: lambda session: group_cases(
            session, act, case_ids=[case], theme_id=None, name="Kerbs", lang="en"
        ),
        Response: lambda session: write_response(
            session, now=NOW, today=TODAY, scope=office.staff, theme_id=theme, lang="en",
            wording=SOURCE, promise=ANSWERED,
        ),
        CaseNote: lambda session: write_note(
            session, now=NOW, scope=office.staff, submission_id=case, text="Called."
        ),
        NextStep: lambda session: name_next_step(
            session, now=NOW, today=TODAY, scope=scope, theme_id=theme, happens_on=TODAY,
            lang="en", what="A walk", place="At six",
        ),
        CoDecision: lambda session: begin_co_decision(
            session, now=NOW, today=TODAY, scope=scope, theme_id=theme, partner_id=partner,
            lang="en",
        ),
    }  # fmt: skip
    before = _count(store, table)
    save_in_one_moment(store, begin[table], begin[table])
    assert _count(store, table) - before == 1


def _count(store: Store, table: Any) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
