"""Themes and responses made by the desk's own operations, for tests that start after them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.domain.loop import Outcome
from portal.domain.wording import Wording
from portal.models.responses import Response
from portal.respond.act import Act
from portal.respond.operations.cases import group_cases
from portal.respond.operations.responses import get_text, publish_response, write_response
from portal.respond.operations.texts import review_text, save_translation
from portal.respond.rules import Promise
from portal.store.engine import Store
from portal.store.scope import Scope
from portal.store.wordings import hash_of
from tests.support.cases import send_case
from tests.support.city import City

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SOURCE = Wording("The holes come back.", "We repaved the street by the school.")
SPANISH = Wording("Los baches vuelven.", "Repavimentamos la calle junto a la escuela.")
ANSWERED = Promise(Outcome.ANSWERED)
PLANNED = Promise(Outcome.PLANNED, due_on=TODAY + timedelta(days=30))


class Office:
    """Two people of one department, who write and review for each other."""

    def __init__(self, store: Store, city: City) -> None:
        """Staff writes, the reviewer reviews."""
        self.store, self.city = store, city
        self.staff = self.scope("staff")
        self.reviewer = self.scope("reviewer")

    def scope(self, who: str, role: str = "staff", department: int | None = None) -> Scope:
        """Somebody's scope in public works, or in another department."""
        departments = {role: frozenset({department or self.city.works})}
        return Scope(person_id=self.city.people[who], departments=departments)

    def group(self, cases: list[int], theme_id: int | None = None, now: datetime = NOW) -> int:
        """Put cases into a theme, a new one unless one is named; returns its id."""
        theme, _event = self.store.write(
            group_cases, Act(self.staff, now, now.date()), case_ids=cases, theme_id=theme_id,
            name="Holes", lang="en",
        )  # fmt: skip
        return theme

    def draft(self, theme_id: int, **changes: Any) -> int:
        """A response with its source in English; returns its id."""
        values: dict[str, Any] = {"wording": SOURCE, "promise": ANSWERED, "lang": "en"}
        return self.store.write(
            write_response, now=NOW, today=TODAY, scope=self.staff, theme_id=theme_id,
            **{**values, **changes},
        )  # fmt: skip

    def translate(self, response_id: int, lang: str = "es", wording: Wording = SPANISH) -> None:
        """A first text in another language, not reviewed."""
        self.store.write(
            save_translation, now=NOW, scope=self.staff, response_id=response_id, lang=lang,
            version=0, source_hash=self.source_hash(response_id), wording=wording,
        )  # fmt: skip

    def source_hash(self, response_id: int) -> str:
        """The hash of the source as it is now, which pages send along beside a translation."""
        with self.store.read() as session:
            response = session.get_one(Response, response_id)
            return hash_of(get_text(session, response_id, response.source_lang))

    def review(self, response_id: int, lang: str = "en", version: int = 1) -> None:
        """The second person finds the text right."""
        self.store.write(
            review_text, now=NOW, scope=self.reviewer, response_id=response_id, lang=lang,
            version=version,
        )  # fmt: skip

    def publish(self, response_id: int, version: int = 2, now: datetime = NOW) -> None:
        """Publish what was reviewed."""
        self.store.write(
            publish_response, now=now, today=now.date(), scope=self.staff,
            response_id=response_id, version=version,
        )  # fmt: skip

    def answer(self, cases: list[int], **changes: Any) -> int:
        """A theme of these cases with a published response in English; returns its id."""
        response_id = self.draft(self.group(cases), **changes)
        self.review(response_id)
        self.publish(response_id)
        return response_id


def send(store: Store, service_id: int, now: datetime = NOW, /, **values: object) -> int:
    """A case that a resident sent; returns its id."""
    return store.write(lambda session: send_case(session, service_id, now, **values))
