"""Managers' pages for tests: several managers, each as a browser that has signed in."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.models.people import Person
from tests.support.city import make_person
from tests.support.client import Page, response_page
from tests.support.desk import Desk, hashed, words_of
from tests.support.moment import this_moment


def add_manager(session: Session, name: str, department_id: int) -> int:
    """One more manager, who can sign in as `<name>@city.example`; returns their id."""
    number = make_person(
        session, f"{name}@city.example", this_moment(), [("manager", department_id)]
    )
    person = session.get_one(Person, number)
    person.password = hashed()
    session.flush()
    return number


class ManagersDesk(Desk):
    """One manager. Addresses are below /en/manage/."""

    def __init__(self, app: Flask, who: str = "manager") -> None:
        """Sign in as `<who>@city.example`."""
        super().__init__(app, who)

    def get(self, path: str, status: int = 200) -> Page:
        """The page at an address below /en/manage/."""
        answer = self.client.get(f"/en/manage/{path}")
        assert answer.status_code == status, (path, answer.status_code)
        return response_page(answer)

    def post(self, path: str, status: int = 303, /, **data: Any) -> TestResponse:
        """Send a form below /en/manage/."""
        answer = self.client.post(
            f"/en/manage/{path}", data={"csrf_token": self.csrf_token(), **data}
        )
        assert answer.status_code == status, (path, answer.status_code, words_of(answer))
        return answer
