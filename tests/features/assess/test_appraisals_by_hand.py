"""Appraisals by hand: all or none, without keeping anybody waiting, never beside later figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.assess.appraisals import appraise_by_hand
from portal.assess.operations import assess_service
from portal.assess.queries_evidence import gather_evidence
from portal.store.engine import Store
from tests.features.assess.test_appraisals import QUARTERS, appraisals, city_noon
from tests.support.appraising import appraise_service
from tests.support.history import NOW, add_service, add_submission


def test_by_hand_all_are_appraised_or_none(store: Store) -> None:
    one, other = store.write(add_service), store.write(add_service)
    clock = city_noon(date(2027, 7, 19))
    store.write(appraise_service, service_id=other, as_of=QUARTERS[2], now=NOW)
    with pytest.raises(ValueError, match=f"service-.* {QUARTERS[1]} is too late"):
        appraise_by_hand(store, clock, [one, other], QUARTERS[1])
    assert appraisals(store, one) == []
    made = appraise_by_hand(store, clock, [one, other], QUARTERS[2])
    assert [row.id for row in made] == [appraisals(store, each)[0].id for each in (one, other)]


def test_by_hand_nobody_is_locked_out_while_evidence_is_gathered(
    store: Store, make_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite a writer would wait until the last service is judged."""
    services = [store.write(add_service) for _ in range(2)]
    resident, sent = make_store(), []

    def gather(session: Session, service_id: int, *rest: Any) -> dict[str, Any]:
        sent.append(resident.write(add_submission, service_id))
        return gather_evidence(session, service_id, *rest)

    monkeypatch.setattr("portal.assess.operations.gather_evidence", gather)
    appraise_by_hand(store, city_noon(date(2027, 7, 19)), services, QUARTERS[2])
    assert len(sent) == 2


@pytest.mark.parametrize("day", [QUARTERS[2], date(2027, 7, 3), date(2027, 8, 1)])
def test_by_hand_no_appraisal_stands_close_to_figures(store: Store, day: date) -> None:
    """Else what a few people answered in between would show as their difference."""
    service_id = store.write(add_service)
    store.write(assess_service, service_id=service_id, as_of=date(2027, 7, 3), now=NOW)
    clock = city_noon(date(2027, 8, 19))
    with pytest.raises(ValueError, match=r"figures of 2027-07-03 are out, so .* 2027-08-02"):
        appraise_by_hand(store, clock, [service_id], day)
    assert appraisals(store, service_id) == []
    appraise_by_hand(store, clock, [service_id], date(2027, 8, 2))
    assert len(appraisals(store, service_id)) == 1


def test_by_hand_the_worker_can_be_forestalled_on_the_day_on_which_it_appraises(
    store: Store,
) -> None:
    service_id = store.write(add_service)
    store.write(assess_service, service_id=service_id, as_of=date(2027, 6, 20), now=NOW)
    clock = city_noon(date(2027, 7, 19))
    with pytest.raises(ValueError, match=r"figures of 2027-06-20 are out, so .* 2027-07-01"):
        appraise_by_hand(store, clock, [service_id], date(2027, 7, 2))
    appraise_by_hand(store, clock, [service_id], date(2027, 7, 1))
    assert len(appraisals(store, service_id)) == 1


@pytest.mark.parametrize(
    ("day", "is_possible"), [(date(2027, 9, 1), True), (date(2027, 9, 2), False)]
)
def test_by_hand_no_appraisal_stands_close_to_the_next(
    store: Store, day: date, is_possible: bool
) -> None:
    service_id = store.write(add_service)
    clock = city_noon(date(2027, 9, 30))
    if is_possible:
        appraise_by_hand(store, clock, [service_id], day)
    else:
        with pytest.raises(ValueError, match=r"appraisal of 2027-10-01 is due .* 2027-09-02 is"):
            appraise_by_hand(store, clock, [service_id], day)
    assert len(appraisals(store, service_id)) == is_possible
