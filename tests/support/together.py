"""Deciding together, by the managers' own operations, for tests that start after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from portal.manage.operations import (
    co_decisions,
    partner_addresses,
    partner_links,
    partners,
)
from portal.manage.operations.co_decisions import Record
from portal.manage.queries.co_decisions import find_signing
from portal.manage.seen import hash_of_record
from portal.models.partners import CoDecision, CoDecisionText
from portal.store.engine import Store
from portal.store.scope import Scope
from tests.support.answers import NOW, TODAY
from tests.support.city import City
from tests.support.signed import SECRETS

RECORD = Record("Parents asked for a lower kerb.", "We chose the corner.", "The kerb is lower.")


class Table:
    """A manager of public works, and those who decide together with them."""

    def __init__(self, store: Store, city: City) -> None:
        """The manager's scope is as at sign-in."""
        self.store, self.colleague = store, city.people["reviewer"]
        self.scope = Scope(
            person_id=city.people["manager"], departments={"manager": frozenset({city.works})}
        )

    def partner(self, name: str = "Parents of Elm Street", *, is_external: bool = True) -> int:
        """An organisation; returns its id."""
        return self.store.write(
            partners.add_partner, now=NOW, scope=self.scope, name=name, is_external=is_external
        )

    def name_mailbox(
        self,
        partner_id: int,
        email: str = "ana@parents.example",
        *,
        lang: str = "en",
        by: int | None = None,
        now: datetime = NOW,
    ) -> None:
        """Say where a partner gets its links; a colleague of whoever writes does."""
        self.store.write(
            partner_addresses.set_address, now=now,
            scope=replace(self.scope, person_id=by or self.colleague), partner_id=partner_id,
            email=email, lang=lang, secrets=SECRETS,
        )  # fmt: skip

    def next_step(self, theme_id: int, lang: str = "en", on: date | None = None) -> int:
        """A theme's next step in one language; returns its id."""
        return self.store.write(
            partners.name_next_step, now=NOW, today=TODAY, scope=self.scope, theme_id=theme_id,
            happens_on=on or TODAY + timedelta(days=10), lang=lang, what=f"A walk ({lang})",
            place=f"At the school ({lang})",
        )  # fmt: skip

    def call_off(
        self, next_step_id: int, on: date = TODAY, *, reasons: Mapping[str, str] | None = None
    ) -> None:
        """Call a next step off, in English unless the reasons say otherwise."""
        self.store.write(
            partners.call_off_next_step, now=NOW, today=on, scope=self.scope,
            next_step_id=next_step_id, reasons=reasons or {"en": "The school is closed."},
        )  # fmt: skip

    def decide(
        self,
        theme_id: int,
        partner_id: int,
        cases: Sequence[int],
        record: Record = RECORD,
        on: date = TODAY,
    ) -> int:
        """A record with its linked cases, not signed; returns its id."""
        number = self.store.write(
            co_decisions.begin_co_decision, now=NOW, today=TODAY, scope=self.scope,
            theme_id=theme_id, partner_id=partner_id, lang="en",
        )  # fmt: skip
        self.write(number, record, on)
        self.store.write(
            co_decisions.link_cases, now=NOW, today=TODAY, scope=self.scope,
            co_decision_id=number, case_ids=cases, shown=(),
        )  # fmt: skip
        return number

    def write(self, number: int, record: Record = RECORD, on: date | None = TODAY) -> None:
        """Write the record in English, over what is there."""
        with self.store.read() as session:
            text = session.get(CoDecisionText, (number, "en"))
            found = session.get_one(CoDecision, number)
            seen = hash_of_record(text, found.decided_on if found.source_lang == "en" else None)
        self.store.write(
            co_decisions.write_record, now=NOW, today=TODAY, scope=self.scope,
            co_decision_id=number, lang="en", record=record, decided_on=on,
            seen=seen,
        )  # fmt: skip

    def link(self, number: int, now: datetime = NOW) -> str:
        """The token of the partner's link, made by a colleague of whoever wrote the record."""
        colleague = replace(self.scope, person_id=self.colleague)
        return self.store.write(
            partner_links.make_link, now=now, scope=colleague, co_decision_id=number
        )

    def sign(self, token: str, now: datetime = NOW) -> None:
        """The partner reads and signs."""
        with self.store.read() as session:
            view = find_signing(session, token, now=now, langs=["en"])
        self.store.write(
            co_decisions.sign, now=now, today=now.date(), token=token,
            record_hash=view.record_hash if view else "", name="Ana Ruiz", role="Chair",
        )  # fmt: skip
