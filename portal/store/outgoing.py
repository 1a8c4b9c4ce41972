"""Asking other HTTP servers for something.

They are strangers: an answer may be late, endless, broken or hostile. Whoever asks waits for a
fixed time at most, reads so many bytes at most, and follows no redirect.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

FAILURES = (OSError, http.client.HTTPException, ValueError)
"""What `exchange` raises: there is no server, no answer in time, or none that HTTP knows."""


@dataclass(frozen=True)
class Answer:
    """What came back; the names of `headers` in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str],
    body: bytes | None = None,
    deadline: float,
    most: int,
    address: str | None = None,
) -> Answer:
    """Send one request to an http or https `url`; raises one of FAILURES.

    `deadline` is in seconds: half to reach the server, half for the whole answer. Of the body at
    most one byte more than `most` is read, so that too long ones show. `address` is the IP address
    to connect to, where the name was resolved before; certificates are checked against the name.
    """
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port)
    connection.sock = line = _dial(parts, address or connection.host, connection.port, deadline / 2)
    # A time limit on each read alone would let a drip of bytes go on for ever.
    is_over = threading.Event()
    end = threading.Timer(deadline / 2, _cut, (line, is_over))
    end.daemon = True
    end.start()
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        connection.request(method, _target(parts), body, dict(headers))
        answer = connection.getresponse()
        content = answer.read(most + 1)
    finally:
        end.cancel()
        connection.close()
        line.close()
    if is_over.is_set():
        raise TimeoutError(f"no whole answer within {deadline:g} s")
    told = {name.lower(): text for name, text in answer.getheaders()}
    return Answer(answer.status, told, content)


def _dial(parts: SplitResult, host: str, port: int, wait: float) -> socket.socket:
    """A line to the server. Over https nothing is agreed yet: that takes time of its own."""
    line = socket.create_connection((host, port), wait)
    if parts.scheme != "https":
        return line
    return ssl.create_default_context().wrap_socket(
        line, server_hostname=parts.hostname, do_handshake_on_connect=False
    )


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _cut(line: socket.socket, is_over: threading.Event) -> None:
    is_over.set()
    with contextlib.suppress(OSError):  # it was over in the same moment
        line.shutdown(socket.SHUT_RDWR)
