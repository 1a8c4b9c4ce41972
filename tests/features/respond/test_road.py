"""The straight road: from the inbox to a published answer, over HTTP, told by the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from portal.models.loops import LoopRow
from portal.store.engine import Store
from tests.support.answers import send
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.moment import this_moment

SOURCE: dict[str, Any] = {
    "you_said": "The holes come back after every rain.",
    "we_did": "We repaved the street by the school.",
    "why_not": "",
    "outcome": "answered",
    "due_on": "",
    "done_on": "",
}


def test_inbox_lists_the_cases_of_ones_departments_oldest_due_first(
    app: Flask, store: Store, desk_city: City
) -> None:
    now = this_moment()
    for days, words in ((3, "A new hole"), (40, "An old hole"), (12, "A middling hole")):
        send(store, desk_city.potholes, now - timedelta(days=days), comment=words, lang="es")
    send(store, desk_city.pools, now, comment="Cold water")
    page = Desk(app).get("")
    words = page.words()
    assert words.index("An old hole") < words.index("A middling hole") < words.index("A new hole")
    assert "Cold water" not in words
    assert "days over" in words
    parks = Desk(app, "parks").get("").words()
    assert "Cold water" in parks
    assert "An old hole" not in parks


def test_from_inbox_to_published(app: Flask, store: Store, desk_city: City) -> None:
    now = this_moment()
    cases = [
        send(store, desk_city.potholes, now, comment=f"Hole {lang}", lang=lang)
        for lang in ("en", "en", "es")
    ]
    staff, reviewer = Desk(app), Desk(app, "reviewer")
    assert "3 cases" in staff.get("group?" + "&".join(f"case={one}" for one in cases)).words()
    answer = staff.post("group", case=cases, theme="new", name="Holes by the school")
    theme = answer.location.removesuffix("/").rpartition("/")[2]
    assert "Holes by the school" in staff.get(f"themes/{theme}/").words()
    staff.get(f"themes/{theme}/answer")
    location = staff.post(f"themes/{theme}/answer", **SOURCE).location
    response = location.removesuffix("/").rpartition("/")[2]
    page = staff.get(f"responses/{response}/")
    assert "Publishing tells 0 people now. The other 3 are told" in page.words()
    version = page.value("version")
    staff.post(f"responses/{response}/publish", 422, version=version)
    staff.post(f"responses/{response}/texts/en/review", 422, version="1")
    reviewer.post(f"responses/{response}/texts/en/review", version="1")
    page = staff.get(f"responses/{response}/")
    assert "Publishing tells 2 people now. The other 1 is told" in page.words()
    staff.post(f"responses/{response}/publish", version=page.value("version"))
    assert "published on" in staff.get(f"responses/{response}/").words()
    with store.read() as session:
        assert session.get_one(LoopRow, cases[0]).state == "in_theme"
    staff.get(f"cases/{cases[0]}/")
    staff.get("responses/")
    staff.get(f"responses/{response}/texts/es/")
    staff.get(f"responses/{response}/texts/en/correct")
