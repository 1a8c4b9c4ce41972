"""Reading and sending the pages about deciding together."""

from __future__ import annotations

from tests.support.client import Page, response_page
from tests.support.desk import Desk


def get(desk: Desk, path: str, status: int = 200) -> Page:
    answer = desk.client.get(f"/en/manage/{path}")
    assert answer.status_code == status, path
    return response_page(answer)


def post(desk: Desk, path: str, status: int = 303, **data: object) -> Page | str:
    answer = desk.client.post(f"/en/manage/{path}", data={"csrf_token": desk.csrf_token(), **data})
    assert answer.status_code == status, (path, answer.status_code)
    return answer.location if status == 303 else response_page(answer)


def areas(page: Page) -> dict[str, str]:
    return {one.get("name", ""): one.text or "" for one in page.all("textarea")}


def options(page: Page) -> list[str]:
    """The themes that are offered."""
    (choice,) = [one for one in page.all("select") if one.get("name") == "theme"]
    return [one.get("value", "") for one in choice.iter("option")]
