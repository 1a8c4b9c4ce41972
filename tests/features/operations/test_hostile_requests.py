"""What no browser sends: far over size, NUL, broken encodings, smuggling (SECURITY.md, faults).

Each is answered with a clear error of its own, never with a fault of ours, and the site goes on.
"""

from __future__ import annotations

import socket

import pytest

from tests.support.processes import Running

FORM = "/en/services/pothole-repair/rate"
URLENCODED = "Content-Type: application/x-www-form-urlencoded"
LARGE = 300 * 1024  # over the 256 kB that a body may have
GOOD = {200, 304}
REFUSED = {400, 404, 405, 408, 411, 413, 414, 422, 431, 501, 505}


def send_raw(portal: Running, raw: bytes, wait: float = 10) -> int | None:
    """Send bytes as they are; returns the status, None where the connection was just closed."""
    with socket.create_connection(("127.0.0.1", portal.port), timeout=wait) as connection:
        try:
            connection.sendall(raw)
            answer = connection.recv(65536)
        except (BrokenPipeError, ConnectionResetError):
            return None
    return int(answer.split()[1]) if answer else None


def head(line: str, *more: str, body: bytes = b"") -> bytes:
    """A request with a length where it has a body."""
    lines = [line, "Host: 127.0.0.1", "Connection: close", *more]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def form(body: bytes) -> bytes:
    """A sent form with this body."""
    return head(f"POST {FORM} HTTP/1.1", URLENCODED, body=body)


PART = b'--x\r\nContent-Disposition: form-data; name="q0"\r\n\r\n4\r\n'
MULTIPART = "Content-Type: multipart/form-data; boundary=x"
REQUESTS: dict[str, tuple[bytes, set[int | None]]] = {
    "a body over size": (form(b"q0=4&comment=" + b"a" * LARGE), {413}),
    "a body over size, said beforehand": (
        head(f"POST {FORM} HTTP/1.1", URLENCODED, "Content-Length: 99999999999"),
        {413},
    ),
    "a body in pieces": (
        head(f"POST {FORM} HTTP/1.1", URLENCODED, "Transfer-Encoding: chunked")
        + b"%x\r\nq0=4&comment=%s\r\n0\r\n\r\n" % (13 + LARGE, b"a" * LARGE),
        {411},
    ),
    "a file": (
        head(
            f"POST {FORM} HTTP/1.1",
            MULTIPART,
            body=PART.replace(b"\r\n\r\n", b'; filename="a"\r\n\r\n') + b"--x--\r\n",
        ),
        {422},
    ),
    "a thousand parts": (
        head(
            f"POST {FORM} HTTP/1.1",
            MULTIPART,
            body=PART * 1000 + b"--x--\r\n",
        ),
        {413},
    ),
    "parts without end": (
        head(f"POST {FORM} HTTP/1.1", MULTIPART, body=b"--x\r\nContent-Disp"),
        {400, 422},
    ),
    "ten thousand fields": (form(b"&".join(b"a%d=1" % n for n in range(10000))), {422}),
    "no content type": (head(f"POST {FORM} HTTP/1.1", body=b"q0=4"), {422}),
    "JSON": (head(f"POST {FORM} HTTP/1.1", "Content-Type: application/json", body=b"{}"), {422}),
    "an unknown encoding of text": (
        head(f"POST {FORM} HTTP/1.1", URLENCODED + "; charset=utf-16", body=b"\xff\xfeq\x000\x00"),
        {400},
    ),
    "NUL in a field": (form(b"q0=4&comment=a%00b"), {422}),
    "NUL in a field's name": (form(b"q0%00=4"), {422}),
    "invalid UTF-8 in a field": (form(b"q0=4&comment=%ff%fe"), {400}),
    "raw invalid UTF-8": (form(b"q0=4&comment=\xff\xfe\x80"), {400}),
    "a lone surrogate": (form(b"q0=4&comment=%ED%A0%80"), {400}),
    "digits of another script": (form("q0=٤".encode()), {422}),
    "a number that is none": (form(b"q0=4e400"), {422}),
    "a token that is none": (form(b"q0=4&token=" + b"%ff." * 100), {400}),
    "NUL in an address": (head("GET /en/services/%00/ HTTP/1.1"), {404}),
    "raw NUL in an address": (head("GET /en/\0/ HTTP/1.1"), {400}),
    "invalid UTF-8 in an address": (head("GET /en/services/%ff%fe/ HTTP/1.1"), {404}),
    "raw invalid UTF-8 in an address": (head("GET /en/services/\xff/ HTTP/1.1"), {400, 404}),
    "a lone surrogate in an address": (head("GET /en/services/%ED%A0%80/ HTTP/1.1"), {404}),
    "NUL in a search": (head("GET /en/services/?q=%00 HTTP/1.1"), {404}),
    "invalid UTF-8 in a search": (head("GET /en/services/?q=%ff%fe HTTP/1.1"), {200}),
    "dots": (head("GET /static/../../etc/passwd HTTP/1.1"), {404}),
    "encoded dots": (head("GET /static/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1"), {404}),
    "a receipt with NUL": (head("GET /en/receipts/%00/ HTTP/1.1"), {404}),
    "an endless receipt": (head(f"GET /en/receipts/{'A' * 5000}/ HTTP/1.1"), {404}),
    "an endless address": (head(f"GET /en/{'a' * 70000}/ HTTP/1.1"), {414, 431, None}),
    "an endless search": (head(f"GET /en/services/?q={'a' * 20000} HTTP/1.1"), {200, 400, 414}),
    "an endless header": (head("GET /en/ HTTP/1.1", f"X-Long: {'a' * 100000}"), {431, None}),
    "a thousand headers": (
        head("GET /en/ HTTP/1.1", *(f"X-{number}: 1" for number in range(1000))),
        {431, None},
    ),
    "languages without end": (
        head("GET / HTTP/1.1", "Accept-Language: " + "x-a," * 8000),
        {302, 303},
    ),
    "a language of bytes": (head("GET / HTTP/1.1", "Accept-Language: \xff\xfe;q=\x80"), {302, 303}),
    "cookies of bytes": (head("GET /en/sign-in HTTP/1.1", "Cookie: portal=\xff; a\xfe"), {200}),
    "an address that is none": (
        head(f"POST {FORM} HTTP/1.1", "X-Forwarded-For: \xff,::,1", URLENCODED, body=b"q0=9"),
        {422},
    ),
    "an entity tag that is none": (
        head("GET /en/ HTTP/1.1", 'If-None-Match: W/",\xff'),
        {200},
    ),
    "a day that is none": (head("GET /en/ HTTP/1.1", "If-Modified-Since: \xff"), {200}),
    "a range": (head("GET /en/ HTTP/1.1", "Range: bytes=-1,5-2,\xff"), {200, 206, 416}),
    "no host": (b"GET /en/ HTTP/1.1\r\nConnection: close\r\n\r\n", {200, 400}),
    "two hosts": (head("GET /en/ HTTP/1.1", "Host: other.example"), {200, 400}),
    "a host of bytes": (
        b"GET /en/ HTTP/1.1\r\nHost: \xff/\xfe\r\nConnection: close\r\n\r\n",
        {200, 400},
    ),
    "an unknown method": (head("BREW /en/ HTTP/1.1"), {405}),
    "a method for proxies": (head("CONNECT other.example:443 HTTP/1.1"), {400, 404, 405, None}),
    "another's address": (head("GET http://other.example/en/ HTTP/1.1"), {200, 400, 404}),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200, {400, None}),
    "an old version": (b"GET /en/ HTTP/0.9\r\n\r\n", {400, 505, None}),
    "two lengths": (
        head(f"POST {FORM} HTTP/1.1", URLENCODED, "Content-Length: 4", "Content-Length: 5")
        + b"q0=4",
        {400},
    ),
    "a length below zero": (
        head(f"POST {FORM} HTTP/1.1", URLENCODED, "Content-Length: -1"),
        {400},
    ),
    "a piece without a size": (
        head(f"POST {FORM} HTTP/1.1", URLENCODED, "Transfer-Encoding: chunked") + b"zz\r\nq0=4\r\n",
        {400, 411, None},
    ),
    "an unknown transfer": (
        head(f"POST {FORM} HTTP/1.1", URLENCODED, "Transfer-Encoding: xchunked") + b"q0=4",
        {400, None},
    ),
    "a header folded": (head("GET /en/ HTTP/1.1", "X-A: 1\r\n b"), {200, 400}),
    "a space before the colon": (head("GET /en/ HTTP/1.1", "Content-Length : 5"), {400}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_hostile_requests_get_clear_errors(open_town: Running, name: str) -> None:
    raw, expected = REQUESTS[name]
    assert send_raw(open_town, raw) in expected
    assert open_town.ask("/healthz").status == 200
    assert "fault" not in open_town.logged, open_town.logged[-3000:]
    assert "rror" not in open_town.logged, open_town.logged[-3000:]


def test_length_and_pieces_together_hide_no_second_request(open_town: Running) -> None:
    """Where both are given a proxy may count one way and we the other (request smuggling)."""
    hidden = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    body = b"0\r\n\r\n" + hidden
    lines = (
        f"POST {FORM} HTTP/1.1",
        "Host: 127.0.0.1",
        URLENCODED,
        f"Content-Length: {len(body)}",
        "Transfer-Encoding: chunked",
    )
    with socket.create_connection(("127.0.0.1", open_town.port), timeout=3) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        received = b""
        try:
            while more := connection.recv(65536):
                received += more
        except TimeoutError:
            pass
    assert b"\r\n\r\nok\n" not in received


@pytest.mark.parametrize("sent", [20, 70_000, 199_999])
def test_a_body_cut_short_is_no_form(open_town: Running, sent: int) -> None:
    whole = b"q0=4&comment=" + b"a" * (200_000 - 13)
    with socket.create_connection(("127.0.0.1", open_town.port), timeout=10) as connection:
        length = f"Content-Length: {len(whole)}"
        connection.sendall(head(f"POST {FORM} HTTP/1.1", URLENCODED, length) + whole[:sent])
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65536)
    assert not answer or answer.split()[1] == b"400"


def test_too_much_is_explained_on_a_page_of_ours(open_town: Running) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = open_town.ask(FORM, "POST", "q0=4&comment=" + "a" * LARGE, headers)
    assert answer.status == 413
    assert "<h1" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
