"""HTTP servers of other people, for what the portal asks and tells: kind, slow, broken, hostile."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answering = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Received:
    """A request as it came in; the names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Stranger:
    """A server. `answers` decide what it sends back, in turn; the last one goes on."""

    url: str
    answers: list[Answering]
    received: list[Received] = field(default_factory=list)

    def answer_with(self, *answers: Answering) -> None:
        """Answer like this from now on."""
        self.answers[:] = answers


def say(status: int, body: bytes = b"", **headers: str) -> Answering:
    """A plain answer; underscores in the names of headers are hyphens."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for ever: no single read takes long."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(400):
        handler.wfile.write(b"<")
        time.sleep(0.05)


@contextmanager
def stranger(*answers: Answering) -> Iterator[Stranger]:
    """A server on 127.0.0.1 while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    found = Stranger(f"http://127.0.0.1:{server.server_port}", list(answers) or [say(200)])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.received.append(Received(self.command, self.path, headers, body))
            answer = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            with contextlib.suppress(OSError):  # the other side has left
                answer(self)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
