"""A language that was added is offered to residents, and withdrawn: which services it opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.admin.services.operations import switch_channel
from portal.models.running import AuditEvent
from portal.models.services import ServiceChannel, ServiceLanguage
from portal.store.engine import Store
from portal.store.languages import list_closed_languages
from tests.support.added_languages import offer
from tests.support.city import LANGUAGES, City
from tests.support.processes import Installation


def records(store: Store, service_id: int, tag: str) -> list[tuple[bool, bool]]:
    """Whether each record of the language for feedback began today, and is open."""
    with store.read() as session:
        rows = session.scalars(
            select(ServiceLanguage).filter_by(service_id=service_id, lang=tag, role="input")
        ).all()
        return [(row.opened_on == datetime.now(UTC).date(), row.closed_on is None) for row in rows]


def open_since_long(session: Session, tag: str) -> None:
    """As if it had been offered long ago."""
    session.execute(
        update(ServiceLanguage)
        .where(ServiceLanguage.lang == tag)
        .values(opened_on=date(2026, 1, 1))
    )


def test_offering_opens_every_service_that_has_not_decided_otherwise(
    installation: Installation, store: Store, city: City
) -> None:
    def prepare(session: Session) -> None:
        """Lights closed the language on purpose; pools take no ratings."""
        day = datetime.now(UTC).date()
        session.add(
            ServiceLanguage(
                service_id=city.lights, lang="fi", role="input", opened_on=day - timedelta(days=9),
                closed_on=day - timedelta(days=5),
            )
        )  # fmt: skip
        session.execute(
            update(ServiceChannel)
            .where(ServiceChannel.service_id == city.pools)
            .values(closed_on=day)
        )

    store.write(prepare)
    assert "Opened for ratings of 1 service.\n" in offer(installation, store, "fi")
    assert records(store, city.potholes, "fi") == [(True, True)]
    assert records(store, city.lights, "fi") == [(False, False)]
    assert records(store, city.pools, "fi") == []
    assert "Opened for ratings of 0 services.\n" in installation.call("language", "offer", "fi").out
    with store.read() as session:
        kept = session.scalars(select(AuditEvent)).all()
    assert [
        (one.action, one.person_id, one.detail["lang"], one.detail["count"]) for one in kept
    ] == [("city_language_opened", None, "fi", 1)]


@pytest.mark.parametrize("channel", ["web", "phone"])
def test_a_service_that_opens_later_opens_in_every_language_that_the_city_offers(
    installation: Installation, store: Store, city: City, channel: str
) -> None:
    def close(session: Session) -> None:
        """Nobody can rate; Korean is closed on purpose, and lights take ratings at a counter."""
        day = datetime.now(UTC).date()
        for table in (
            update(ServiceChannel).where(ServiceChannel.service_id.in_((city.pools, city.lights))),
            update(ServiceLanguage).filter_by(service_id=city.pools, lang="ko", role="input"),
        ):
            session.execute(table.values(closed_on=day))
        session.add(
            ServiceChannel(
                service_id=city.lights, channel="counter", opened_on=day + timedelta(days=3)
            )
        )

    def open_channel(session: Session, slug: str) -> None:
        """The next morning an administrator opens a channel."""
        now = datetime.now(UTC)
        switch_channel(
            session, slug=slug, channel=channel, is_open=True,
            day=now.date() + timedelta(days=1), languages=[*LANGUAGES, "fi"],
            person_id=city.people["admin"], now=now, today=now.date(),
        )  # fmt: skip

    store.write(close)
    offer(installation, store, "fi")
    assert records(store, city.pools, "fi") == []
    assert records(store, city.lights, "fi") == [(True, True)], "its counter opens one day"
    store.write(open_channel, "swimming-pools")
    store.write(open_channel, "swimming-pools")
    assert records(store, city.pools, "fi") == [(False, True)], "from the day of the channel"
    assert records(store, city.pools, "ko") == [(False, False)], "closed by a decision"


def test_withdrawing_is_switching_off_and_offering_again_opens_the_same(
    installation: Installation, store: Store, city: City
) -> None:
    offer(installation, store, "fi")
    store.write(open_since_long, "fi")
    assert installation.call("language", "withdraw", "fi").status == 0
    assert records(store, city.potholes, "fi") == [(False, False)]
    with store.read() as session:
        assert set(list_closed_languages(session)) == {"fi"}
    again = installation.call("language", "offer", "fi")
    assert "Opened for ratings of 3 services.\n" in again.out
    assert records(store, city.potholes, "fi") == [(False, True)]
    with store.read() as session:
        assert list_closed_languages(session) == {}
