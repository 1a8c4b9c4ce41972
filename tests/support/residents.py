"""Residents as browsers: they open the form, send it some seconds later, and keep a receipt."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.domain.loop import Actor, Event, EventKind, Outcome
from portal.models.responses import Response, ResponseText, Theme, ThemeCase
from portal.models.submissions import Submission
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.loops import Links, append_event
from portal.store.secrets import sha256
from portal.store.targets import add_target
from portal.store.texts import source_hash
from tests.support.client import Page, response_page
from tests.support.moment import this_day, this_moment

RATE = "/en/services/pothole-repair/rate"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_RECEIPT = re.compile(r"/receipts/([0-9A-Z]{25})/$")


def move_clock(settings: Settings, seconds: float = 0, days: float = 0) -> None:
    """Let web and worker live that much later from now on."""
    assert settings.clock_file is not None
    before = float(settings.clock_file.read_text()) if settings.clock_file.exists() else 0.0
    after = before + seconds + timedelta(days=days).total_seconds()
    settings.clock_file.write_text(str(after))


class Resident:
    """Somebody with a browser of their own, at one network address."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        address: str = "203.0.113.7",
        *,
        is_checked: bool = True,
    ) -> None:
        """`address` is the peer's, as the server sees it; `is_checked` is whether pages are."""
        self.client: FlaskClient = (
            app.test_client() if is_checked else FlaskClient(app, app.response_class)
        )
        self.settings = settings
        self.environment = {"REMOTE_ADDR": address}

    def get(self, path: str, status: int = 200) -> Page:
        """A page."""
        answer = self.client.get(path, environ_base=self.environment)
        assert answer.status_code == status, (path, answer.status_code)
        return response_page(answer)

    def token(self, path: str = RATE, wait: float = 5) -> str:
        """The token of a fresh form, read for some seconds."""
        answer = self.client.get(path, environ_base=self.environment)
        match = _TOKEN.search(answer.get_data(as_text=True))
        assert match is not None, (path, answer.status_code)
        move_clock(self.settings, wait)
        return match[1]

    def post(self, path: str, headers: Any = None, **data: Any) -> TestResponse:
        """Send a form as it is."""
        return self.client.post(path, data=data, headers=headers, environ_base=self.environment)

    def rate(self, path: Any = RATE, wait: Any = 5, **data: Any) -> TestResponse:
        """Open the form, answer it (q0 is 4 unless given) and send it."""
        return self.post(path, **{"token": self.token(path, wait), "q0": "4", **data})

    def send(self, path: Any = RATE, **data: Any) -> str:
        """Rate and get a receipt; returns its code."""
        return receipt_of(self.rate(path, **data))


def receipt_of(answer: TestResponse) -> str:
    """The code of the receipt that an answer leads to."""
    assert answer.status_code == 303, (answer.status_code, words_of(answer))
    match = _RECEIPT.search(answer.headers["Location"])
    assert match is not None, answer.headers["Location"]
    return match[1]


def words_of(answer: TestResponse) -> str:
    """The text of a page."""
    return response_page(answer).words() if answer.mimetype == "text/html" else ""


def submission_of(session: Session, code: str) -> Submission:
    """The row behind a receipt."""
    return session.scalars(select(Submission).where(Submission.receipt_hash == sha256(code))).one()


def answer_case(
    session: Session,
    /,
    submission_id: int,
    now: datetime,
    texts: dict[str, str],
    *,
    person_id: int,
    outcome: str = "answered",
    told: bool = True,
    **values: Any,
) -> int:
    """A published response to one case, and its resident told; returns the response's id.

    `texts` = {language: we did}; the first one is the source.
    """
    submission = session.get_one(Submission, submission_id)
    theme = Theme(service_id=submission.service_id, created_at=now)
    session.add(theme)
    session.flush()
    session.execute(
        insert(ThemeCase).values(theme_id=theme.id, submission_id=submission_id, added_at=now)
    )
    response = Response(
        service_id=submission.service_id,
        theme_id=theme.id,
        outcome=outcome,
        source_lang=next(iter(texts)),
        status="published",
        created_at=now,
        published_at=now,
        published_on=now.date(),
        **values,
    )
    session.add(response)
    session.flush()
    source = source_hash("You said so.", next(iter(texts.values())), "")
    for lang, we_did in texts.items():
        session.add(
            ResponseText(
                response_id=response.id,
                lang=lang,
                you_said="You said so.",
                we_did=we_did,
                source_hash=source,
                status="reviewed",
                reviewed_at=now,
                updated_at=now,
            )
        )
    session.flush()
    links = Links(person_id=person_id, response_id=response.id)
    responded = Event(
        kind=EventKind.RESPONDED,
        on=now.date(),
        actor=Actor.STAFF,
        outcome=Outcome(outcome),
        due_on=values.get("due_on"),
        done_on=values.get("done_on"),
    )
    loop = append_event(session, submission_id, responded, at=now, links=links)
    if told:
        kind = EventKind.TOLD if loop.told_on is None else EventKind.RETOLD
        event = Event(kind=kind, on=now.date(), actor=Actor.SYSTEM, lang=submission.lang)
        append_event(session, submission_id, event, at=now, links=Links(response_id=response.id))
    return response.id


def mean_to_answer(store: Store, days: int) -> None:
    """Let the city mean to answer all services within so many working days, since two days ago."""
    today = this_day() - timedelta(days=2)
    store.write(
        add_target, service_id=None, working_days=days, from_on=today, person_id=None,
        today=today, now=this_moment(),
    )  # fmt: skip
