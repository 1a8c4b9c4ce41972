"""Lists in pages: what an address asks for, what stands there, and whether more follow."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Integer, column, select, table
from werkzeug.exceptions import NotFound

from portal.store.paging import cut_page, on_page, on_page_and_one, peeked_page
from portal.web.paging import asked_page, strictly_asked_page

NO_PAGES = ("0", "-1", "1.5", "x", "٣", "", "1 ")


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("7", 7), *((one, 1) for one in NO_PAGES)])
def test_signed_in_pages_begin_at_the_first_page_where_an_address_names_none(
    app: Flask, text: str, number: int
) -> None:
    with app.test_request_context("/", query_string={"page": text, "drafts": "2"}):
        assert (asked_page(), asked_page("drafts")) == (number, 2)


def test_no_number_is_too_large_for_a_database(app: Flask) -> None:
    with app.test_request_context("/?page=999999999999999999"):
        assert asked_page() == 100_000


@pytest.mark.parametrize("text", [*NO_PAGES, "1000000"])
def test_public_pages_have_no_page_of_another_name(app: Flask, text: str) -> None:
    with app.test_request_context("/", query_string={"page": text}), pytest.raises(NotFound):
        strictly_asked_page()


def test_public_pages_are_found_by_their_numbers(app: Flask) -> None:
    with app.test_request_context("/"):
        assert strictly_asked_page() == 1
    with app.test_request_context("/?page=12"):
        assert strictly_asked_page() == 12


def test_a_list_is_cut_into_pages_without_loss() -> None:
    pages = [cut_page("abcdefg", number, 3) for number in (1, 2, 3, 4)]
    assert ["".join(one.items) for one in pages] == ["abc", "def", "g", ""]
    assert [one.has_next for one in pages] == [True, True, False, False]
    assert [(one.first, one.last) for one in pages] == [(1, 3), (4, 6), (7, 7), (10, 9)]
    assert {one.total for one in pages} == {7}


def test_a_full_last_page_is_the_last() -> None:
    assert not cut_page("abcdef", 2, 3).has_next
    assert not peeked_page("abc", 2, 3).has_next


def test_one_row_more_says_that_a_page_follows_and_is_not_shown() -> None:
    page = peeked_page("abcd", 2, 3)
    assert (page.items, page.number, page.has_next) == ("abc", 2, True)
    assert page.showing([1, 2, 3]).has_next


def test_what_is_shown_takes_the_place_of_the_items() -> None:
    page = cut_page("abcdefg", 2, 3).showing([4, 5, 6])
    assert (list(page.items), page.first, page.last, page.total) == ([4, 5, 6], 4, 6, 7)


def test_the_database_is_asked_for_one_page_only() -> None:
    query = select(table("place", column("id", Integer)).c.id)
    for asked, rows in ((on_page(query, 3, 25), 25), (on_page_and_one(query, 3, 25), 26)):
        sent = asked.compile().params
        assert sorted(sent.values()) == sorted([rows, 50])
