"""Suggestions of similar cases: of the theme's service and language, confirmed by a person."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from portal.models.responses import ThemeCase
from portal.store.engine import Store
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.desk import Desk


def test_similar_untreated_cases_are_suggested_and_put_in_by_hand(
    app: Flask, store: Store, office: Office, desk_city: City
) -> None:
    said = ["Potholes on School Road", "The pothole by the school is back"]
    theme = office.group([send(store, desk_city.potholes, comment=words) for words in said])
    like = send(store, desk_city.potholes, comment="A deep pothole near the school")
    send(store, desk_city.potholes, comment="Nobody answers the phone at the office")
    send(store, desk_city.pools, comment="A pothole near the school, by the pool")
    send(store, desk_city.potholes, comment="pothole school", lang="es")
    desk = Desk(app)
    assert f"/en/staff/themes/{theme}/similar" in desk.get(f"themes/{theme}/").links()
    page = desk.get(f"themes/{theme}/similar")
    cases = [link for link in page.links() if "/cases/" in link]
    assert cases == [f"/en/staff/cases/{like}/"]
    desk.post("group", case=[like], theme=str(theme), name="")
    with store.read() as session:
        rows = session.scalars(
            select(ThemeCase.submission_id).where(ThemeCase.theme_id == theme)
        ).all()
    assert like in rows
    assert "2 cases in no theme" not in desk.get(f"themes/{theme}/similar").words()
    assert "No similar cases" in desk.get(f"themes/{theme}/similar?language=xx").words()
