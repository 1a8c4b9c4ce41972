"""Services and departments in administrators' hands: texts by two people, records with days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.models.running import AuditEvent
from portal.models.services import PageCheck, Service, ServiceChannel, ServiceLanguage, ServiceText
from portal.store.engine import Store
from portal.store.languages import close_language
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.client import response_page
from tests.support.moment import this_day

LIGHTS = "services/street-lights/"


def shown(store: Store, slug: str, lang: str) -> ServiceText:
    with store.read() as session:
        return session.scalars(
            select(ServiceText)
            .join(Service, Service.id == ServiceText.service_id)
            .where(Service.slug == slug, ServiceText.lang == lang)
        ).one()


def write_text(visitor: Visitor, path: str, **texts: str) -> Any:
    page = response_page(visitor.get(path))
    texts = {"name": "Lights", "summary": "All lamps.", "about": "", **texts}
    return visitor.post(path, seen=page.value("seen"), **texts)


def review(visitor: Visitor, path: str) -> Any:
    page = response_page(visitor.get(path))
    return visitor.post(f"{path}/review", seen=page.value("seen"))


def test_the_menu_says_what_every_place_is_for(admin: Visitor) -> None:
    page = response_page(admin.get(""))
    assert "Make a threshold of the method stricter" in page.words()
    for address in page.links():
        if "/admin/" in address:
            assert admin.client.get(address).status_code == 200, address


def test_residents_read_a_new_text_when_a_second_person_has_reviewed_it(
    admin: Visitor, second: Visitor, store: Store
) -> None:
    path = f"{LIGHTS}texts/en"
    assert write_text(admin, path).status_code == 303
    assert shown(store, "street-lights", "en").name == "Street lights"
    assert review(admin, path).status_code == 422  # one's own
    assert review(second, path).status_code == 303
    text = shown(store, "street-lights", "en")
    assert (text.name, text.status) == ("Lights", "reviewed")
    assert text.author_id != text.reviewer_id
    assert "Lights" in response_page(admin.client.get("/en/services/street-lights/")).words()


def test_what_copying_brings_along_stays_out_of_texts(
    admin: Visitor, second: Visitor, store: Store
) -> None:
    path = f"{LIGHTS}texts/en"
    copied = {"name": "Street\x0blights\x07", "summary": "All\x0blamps.\ufffe"}
    assert write_text(admin, path, **copied).status_code == 303
    review(second, path)
    text = shown(store, "street-lights", "en")
    assert (text.name, text.summary) == ("Street lights", "All\nlamps.")


def test_translations_are_out_of_date_when_their_source_has_changed(
    admin: Visitor, second: Visitor
) -> None:
    assert "To be brought up to date" not in response_page(admin.get("texts/")).words()
    write_text(admin, f"{LIGHTS}texts/en")
    review(second, f"{LIGHTS}texts/en")
    words = response_page(admin.get("texts/?language=es")).words()
    assert words.count("To be brought up to date") == 1
    path = f"{LIGHTS}texts/es"
    assert write_text(admin, path, name="Luces", summary="").status_code == 303
    assert review(second, path).status_code == 422  # the source says more
    assert write_text(admin, path, name="Luces", summary="Todas.").status_code == 303
    assert review(second, path).status_code == 303
    assert "Street" not in response_page(admin.get("texts/?language=es")).words()


def test_nobody_overwrites_a_text_that_has_moved_on(admin: Visitor, second: Visitor) -> None:
    path = f"{LIGHTS}texts/en"
    seen = response_page(admin.get(path)).value("seen")
    write_text(second, path, name="Theirs")
    answer = admin.post(path, seen=seen, name="Mine", summary="", about="")
    assert answer.status_code == 409
    words = response_page(answer).words()
    assert "Theirs" in words
    assert "Mine" in words


def test_a_refused_text_does_not_overwrite_what_nobody_has_read(
    admin: Visitor, second: Visitor
) -> None:
    path = f"{LIGHTS}texts/en"
    mine = {"name": "Mine", "summary": "All lamps.", "about": ""}
    seen = response_page(admin.get(path)).value("seen")
    write_text(second, path, name="Theirs")
    refused = admin.post(path, seen=seen, **{**mine, "name": ""})
    assert refused.status_code == 422
    late = admin.post(path, seen=response_page(refused).value("seen"), **mine)
    assert late.status_code == 409
    assert "Theirs" in response_page(late).words()
    assert "Mine" in late.text
    assert admin.post(path, seen=response_page(late).value("seen"), **mine).status_code == 303
    own = review(admin, path)
    assert own.status_code == 422
    again = {**mine, "summary": "Every lamp.", "seen": response_page(own).value("seen")}
    assert admin.post(path, **again).status_code == 303


def test_a_channel_opens_and_closes_from_a_day_on_and_the_past_stays(
    admin: Visitor, store: Store, city: City
) -> None:
    today = this_day()
    admin.get(LIGHTS)
    for way, ahead, status in (("open", -1, 422), ("open", 0, 303), ("close", 30, 303)):
        answer = admin.post(
            f"{LIGHTS}switch", what="channel", key="paper", way=way,
            day=(today + timedelta(ahead)).isoformat(),
        )  # fmt: skip
        assert answer.status_code == status
    with store.read() as session:
        row = session.scalars(
            select(ServiceChannel).filter_by(service_id=city.lights, channel="paper")
        ).one()
    assert (row.opened_on, row.closed_on) == (today, today + timedelta(30))


def test_the_first_channel_opens_the_languages_of_which_there_is_no_record(
    admin: Visitor, store: Store, city: City
) -> None:
    today = this_day()

    def forget(session: Session) -> None:
        """Lights were never rated, nor offered in Korean; in Spanish somebody has closed them."""
        for table, key in (
            (ServiceChannel, {}),
            (ServiceLanguage, {"lang": "ko", "role": "input"}),
        ):
            session.execute(delete(table).filter_by(service_id=city.lights, **key))
        session.execute(
            update(ServiceLanguage)
            .filter_by(service_id=city.lights, lang="es", role="input")
            .values(closed_on=today)
        )

    store.write(forget)
    admin.get(LIGHTS)
    for key in ("web", "phone"):
        sent = {"what": "channel", "key": key, "way": "open", "day": today.isoformat()}
        assert admin.post(f"{LIGHTS}switch", **sent).status_code == 303
    assert "q0" in admin.client.get("/ko/services/street-lights/rate").text
    assert "q0" not in admin.client.get("/es/services/street-lights/rate").text


def test_a_language_closes_for_feedback(admin: Visitor) -> None:
    today = this_day().isoformat()
    admin.get(LIGHTS)
    answer = admin.post(f"{LIGHTS}switch", what="input", key="es", way="close", day=today)
    assert answer.status_code == 303
    page = admin.client.get("/es/services/street-lights/rate")
    assert "q0" not in page.text


def test_a_person_says_that_a_page_is_right_once_a_day(
    admin: Visitor, store: Store, city: City
) -> None:
    today = this_day()
    admin.get(LIGHTS)
    for _ in range(2):
        assert admin.post(f"{LIGHTS}checks/ko").status_code == 303
    with store.read() as session:
        rows = session.scalars(
            select(PageCheck).filter_by(service_id=city.lights, lang="ko", checked_on=today)
        ).all()
    assert len(rows) == 1
    assert admin.post(f"{LIGHTS}checks/xx").status_code == 404


def test_nobody_checks_a_page_that_residents_are_not_shown(
    admin: Visitor, store: Store, city: City
) -> None:
    store.write(lambda session: session.execute(delete(PageCheck)))
    page = admin.get(LIGHTS)
    assert all(f"{LIGHTS}checks/{lang}" in page.text for lang in ("ko", "vi"))
    is_korean = (ServiceText.service_id == city.lights) & (ServiceText.lang == "ko")
    store.write(lambda session: session.execute(delete(ServiceText).where(is_korean)))
    store.write(close_language, "vi", this_day())
    page = admin.get(LIGHTS)
    for lang in ("ko", "vi"):
        assert f"{LIGHTS}checks/{lang}" not in page.text
        assert admin.post(f"{LIGHTS}checks/{lang}").status_code == 303
        assert "nothing was kept" in response_page(admin.get(LIGHTS)).words()
    with store.read() as session:
        checks = select(PageCheck.lang).filter_by(service_id=city.lights, checked_on=this_day())
        assert not {"ko", "vi"}.intersection(session.scalars(checks))


def test_a_service_is_added_and_taken_into_use_with_a_reviewed_text(
    admin: Visitor, second: Visitor, store: Store
) -> None:
    admin.get("services/new")
    sent = {"name": "Tree care", "department": "parks", "code": "T-1"}
    assert admin.post("services/new", **sent).status_code == 303
    assert admin.post("services/new", **sent).status_code == 422  # the code is taken
    change = {"department": "parks", "code": "T-1", "is_active": "1"}
    assert admin.post("services/tree-care/", **change).status_code == 422
    assert admin.client.get("/en/services/tree-care/").status_code == 404
    assert review(second, "services/tree-care/texts/en").status_code == 303
    assert admin.post("services/tree-care/", **change).status_code == 303
    assert admin.client.get("/en/services/tree-care/").status_code == 200
    assert admin.client.get("/en/services/tree-care/rate").status_code == 200
    with store.read() as session:
        actions = set(session.scalars(select(AuditEvent.action)))
    assert {"service_added", "service_changed", "service_text_reviewed"} <= actions


def test_the_texts_of_a_new_service_wait_for_a_second_person(
    admin: Visitor, second: Visitor, store: Store, city: City
) -> None:
    """Also before it is in use, which it cannot be without them; nothing else of it is asked."""
    store.write(
        lambda session: session.execute(
            update(Service).where(Service.id == city.lights).values(is_active=False)
        )
    )
    admin.get("services/new")
    admin.post("services/new", name="Tree care", department="parks")
    write_text(admin, "services/tree-care/texts/es", name="Árboles", summary="")
    queue = response_page(second.get("texts/"))
    assert queue.words().count("Tree care") == 2
    assert "not in use" in queue.words()
    assert "/en/admin/services/tree-care/texts/es" in queue.links()
    assert "Street lights" not in queue.words()
    review(second, "services/tree-care/texts/en")
    words = response_page(second.get("texts/")).words()
    assert words.count("Tree care") == 1
    write_text(admin, f"{LIGHTS}texts/en")
    assert "Street lights" in response_page(second.get("texts/")).words()


def test_a_department_is_added_and_named_in_every_language(admin: Visitor) -> None:
    admin.get("departments/")
    assert admin.post("departments/", name="").status_code == 422
    assert admin.post("departments/", name="Waste & Water").status_code == 303
    again = admin.post("departments/", name="Waste & water")
    assert again.status_code == 422
    assert "There is a department of this name already." in again.text
    path = "departments/waste-water/"
    assert admin.post(path, in_en="", in_es="Agua").status_code == 422
    assert admin.post(path, in_en="Waste", was_en="Waste & Water", in_es="Agua").status_code == 303
    assert "Agua" in admin.client.get("/es/admin/departments/").text
