"""Every public page: whole in every language, cookie-free, cheap and cached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.models.responses import ResponseService
from portal.models.services import Service, ServiceChannel, ServiceLanguage, ServiceText
from portal.store.content import raise_content_version
from portal.store.engine import Store
from tests.features.public.conftest import Showcase
from tests.support.city import LANGUAGES, City
from tests.support.client import response_page
from tests.support.moment import this_day

PAGES = (
    "",
    "services/",
    "services/?q=hole",
    "services/?q=nothing+like+it",
    "services/pothole-repair/",
    "services/pothole-repair/level/",
    "services/street-lights/level/",
    "services/swimming-pools/",
    "services/swimming-pools/level/",
    "levels/",
    "responses/",
    "responses/?service=swimming-pools",
    "method/",
    "privacy/",
    "accessibility/",
    "open-data/",
    "help/",
)
TELLING = ("", "services/pothole-repair/", "services/street-lights/level/", "responses/", "method/")
MOST_QUERIES = 18


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_whole_in_every_language(
    client: FlaskClient, showcase: Showcase, lang: str
) -> None:
    pages = PAGES if lang in {"en", "ar"} else TELLING
    for path in (*pages, f"responses/{showcase.kept}/", f"responses/{showcase.shade}/"):
        response = client.get(f"/{lang}/{path}")
        assert response.status_code == 200, path
        page = response_page(response)
        assert page.root.get("lang") == lang
        assert page.root.get("dir") == ("rtl" if lang == "ar" else "ltr")
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")


def test_pages_work_in_a_city_without_anything(client: FlaskClient) -> None:
    for path in ("", "services/", "services/?q=x", "levels/", "responses/", "method/"):
        assert client.get(f"/en/{path}").status_code == 200, path
    assert "No services yet" in response_page(client.get("/en/")).words()
    assert "Nothing published yet" in response_page(client.get("/en/responses/")).words()


def test_pages_need_few_queries(
    client: FlaskClient,
    showcase: Showcase,
    statements: Callable[[], AbstractContextManager[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 3600)  # however slow the machine is
    for path in (*PAGES, f"responses/{showcase.kept}/"):
        with statements() as sent:
            client.get(f"/en/{path}?fresh=1" if "?" not in path else f"/en/{path}")
        assert len(sent) <= MOST_QUERIES, (path, sent)


def test_a_page_is_kept_until_something_public_changes(
    client: FlaskClient,
    showcase: Showcase,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)
    first = client.get("/en/services/pothole-repair/")
    with statements() as sent:
        again = client.get(
            "/en/services/pothole-repair/", headers={"If-None-Match": first.headers["ETag"]}
        )
    assert again.status_code == 304
    assert len(set(sent)) == 1  # the content version

    store.write(lambda session: _close_service(session, showcase.city.potholes))
    assert client.get("/en/services/pothole-repair/").status_code == 404


def _close_service(session: object, service_id: int) -> None:
    session.execute(  # type: ignore[attr-defined]
        update(Service).where(Service.id == service_id).values(is_active=False)
    )
    raise_content_version(session)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    [
        "services/no-such-service/",
        "services/no-such-service/level/",
        "services/a%00b/",
        "responses/999999/",
        "responses/99999999999999999999999999/",
        "responses/x/",
        "responses/?service=no-such-service",
        "responses/?page=0",
        "responses/?page=2",
        "responses/?page=-1",
        "responses/?page=٢",
        "responses/?page=99999999999999",
    ],
)
def test_what_does_not_exist_is_not_found(client: FlaskClient, city: City, path: str) -> None:
    assert client.get(f"/en/{path}").status_code == 404


def test_home_leads_to_services_answers_and_receipts(
    client: FlaskClient, showcase: Showcase
) -> None:
    page = response_page(client.get("/en/"))
    words = page.words()
    assert "1 service" in words
    assert "Public Works" in words
    assert "The hole by the school comes back." in words
    assert "/en/services/pothole-repair/" in page.links()
    assert f"/en/responses/{showcase.kept}/" in page.links()
    forms = {form.get("action"): form for form in page.all("form")}
    assert forms["/en/services/"].get("method", "get") == "get"
    receipt = next(form for form in page.all("form") if form.get("method") == "post")
    assert receipt.get("action") == "/en/receipts/"


def test_a_service_page_says_what_it_is_and_calls_to_rate_it(
    client: FlaskClient, showcase: Showcase
) -> None:
    page = response_page(client.get("/en/services/pothole-repair/"))
    words = page.words()
    assert "All about pothole repair." in words
    assert "Level 3: Answers" in words
    assert "4 things are missing for level 4." in words
    assert "Provisional" in words
    assert "by phone" in words
    assert page.links().count("/en/services/pothole-repair/rate") == 1
    assert "Not assessed yet" in response_page(client.get("/en/services/swimming-pools/")).words()


def test_other_ways_are_named_while_they_are_open(
    client: FlaskClient, store: Store, city: City
) -> None:
    today, service = this_day(), city.potholes
    spans = {"kiosk": (-1, 1), "phone": (-9, 0), "counter": (-9, None), "paper": (1, None)}
    spans["web"] = (-9, None)

    def open_and_close(session: Session) -> None:
        session.execute(delete(ServiceChannel).where(ServiceChannel.service_id == service))
        for channel, (first, last) in spans.items():
            days = [None if one is None else today + timedelta(one) for one in (first, last)]
            session.add(
                ServiceChannel(
                    service_id=service, channel=channel, opened_on=days[0], closed_on=days[1]
                )
            )

    store.write(open_and_close)
    words = response_page(client.get("/en/services/pothole-repair/")).words()
    assert "You can also do it another way: at a counter and at a kiosk." in words


def test_nobody_is_called_to_a_form_that_is_closed(
    client: FlaskClient, store: Store, city: City
) -> None:
    today = this_day()

    def close_in_spanish(session: Session) -> None:
        of = {"service_id": city.potholes, "lang": "es", "role": "input"}
        session.execute(update(ServiceLanguage).filter_by(**of).values(closed_on=today))
        raise_content_version(session)

    def close_on_the_web(session: Session) -> None:
        of = {"service_id": city.potholes, "channel": "web"}
        session.execute(update(ServiceChannel).filter_by(**of).values(closed_on=today))
        raise_content_version(session)

    def read(lang: str) -> tuple[list[str], str]:
        page = response_page(client.get(f"/{lang}/services/pothole-repair/?fresh"))
        forms = [link for link in page.links() if link.endswith("/services/pothole-repair/rate")]
        return forms, page.words()

    store.write(close_in_spanish)
    others = [lang for lang in LANGUAGES if lang != "es"]
    assert read("es")[0] == [f"/{lang}/services/pothole-repair/rate" for lang in others]
    assert read("en")[0] == ["/en/services/pothole-repair/rate"]
    store.write(close_on_the_web)
    forms, words = read("en")
    assert forms == []
    assert "One tap is enough" not in words
    assert "This service does not take ratings on the web at present." in words
    assert "You can do it another way: by phone." in words
    assert "A poster to print" not in words


def test_levels_are_listed_by_name_without_ranking(client: FlaskClient, showcase: Showcase) -> None:
    page = response_page(client.get("/en/levels/"))
    rows = [page.words(row) for row in page.all("tr")][1:]
    names = [page.words(head) for head in page.all("th") if head.get("scope") == "row"]
    assert names == ["Pothole repair", "Street lights", "Swimming pools"]
    assert "level 3 in doubt" in rows[1]
    assert "Not assessed yet" in rows[2]
    assert "About 1 in 20 services that stand exactly on a threshold" in page.words()


def test_a_text_in_another_language_is_marked(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    page = response_page(client.get("/ar/responses/?service=swimming-pools"))
    quoted = [p for p in page.all("p") if p.text == "Falta sombra en la piscina."]
    assert quoted
    assert all((p.get("lang"), p.get("dir")) == ("es", "ltr") for p in quoted)
    arabic = response_page(client.get(f"/ar/responses/{showcase.kept}/"))
    own = [p for p in arabic.all("p") if p.text == "الحفرة أمام المدرسة تعود."]
    assert [p.get("lang") for p in own] == [None]


def test_names_of_services_are_marked_wherever_they_stand(
    client: FlaskClient, appraised: Showcase, store: Store
) -> None:
    names = {"Pothole repair", "Street lights", "Swimming pools"}

    def forget_korean_names(session: Session) -> None:
        session.execute(delete(ServiceText).where(ServiceText.lang == "ko"))
        session.add(ResponseService(response_id=appraised.kept, service_id=appraised.city.pools))
        raise_content_version(session)

    store.write(forget_korean_names)
    own = [f"services/pothole-repair/{path}" for path in ("poster", "embed", "rate", "results/")]
    answers = [f"responses/{one}/" for one in (appraised.promise, appraised.kept)]
    seen = set()
    for path in (*PAGES, *own, *answers, "promises/", "results/"):
        page = response_page(client.get(f"/ko/{path}"))
        for name in names:
            marked = page.languages_of(name)
            assert marked <= {"en"}, (path, name)
            seen |= {name} if marked else set()
    assert seen == names


def test_alternates_name_the_page_in_every_language(
    client: FlaskClient, showcase: Showcase
) -> None:
    page = response_page(client.get("/ko/services/pothole-repair/"))
    alternates = {
        link.get("hreflang"): link.get("href")
        for link in page.all("link")
        if link.get("rel") == "alternate" and link.get("hreflang")  # not the feed
    }
    assert alternates["ar"] == "http://localhost/ar/services/pothole-repair/"
    assert set(alternates) == set(LANGUAGES)


@pytest.mark.parametrize("path", ["responses/٣/", "responses/³/", "themes/١/"])
def test_a_number_has_one_address(client: FlaskClient, showcase: Showcase, path: str) -> None:
    assert client.get(f"/ar/{path}").status_code == 404
