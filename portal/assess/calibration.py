"""Computing the calibration report: appraisals judged again, with thresholds moved and chance.

A tenth of a second for each service, so it is the worker's, not the page's. Each service's part is
kept at once: whoever is killed has lost one of them, and a second worker finds it made. One that
goes wrong keeps no other waiting.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from portal.domain.calibration import DRAWS, Standing, draw_levels, stand
from portal.domain.criteria import Thresholds
from portal.models.appraisals import Appraisal
from portal.store.calibrations import is_waiting, keep_calibration, list_waiting, times_asked
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.in_turn import do_in_turn


def calibrate_due(store: Store, clock: Clock) -> int:
    """Compute what waits of the report on the newest two quarters; returns how many services."""
    with store.read() as session:
        waiting = list_waiting(session)
    return do_in_turn(waiting, lambda appraisal_id: _calibrate(store, clock, appraisal_id))


def _calibrate(store: Store, clock: Clock, appraisal_id: int) -> bool:
    with store.read() as session:
        if not is_waiting(session, appraisal_id):
            return False
        asked = times_asked(session)
        appraisal = session.get_one(Appraisal, appraisal_id)
    standing, drawn = judge_again(
        appraisal.evidence, Thresholds(appraisal.thresholds), appraisal.evidence_hash
    )
    store.write(
        keep_calibration, appraisal_id=appraisal_id, standing=standing, drawn=drawn, asked=asked,
        now=clock.now(), today=clock.today(),
    )  # fmt: skip
    return True


def judge_again(
    evidence: Mapping[str, Any], thresholds: Thresholds, seed: str
) -> tuple[Standing, Counter[int]]:
    """How it stands, and how often chance gives each level.

    The seed is the evidence's hash, so that everybody who computes it gets the same draws.
    """
    chance = random.Random(seed)  # noqa: S311 - a fixed seed is the point
    return stand(evidence, thresholds), draw_levels(evidence, chance.random, thresholds, DRAWS)
