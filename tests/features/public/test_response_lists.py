"""Finding what was answered: by words in six languages, by service, department and language."""

from __future__ import annotations

import csv
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from portal.models.responses import Response, ResponseText
from portal.models.services import ServiceText
from portal.store.concerned import keep_concerned, list_further
from portal.store.content import get_content_version
from portal.store.engine import Store
from portal.store.schema import downgrade, migrate
from tests.features.public.conftest import NOW, Showcase
from tests.features.public.publishing import add_text, publish_response
from tests.support.city import City
from tests.support.client import Page, response_page

ATOM = "{http://www.w3.org/2005/Atom}"
TEXTS = {
    "en": ("The lamps by the river are dark.", "We changed forty bulbs.", ""),
    "es": ("Las farolas del río no funcionan.", "Cambiamos cuarenta bombillas.", ""),
    "vi": ("Đèn đường ven sông bị tắt.", "Chúng tôi đã thay bóng đèn.", ""),
    "zh-Hans": ("河边的路灯不亮。", "我们换了四十个灯泡。", ""),
    "ar": ("أعمدة الإنارة قرب النهر مطفأة.", "غيّرنا أربعين مصباحًا.", ""),
    "ko": ("강변 가로등이 꺼져 있습니다.", "전구를 교체했습니다.", ""),
}


@pytest.fixture
def lamps(store: Store, city: City) -> int:
    """An answer about lamps in six languages, and another one that no word of theirs finds."""

    def publish(session: Session) -> int:
        publish_response(
            session, city.pools, NOW, {"en": ("Too cold.", "We heat the water.", "")}
        )  # fmt: skip
        return publish_response(session, city.lights, NOW - timedelta(days=1), TEXTS)

    return store.write(publish)


def find(client: FlaskClient, lang: str = "en", **query: str) -> Page:
    return response_page(client.get(f"/{lang}/responses/", query_string=query))


def found(page: Page) -> list[int]:
    """The numbers of the responses on the page, in order."""
    parts = [link.strip("/").split("/") for link in page.links()]
    return [int(part[2]) for part in parts if len(part) == 3 and part[2].isdigit()]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "LAMPS river"),
        ("en", "bulb"),
        ("es", "farola rio"),
        ("vi", "den duong"),
        ("vi", "bóng đèn"),
        ("zh-Hans", "路灯"),
        ("zh-Hans", "路燈"),
        ("ar", "مصباحا"),
        ("ar", "نهر"),
        ("ko", "가로등"),
        ("ko", "farolas"),  # a text in another language than the page's
        ("en", "street light"),  # the service is called so
    ],
)
def test_words_are_found_in_every_language(
    client: FlaskClient, lamps: int, lang: str, words: str
) -> None:
    page = find(client, lang, q=words)
    assert found(page) == [lamps]
    assert page.value("q") == words


def test_a_list_can_be_narrowed_by_everything_at_once(
    client: FlaskClient, showcase: Showcase
) -> None:
    works = found(find(client, department="public-works"))
    assert works == [showcase.kept, showcase.promise]
    assert found(find(client, department="parks")) == [showcase.shade]
    assert found(find(client, language="ar")) == works
    assert found(find(client, language="es", q="sombra")) == [showcase.shade]
    narrow = {"service": "pothole-repair", "department": "public-works", "language": "en"}
    page = find(client, **narrow, q="hole")
    assert found(page) == works
    narrowed = "Pothole repair · Public Works · English · “\u2068hole\u2069”"
    assert f"2 answers · {narrowed}" in page.words()
    assert found(find(client, department="parks", service="pothole-repair")) == []


def test_choices_are_what_has_been_answered(client: FlaskClient, showcase: Showcase) -> None:
    page = find(client)
    offered = {option.get("value") for option in page.all("option")}
    assert offered == {
        "", "pothole-repair", "swimming-pools", "public-works", "parks", "en", "ar", "es",
    }  # fmt: skip


@pytest.mark.parametrize("query", ["service=none", "department=none", "language=xx"])
def test_what_an_address_names_must_be_there(client: FlaskClient, city: City, query: str) -> None:
    assert client.get(f"/en/responses/?{query}").status_code == 404
    assert client.get(f"/en/responses/feed.atom?{query}").status_code == 404


def test_nothing_found_says_what_to_do(client: FlaskClient, showcase: Showcase) -> None:
    page = find(client, q="<b>zebra</b>")
    assert "Nothing published fits “\u2068<b>zebra</b>\u2069”." in page.words()
    assert "Try one word instead of several" in page.words()
    assert "/en/responses/" in page.links()


def test_drafts_and_unreviewed_texts_are_not_found(client: FlaskClient, showcase: Showcase) -> None:
    for words in ("secret", "unread", "raw translation"):
        assert found(find(client, q=words)) == []


def test_what_is_corrected_is_found_by_its_new_words_only(
    client: FlaskClient, store: Store, lamps: int
) -> None:
    def correct(session: Session) -> None:
        query = select(ResponseText).where(ResponseText.lang == "en")
        english = session.scalars(query.where(ResponseText.response_id == lamps)).one()
        english.we_did = "We changed fifty diodes."

    store.write(correct)
    assert found(find(client, q="bulbs")) == []
    assert found(find(client, q="diodes")) == [lamps]


def test_words_that_were_there_before_the_index_are_found(store: Store, lamps: int) -> None:
    downgrade(store.engine, "0020")
    migrate(store.engine)
    with store.read() as session:
        kept = session.scalars(
            text("SELECT words FROM response_text WHERE lang = 'es' ORDER BY id").columns(
                ResponseText.words
            )
        ).all()
    assert kept == ["las farolas del rio no funcionan cambiamos cuarenta bombillas"]


def test_pages_and_feed_keep_the_filters(client: FlaskClient, city: City, store: Store) -> None:
    def publish_many(session: Session) -> None:
        for day in range(22):
            publish_response(
                session, city.lights, NOW - timedelta(days=day),
                {"en": (f"Lamp {day} is out.", "Mended.", "")},
            )  # fmt: skip

    store.write(publish_many)
    page = find(client, q="lamp", department="public-works")
    following = "/en/responses/?page=2&q=lamp&department=public-works"
    assert following in page.links()
    assert "Lamp 21 is out." in response_page(client.get(following)).words()
    assert "/en/responses/feed.atom?q=lamp&department=public-works" in page.links()
    assert client.get(f"{following}&page=3".replace("page=2&", "")).status_code == 404


def test_the_feed_takes_the_same_filters(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    store.write(lambda session: add_text(session, showcase.shade, "ko", TEXTS["ko"], NOW))
    answer = client.get("/ko/responses/feed.atom?department=parks&language=ko")
    root = ElementTree.fromstring(answer.data)  # noqa: S314 - our own
    assert [one.findtext(f"{ATOM}id") for one in root.findall(f"{ATOM}entry")] == [
        f"http://localhost/ko/responses/{showcase.shade}/"
    ]
    own = "http://localhost/ko/responses/feed.atom?department=parks&language=ko"
    assert root.findtext(f"{ATOM}id") == own
    assert "Parks and Recreation (ko) · 한국어" in str(root.findtext(f"{ATOM}title"))
    service = response_page(client.get("/ko/services/swimming-pools/"))
    feeds = [link.get("href") for link in service.all("link") if link.get("type")]
    assert "/ko/responses/feed.atom?service=swimming-pools" in feeds


def test_a_response_tells_other_programs_what_it_is(
    client: FlaskClient, showcase: Showcase
) -> None:
    page = response_page(client.get(f"/ar/responses/{showcase.kept}/"))
    graph = {one.get("property"): one.get("content") for one in page.all("meta")}
    assert graph["og:url"] == f"http://localhost/ar/responses/{showcase.kept}/"
    assert graph["og:description"] == "الحفرة أمام المدرسة تعود."
    assert graph["article:published_time"] == "2026-06-01"
    facts = {one.get("itemprop"): one.get("content") for one in page.all("meta")}
    assert facts["inLanguage"] == "ar"
    assert facts["datePublished"] == "2026-06-01"


@pytest.fixture
def shared(store: Store, city: City, lamps: int) -> int:
    """The answer about lamps was given to people who wrote about swimming pools as well."""
    store.write(
        lambda session: keep_concerned(session, session.get_one(Response, lamps), city.pools)
    )
    return lamps


def test_an_answer_stands_in_the_lists_of_all_services_whose_cases_it_was_given_to(
    client: FlaskClient, shared: int
) -> None:
    for query in (
        {"service": "street-lights"}, {"service": "swimming-pools"}, {"department": "parks"},
        {"department": "public-works"}, {"q": "swimming"},
    ):  # fmt: skip
        assert shared in found(find(client, **query)), query
    assert shared not in found(find(client, q="pothole"))
    page = response_page(client.get("/en/services/swimming-pools/"))
    assert shared in found(page)
    assert "Street lights and Swimming pools" in page.words()
    feed = client.get("/en/responses/feed.atom?service=swimming-pools").get_data(as_text=True)
    assert '<title xml:lang="en">Street lights, Swimming pools</title>' in feed


def test_the_feed_marks_each_name_in_the_title_with_its_language(
    client: FlaskClient, store: Store, city: City, shared: int
) -> None:
    assert shared
    store.write(
        lambda session: session.execute(
            delete(ServiceText).where(
                ServiceText.service_id == city.pools, ServiceText.lang == "es"
            )
        )
    )
    feed = ElementTree.fromstring(  # noqa: S314
        client.get("/es/responses/feed.atom?service=swimming-pools").data
    )
    titles = feed.findall("{*}entry/{*}title")
    (title,) = (one for one in titles if "Street lights" in "".join(one.itertext()))
    assert title.get("type") == "xhtml"
    assert "".join(title.itertext()) == "Street lights (es), Swimming pools"
    assert [one.get("lang") for one in title.iter() if one.get("lang")] == ["es", "en"]


def test_its_own_page_and_its_theme_name_the_services(
    client: FlaskClient, store: Store, shared: int
) -> None:
    with store.read() as session:
        theme = session.get_one(Response, shared).theme_id
    for path in (f"responses/{shared}/", f"themes/{theme}/"):
        page = response_page(client.get(f"/en/{path}"))
        assert "It is also about:Swimming pools" in page.words(), path
        assert "/en/services/swimming-pools/" in page.links(), path


def test_a_service_that_only_shares_an_answer_can_be_chosen(
    client: FlaskClient, store: Store, city: City
) -> None:
    alone = store.write(lambda session: publish_response(session, city.lights, NOW, TEXTS))
    values = {one.get("value") for one in find(client).all("option")}
    assert not {"swimming-pools", "parks"} & values
    store.write(
        lambda session: keep_concerned(session, session.get_one(Response, alone), city.pools)
    )
    values = {one.get("value") for one in find(client, fresh="1").all("option")}
    assert {"swimming-pools", "parks", "street-lights"} <= values


def test_open_data_name_all_services_of_an_answer(
    client: FlaskClient, store: Store, city: City, shared: int
) -> None:
    answers = client.get("/api/v1/responses?service=swimming-pools").get_json()["responses"]
    services = {one["id"]: (one["service"], one["services"]) for one in answers}
    assert services[shared] == ("street-lights", ["street-lights", "swimming-pools"])
    table = client.get("/api/v1/responses.csv?service=swimming-pools").get_data(as_text=True)
    assert {row["services"] for row in csv.DictReader(table.splitlines())} == {
        "swimming-pools", "street-lights swimming-pools",
    }  # fmt: skip
    themes = client.get("/api/v1/services/swimming-pools/themes").get_json()["themes"]
    assert {one["service"]: one["services"] for one in themes} == {
        "swimming-pools": ["swimming-pools"],
        "street-lights": ["street-lights", "swimming-pools"],
    }


def test_a_promise_stands_with_all_services_that_it_was_made_to(
    client: FlaskClient, store: Store, city: City
) -> None:
    promise = store.write(
        lambda session: publish_response(
            session, city.lights, NOW, TEXTS, outcome="planned", due_on=NOW.date()
        )
    )
    store.write(
        lambda session: keep_concerned(session, session.get_one(Response, promise), city.pools)
    )
    page = response_page(client.get("/en/promises/?service=swimming-pools"))
    assert promise in found(page)
    assert "Street lights" in page.words()


def test_noting_a_service_twice_changes_nothing_and_its_own_is_not_noted(
    store: Store, city: City, shared: int
) -> None:
    def again(session: Session) -> int:
        before = get_content_version(session)
        response = session.get_one(Response, shared)
        for service_id in (city.pools, city.lights):
            keep_concerned(session, response, service_id)
        return get_content_version(session) - before

    assert store.write(again) == 0
    with store.read() as session:
        assert list_further(session, [shared]) == {shared: [city.pools]}
