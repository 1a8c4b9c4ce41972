"""What staff do, without JavaScript: from the inbox to a published answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Site, write_answer
from tests.browser.extent import DESK_LANGUAGES, WIDE

pytestmark = pytest.mark.browser

REVIEW = "form[action$='/review'] button"

SignIn = Callable[[Page, str], None]


def test_two_cases_are_grouped_answered_reviewed_and_published(
    site: Site, open_page: OpenPage, sign_in: SignIn
) -> None:
    staff = open_page(java_script_enabled=False)
    sign_in(staff, "staff")
    group_two_cases(staff, site)
    staff.click("main a[href$='/answer']")
    write_answer(staff)
    publish = staff.locator("form[action$='/publish'] button:not([name])")
    expect(staff.locator(REVIEW)).to_have_count(0)  # nobody reviews their own words
    expect(publish).to_have_count(0)

    reviewer = open_page(java_script_enabled=False)
    sign_in(reviewer, "reviewer")
    reviewer.goto(staff.url)
    reviewer.click(REVIEW)
    reviewer.wait_for_url(staff.url)

    staff.reload()
    publish.click()
    staff.wait_for_url("**/staff/responses/**")
    expect(staff.locator("main")).to_contain_text("published on")
    number = staff.url.rstrip("/").rpartition("/")[2]

    anybody = open_page(java_script_enabled=False)
    anybody.goto(site.url("en", f"responses/{number}/"))
    expect(anybody.locator("main .deed").first).to_contain_text("We repaved the street")


def group_two_cases(page: Page, site: Site) -> None:
    """Tick the first two cases of a service and put them into a new theme, whose page opens."""
    page.goto(site.url("en", "staff/?service=pothole-repair"))
    page.check("main .case input >> nth=0")
    page.check("main .case input >> nth=1")
    page.click("main .inbox form:not(.filters) button")
    expect(page.locator("main .case input:checked")).to_have_count(2)
    page.check("input[name=theme][value=new]")
    page.fill("input[name=name]", "Holes by the school")
    page.click("main form button")
    page.wait_for_url("**/staff/themes/**")
    expect(page.locator("main h1")).to_contain_text("Holes by the school")
    expect(page.locator("main .case")).to_have_count(2)


MOST_KEYS = 12


class Keys:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, *keys: str) -> None:
        """One after another."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


def answered_theme(page: Page) -> tuple[str, str]:
    """The words of the first theme that has an answer, and the digit that chooses it."""
    labels = page.locator("main fieldset label").all_inner_texts()
    place = next(place for place, words in enumerate(labels) if "answered on" in words)
    return labels[place], str(place + 1)


def test_a_case_of_a_known_theme_is_answered_in_few_keystrokes_and_fifty_at_once(
    site: Site, open_page: OpenPage, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, "staff")
    page.goto(site.url("en", "staff/?service=traffic-signals&theme=none"))
    fifty = page.locator("main .case input")
    assert fifty.count() == 50
    keys = Keys(page)
    keys.press("x", "t")
    page.wait_for_url("**/staff/group?**")
    theme, digit = answered_theme(page)
    keys.press(digit, "Enter")
    page.wait_for_url("**/staff/themes/**")
    expect(page.locator("main")).to_contain_text("published on")  # so the worker tells them
    assert keys.count <= MOST_KEYS

    page.goto(site.url("en", "staff/?service=traffic-signals&theme=none"))
    keys = Keys(page)
    keys.press("*", "t")
    page.wait_for_url("**/staff/group?**")
    assert page.locator("main .case input:checked").count() == 50
    keys.press(digit, "Enter")
    page.wait_for_url("**/staff/themes/**")
    expect(page.locator(".notice")).to_contain_text("50 cases are in the theme now")
    assert page.locator("main h1").inner_text() in theme
    assert keys.count <= MOST_KEYS


def test_keys_do_nothing_while_somebody_types_and_can_be_switched_off(
    site: Site, open_page: OpenPage, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, "staff")
    page.goto(site.url("en", "staff/"))
    ticked = page.locator("main .case input:checked")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("xj?t")
    expect(page.locator("#q")).to_have_value("xj?t")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("main h1").click()
    for key in ("j", "j", "x", "k", "x"):
        page.keyboard.press(key)
    expect(ticked).to_have_count(2)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys input").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(ticked).to_have_count(2)
    page.reload()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()


@pytest.mark.parametrize("lang", DESK_LANGUAGES)
def test_the_languages_stay_on_the_line_of_the_citys_name(
    site: Site, open_page: OpenPage, sign_in: SignIn, lang: str
) -> None:
    page = open_page(viewport=WIDE)
    sign_in(page, "manager")
    page.goto(site.url(lang, "manage/"))
    brand, chosen = (page.locator(f".top {one}").bounding_box() for one in (".brand", ".lang"))
    assert brand
    assert chosen
    assert abs(brand["y"] + brand["height"] / 2 - chosen["y"] - chosen["height"] / 2) < 8


def test_seven_digits_are_typed_in_a_row_and_stored(
    site: Site, open_page: OpenPage, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, "staff")
    page.goto(site.url("en", "staff/entry/?service=pothole-repair&channel=phone&language=en"))
    page.keyboard.type("44")
    page.keyboard.press("Backspace")  # in the empty third: back to the second, which is chosen
    expect(page.locator("#q1")).to_be_focused()
    page.keyboard.type("49")  # no answer is a 9: it stays to be put right
    expect(page.locator("#q2")).to_be_focused()
    page.keyboard.type("43212")
    page.locator("#q6").click()
    page.keyboard.type("12")  # one field, two keys: the second counts
    page.keyboard.press("Enter")
    code = page.locator("main .ticket .code")
    expect(code).to_be_visible()
    groups = code.locator("span").evaluate_all("all => all.map(one => one.offsetTop)")
    assert len(groups) == 5
    assert len(set(groups)) == 1
    with closing(sqlite3.connect(site.folder / "portal.db")) as database:
        [found] = database.execute(
            "SELECT q0, q1, q2, q3, q4, q5, q6 FROM submission ORDER BY id DESC LIMIT 1"
        )
    assert found == (4, 4, 4, 3, 2, 1, 2)


def test_a_key_never_stands_beside_the_number_of_a_level(
    site: Site, open_page: OpenPage, sign_in: SignIn
) -> None:
    page = open_page()
    sign_in(page, "manager")
    page.goto(site.url("en", "manage/services/pothole-repair/dimensions/"))
    levels = page.locator("main form input[type=radio]")
    expect(levels).to_have_count(5)
    expect(page.locator("main [data-digit]")).to_have_count(0)
    chosen = levels.evaluate_all("found => found.findIndex(one => one.checked)")
    page.keyboard.press("1")
    assert levels.evaluate_all("found => found.findIndex(one => one.checked)") == chosen


def test_signing_out_ends_it(site: Site, open_page: OpenPage, sign_in: SignIn) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, "staff")
    page.click("form.out button")
    page.goto(site.url("en", "staff/"))
    assert "/sign-in" in page.url
