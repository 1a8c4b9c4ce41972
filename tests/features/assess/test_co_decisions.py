"""Which co-decisions count: every rule of METHOD.md 3.2, from records and as of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Delete, Update, delete, literal, select, update
from sqlalchemy.orm import Session

from portal.assess.queries_evidence import gather_evidence
from portal.domain.loop import Actor, Event, EventKind, LoopError
from portal.domain.partnership import conditions, is_counting
from portal.follow.operations import record_judgement
from portal.follow.together import list_judged
from portal.manage.operations.co_decisions import Record, link_cases
from portal.manage.queries.co_decisions import get_co_decision_view
from portal.models.loops import LoopEvent, LoopRow
from portal.models.partners import Attestation, CoDecision, CoDecisionCase, Invitation, Partner
from portal.models.responses import Response
from portal.notify.inviting import invite_next
from portal.notify.telling import tell_next
from portal.respond.act import Act
from portal.respond.operations.cases import group_cases
from portal.respond.operations.merging import merge_themes
from portal.respond.operations.themes import share_theme
from portal.store.co_decisions import list_figures
from portal.store.engine import Store
from portal.store.evidence.known_cases import counted_now
from portal.store.joining import join_theme
from portal.store.loops import Links, append_event
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.cases import send_case
from tests.support.city import City
from tests.support.together import Table


class Decided:
    """A theme of four cases, told and invited; a signed record; nobody has judged it yet."""

    def __init__(self, store: Store, city: City) -> None:
        self.store, self.city, self.table = store, city, Table(store, city)
        office = Office(store, city)
        self.cases = [send(store, city.potholes) for _ in range(4)]
        self.theme = office.group(self.cases)
        response = office.draft(self.theme)
        office.review(response)
        office.publish(response)
        self.step = self.table.next_step(self.theme)
        store.write(
            tell_next, now=NOW, today=TODAY, response_id=response,
            person_id=city.people["staff"], after=0,
        )  # fmt: skip
        self.partner = self.table.partner()
        self.number = self.table.decide(self.theme, self.partner, self.cases[:1])

    def sign(self) -> None:
        self.table.sign(self.table.link(self.number))

    def judge(self, case: int, *, is_fair: bool, days: int = 0) -> None:
        self.store.write(
            record_judgement, submission_id=case, co_decision_id=self.number, is_fair=is_fair,
            now=NOW + timedelta(days=days), today=TODAY + timedelta(days=days),
        )  # fmt: skip

    def figures(self, days: int = 0) -> dict[str, Any]:
        """The one co-decision of the evidence of that day."""
        with self.store.read() as session:
            evidence = gather_evidence(session, self.city.potholes, TODAY + timedelta(days=days))
        (found,) = evidence["co_decisions"]
        return dict(found)


@pytest.fixture
def decided(store: Store, city: City) -> Decided:
    return Decided(store, city)


def test_it_counts_once_all_rules_are_met(decided: Decided) -> None:
    assert decided.figures()["partner_signed"] is False
    decided.sign()
    assert not is_counting(decided.figures())
    for case, is_fair in zip(decided.cases, (True, True, False), strict=False):
        decided.judge(case, is_fair=is_fair)
    assert decided.figures() == {
        "partner": "Parents of Elm Street",
        "partner_external": True,
        "partner_signed": True,
        "linked_submissions": 1,
        "invited_all": True,
        "decision_record": True,
        "attest_fair": 2,
        "attest_unfair": 1,
        "decided_at": TODAY.isoformat(),
    }
    assert is_counting(decided.figures())


def counting(decided: Decided) -> None:
    decided.sign()
    for case in decided.cases[1:]:
        decided.judge(case, is_fair=True)
    assert is_counting(decided.figures())


def change(decided: Decided, statement: Delete | Update, rows: int = 1) -> None:
    """Change records behind the portal's back; as many rows as the test believes there are."""

    def run(session: Session) -> int:
        done = session.execute(statement.returning(literal(1)))
        return len(done.all())

    assert decided.store.write(run) == rows


def _internal(decided: Decided) -> None:
    change(decided, update(Partner).values(is_external=False))


def _uninvited(decided: Decided) -> None:
    """One of those told was not invited."""
    case = decided.cases[3]
    change(decided, delete(Invitation).where(Invitation.submission_id == case))


def _unlinked(decided: Decided) -> None:
    """The only linked case was set aside."""
    case = decided.cases[0]
    change(
        decided,
        update(LoopRow)
        .where(LoopRow.submission_id == case)
        .values(excluded="spam", state="excluded"),
    )


def _found_unfair(decided: Decided) -> None:
    for case in decided.cases[:2]:
        decided.judge(case, is_fair=False)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (_internal, "partner_external"),
        (_uninvited, "invited_all"),
        (_unlinked, "linked_submissions"),
        (_found_unfair, "fair"),
    ],
)
def test_each_rule_alone_keeps_it_from_counting(
    decided: Decided, spoil: Callable[[Decided], None], rule: str
) -> None:
    counting(decided)
    spoil(decided)
    assert [name for name, is_met in conditions(decided.figures()).items() if not is_met] == [rule]


def test_an_incomplete_record_is_no_record(decided: Decided) -> None:
    decided.table.write(decided.number, Record("Proposed.", "Decided.", ""))
    assert decided.figures()["decision_record"] is False


def test_only_what_was_known_on_the_day_counts(decided: Decided) -> None:
    decided.sign()
    for place, case in enumerate(decided.cases[:3]):
        decided.judge(case, is_fair=True, days=place)
    decided.judge(decided.cases[0], is_fair=False, days=5)
    said = {days: decided.figures(days) for days in (0, 1, 2, 5)}
    assert [one["attest_fair"] for one in said.values()] == [1, 2, 3, 2]
    assert [one["attest_unfair"] for one in said.values()] == [0, 0, 0, 1]
    with decided.store.read() as session:
        before = gather_evidence(session, decided.city.potholes, TODAY - timedelta(days=1))
    assert before["co_decisions"] == []


def test_one_person_with_several_cases_has_one_voice(decided: Decided) -> None:
    decided.sign()
    change(decided, update(LoopRow).values(person_key="same"), rows=4)
    for case in decided.cases[:3]:
        decided.judge(case, is_fair=True)
    assert decided.figures()["attest_fair"] == 1


def test_saying_the_same_again_is_saying_it_once(decided: Decided) -> None:
    decided.sign()
    for _ in range(2):
        decided.judge(decided.cases[0], is_fair=True)
    with decided.store.read() as session:
        assert len(session.scalars(select(Attestation)).all()) == 1
        events = select(LoopEvent.actor).where(LoopEvent.kind == "attested")
        assert session.scalars(events).all() == ["resident"]


def test_nobody_judges_what_is_not_signed_or_not_theirs(decided: Decided, city: City) -> None:
    with pytest.raises(LoopError):
        decided.judge(decided.cases[0], is_fair=True)
    decided.sign()
    stranger = send(decided.store, city.potholes)
    with pytest.raises(LoopError):
        decided.judge(stranger, is_fair=True)


def me_too(decided: Decided) -> int:
    """Somebody says "me too" to the theme, is told, and invited to its next step."""
    store, city, theme = decided.store, decided.city, decided.theme

    def join(session: Session) -> int:
        number = send_case(
            session, city.potholes, NOW, kind="question", q0=None, is_rating=False,
            joined_theme_id=theme,
        )  # fmt: skip
        session.execute(
            update(LoopRow).where(LoopRow.submission_id == number).values(is_joined=True)
        )
        join_theme(session, theme, number, now=NOW, on=TODAY)
        return number

    number = store.write(join)
    with store.read() as session:
        response = session.scalars(select(Response.id)).one()
    store.write(
        tell_next, now=NOW, today=TODAY, response_id=response, person_id=city.people["staff"],
        after=0,
    )  # fmt: skip
    return number


def test_me_too_judges_nothing(decided: Decided) -> None:
    tap = me_too(decided)
    decided.sign()
    with pytest.raises(LoopError):
        decided.judge(tap, is_fair=True)
    with decided.store.read() as session:
        assert list_judged(session, tap, "en", ["en"]) == []
        assert [one.id for one in list_judged(session, decided.cases[0], "en", ["en"])] == [
            decided.number
        ]


def test_what_me_too_and_cases_set_aside_said_counts_no_more(decided: Decided) -> None:
    counting(decided)
    tap, spam = decided.cases[1:3]
    change(decided, update(LoopRow).where(LoopRow.submission_id == tap).values(is_joined=True))
    assert decided.figures()["attest_fair"] == 2
    aside = Event(
        kind=EventKind.EXCLUDED, on=TODAY + timedelta(2), actor=Actor.STAFF, reason="spam"
    )
    staff = Links(person_id=decided.city.people["staff"])
    decided.store.write(append_event, spam, aside, at=NOW + timedelta(2), links=staff)
    assert decided.figures(2)["attest_fair"] == 1
    assert decided.figures(1)["attest_fair"] == 2  # on that day it counted still


def test_managers_read_the_figures_of_the_evidence(decided: Decided) -> None:
    counting(decided)
    change(
        decided,
        update(LoopRow).where(LoopRow.submission_id == decided.cases[0]).values(is_joined=True),
    )
    change(decided, delete(Invitation).where(Invitation.submission_id == decided.cases[0]))
    with decided.store.read() as session:
        view = get_co_decision_view(
            session, decided.table.scope, decided.number, number=1, today=TODAY, langs=["en"]
        )
    assert view.line.figures == decided.figures()
    assert view.line.figures["linked_submissions"] == 0
    assert view.line.figures["invited_all"] is True


def test_everybody_told_already_is_invited_once(store: Store, city: City) -> None:
    decided = Decided(store, city)
    second = decided.table.next_step(decided.theme, on=TODAY + timedelta(days=3))
    for _ in range(2):
        store.write(invite_next, now=NOW, today=TODAY, next_step_id=second, after=0)
    with store.read() as session:
        invited = session.scalars(
            select(Invitation.submission_id).where(Invitation.next_step_id == second)
        ).all()
        events = session.scalars(select(LoopEvent.actor).where(LoopEvent.kind == "invited")).all()
    assert sorted(invited) == decided.cases
    assert events == ["system"] * 8


def test_a_step_that_was_called_off_has_invited_nobody(decided: Decided) -> None:
    decided.table.call_off(decided.step, TODAY + timedelta(days=2))
    assert decided.figures(days=1)["invited_all"] is True, "what was known then"
    assert decided.figures(days=2)["invited_all"] is False
    second = decided.table.next_step(decided.theme, on=TODAY + timedelta(days=3))
    decided.store.write(invite_next, now=NOW, today=TODAY, next_step_id=second, after=0)
    assert decided.figures(days=2)["invited_all"] is True


def test_everybody_told_in_a_shared_theme_has_to_be_invited_whatever_the_service(
    decided: Decided,
) -> None:
    store, city = decided.store, decided.city
    office = Office(store, city)
    store.write(share_theme, now=NOW, scope=office.staff, theme_id=decided.theme, is_shared=True)
    theirs = send(store, city.pools)
    store.write(
        group_cases, Act(office.scope("parks", department=city.parks), NOW, TODAY),
        case_ids=[theirs], theme_id=decided.theme, name="", lang="en",
    )  # fmt: skip
    assert decided.figures()["invited_all"] is True  # nobody has told them yet
    with store.read() as session:
        response_id = session.scalars(select(Response.id)).one()
    store.write(
        tell_next, now=NOW, today=TODAY, response_id=response_id,
        person_id=city.people["staff"], after=0,
    )  # fmt: skip
    assert decided.figures()["invited_all"] is True
    assert decided.figures()["linked_submissions"] == 1
    change(decided, delete(Invitation).where(Invitation.submission_id == theirs))
    assert decided.figures()["invited_all"] is False
    withdrawn = Event(kind=EventKind.WITHDRAWN, on=TODAY + timedelta(2), actor=Actor.RESIDENT)
    store.write(append_event, theirs, withdrawn, at=NOW + timedelta(2))
    assert decided.figures(1)["invited_all"] is False  # on that day they were there still
    assert decided.figures(2)["invited_all"] is True


def test_cases_of_other_services_are_not_linked_to_a_decision(decided: Decided) -> None:
    store, city = decided.store, decided.city
    office = Office(store, city)
    store.write(share_theme, now=NOW, scope=office.staff, theme_id=decided.theme, is_shared=True)
    lamp = send(store, city.lights, comment="It is dark at the kerb.")
    office.group([lamp], theme_id=decided.theme)
    assert link(decided, lamp) == 1, "it is left out"
    assert lamp not in linked(decided)


def link(decided: Decided, case: int) -> int:
    """Tick a case; returns how many were left out."""
    return decided.store.write(
        link_cases, now=NOW, today=TODAY, scope=decided.table.scope,
        co_decision_id=decided.number, case_ids=[case], shown=(),
    )  # fmt: skip


def test_a_decision_comes_from_no_me_too_and_from_nothing_that_was_set_aside(
    decided: Decided,
) -> None:
    tap, spam = me_too(decided), decided.cases[3]
    change(decided, update(LoopRow).where(LoopRow.submission_id == spam).values(excluded="spam"))
    with decided.store.read() as session:
        view = get_co_decision_view(
            session, decided.table.scope, decided.number, number=1, today=TODAY, langs=["en"]
        )
    assert sorted(case.id for case in view.cases.items) == decided.cases[:3]
    assert [link(decided, case) for case in (tap, spam)] == [1, 1], "both are left out"
    assert tap not in linked(decided)


def linked(decided: Decided) -> list[int]:
    with decided.store.read() as session:
        return list(session.scalars(select(CoDecisionCase.submission_id)))


def told_elsewhere(decided: Decided) -> int:
    """A case that was told its answer in another theme."""
    store, city = decided.store, decided.city
    case = send(store, city.potholes)
    response = Office(store, city).answer([case])
    store.write(
        tell_next, now=NOW, today=TODAY, response_id=response, person_id=city.people["staff"],
        after=0,
    )  # fmt: skip
    return case


def test_who_comes_into_the_theme_after_the_decision_undoes_nothing(decided: Decided) -> None:
    counting(decided)
    office, elsewhere = Office(decided.store, decided.city), told_elsewhere(decided)
    assert decided.figures()["invited_all"] is True
    office.group([elsewhere], decided.theme, NOW + timedelta(days=1))
    assert decided.figures(1)["invited_all"] is True
    assert is_counting(decided.figures(1))


def test_in_a_theme_younger_than_the_decision_whoever_is_in_it_has_to_be_invited(
    decided: Decided,
) -> None:
    counting(decided)
    themed = (LoopEvent.kind == "themed") & (LoopEvent.theme_id == decided.theme)
    change(decided, update(CoDecision).values(decided_on=TODAY - timedelta(days=1)))
    change(decided, update(LoopRow).values(told_on=TODAY - timedelta(days=2)), rows=4)
    with decided.store.read() as session:
        assert session.scalars(select(LoopEvent.happened_on).where(themed)).all() == [TODAY] * 4
    assert known(decided)["invited_all"] is True
    change(decided, delete(Invitation).where(Invitation.submission_id == decided.cases[1]))
    assert known(decided)["invited_all"] is False


def test_the_next_step_of_a_merged_theme_is_one_of_the_theme_that_it_went_into(
    store: Store, city: City
) -> None:
    decided = Decided(store, city)
    office = Office(store, city)
    into = office.group([send(store, city.potholes)])
    store.write(
        merge_themes, now=NOW, today=TODAY, scope=office.staff, theme_id=decided.theme, into_id=into
    )
    case = decided.cases[0]
    number = decided.table.decide(into, decided.table.partner("Elm Street Club"), [case])
    decided.table.sign(decided.table.link(number))
    decided.number = number
    assert known(decided)["invited_all"] is True
    decided.judge(case, is_fair=True)
    assert known(decided)["attest_fair"] == 1


def known(decided: Decided) -> dict[str, Any]:
    """The decision's figures by the cases as they are now."""
    with decided.store.read() as session:
        wanted = [CoDecision.id == decided.number]
        return list_figures(session, wanted, counted_now(), TODAY)[decided.number]


def test_who_was_told_elsewhere_and_in_the_theme_by_the_decision_has_to_be_invited(
    decided: Decided,
) -> None:
    office, elsewhere = Office(decided.store, decided.city), told_elsewhere(decided)
    office.group([elsewhere], decided.theme)
    assert decided.figures()["invited_all"] is False
