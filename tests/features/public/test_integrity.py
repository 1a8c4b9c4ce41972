"""Was my rating counted? Published files by which anybody finds out without trusting us."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.models.integrity import RatingList
from portal.public import verify
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.integrity.days import sign_due
from portal.store.secrets import Secrets, sha256
from tests.features.public.test_open_data import problems
from tests.support.cases import send_rating
from tests.support.city import City
from tests.support.processes import SECRET, Installation
from tests.support.soundness import CLOCK, TEST_SECRET
from tests.support.statements import watch_statements

QUARTER_END = datetime(2026, 9, 30, 17, 0, tzinfo=UTC)
CODE = "0123456789ABCDEFGHJKMNPQR"
VERIFIER = Path(verify.__file__)


class LaterClock(Clock):
    """Three days after the quarter's end."""

    def now(self) -> datetime:
        return QUARTER_END + timedelta(days=3)


def fill(store: Store, city: City, secret: str) -> None:
    """Eleven ratings, one of them with a known receipt; a service with too few; all signed."""
    for number in range(11):
        at = QUARTER_END - timedelta(days=number % 4)
        receipt = {"receipt_hash": sha256(CODE)} if number == 5 else {}
        store.write(send_rating, city.potholes, at, q0=1 + number % 5, **receipt)
    store.write(send_rating, city.pools, QUARTER_END, q0=1)
    assert sign_due(store, LaterClock(CLOCK.zone), Secrets(secret)) == 6


@pytest.fixture
def signed(store: Store, city: City) -> Store:
    """The installation of the page-checking client."""
    fill(store, city, TEST_SECRET)
    return store


def test_files_are_published_byte_for_byte(client: FlaskClient, signed: Store) -> None:
    index = client.get("/api/v1/integrity/").get_json()
    document = client.get("/api/openapi.json").get_json()
    schema = {"$ref": "#/components/schemas/Integrity"}
    assert problems(index, schema, document, "integrity") == []
    assert index["days"][0]["day"] == "2026-09-27"
    for row in index["days"]:
        answer = client.get(f"/api/v1/integrity/days/{row['day']}")
        assert answer.mimetype == "text/plain"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert hashlib.sha256(answer.data).hexdigest() == row["sha256"]
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert "immutable" in answer.headers["Cache-Control"]
        known = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(answer.request.path, headers=known).status_code == 304
    [published] = index["lists"]
    assert (published["service"], published["count"]) == ("pothole-repair", 11)
    answer = client.get("/api/v1/integrity/quarters/2026-07-01/pothole-repair")
    assert hashlib.sha256(answer.data).hexdigest() == published["sha256"]
    assert client.get("/api/v1/integrity/verify.py").data == VERIFIER.read_bytes()
    del signed


@pytest.mark.parametrize(
    "path",
    ["days/2026-10-30", "days/20260927", "days/x", "quarters/2026-07-01/swimming-pools",
     "quarters/x/pothole-repair", "quarters/2026-04-01/pothole-repair"],
)  # fmt: skip
def test_what_is_not_there_says_so_in_json(client: FlaskClient, signed: Store, path: str) -> None:
    answer = client.get(f"/api/v1/integrity/{path}")
    assert answer.status_code == 404
    assert set(answer.get_json()) == {"error"}
    del signed


def test_the_page_shows_the_figures_and_how_to_check(client: FlaskClient, signed: Store) -> None:
    page = client.get("/en/integrity/").get_data(as_text=True)
    with signed.read() as session:
        made = session.query(RatingList).one()
    assert f">{made.count}<" in page
    assert "2.82" in page  # the mean, in two places
    assert "swimming-pools" not in page
    assert "That nothing was added." in page
    assert "the overall rating, and no other answer" in page
    assert "Anything about levels. They rest on the other questions" in page
    assert Secrets(TEST_SECRET).public_key in page
    assert client.get("/ar/integrity/?quarter=2026-07-01").status_code == 200
    for wrong in ("2026-04-01", "x"):
        assert client.get(f"/en/integrity/?quarter={wrong}").status_code == 404


def test_a_quarter_has_one_address(client: FlaskClient, signed: Store) -> None:
    assert client.get("/en/integrity/?quarter=2026-07-01").status_code == 200
    assert client.get("/en/integrity/?quarter=20260701").status_code == 404
    del signed


def test_the_page_says_that_nothing_is_signed_yet(client: FlaskClient, city: City) -> None:
    page = client.get("/en/integrity/").get_data(as_text=True)
    assert "No day is sealed yet" in page
    del city


def test_a_receipt_names_the_list_that_holds_its_rating(client: FlaskClient, signed: Store) -> None:
    page = client.get(f"/en/receipts/{CODE}/").get_data(as_text=True)
    day = date(2026, 9, 29)
    file = client.get(f"/api/v1/integrity/days/{day}").get_data(as_text=True)
    assert f"/api/v1/integrity/days/{day}" in page
    assert sum(entry in page for entry in file.splitlines()[4:]) == 1
    assert "/en/integrity/" in page
    del signed


def test_a_receipt_reads_no_list_of_a_day(client: FlaskClient, signed: Store) -> None:
    """They hold everybody's entries: the page would take the longer, the more people rate."""
    with watch_statements(signed) as sent:
        client.get(f"/en/receipts/{CODE}/")
    read = [statement for statement, _parameters in sent]
    assert [one for one in read if "signed_rating" in one]
    assert [one for one in read if "signed_day" in one] == []


def verified(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier as a resident would: a copy of it, far from the portal."""
    program = folder / "verify.py"
    program.write_bytes(VERIFIER.read_bytes())
    return subprocess.run(
        [sys.executable, "-I", str(program), *arguments],
        check=False, capture_output=True, text=True, timeout=60, cwd=folder,
    )  # fmt: skip


def test_the_verifier_proves_a_rating_and_finds_a_forged_list(
    store: Store, city: City, database_url: str, tmp_path: Path
) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("the verifier sees no database")
    fill(store, city, SECRET)
    town = Installation(tmp_path, database_url)
    with town.running("serve") as portal:
        portal.wait_for("/readyz")
        url = f"http://127.0.0.1:{portal.port}/"
        quarter = ("--quarter", "2026-07-01", url)
        mine = ("--service", "pothole-repair", "--receipt", "01234-56789-abcde-fghjk-mnpqr")
        done = verified(tmp_path, *mine, *quarter)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Your rating, 1 of 5, stands in the signed file of 2026-09-29." in done.stdout
        assert "It stands in the quarter's list, and counts." in done.stdout
        assert "11 ratings count, mean 2.8182" in done.stdout
        assert verified(tmp_path, *quarter).returncode == 0
        other = verified(tmp_path, *mine[:2], "--receipt", "Z" * 25, *quarter)
        assert other.returncode == 1
        assert "no signed file holds a rating of this receipt" in other.stderr
