"""The level page: every criterion in words, figures, pictures and tables, in every state."""

from __future__ import annotations

from datetime import date

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.domain.auditing import check_level
from portal.domain.information import take_out
from portal.domain.level import evaluate
from portal.domain.publication import evidence_hash, publish
from portal.domain.status import PASSING
from portal.models.services import District, DistrictText
from portal.store.engine import Store
from portal.web import level_view
from tests.features.public.conftest import AS_OF, NOW, Showcase
from tests.features.public.publishing import example_evidence, example_names, publish_level
from tests.support.city import LANGUAGES, City
from tests.support.client import Page, response_page


def show(client: FlaskClient, store: Store, city: City, example: str, lang: str = "en") -> Page:
    """The level page of a service with this evidence."""
    evidence = example_evidence(example)
    store.write(publish_level, city.potholes, evidence, NOW, AS_OF)
    return response_page(client.get(f"/{lang}/services/pothole-repair/level/"))


def test_the_page_says_first_what_decides_the_next_level(
    client: FlaskClient, store: Store, city: City
) -> None:
    words = show(client, store, city, "A").words()
    assert "Level 3: Answers" in words
    assert "4 things are missing for level 4." in words
    _, _, after = words.partition("What decides level 4, and what it would take")
    deciding, _, _ = after.partition("The evidence, step by step")
    assert "Vietnamese: served like everyone else, about 21 people in this group" in deciding
    assert "Give people a say: 28 more people would have to say that they have one." in deciding
    assert "Invite the next 80 people who are told to a next step." in deciding
    assert "Take 2 more decisions together with outside partners, and record them." in deciding
    assert "told in the language" not in deciding  # what is in place decides nothing


def test_figures_stand_in_a_plain_sentence(client: FlaskClient, store: Store, city: City) -> None:
    words = show(client, store, city, "G-").words()
    assert (
        "25 of 30 people were told within 30 days (83%, likely between 69.5% and 92%)."
        " Needed: surely above 70%." in words
    )
    assert "Level 3 is in doubt: the figures are too close to call." in words
    assert "Tell the next person within 30 days what happened." in words
    assert "Or go on at this rate until there are 35 in all." in words


def test_every_interval_has_its_figures_in_the_table(
    client: FlaskClient, store: Store, city: City
) -> None:
    page = show(client, store, city, "A")
    pictures = [svg for svg in page.root.iter() if svg.get("class") == "iv"]
    rows = [page.words(row) for row in page.all("tr")]
    assert len(pictures) == 14
    assert all(picture.get("aria-label") for picture in pictures)
    assert any("130 of 150" in row and "81% to 91%" in row and "70%" in row for row in rows)
    groups = [row for row in rows if "Vietnamese" in row]
    assert any("85% (17 of 20)" in row and "87%" in row for row in groups)
    assert any("In doubt" in row for row in groups)
    # Reach is published coarse: 1 to 9 people are "fewer than 10".
    assert any("Korean" in row and "fewer than 10" in row for row in rows)


def test_the_page_says_where_the_figures_come_from_and_how_to_check_them(
    client: FlaskClient, store: Store, city: City
) -> None:
    page = show(client, store, city, "A")
    words = page.words()
    assert "All records up to June 1, 2026." in words
    assert "The shares come from the last 12 months." in words
    assert "engage-1.0" in words
    assert evidence_hash(publish(example_evidence("A"))) in words
    assert "portal evaluate pothole-repair.2026-06-01.json" in words
    assert "/api/v1/services/pothole-repair/level" in page.links()
    assert "Provisional" in words


def test_two_year_evidence_is_named(client: FlaskClient, store: Store, city: City) -> None:
    evidence = example_evidence("A") | {"window_days": 730}
    store.write(publish_level, city.potholes, evidence, NOW, AS_OF)
    words = response_page(client.get("/en/services/pothole-repair/level/")).words()
    assert "two-year evidence" in words
    assert "from the last 12 months" not in words.split("Where the figures come from")[1]


def test_a_service_without_assessment_says_so(client: FlaskClient, city: City) -> None:
    words = response_page(client.get("/en/services/swimming-pools/level/")).words()
    assert "Not assessed yet" in words


def test_level_zero_and_level_four(client: FlaskClient, store: Store, city: City) -> None:
    zero = show(client, store, city, "S4").words()
    assert "Not yet level 1" in zero
    assert "Publish the page, or have it checked again, in:" in zero
    store.write(publish_level, city.lights, example_evidence("H"), NOW, AS_OF)
    four = response_page(client.get("/en/services/street-lights/level/")).words()
    assert "Level 4: Decides with you" in four
    assert "What decides level" not in four


def test_too_few_people_are_no_figure(client: FlaskClient, store: Store, city: City) -> None:
    words = show(client, store, city, "C").words()
    assert "There is not enough evidence yet to judge level 2." in words
    assert "Fewer than 10 so far, so no figure is shown." in words
    assert "Fewer than 10 people rated this service." in words
    assert "4 of 4" not in words


def test_the_newest_public_assessment_is_shown(
    client: FlaskClient, store: Store, showcase: Showcase
) -> None:
    later = date(2026, 6, 20)
    store.write(publish_level, showcase.city.potholes, example_evidence("B"), NOW, later)
    words = response_page(client.get("/en/services/pothole-repair/level/?fresh=1")).words()
    assert "Level 1: Informs" in words
    assert "June 20, 2026" in words
    levels = response_page(client.get("/en/levels/?fresh=1")).words()
    assert "Provisional, Jun 20, 2026" in levels


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_worked_example_can_be_put_in_words(app: Flask, lang: str) -> None:
    with app.test_request_context(f"/{lang}/"):
        app.preprocess_request()
        for example in example_names():
            result = evaluate(publish(example_evidence(example)))
            levels = level_view.list_levels(result, {"North": "Nord"})
            for criterion in (item for level in levels for item in level.criteria):
                said = [criterion.title, criterion.figures, criterion.needed]
                said += [*criterion.reasons, *criterion.steps]
                assert all(said), (example, criterion)
                assert not any("%(" in sentence for sentence in said), (example, said)
                assert bool(criterion.steps) == (criterion.status not in PASSING), criterion
            deciding = level_view.list_deciding(levels, result)
            assert [item.id for item in deciding] == result["blocking"]
            assert level_view.list_figures(result)


def test_a_comparison_of_languages_is_information_only_where_the_evidence_says_so(
    client: FlaskClient, store: Store, city: City
) -> None:
    """The groups stay to be seen, and take no level away."""
    said = "It counts neither for nor against the level."
    groups = {"en": [190, 200], "es": [100, 200]}
    evidence = example_evidence("H") | {"q3_by_language": groups}
    store.write(publish_level, city.potholes, evidence, NOW, AS_OF)
    words = response_page(client.get("/en/services/pothole-repair/level/")).words()
    assert said not in words
    assert "Level 3" in words
    store.write(publish_level, city.lights, take_out(evidence), NOW, AS_OF)
    words = response_page(client.get("/en/services/street-lights/level/")).words()
    assert words.count(said) == 1
    assert "Clearly behind everyone else: Spanish." in words
    assert "Level 4" in words
    level = client.get("/api/v1/services/street-lights/level").get_json()
    assert level["result"] == evaluate(level["evidence"])
    assert level["evidence"]["q3_by_language_for_information"] == groups
    assert list(check_level(level)) == []
    schema = client.get("/api/schemas/level.json").get_json()
    jsonschema_rs.Draft202012Validator(schema).validate(level)


def show_evidence(client: FlaskClient, store: Store, city: City, **evidence: object) -> Page:
    """The page of example H, which is level 4, with other evidence in places."""
    changed = example_evidence("H") | evidence
    store.write(publish_level, city.potholes, changed, NOW, AS_OF)
    return response_page(client.get("/en/services/pothole-repair/level/"))


def test_each_group_that_may_be_behind_is_told_by_how_much(
    client: FlaskClient, store: Store, city: City
) -> None:
    groups = {"en": [900, 1000], "es": [150, 200], "ar": [152, 200]}
    page = show_evidence(client, store, city, told30_by_language=groups)
    _, _, after = page.words().partition("What decides level 4, and what it would take")
    deciding, _, _ = after.partition("The evidence, step by step")
    result = evaluate(publish(example_evidence("H") | {"told30_by_language": groups}))
    criterion = next(one for one in result["criteria"] if one["id"] == "L4.1")
    behind = {row["group"]: round(-row["low"] * 100, 1) for row in criterion["groups"]}
    for group, name in (("ar", "Arabic"), ("es", "Spanish")):
        sentence = f"{name}: it may be up to {behind[group]:g} percentage points behind"
        assert deciding.count(sentence) == 1
    assert "At most 15 are allowed" in deciding


def test_districts_without_a_name_in_the_pages_language_are_marked(
    client: FlaskClient, store: Store, city: City
) -> None:
    """In sentences and in the table; a name is never taken for markup."""
    with store.read() as session:
        north, south = session.scalars(select(District.slug).order_by(District.position)).all()[:2]

    def rename(session: Session) -> None:
        session.execute(delete(DistrictText).where(DistrictText.lang == "ar"))
        session.execute(update(DistrictText).values(name="North & <b>Hill</b>"))

    store.write(rename)
    groups = {north: [900, 1000], south: [100, 200]}
    evidence = example_evidence("H") | {"told30_by_district": groups}
    store.write(publish_level, city.potholes, evidence, NOW, AS_OF)
    page = response_page(client.get("/ar/services/pothole-repair/level/"))
    named = [one for one in page.all("span") if page.words(one) == "North & <b>Hill</b>"]
    assert len(named) >= 3, "what was found, what it would take, and the table"
    assert {(one.get("lang"), one.get("dir")) for one in named} == {("en", "ltr")}
    assert page.words().count("North & <b>Hill</b>") == len(named)


def test_a_share_that_speaks_against_the_service_says_how_far_it_is_from_not_doing_so(
    client: FlaskClient, store: Store, city: City
) -> None:
    words = show_evidence(client, store, city, promises={"x": 4, "n": 20}).words()
    assert (
        "Raise this share: it is surely below 60%. With 10 more that count for the service, that"
        " would no longer be sure." in words
    )


def test_compared_groups_have_their_ratio_and_those_not_alike_a_picture(
    client: FlaskClient, store: Store, city: City
) -> None:
    page = show(client, store, city, "A")
    criterion = next(
        one for one in evaluate(publish(example_evidence("A")))["criteria"] if one["id"] == "L4.1"
    )
    labels = [one.get("aria-label", "") for one in page.root.iter() if one.get("role") == "img"]
    assert {row["verdict"] for row in criterion["groups"]} == {"parity", "unclear"}
    for row in criterion["groups"]:
        low, high = round(row["low"] * 100, 1), round(row["high"] * 100, 1)
        likely = f"Difference likely between {low:g} and {high:g} percentage points"
        picture = f"{likely}; at most 15 behind are allowed"
        assert (picture in labels) == (row["verdict"] == "unclear"), row
        ratio = f"{row['ratio']:.2f} ({row['ratio_low']:.2f} to {row['ratio_high']:.2f})"
        assert ratio in page.words()
