"""Two copies of a form at once, and many forms at once: nothing lost, nothing doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from portal.models.loops import LoopEvent, LoopRow
from portal.models.submissions import PeriodKey, Submission, Throttle
from portal.settings import Settings
from portal.store.engine import Store
from tests.support.city import City
from tests.support.residents import RATE, Resident, receipt_of


def _together(jobs: Sequence[Callable[[], str]]) -> list[str]:
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], str]) -> str:
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def _send(resident: Resident, token: str) -> str:
    answer = resident.client.post(RATE, data={"token": token, "q0": "3", "comment": "At once."})
    return f"{receipt_of(answer)} {answer.headers.get('Set-Cookie', '').split(';')[0]}"


def test_the_same_form_at_once_is_one_submission(
    app: Flask, settings: Settings, store: Store, city: City
) -> None:
    del city
    residents = [Resident(app, settings) for _ in range(6)]
    for _ in range(3):
        token = residents[0].token()
        answers = _together([partial(_send, resident, token) for resident in residents])
        assert len(set(answers)) == 1  # the same receipt, and the same cookie
        for resident in residents:
            resident.client.delete_cookie("period")
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 3
        assert session.scalar(select(func.count()).select_from(LoopRow)) == 3
        assert session.scalar(select(func.count()).select_from(LoopEvent)) == 6
        assert session.scalar(select(Throttle.count).where(Throttle.scope == "rate-prefix")) == 3


def test_the_first_ratings_of_a_period_may_come_together(
    app: Flask, settings: Settings, store: Store, city: City
) -> None:
    del city
    residents = [Resident(app, settings, f"10.0.{number}.1") for number in range(8)]
    tokens = [resident.token() for resident in residents]
    jobs = [partial(_send, *pair) for pair in zip(residents, tokens, strict=True)]
    assert len(set(_together(jobs))) == 8
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(PeriodKey)) == 1
        assert session.scalar(select(func.count()).select_from(Submission)) == 8
