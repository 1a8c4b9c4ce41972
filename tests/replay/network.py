"""Requests as they reach the site: on kept connections, through one proxy, nothing followed."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from tests.replay.pages import Element, Form, forms_of, read_page
from tests.replay.site import Site

_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """What came back: nothing is followed, so that every step is seen."""

    status: int
    headers: http.client.HTTPMessage
    text: str
    path: str

    @cached_property
    def page(self) -> Element:
        """The page as a tree."""
        return read_page(self.text)

    def forms(self) -> list[Form]:
        """Its forms."""
        return forms_of(self.page, self.path)

    def form(self, to: str) -> Form:
        """The form that is sent to an address ending so."""
        found = [one for one in self.forms() if urlsplit(one.action).path.endswith(to)]
        assert found, f"no form to {to} on {self.path} ({self.status})"
        return found[0]

    @property
    def location(self) -> str:
        """Where it leads."""
        target = urlsplit(urljoin(self.path, str(self.headers["Location"])))
        return f"{target.path}?{target.query}" if target.query else target.path


@dataclass
class Network:
    """Kept-alive connections to the site, one for each thread, as through one proxy."""

    site: Site
    _local: threading.local = field(default_factory=threading.local)
    _opened: list[http.client.HTTPConnection] = field(default_factory=list)

    def send(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> Reply:
        """One request. A kept connection that was closed meanwhile is opened anew, once."""
        for is_last in (False, True):
            connection = self._connection()
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode()
            except (http.client.HTTPException, OSError):
                connection.close()
                if is_last:
                    raise
                continue
            assert answer.status < 500, f"{method} {path}: {answer.status} {text[:2000]}"
            return Reply(answer.status, answer.headers, text, path)
        raise AssertionError("unreachable")

    def send_and_go(self, path: str, headers: dict[str, str], body: str) -> None:
        """Send a form and never see the answer, as when a tunnel cuts the connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=_SECONDS)
        connection.request("POST", path, body, headers)
        connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._local, "connection"):
            made = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=_SECONDS)
            self._local.connection = made
            self._opened.append(made)
        found: http.client.HTTPConnection = self._local.connection
        return found

    def close(self) -> None:
        """Close all connections."""
        for connection in self._opened:
            connection.close()
