"""The guards themselves: a page that is wrong fails the test that fetched it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.models.services import Service
from portal.store.engine import Store
from portal.web.access import Access, access
from portal.web.database import UncommittedChangesError, read, write
from tests.support.city import City
from tests.support.client import Page, PageError

GOOD = (
    '<!doctype html><html lang="en" dir="ltr"><head><title>T</title></head>'
    "<body><h1>H</h1><p id=a>Text</p></body></html>"
)


def test_a_good_page_passes() -> None:
    assert Page(GOOD).words(Page(GOOD).all("h1")[0]) == "H"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (' lang="en"', "", "no lang"),
        (' dir="ltr"', "", "no dir"),
        ("<title>T</title>", "<title> </title>", "exactly one title"),
        ("<h1>H</h1>", "", "exactly one h1"),
        ("<h1>H</h1>", "<h1>H</h1><h1>I</h1>", "exactly one h1"),
        ("<p id=a>", "<p id=a></p><p id=a>", "id a stands 2 times"),
        ("<p id=a>", '<p style="color:red">', "inline style"),
        ("<p id=a>", '<p onclick="x()">', "inline handler"),
        ("<p id=a>", "<style>p{}</style><p>", "style element"),
        ("<p id=a>", "<script>x()</script><p>", "inline script"),
        ("<p id=a>", '<label for="b">L</label><p>', "for=b points to nothing"),
        ("<p id=a>", '<a href="#b">L</a><p>', "#b points to nothing"),
        ("</p>", "</div>", "div is ended where it does not stand"),
        ("</p>", "", "body is ended where it does not stand"),
        ("Text", "<div>Text</div>", "mended by parsers after .* p div"),
        ("Text", "<table><tr><td>Text</td></tr></table>", "mended by parsers"),
        ("<p id=a>", "<p id=a id=b>", "duplicate-attribute"),
        ("Text", '<img src="/a.png">', "img-missing-alt"),
        ("Text", '<b role="nothing">Text</b>', "aria"),
        ("<!doctype html>", "", "does not begin with a doctype"),
    ],
)
def test_a_bad_page_fails(before: str, after: str, problem: str) -> None:
    assert before in GOOD
    with pytest.raises(PageError, match=problem):
        Page(GOOD.replace(before, after))


def test_get_cannot_write(app: Flask, store: Store) -> None:
    with app.test_request_context("/"), pytest.raises(RuntimeError, match="must not write"):
        write(lambda session: session.scalar(select(Service.id)))


def test_changes_left_behind_fail_the_request(app: Flask, city: City) -> None:
    context = app.test_request_context("/", method="POST")
    context.push()
    service = read().get(Service, city.potholes)
    assert service is not None
    service.slug = "renamed"
    with pytest.raises(UncommittedChangesError):
        context.pop()


def test_a_view_cannot_have_two_access_classes() -> None:
    with pytest.raises(TypeError, match="two access classes"):

        @access(Access.PUBLIC)
        @access(Access.STAFF)
        def view() -> str:
            return ""


@pytest.mark.usefixtures("city")
def test_a_route_without_access_class_is_refused(own_app: Flask) -> None:
    own_app.add_url_rule("/nobody-said", "nobody_said", lambda: "secret")
    response = own_app.test_client().get("/nobody-said")
    assert response.status_code == 403
    assert b"secret" not in response.data
