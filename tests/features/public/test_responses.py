"""You said, we did: both voices, honest about what changed and what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.models.assessments import HistoryImport
from portal.models.responses import Response, ResponseText
from portal.settings import Settings
from portal.store.engine import Store
from tests.features.public.conftest import NOW, Showcase
from tests.features.public.publishing import add_text, correct_text, publish_response
from tests.support.cases import send_case
from tests.support.city import City
from tests.support.client import response_page

ATOM = "{http://www.w3.org/2005/Atom}"


def test_a_response_shows_both_voices_and_its_story(
    client: FlaskClient, showcase: Showcase
) -> None:
    page = response_page(client.get(f"/en/responses/{showcase.kept}/"))
    words = page.words()
    assert words.index("The hole by the school comes back.") < words.index("We repaved the street.")
    assert "What we cannot do, and why" in words
    assert "Done on May 30, 2026" in words
    assert "An earlier answer" in words
    assert "Planned, by July 1, 2026" in words
    assert f"/ar/responses/{showcase.kept}/" in page.links()
    earlier = response_page(client.get(f"/en/responses/{showcase.promise}/")).words()
    assert "A later answer" in earlier
    assert "Promised by this day" in earlier


def test_corrections_stay_public_with_their_reason(client: FlaskClient, showcase: Showcase) -> None:
    page = response_page(client.get(f"/ko/responses/{showcase.kept}/"))
    for words in ("The number of streets was wrong.", "We repaved half of it."):
        assert page.languages_of(words) == {"en"}
    shade = response_page(client.get(f"/en/responses/{showcase.shade}/")).words()
    assert "Corrections" not in shade


def test_only_published_and_reviewed_texts_are_shown(
    client: FlaskClient, showcase: Showcase
) -> None:
    assert client.get(f"/en/responses/{showcase.draft}/").status_code == 404
    assert client.get(f"/en/responses/{showcase.unreviewed}/").status_code == 404
    for path in (
        "/en/",
        "/en/responses/",
        "/en/services/swimming-pools/",
        "/en/responses/feed.atom",
        f"/en/responses/{showcase.shade}/",
        "/api/v1/responses",
        "/api/v1/responses.csv",
    ):
        text = client.get(path).get_data(as_text=True)
        for secret in ("Secret draft", "Unread text", "Raw translation"):
            assert secret not in text, path


def test_what_residents_wrote_is_nowhere_public(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    def send(session: Session) -> int:
        comment = "Mein unverwechselbarer Satz"
        return send_case(session, showcase.city.potholes, NOW, comment=comment, lang="en")

    store.write(send)
    for path in (
        "/en/?fresh=1",
        "/en/services/pothole-repair/?fresh=1",
        "/en/services/pothole-repair/level/?fresh=1",
        f"/en/responses/{showcase.kept}/?fresh=1",
        "/api/v1/responses?fresh=1",
        "/api/v1/services/pothole-repair/level?fresh=1",
    ):
        assert "unverwechselbar" not in client.get(path).get_data(as_text=True)


def test_imported_history_has_no_words_and_is_not_listed(
    client: FlaskClient, city: City, store: Store
) -> None:
    def bring_in(session: Session) -> int:
        source = HistoryImport(service_id=city.potholes, source="old", channels=1, imported_at=NOW)
        session.add(source)
        session.flush()
        response = Response(
            service_id=city.potholes, outcome="done", source_lang="en", status="published",
            created_at=NOW, published_at=NOW, published_on=NOW.date(),
            import_id=source.id, import_ref="r1",
        )  # fmt: skip
        session.add(response)
        session.flush()
        return response.id

    response_id = store.write(bring_in)
    assert client.get(f"/en/responses/{response_id}/").status_code == 404
    assert "Nothing published yet" in response_page(client.get("/en/responses/")).words()


def test_lists_are_paged_newest_first_and_can_be_of_one_service(
    client: FlaskClient, city: City, store: Store
) -> None:
    def publish_many(session: Session) -> None:
        for day in range(25):
            publish_response(
                session, city.lights, NOW - timedelta(days=day),
                {"en": (f"Lamp {day} is out.", "Mended.", "")},
            )  # fmt: skip
        publish_response(session, city.pools, NOW, {"en": ("Too cold.", "We heat it.", "")})

    store.write(publish_many)
    page = response_page(client.get("/en/responses/?service=street-lights"))
    words = page.words()
    assert words.index("Lamp 0 is out.") < words.index("Lamp 19 is out.")
    assert "Lamp 20 is out." not in words
    assert "Too cold." not in words
    assert "1–20 of 25" in words
    following = next(link for link in page.links() if "page=2" in link)
    last = response_page(client.get(following))
    assert "Lamp 24 is out." in last.words()
    assert "/en/responses/?service=street-lights" in last.links()


def test_a_long_text_is_cut_in_lists_only(client: FlaskClient, city: City, store: Store) -> None:
    long_text = "word " * 200
    texts = {"en": (long_text.strip(), long_text + "end.", "")}
    response_id = store.write(lambda session: publish_response(session, city.pools, NOW, texts))
    assert "end." not in response_page(client.get("/en/responses/")).words()
    assert "end." in response_page(client.get(f"/en/responses/{response_id}/")).words()


def test_the_feed_moves_when_what_it_shows_is_corrected_and_never_back(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    def correct(lang: str, days: int) -> None:
        before = ("Falta sombra.", "Plantamos diez árboles.", "")
        at = NOW + timedelta(days=days)
        store.write(lambda session: correct_text(session, showcase.shade, lang, before, at))

    came_out = day_in_feed(31, 5)
    assert read_feed(client, "es") == (came_out, {str(showcase.shade): (came_out, came_out)})
    correct("es", 6)
    correct("es", 3)
    moved = day_in_feed(7)
    assert read_feed(client, "es", 2) == (moved, {str(showcase.shade): (came_out, moved)})
    correct("en", 9)  # from which the text shown was translated, say
    moved = day_in_feed(10)
    assert read_feed(client, "es", 3) == (moved, {str(showcase.shade): (came_out, moved)})


def test_the_feed_moves_when_a_translation_comes_out(
    client: FlaskClient, showcase: Showcase, store: Store
) -> None:
    came_out = day_in_feed(31, 5)
    assert read_feed(client, "vi") == (came_out, {str(showcase.shade): (came_out, came_out)})
    words = ("Thiếu bóng mát.", "Chúng tôi đã trồng cây.", "")
    at = NOW + timedelta(days=4)
    store.write(lambda session: add_text(session, showcase.shade, "vi", words, at))
    moved = day_in_feed(5)
    assert read_feed(client, "vi", 2) == (moved, {str(showcase.shade): (came_out, moved)})
    assert read_feed(client, "es") == (came_out, {str(showcase.shade): (came_out, came_out)})


def test_days_in_the_feed_begin_when_they_begin_in_the_city(
    settings: Settings, store: Store, showcase: Showcase
) -> None:
    there = create_app(replace(settings, time_zone="America/Chicago"), store).test_client()
    began = "2026-05-31T00:00:00-05:00"
    assert read_feed(there, "es") == (began, {str(showcase.shade): (began, began)})


def test_texts_of_long_ago_leave_every_feed_readable(
    client: FlaskClient, city: City, store: Store
) -> None:
    """Before texts were cleaned as they are typed, Word's soft line breaks were kept."""
    texts = {"en": ("One\x0btwo.", "Three\x07 \ufffefour.", "")}

    def publish(session: Session) -> int:
        response_id = publish_response(session, city.pools, NOW, texts)
        session.execute(update(ResponseText).values(links="https://example.org/a A\x0bpage"))
        return response_id

    response_id = store.write(publish)
    root = ElementTree.fromstring(client.get("/en/responses/feed.atom").data)  # noqa: S314
    (entry,) = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id", "").endswith(f"/{response_id}/")
    assert entry.findtext(f"{ATOM}summary") == "One\ntwo."
    assert entry.findtext(f"{ATOM}content") == "Three four."
    (related,) = entry.findall(f"{ATOM}link[@rel='related']")
    assert related.get("title") == "A page"


def read_feed(
    client: FlaskClient, lang: str, time: int = 1
) -> tuple[str | None, dict[str, tuple[str | None, str | None]]]:
    """When the feed of a service moved, and when each entry came out and moved."""
    address = f"/{lang}/responses/feed.atom?service=swimming-pools&time={time}"
    root = ElementTree.fromstring(client.get(address).data)  # noqa: S314 - our own
    return root.findtext(f"{ATOM}updated"), {
        (entry.findtext(f"{ATOM}id") or "").rsplit("/", 2)[1]: (
            entry.findtext(f"{ATOM}published"),
            entry.findtext(f"{ATOM}updated"),
        )
        for entry in root.findall(f"{ATOM}entry")
    }


def day_in_feed(day: int, month: int = 6) -> str:
    """The city's midnight, with which its day begins."""
    return f"2026-{month:02}-{day:02}T00:00:00+00:00"


def test_the_feed_is_atom_in_the_readers_language(client: FlaskClient, showcase: Showcase) -> None:
    response = client.get("/ar/responses/feed.atom")
    assert response.mimetype == "application/atom+xml"
    assert "Set-Cookie" not in response.headers
    root = ElementTree.fromstring(response.data)  # noqa: S314 - our own
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 3
    first = entries[0]
    assert first.findtext(f"{ATOM}id") == f"http://localhost/ar/responses/{showcase.kept}/"
    assert first.findtext(f"{ATOM}updated") == "2026-06-01T00:00:00+00:00"
    assert first.findtext(f"{ATOM}summary") == "الحفرة أمام المدرسة تعود."
    languages = [entry.get("{http://www.w3.org/XML/1998/namespace}lang") for entry in entries]
    assert languages == ["ar", "es", "ar"]
    again = client.get(
        "/ar/responses/feed.atom", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304
