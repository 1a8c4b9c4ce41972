"""Web processes die under load: what was acknowledged is there, once (DESIGN.md 5.1)."""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from portal.models.loops import LoopRow
from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.secrets import sha256
from tests.support.city import City
from tests.support.processes import Installation, Running, in_threads

FORM = "/en/services/{}/rate"
SERVICES = ("pothole-repair", "street-lights", "swimming-pools")
RESIDENTS = 5
FORMS_EACH = 8
SECONDS = 10.0
READING_SECONDS = 2.1  # a form that comes back sooner is taken for a machine's
NO_LIMIT = {f"PORTAL_{name}_HOURLY_LIMIT": "1000000" for name in ("PREFIX", "SERVICE", "TOTAL")}
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@dataclass
class SentForm:
    """A form as its resident filled it in; `receipt` once it was acknowledged."""

    path: str
    fields: dict[str, str]
    receipt: str | None = None

    def send(self, portal: Running) -> str | None:
        """The receipt's address; None where no answer came, or one to come again later."""
        try:
            answer = portal.ask(self.path, "POST", urlencode(self.fields), HEADERS, wait=20)
        except (OSError, http.client.HTTPException):
            return None
        if answer.status == 503:
            assert "retry-after" in answer.headers
            return None
        assert answer.status == 303, answer.text
        return answer.headers["location"]


@pytest.mark.slow(25)
def test_killed_web_processes_lose_and_double_nothing(
    installation: Installation, store: Store, city: City
) -> None:
    del city
    with installation.running("serve", **NO_LIMIT) as portal:
        portal.wait_for("/readyz")
        stop = threading.Event()
        killer = threading.Thread(target=kill_again_and_again, args=(portal, stop))
        killer.start()
        forms = [form for some in in_threads(RESIDENTS, lambda n: rate(portal, n)) for form in some]
        stop.set()
        killer.join()
        portal.wait_for("/readyz")
        acknowledged = [form for form in forms if form.receipt]
        assert len(acknowledged) > RESIDENTS  # else it tested nothing
        assert len(acknowledged) <= count_submissions(store) <= len(forms)
        send_all_again(portal, forms)
        check_every_receipt(portal, forms)
    check_stored(store, forms)
    checked = installation.run("check")
    assert (checked.status, checked.err) == (0, "")


def kill_again_and_again(portal: Running, stop: threading.Event) -> None:
    """Kill one web process, or sometimes all, about once a second."""
    chance = random.Random(1)
    while not stop.wait(chance.uniform(0.6, 1.2)):
        workers = portal.web_workers()
        for pid in workers if chance.random() < 0.2 else workers[-1:]:
            os.kill(pid, signal.SIGKILL)


def rate(portal: Running, resident: int) -> list[SentForm]:
    """Fetch forms, read them, send them, until the time is up."""
    forms: list[SentForm] = []
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        filled = [fill_in(portal, f"{resident}-{len(forms) + n}") for n in range(FORMS_EACH)]
        time.sleep(READING_SECONDS)
        for form in filled:
            form.receipt = form.send(portal)
        forms += filled
    return forms


def fill_in(portal: Running, name: str) -> SentForm:
    """Fetch a form, as often as it takes."""
    path = FORM.format(SERVICES[len(name) % 3])
    while True:
        try:
            answer = portal.ask(path, wait=20)
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
            continue
        assert answer.status == 200
        [token] = _TOKEN.findall(answer.text)
        return SentForm(path, {"q0": "4", "comment": f"Comment {name} ✓ شكرا", "token": token})


def send_all_again(portal: Running, forms: list[SentForm]) -> None:
    """As a browser does that got no answer, or a person who taps twice."""
    for form in forms:
        receipt = form.send(portal)
        assert receipt is not None
        assert form.receipt in {None, receipt}
        form.receipt = receipt


def check_every_receipt(portal: Running, forms: list[SentForm]) -> None:
    assert len({form.receipt for form in forms}) == len(forms)
    for form in forms:
        answer = portal.ask(form.receipt or "")
        assert answer.status == 200
        assert form.fields["comment"] in answer.text


def count_submissions(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(Submission.id)).all())


def check_stored(store: Store, forms: list[SentForm]) -> None:
    """Each form once, word by word, as a case."""
    with store.read() as session:
        rows = session.execute(select(Submission.token_hash, Submission.comment)).all()
        assert sorted(rows) == sorted(
            (sha256(form.fields["token"]), form.fields["comment"]) for form in forms
        )
        assert len(session.scalars(select(LoopRow.submission_id)).all()) == len(forms)
