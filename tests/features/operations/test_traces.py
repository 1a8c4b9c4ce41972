"""What a resident leaves behind (SECURITY.md T9): logs and database are searched after a run."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import MetaData, select

from portal.models.submissions import Submission
from portal.store.engine import Store
from tests.support.city import City
from tests.support.processes import Answer, Installation, Running

FORM = "/en/services/pothole-repair/rate"
READING_SECONDS = 2.1  # sooner would be a machine
EMAIL = "marked-person@traces.example"
PHONE = "512-555-0187"
ADDRESS = "198.51.100.177"
BROWSER = "MarkedBrowser/7.7 (of nobody else)"
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": BROWSER,
    "X-Forwarded-For": ADDRESS,
}
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_CODE = re.compile(r"/en/receipts/([0-9A-Z]{25})/")
_COOKIE = re.compile(r"period=([0-9a-f]{64})")


def send(portal: Running, path: str, cookie: str = "", **fields: str) -> Answer:
    headers = HEADERS | ({"Cookie": f"period={cookie}"} if cookie else {})
    return portal.ask(path, "POST", urlencode(fields), headers)


def rate(portal: Running) -> tuple[str, str]:
    """Send a case with everything that tells who it is; returns receipt code and cookie."""
    token = _TOKEN.findall(portal.ask(FORM, headers=HEADERS).text)[0]
    time.sleep(READING_SECONDS)
    fields = {
        "token": token, "q0": "2", "comment": f"Call me: {PHONE}. A hole.", "wants_answer": "1",
        "email": EMAIL,
    }  # fmt: skip
    warned = send(portal, FORM, **fields)
    assert warned.status == 422, "a phone number in a comment is warned of"
    done = send(portal, FORM, **fields, confirmed="1")
    assert done.status == 303, done.text[:2000]
    code, cookie = _CODE.search(done.headers["location"]), _COOKIE.search(str(done.headers))
    assert code
    assert cookie
    return code[1], cookie[1]


def follow(portal: Running, code: str, cookie: str) -> None:
    """Everything else that residents do with a receipt, the wrong things too."""
    kept = {**HEADERS, "Cookie": f"period={cookie}"}
    receipt = f"/en/receipts/{code}/"
    assert portal.ask(receipt, headers=kept).status == 200
    found = send(portal, "/en/receipts/", code="-".join(re.findall(".{5}", code)))
    assert found.status == 303
    for path in (f"{receipt}nothing", f"/en/{code}", f"/en/services/?q={EMAIL}", f"/{EMAIL}"):
        portal.ask(path, headers=kept)
    for verdict in ("yes", "nonsense"):  # before there is an answer
        send(portal, f"{receipt}confirm", cookie, verdict=verdict)
    send(portal, FORM, cookie, token="x" * 40, q0="9", email=EMAIL)
    portal.ask(receipt, "DELETE", headers=kept)


def cells(store: Store) -> Iterator[tuple[str, bytes]]:
    """(table.column, content) of everything that the database holds."""
    tables = MetaData()
    tables.reflect(store.engine)
    assert len(tables.tables) > 20
    with store.engine.connect() as connection:
        for table in tables.sorted_tables:
            for row in connection.execute(select(table)):
                for column, value in zip(table.columns, row, strict=True):
                    content = value if isinstance(value, bytes) else str(value).encode()
                    yield f"{table.name}.{column.name}", content


def holders(store: Store, *marks: bytes) -> set[str]:
    """The columns that hold one of the marks, in whichever case."""
    return {
        place
        for place, content in cells(store)
        if any(mark.lower() in content.lower() for mark in marks)
    }


def ways_of(address: str) -> list[bytes]:
    """The address as text, as bytes, and its network, which would tell nearly as much."""
    packed = ipaddress.ip_address(address).packed
    return [address.encode(), packed, packed.hex().encode(), address.rpartition(".")[0].encode()]


def test_nothing_that_tells_who_it_was_is_left_behind(
    installation: Installation, store: Store, city: City
) -> None:
    del city
    settings = {"PORTAL_TRUSTED_PROXIES": "127.0.0.1/32"}
    with installation.running("serve", **settings) as portal:
        portal.wait_for("/readyz")
        code, cookie = rate(portal)
        follow(portal, code, cookie)
        with installation.running("work", PORTAL_WORKER_SECONDS="1") as worker:
            worker.wait_for_line('"assess"')
            worker.stop()
        assert portal.stop() == 0
        logged = (portal.logged + worker.logged).lower()
    assert logged.count("/receipts/<code>/") >= 2, "requests are logged, by their route"
    groups = "-".join(re.findall(".{5}", code))
    for mark in (EMAIL, PHONE, code, groups, cookie, BROWSER, ADDRESS, "A hole."):
        assert mark.lower() not in logged, mark

    assert holders(store, EMAIL.encode(), b"marked-person", b"traces.example") == set()
    assert holders(store, code.encode(), groups.encode(), cookie.encode()) == set()
    assert holders(store, BROWSER.encode(), b"MarkedBrowser") == set()
    assert holders(store, *ways_of(ADDRESS)) == set()
    # The words are kept as they were sent, after the warning, and in one place only.
    assert holders(store, PHONE.encode()) == {"submission.comment"}
    with store.read() as session:
        assert session.scalars(select(Submission.has_personal_data)).all() == [True]
    if store.engine.dialect.name == "sqlite":
        check_files(installation.folder, EMAIL, code, groups, cookie, BROWSER, ADDRESS)


def check_files(folder: Path, *marks: str) -> None:
    """The files hold pages that rows were moved out of, too; logs lie beside them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    for path in files:
        content = path.read_bytes()
        for mark in marks:
            assert mark.encode() not in content, (path, mark)
