"""The staff desk with ten thousand open cases: what is measured, and somebody who is signed in."""

from __future__ import annotations

import http.client
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlalchemy import text

from portal.store.engine import Store
from tests.support.city import PASSWORD, City
from tests.support.desk import open_desk
from tests.support.many_cases import add_many

OPEN, CLOSED = 10_000, 20_000
DESK_GOAL = 150  # ms of the server's time for a page
PAGES = {
    "inbox": "/en/staff/",
    "its last page": f"/en/staff/?page={OPEN // 50}",
    "overdue": "/en/staff/?place=overdue",
    "filtered by rating": "/en/staff/?rating=1&rating=2&language=en",
    "searched, all cases": "/en/staff/?q=pothole&place=all",
    "a case by its number": f"/en/staff/?q=%23{OPEN}&place=all",
    "all cases": "/en/staff/?place=all",
}
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_COOKIE = re.compile(r"portal=[^;]+")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def fill_desk(store: Store, city: City) -> None:
    """Let everybody sign in, and give public works its cases."""
    open_desk(store, city)
    services = [city.potholes, city.lights]
    now = datetime.now(UTC)
    store.write(add_many, services, OPEN, now=now)
    store.write(add_many, services, CLOSED, now=now, is_open=False)
    with store.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def sign_in(port: int, email: str = "staff@city.example") -> str:
    """Through the sign-in page; returns the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/en/sign-in")
    answer = connection.getresponse()
    token, cookie = _TOKEN.search(answer.read().decode()), _cookie_of(answer)
    assert token is not None
    typed = {"csrf_token": token[1], "email": email, "password": PASSWORD}
    connection.request("POST", "/en/sign-in", urlencode(typed), {**_FORM, "Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303, answer.status
    connection.close()
    return _cookie_of(answer)


def _cookie_of(answer: http.client.HTTPResponse) -> str:
    found = _COOKIE.search(answer.headers.get("Set-Cookie", ""))
    assert found is not None
    return found[0]
