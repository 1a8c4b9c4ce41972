"""Administrators and others, signed in, in a small city with appraisals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.domain.level import evaluate
from portal.domain.publication import evidence_hash
from portal.models.appraisals import Appraisal
from portal.models.running import Setting
from portal.store.engine import Store
from tests.support.city import City, make_person, set_passwords
from tests.support.client import response_page
from tests.support.desk import Desk, hashed
from tests.support.history import EXAMPLES
from tests.support.moment import this_moment

QUARTER = date(2026, 10, 1)


class Visitor:
    """Somebody who is signed in; `post` carries the token of the last page."""

    def __init__(self, app: Flask, who: str) -> None:
        desk = Desk(app, who)
        self.client: FlaskClient = desk.client
        self.token = desk.csrf_token()

    def get(self, path: str) -> TestResponse:
        answer = self.client.get(f"/en/admin/{path}")
        if answer.status_code == 200 and answer.mimetype == "text/html":
            page = response_page(answer)
            tokens = [one for one in page.all("input") if one.get("name") == "csrf_token"]
            self.token = tokens[0].get("value", "")
        return answer

    def post(self, path: str, **data: Any) -> TestResponse:
        return self.client.post(f"/en/admin/{path}", data={"csrf_token": self.token, **data})

    def send_form(self, shown: TestResponse, path: str, **typed: str) -> TestResponse:
        """Send the form of a page that posts to `path` as browsers do: with all it holds."""
        page, address = response_page(shown), f"/en/admin/{path}"
        sent = {"csrf_token": self.token, **page.sent_along(address), **typed}
        return self.client.post(address, data=sent, content_type=page.encoding(address))


@pytest.fixture
def city(store: Store, city: City) -> City:
    def prepare(session: Session) -> None:
        set_passwords(session, hashed())

    store.write(prepare)
    return city


@pytest.fixture
def admin(app: Flask, city: City) -> Visitor:
    return Visitor(app, "admin")


@pytest.fixture
def second(app: Flask, store: Store, city: City) -> Visitor:
    """Another administrator."""
    del city

    def prepare(session: Session) -> None:
        now = this_moment()
        make_person(session, "second@city.example", now, [("administrator", None)])
        set_passwords(session, hashed())

    store.write(prepare)
    return Visitor(app, "second")


@pytest.fixture
def shadow(store: Store, city: City) -> None:
    """The city as it begins: nothing is public, no day is chosen."""
    del city
    store.write(
        lambda session: session.execute(delete(Setting).where(Setting.name.like("levels%")))
    )


def keep_appraisal(
    session: Session, /, service_id: int, name: str, quarter_on: date, **state: Any
) -> None:
    """An appraisal of a worked example of METHOD.md whose name begins so; `state` as published."""
    evidence = next(one["input"] for one in EXAMPLES["evaluate"] if one["name"].startswith(name))
    result = evaluate(evidence)
    session.add(
        Appraisal(
            service_id=service_id, quarter_on=quarter_on, as_of=quarter_on,
            made_at=datetime(2026, 10, 1, 6, tzinfo=UTC), method="engage-1.0", thresholds={},
            evidence=evidence, result=result, evidence_hash=evidence_hash(evidence),
            raw=result["level"], awaiting_second_look=False,
            **{"level": result["level"], "flag": None, "quarters_flagged": 0, **state},
        )
    )  # fmt: skip
