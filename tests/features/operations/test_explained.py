"""Whatever people change through the portal, the audit trail explains it to `portal check`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.operations.factors import add_passkey, make_recovery_codes
from portal.accounts.operations.links import change_password
from portal.accounts.operations.people import (
    change_own,
    change_roles,
    deactivate_person,
    forget_second_factor,
    hash_of_roles,
    invite_person,
)
from portal.admin.city import name_city
from portal.admin.contact import change_contact
from portal.admin.districts import add_district, close_district, name_district
from portal.admin.kiosks import NewKiosk, close_kiosk, set_up_kiosk
from portal.admin.languages import switch_off
from portal.admin.retention import change_periods
from portal.admin.services import texts
from portal.admin.services.departments import add_department, name_department
from portal.admin.services.operations import (
    add_service,
    check_page,
    switch_channel,
    switch_language,
)
from portal.admin.services.text_operations import save_text
from portal.admin.targets import add_holidays, choose_weekdays, remove_holiday
from portal.admin.webhooks import add_webhook, disable_webhook
from portal.domain.self_assessment import Block, Dimension, EvidenceItem, EvidenceKind
from portal.domain.typed_texts import TypedTexts
from portal.domain.wording import Wording
from portal.follow.operations import keep_message, take_back
from portal.manage.operations.barriers import Plan, add_barrier, save_barrier
from portal.manage.operations.self_assessments import assess_dimension
from portal.manage.operations.warnings import change_warning
from portal.models.integrity import Standing
from portal.models.running import AuditEvent
from portal.models.targets import Holiday
from portal.models.warnings import WarningRow
from portal.respond.act import Act
from portal.respond.operations.assigning import assign_cases
from portal.respond.operations.cases import decide_request, set_aside
from portal.respond.operations.merging import merge_themes
from portal.respond.operations.phrases import Said, add_phrase, change_phrase, delete_phrase
from portal.respond.operations.texts import propose_correction
from portal.respond.operations.themes import name_theme, share_theme, split_theme
from portal.respond.operations.undoing import undo
from portal.respond.operations.views import change_view, save_view
from portal.respond.operations.withdrawals import decide_withdrawal
from portal.respond.queries.selection import Selection
from portal.store.engine import Store
from portal.store.integrity.own_seals import seal_rows
from portal.store.retention import Periods
from portal.store.targets import add_target
from tests.support.answers import NOW, SOURCE, TODAY, Office, send
from tests.support.city import LANGUAGES, City
from tests.support.signed import FIRST, SECRETS, sign
from tests.support.soundness import find_problems
from tests.support.together import Table

OFFERED = list(LANGUAGES)
LATER = NOW + timedelta(days=2)


class Busy:
    """People who change something that stands in a table of its own."""

    def __init__(self, store: Store, city: City) -> None:
        self.store, self.city = store, city
        self.office, self.table = Office(store, city), Table(store, city)
        self.desk: dict[str, Any] = {"now": NOW, "scope": self.office.staff}
        self.rule: dict[str, Any] = {"now": NOW, "person_id": city.people["admin"]}

    def case(self, **values: object) -> int:
        return send(self.store, self.city.potholes, comment="It is high.", **values)

    def name_and_split(self) -> None:
        cases = [self.case(), self.case()]
        theme = self.office.group(cases)
        self.store.write(
            name_theme, theme_id=theme, names=TypedTexts({"es": "Baches"}), **self.desk
        )
        self.store.write(share_theme, theme_id=theme, is_shared=True, **self.desk)
        self.store.write(
            split_theme, today=TODAY, theme_id=theme, case_ids=cases[:1], name="Kerbs", lang="en",
            **self.desk,
        )  # fmt: skip

    def merge(self) -> None:
        one, other = self.office.group([self.case()]), self.office.group([self.case()])
        self.settle()
        self.store.write(
            merge_themes, today=LATER.date(), theme_id=one, into_id=other, now=LATER,
            scope=self.office.staff,
        )  # fmt: skip

    def merge_and_undo(self) -> None:
        one, other = self.office.group([self.case()]), self.office.group([self.case()])
        self.store.write(merge_themes, today=TODAY, theme_id=one, into_id=other, **self.desk)
        with self.store.read() as session:
            merged = session.scalars(select(func.max(AuditEvent.id))).one()
        self.store.write(undo, today=TODAY, event_id=merged, **self.desk)

    def settle(self) -> None:
        """A night in between: what was changed by now is signed."""
        assert find_problems(self.store) == []
        sign(self.store, LATER - timedelta(minutes=1))

    def correct(self) -> None:
        response_id = self.office.answer([self.case()])
        self.store.write(
            propose_correction, response_id=response_id, lang="en", version=2, source_hash=None,
            wording=Wording(SOURCE.you_said, "We repaved it all."), reason="Clearer.", **self.desk,
        )  # fmt: skip

    def keep_phrases(self) -> None:
        said = Said("opening", "Thanks", "Thank you.")
        shared: dict[str, Any] = {"department_id": self.city.works, "lang": "en", "said": said}
        number = self.store.write(add_phrase, **shared, **self.desk)
        version = 1
        self.store.write(
            change_phrase, phrase_id=number, version=version,
            said=Said("opening", "Thanks", "Thank you all."), **self.desk,
        )  # fmt: skip
        self.settle()
        self.store.write(
            delete_phrase, phrase_id=number, version=version + 1, now=LATER, scope=self.office.staff
        )

    def ask_to_set_aside(self) -> None:
        case = self.case(q0=1)
        assert not self.store.write(
            set_aside, today=TODAY, submission_id=case, reason="spam", **self.desk
        )
        self.settle()
        self.store.write(take_back, submission_id=case, now=LATER, today=LATER.date())

    def ask_by_receipt(self) -> None:
        """One wish is taken back, one is declined, one is agreed to."""
        cases = [self.case(q0=1, channel="phone") for _wish in range(3)]
        for case in cases:
            self.store.write(take_back, submission_id=case, now=NOW, today=TODAY)
        self.settle()
        self.store.write(keep_message, submission_id=cases[0], now=LATER)
        act = Act(self.office.reviewer, LATER, LATER.date())
        for case, refusal in zip(cases[1:], ("staff", None), strict=True):
            self.store.write(decide_withdrawal, act=act, submission_id=case, refusal=refusal)

    def assign(self) -> None:
        chosen = Selection(ids=(self.case(),))
        for person_id in (self.city.people["staff"], None):
            self.store.write(
                assign_cases, today=TODAY, selection=chosen, person_id=person_id, **self.desk
            )

    def keep_a_view(self) -> None:
        number = self.store.write(
            save_view, name="Mine", filters="place=all", department_id=None, **self.desk
        )
        self.store.write(change_view, view_id=number, version=1, name="Ours", **self.desk)

    def invite(self) -> None:
        self.table.next_step(self.office.group([self.case()]))

    def plan(self) -> None:
        plan = Plan(Block.TEAMS, "Nobody", "Money", "Ana", "Ask", TODAY, ["L3.1"])
        managing: dict[str, Any] = {"now": NOW, "scope": self.table.scope, "slug": "pothole-repair"}
        number = self.store.write(add_barrier, plan=plan, **managing)
        self.store.write(save_barrier, number=number, version=1, plan=plan, **managing)

    def set_targets(self) -> None:
        change: dict[str, Any] = {"from_on": TODAY, "today": TODAY, **self.rule}
        self.store.write(add_target, service_id=None, working_days=10, **change)
        self.store.write(
            add_holidays, {TODAY + timedelta(days=9): "Rest", TODAY: "Today"}, **self.rule
        )
        self.settle()
        after: dict[str, Any] = {"today": LATER.date(), **self.rule, "now": LATER}
        self.store.write(choose_weekdays, {0, 1, 2}, **after)
        with self.store.read() as session:
            number = session.scalars(select(func.max(Holiday.id))).one()
        self.store.write(remove_holiday, holiday_id=number, **after)

    def assess_oneself(self) -> None:
        item = EvidenceItem(EvidenceKind.DOCUMENT, "Our plan", TODAY, "")
        self.store.write(
            assess_dimension, now=NOW, today=TODAY, scope=self.table.scope, slug="pothole-repair",
            dimension=Dimension("B"), level=2, note="", evidence=[item],
        )  # fmt: skip

    def look_at_a_warning(self) -> None:
        number = self.store.write(_warn, self.city.potholes)
        self.settle()
        self.store.write(
            change_warning, now=LATER, scope=self.table.scope, warning_id=number, version=1,
            state="looked_at", owner_id=None, note="",
        )  # fmt: skip

    def tell_others(self) -> None:
        shared: dict[str, Any] = {"url": "https://city.example/", "events": ["level.published"]}
        number = self.store.write(add_webhook, **shared, **self.rule)
        self.store.write(disable_webhook, webhook_id=number, **self.rule)

    def name_the_city(self) -> None:
        self.store.write(name_city, TypedTexts({"es": "Marlow del Río"}), **self.rule)
        self.store.write(change_contact, TypedTexts({"phone": "311"}), **self.rule)

    def keep_for_less_time(self) -> None:
        self.store.write(change_periods, Periods(60, 12), **self.rule)

    def switch_a_language_off(self) -> None:
        self.store.write(switch_off, lang="ko", day=TODAY, today=TODAY, **self.rule)

    def write_about_a_service(self) -> None:
        self.store.write(
            save_text, slug="pothole-repair", lang="fr", seen="", offered=[*OFFERED, "fr"],
            wording=texts.Wording("Nids-de-poule", "", ""), **self.rule,
        )  # fmt: skip

    def let_people_in(self) -> None:
        admin, staff = self.city.people["admin"], self.city.people["staff"]
        invited = self.store.write(
            invite_person, email="new@city.example", name="New", lang="en", by=admin, now=NOW,
            roles=[("staff", self.city.works)], secrets=SECRETS,
        )  # fmt: skip
        self.store.write(
            change_roles, person_id=staff, roles=[("manager", self.city.works)], by=admin, now=NOW,
            seen=hash_of_roles([("staff", self.city.works)]),
        )  # fmt: skip
        self.settle()
        self.store.write(change_own, person_id=invited, name="Newer", lang="en", now=LATER)
        self.store.write(
            change_password, person_id=staff, password="a long way to Marlow", token="", now=LATER
        )
        self.store.write(deactivate_person, person_id=invited, by=admin, now=LATER)

    def lose_a_second_factor(self) -> None:
        admin = self.city.people["admin"]
        self.store.write(_add_passkey, admin)
        self.make_codes()
        self.settle()
        self.store.write(forget_second_factor, person_id=admin, by=admin, now=LATER)

    def set_up_the_city(self) -> None:
        kiosk = NewKiosk("Hall", self.city.potholes, 60)
        self.store.write(set_up_kiosk, new=kiosk, today=TODAY, **self.rule)
        district = self.store.write(add_district, name="Harbour", lang="en", **self.rule)
        department = self.store.write(add_department, name="Water", lang="en", **self.rule)
        self.settle()
        after = self.rule | {"now": LATER}
        self.store.write(close_kiosk, kiosk_id=1, today=LATER.date(), **after)
        self.store.write(name_district, slug=district, names=TypedTexts({"es": "Puerto"}), **after)
        self.store.write(close_district, slug=district, today=LATER.date(), **after)
        self.store.write(
            name_department, slug=department, names=TypedTexts({"es": "Agua"}), **after
        )

    def set_up_a_service(self) -> None:
        slug = self.store.write(
            add_service, name="Water leaks", department="public-works", code="w1",
            languages=OFFERED, today=TODAY, **self.rule,
        )  # fmt: skip
        self.settle()
        after: dict[str, Any] = self.rule | {"now": LATER, "slug": slug}
        day: dict[str, Any] = {"day": LATER.date(), "today": LATER.date()}
        self.store.write(switch_language, lang="ko", role="input", is_open=False, **day, **after)
        self.store.write(
            switch_channel, channel="counter", is_open=True, languages=OFFERED, **day, **after
        )
        shown = after | {"slug": "pothole-repair"}
        self.store.write(check_page, lang="en", today=LATER.date(), **shown)

    def refuse_to_set_aside(self) -> None:
        case = self.case(q0=1)
        self.store.write(set_aside, today=TODAY, submission_id=case, reason="spam", **self.desk)
        self.settle()
        self.store.write(
            decide_request, submission_id=case, is_agreed=False, now=LATER, today=LATER.date(),
            scope=self.office.staff,
        )  # fmt: skip

    def make_codes(self) -> None:
        self.store.write(make_recovery_codes, secrets=SECRETS, **self.rule)


def _add_passkey(session: Session, person_id: int) -> None:
    assert add_passkey(
        session, now=NOW, person_id=person_id, credential_id="a", public_key=b"k", sign_count=0,
        name="Key", challenge=b"c", asked_at=NOW,
    )  # fmt: skip


def _warn(session: Session, service_id: int) -> int:
    row = WarningRow(
        service_id=service_id, kind="ratings", subject="", raised_on=TODAY, last_seen_on=TODAY,
        evidence={}, state="new",
    )  # fmt: skip
    session.add(row)
    session.flush()
    seal_rows(session, WarningRow.__tablename__, [row.id])
    return row.id


DEEDS: tuple[Callable[[Busy], None], ...] = (
    Busy.name_and_split,
    Busy.merge,
    Busy.merge_and_undo,
    Busy.correct,
    Busy.keep_phrases,
    Busy.ask_to_set_aside,
    Busy.assign,
    Busy.keep_a_view,
    Busy.invite,
    Busy.plan,
    Busy.assess_oneself,
    Busy.set_targets,
    Busy.look_at_a_warning,
    Busy.tell_others,
    Busy.name_the_city,
    Busy.keep_for_less_time,
    Busy.switch_a_language_off,
    Busy.write_about_a_service,
    Busy.let_people_in,
    Busy.lose_a_second_factor,
    Busy.set_up_the_city,
    Busy.set_up_a_service,
    Busy.refuse_to_set_aside,
    Busy.make_codes,
)


@pytest.mark.parametrize("deed", DEEDS, ids=[deed.__name__ for deed in DEEDS])
def test_what_people_do_through_the_portal_is_explained(
    busy: Store, city: City, deed: Callable[[Busy], None]
) -> None:
    sign(busy, FIRST + timedelta(days=4))
    before = _count(busy)
    deed(Busy(busy, city))
    assert find_problems(busy) == []
    sign(busy, LATER + timedelta(days=2))
    assert find_problems(busy) == []
    assert _count(busy) > before or deed is Busy.assign  # or nothing was tried


def _count(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(func.count()).select_from(Standing)).one()
