"""Three days of a city about which there is something to sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.domain.loop import Actor, Event, EventKind
from portal.models.responses import Response, ResponseCorrection, ResponseText, Theme
from portal.store import audit
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.integrity.days import sign_due
from portal.store.loops import append_event
from portal.store.secrets import Secrets
from portal.store.thresholds import change_thresholds
from tests.support.appraising import appraise_service
from tests.support.cases import send_case, send_rating
from tests.support.city import City
from tests.support.soundness import TEST_SECRET

ZONE = ZoneInfo("America/Chicago")
SECRETS = Secrets(TEST_SECRET)
# The last days of a quarter, at noon in the city.
FIRST = datetime(2026, 9, 28, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class StoppedClock(Clock):
    """A clock that stands where the test puts it."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(ZONE)
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def sign(store: Store, moment: datetime) -> int:
    return sign_due(store, StoppedClock(moment), SECRETS)


def make_busy(store: Store, city: City) -> None:
    """Three days with ratings enough to publish, a case that was answered, and what people did."""
    for number in range(12):
        q0, at = 1 + number % 5, FIRST + number % 3 * DAY
        store.write(send_rating, city.potholes, at, q0=q0, is_quarantined=number == 11)
    store.write(send_rating, city.pools, FIRST, q0=2)
    case = store.write(send_case, city.potholes, FIRST, comment="The gate squeaks.")
    with store.sessions.begin() as session:
        theme = Theme(service_id=city.potholes, created_at=FIRST)
        session.add(theme)
        session.flush()
        response = Response(
            service_id=city.potholes, theme_id=theme.id, outcome="answered", source_lang="en",
            status="published", created_at=FIRST, published_at=FIRST, published_on=FIRST.date(),
        )  # fmt: skip
        session.add(response)
        session.flush()
        words = ResponseText(
            response_id=response.id, lang="en", you_said="It squeaks.", we_did="We oiled it.",
            status="reviewed", reviewed_at=FIRST, updated_at=FIRST,
        )  # fmt: skip
        session.add(words)
        audit.record(
            session, at=FIRST, person_id=city.people["staff"], action="tried", subject="test"
        )
        invited = Event(kind=EventKind.INVITED, on=FIRST.date(), actor=Actor.SYSTEM)
        append_event(session, case, invited, at=FIRST)
        # A correction on the next day keeps what the text said before.
        old = {"you_said": words.you_said, "we_did": "We oile it.", "why_not": ""}
        session.add(
            ResponseCorrection(
                response_id=response.id, lang="en", reason="A letter was missing.",
                corrected_at=FIRST + DAY, **old,
            )
        )  # fmt: skip
        appraise_service(session, service_id=city.pools, as_of=FIRST.date(), now=FIRST)
        change_thresholds(
            session, raised={"L3.1": {"tau": 0.75}}, from_on=FIRST.date(),
            reason="We can do better.", person_id=city.people["manager"], today=FIRST.date(),
            now=FIRST,
        )  # fmt: skip
