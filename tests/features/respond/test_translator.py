"""A machine translation for reading, by an HTTP server that is kind, slow, broken or hostile."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from portal.models.running import AuditEvent
from portal.respond.operations.reading import TRANSLATIONS_AN_HOUR
from portal.respond.translator import MAX_ANSWER, Translator, TranslatorDown
from portal.settings import Settings, SettingsError
from portal.store.engine import Store
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.remarks import say_missing, tell

WORDS = "El bache marcado vuelve cada invierno"
PUT = "The marked pothole returns <b>every</b> winter {{7*7}}"
Answering = Callable[[BaseHTTPRequestHandler], None]


class Service:
    """A translation service. `answer` decides what it sends back; `asked` is what it was sent."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answer: Answering = say(200, {"translatedText": PUT})
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.asked.append((self.path, json.loads(body)))
                with contextlib.suppress(OSError):  # the client has left
                    service.answer(self)

            def do_GET(self) -> None:
                service.asked.append((self.path, {}))
                say(200, {"translatedText": "from elsewhere"})(self)

            def log_message(self, *_args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/base/"


def say(status: int, body: object, **headers: str) -> Answering:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def drip(handler: BaseHTTPRequestHandler) -> None:
    """One byte now and then, for ever: no single read takes long."""
    handler.send_response(200)
    handler.end_headers()
    for _time in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
    for number in range(90):
        handler.wfile.write(f"X-{number}: y\r\n".encode())
        time.sleep(0.05)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_the_protocol_is_libretranslates(service: Service) -> None:
    assert Translator(service.url, "key").translate(WORDS, "en") == PUT
    path, asked = service.asked[0]
    assert path == "/base/translate"
    assert asked == {
        "q": WORDS, "source": "auto", "target": "en", "format": "text", "api_key": "key",
    }  # fmt: skip
    Translator(service.url).translate(WORDS, "es")
    assert "api_key" not in service.asked[1][1]


@pytest.mark.parametrize(
    "answer",
    [
        say(500, {"error": "down"}),
        say(429, {"error": "slowdown"}),
        say(302, b"", Location="http://127.0.0.1:1/"),
        say(307, b"", Location="/elsewhere"),
        say(200, b"<html>"),
        say(200, b"\xff\xfe"),
        say(200, []),
        say(200, {"translatedText": None}),
        say(200, {"translatedText": ["a"]}),
        say(200, {"translatedText": "  "}),
        say(200, b"[" * 100_000),
        say(200, {"translatedText": "x" * MAX_ANSWER}),
        lambda handler: handler.wfile.write(b"no HTTP at all\r\n\r\n"),
        lambda handler: handler.connection.close(),
    ],
)
def test_a_bad_answer_is_no_translation(service: Service, answer: Answering) -> None:
    service.answer = answer
    with pytest.raises(TranslatorDown) as caught:
        Translator(service.url, deadline=3).translate(WORDS, "en")
    assert "marcado" not in str(caught.value)
    assert len(service.asked) == 1, "nobody is asked a second time, or anywhere else"


@pytest.mark.parametrize("answer", [drip, drip_headers, lambda _handler: time.sleep(3)])
def test_a_slow_service_is_left_in_time(service: Service, answer: Answering) -> None:
    service.answer = answer
    started = time.monotonic()
    with pytest.raises(TranslatorDown):
        Translator(service.url, deadline=0.5).translate(WORDS, "en")
    assert time.monotonic() - started < 2.5


def test_nobody_listening_is_no_fault(service: Service) -> None:
    service.server.server_close()
    with pytest.raises(TranslatorDown):
        Translator(service.url, deadline=1).translate(WORDS, "en")
    service.server.shutdown()


def configure(app: Flask, service: Service) -> None:
    portal = app.extensions["portal"]
    portal.settings = replace(portal.settings, translate_url=service.url)


def test_it_is_off_by_default(app: Flask, store: Store, desk_city: City) -> None:
    case = send(store, desk_city.potholes, comment=WORDS, lang="es")
    desk = Desk(app)
    assert "Translate for reading" not in desk.get(f"cases/{case}/").words()
    desk.post(f"cases/{case}/translate", 404)


def test_staff_read_it_marked_as_a_machines_and_nothing_is_kept(
    app: Flask, store: Store, desk_city: City, service: Service
) -> None:
    configure(app, service)
    case = send(store, desk_city.potholes, comment=WORDS, lang="es")
    desk = Desk(app)
    page = desk.get(f"cases/{case}/").words()
    assert "sends the resident’s words" in page
    assert service.asked == [], "nothing is sent before somebody asks"
    answer = desk.post(f"cases/{case}/translate", 200)
    text = answer.get_data(as_text=True)
    assert "Machine translation, for reading only" in text
    assert "&lt;b&gt;every&lt;/b&gt; winter {{7*7}}" in text
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(service.asked[0][1]) == {"q", "source", "target", "format"}
    assert "Machine translation" not in desk.get(f"cases/{case}/").words()
    tables = MetaData()
    tables.reflect(store.engine)
    with store.engine.connect() as connection:
        for table in tables.sorted_tables:
            for row in connection.execute(select(table)):
                assert "marked pothole" not in str(row), table.name
    with store.read() as session:
        logged = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "comment_sent_to_translator")
        ).one()
    assert logged.detail == {"target": "en"}


def test_what_was_said_to_an_answer_is_translated_alone(
    app: Flask, store: Store, office: Office, desk_city: City, service: Service
) -> None:
    configure(app, service)
    case = send(store, desk_city.potholes, comment="Nothing to translate", lang="en")
    tell(store, office, office.answer([case]))
    number = say_missing(store, case, WORDS, lang="es")
    answer = Desk(app).post(f"cases/{case}/said/{number}/translate", 200)
    assert [asked["q"] for _path, asked in service.asked] == [WORDS]
    assert answer.get_data(as_text=True).count("Machine translation, for reading only") == 1
    with store.read() as session:
        logged = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "comment_sent_to_translator")
        ).one()
    assert logged.detail == {"target": "en", "remark": number}


def test_a_failure_harms_nothing_and_says_so_calmly(
    app: Flask, store: Store, desk_city: City, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    configure(app, service)
    service.answer = say(500, {"error": WORDS})
    case = send(store, desk_city.potholes, comment=WORDS, lang="es")
    wordless = send(store, desk_city.potholes)
    desk = Desk(app)
    desk.post(f"cases/{case}/translate", 303)
    page = desk.get(f"cases/{case}/").words()
    assert "There is no translation just now" in page
    assert WORDS in page
    assert "marcado" not in caplog.text
    desk.post(f"cases/{wordless}/translate", 409)
    assert len(service.asked) == 1


def test_one_person_can_send_so_many_an_hour(
    app: Flask, store: Store, desk_city: City, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TRANSLATIONS_AN_HOUR > 50
    monkeypatch.setattr("portal.respond.operations.reading.TRANSLATIONS_AN_HOUR", 2)
    configure(app, service)
    case = send(store, desk_city.potholes, comment=WORDS, lang="es")
    desk = Desk(app)
    for status in (200, 200, 429):
        desk.post(f"cases/{case}/translate", status)
    assert len(service.asked) == 2


def test_an_address_must_be_one_of_the_web(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="PORTAL_TRANSLATE_URL"):
        replace(settings, translate_url="file:///etc/passwd")
