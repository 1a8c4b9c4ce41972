"""One service with a hundred thousand submissions of two years: how long its evidence takes."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import text

from portal.assess.queries_evidence import gather_evidence
from portal.domain.level import evaluate
from portal.store.engine import Store
from tests.support.city import City
from tests.support.many_cases import add_many

RECORDS, DAYS, TIMES = 100_000, 730, 3
GOALS = {"postgresql": 2.0, "sqlite": 4.0}  # seconds
_AT_ONCE = 20_000


def fill_assessed(store: Store, city: City) -> None:
    """Give the swimming pools what so many people wrote, and were answered, in two years."""
    now = datetime.now(UTC)
    for _ in range(RECORDS // _AT_ONCE):
        store.write(add_many, [city.pools], _AT_ONCE, now=now, is_open=False, days=DAYS)
    with store.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def time_assessing(store: Store, city: City) -> float:
    """Seconds until the service is judged, read in one snapshot: the median of a few times."""
    today = datetime.now(UTC).date()
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        with store.read() as session:
            evidence = gather_evidence(session, city.pools, today)
        evaluate(evidence)
        seconds.append(time.perf_counter() - started)
        assert evidence["told30"]["n"] > 0.3 * RECORDS, "a year of them counts"
    return median(seconds)
