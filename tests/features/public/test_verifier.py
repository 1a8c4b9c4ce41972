"""The stand-alone verifier against a city that lies: it names what does not hold, and fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.domain.commitments import (
    FIRST_PREVIOUS,
    DayFile,
    QuarterList,
    commit_rating,
    make_day_file,
)
from portal.public import verify
from portal.store.secrets import sha256

SERVICE, QUARTER = "pothole-repair", date(2026, 7, 1)
CODE = "01234-56789-ABCDE-FGHJK-MNPQR"
MINE = sha256(CODE.replace("-", ""))
DAYS = 4


@dataclass
class City:
    """Published files by address below the API, and the key that signs them. All can be forged."""

    service: str = SERVICE
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    ratings: list[tuple[str, int]] = field(default_factory=list)
    days: list[DayFile] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    index: dict[str, Any] = field(default_factory=dict)

    def sign(self, text: str) -> str:
        return self.key.sign(text.encode()).hex()

    def publish(self) -> None:
        """Chain, sign and list everything as an honest city does."""
        found = QuarterList(self.service, QUARTER, tuple(self.ratings))
        rows: list[dict[str, str]] = []
        previous, self.days = FIRST_PREVIOUS, []
        for number in range(DAYS):
            entries = [one for one, _ in self.ratings[number::DAYS]]
            last = [found.sha256] if number == DAYS - 1 else []
            day = make_day_file(QUARTER + timedelta(number), previous, [*entries, *last])
            previous = day.sha256
            self.days.append(day)
            self.replace_day(number, day.text, rows)
        self.texts[f"quarters/{QUARTER}/{self.service}"] = found.text
        figures = {"service": self.service, "quarter": str(QUARTER), "count": len(self.ratings)}
        self.index = {
            "public_key": self.key.public_key().public_bytes_raw().hex(),
            "days": rows,
            "lists": [{**figures, "mean": round(found.mean, 4)}],
        }

    def replace_day(self, number: int, text: str, rows: list[dict[str, str]] | None = None) -> None:
        """Put another text in the place of a day's file, hashed and signed."""
        rows = self.index["days"] if rows is None else rows
        day = str(QUARTER + timedelta(number))
        self.texts[f"days/{day}"] = text
        row = {"day": day, "sha256": sha256(text), "signature": self.sign(text)}
        rows[number : number + 1] = [row]

    def edit_list(self, change: Callable[[str], str]) -> None:
        address = f"quarters/{QUARTER}/{SERVICE}"
        self.texts[address] = change(self.texts[address])


@pytest.fixture
def city() -> City:
    return found_city(SERVICE)


def found_city(service: str) -> City:
    made = City(service)
    for number in range(12):
        receipt = MINE if number == 5 else sha256(f"receipt {number}")
        q0 = 1 + number % 5
        made.ratings.append((commit_rating(service, QUARTER, q0, receipt), q0))
    made.publish()
    return made


@contextmanager
def serving(city: City) -> Iterator[str]:
    """The address at which the files can be fetched."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path.removeprefix("/api/v1/integrity/"))
            text = city.texts.get(path) if path else json.dumps(city.index)
            self.send_response(200 if text is not None else 404)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def run(city: City, *arguments: str) -> subprocess.CompletedProcess[str]:
    with serving(city) as address:
        return subprocess.run(
            [sys.executable, "-I", str(Path(verify.__file__)), "--quarter", str(QUARTER), address,
             *arguments],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip


def test_an_honest_city_passes_and_tells_what_to_keep(city: City) -> None:
    done = run(city, "--service", SERVICE, "--receipt", CODE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Your rating, 1 of 5, stands in the signed file of 2026-07-02." in done.stdout
    assert "12 ratings count, mean 2.75" in done.stdout
    assert "stands in the quarter's list, and counts" in done.stdout
    kept = (city.index["public_key"], city.days[-1].sha256)
    assert all(one in done.stdout for one in kept)
    assert run(city, "--known", *kept).returncode == 0


@pytest.mark.parametrize("typed", ["公园", "%E5%85%AC%E5%9B%AD"])
def test_a_service_called_in_another_script_is_found(typed: str) -> None:
    """By its short name as people read it, and as some browsers copy it."""
    done = run(found_city("公园"), "--service", typed, "--receipt", CODE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "stands in the quarter's list, and counts" in done.stdout


def another_key(city: City) -> None:
    """One file is signed by somebody else."""
    row = city.index["days"][2]
    stranger = Ed25519PrivateKey.generate()
    row["signature"] = stranger.sign(city.texts[f"days/{row['day']}"].encode()).hex()


def entry_removed_from_a_day(city: City) -> None:
    row = city.index["days"][1]
    lines = city.texts[f"days/{row['day']}"].split("\n")
    city.texts[f"days/{row['day']}"] = "\n".join([*lines[:4], *lines[5:]])


def entry_added_to_a_day_and_signed(city: City) -> None:
    """The city itself rewrites a day: then the next one does not follow any more."""
    day = city.days[1]
    city.replace_day(1, make_day_file(day.day, day.previous, [*day.entries, "0" * 64]).text)


def day_left_out(city: City) -> None:
    del city.index["days"][2]


def text_not_canonical(city: City) -> None:
    """The last file, signed as it is, with its entries in another order."""
    lines = city.texts[f"days/{city.days[-1].day}"].split("\n")
    city.replace_day(DAYS - 1, "\n".join([*lines[:4], *reversed(lines[4:-1]), ""]))


def wrong_count(city: City) -> None:
    text = city.texts[f"days/{city.days[-1].day}"]
    city.replace_day(DAYS - 1, text.replace("entries 4", "entries 3"))


def rating_changed(city: City) -> None:
    city.edit_list(lambda text: text.replace(" 1\n", " 5\n", 1))


def rating_removed(city: City) -> None:
    city.edit_list(lambda text: "\n".join([*text.split("\n")[:4], *text.split("\n")[5:]]))


def rating_invented(city: City) -> None:
    """The list is signed with a rating that no day holds."""
    days, ratings = city.days, [*city.ratings, ("f" * 64, 5)]
    found = QuarterList(SERVICE, QUARTER, tuple(ratings))
    last = days[-1]
    named = [one for one, _ in city.ratings[DAYS - 1 :: DAYS]]
    city.replace_day(DAYS - 1, make_day_file(last.day, last.previous, [*named, found.sha256]).text)
    city.texts[f"quarters/{QUARTER}/{SERVICE}"] = found.text
    city.index["lists"][0] |= {"count": len(ratings), "mean": round(found.mean, 4)}


def mean_embellished(city: City) -> None:
    city.index["lists"][0]["mean"] = 4.9


FORGERIES: dict[Callable[[City], None], str] = {
    another_key: "2026-07-03: the signature is not the city's",
    entry_removed_from_a_day: "2026-07-02: the signature is not the city's",
    entry_added_to_a_day_and_signed: "2026-07-03: the file does not follow the one before",
    day_left_out: "2026-07-03: the file is missing",
    text_not_canonical: "2026-07-04: the file is not in its canonical form",
    wrong_count: "2026-07-04: the file is not in its canonical form",
    rating_changed: "pothole-repair: no signed file names this list",
    rating_removed: "pothole-repair: no signed file names this list",
    rating_invented: "pothole-repair: the list holds a rating that is in no day's file",
    mean_embellished: "pothole-repair: the published count or mean is another one",
}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forgery_is_named_and_fails(city: City, forge: Callable[[City], None]) -> None:
    forge(city)
    done = run(city)
    assert (done.returncode, done.stderr) == (1, f"DOES NOT HOLD: {FORGERIES[forge]}\n")
    assert "All of it holds." not in done.stdout


def test_a_rating_that_was_changed_in_a_list_signed_anew_fails_for_its_owner(city: City) -> None:
    city.ratings[5] = (city.ratings[5][0], 5)
    city.publish()
    assert run(city).returncode == 0  # nobody else can tell
    done = run(city, "--service", SERVICE, "--receipt", CODE)
    assert done.returncode == 1
    assert "your rating is not in the quarter's list" in done.stderr


def test_a_past_made_anew_with_another_key_fails_for_those_who_kept_the_old_one(city: City) -> None:
    kept = (city.index["public_key"], city.days[-1].sha256)
    city.key = Ed25519PrivateKey.generate()
    del city.ratings[0]
    city.publish()
    assert run(city).returncode == 0
    for one in kept:
        done = run(city, "--known", one)
        assert done.returncode == 1
        assert "its past was changed" in done.stderr


def test_a_city_that_does_not_answer_fails(city: City) -> None:
    del city.texts[f"days/{city.days[0].day}"]
    done = run(city)
    assert done.returncode == 1
    assert "DOES NOT HOLD" in done.stderr


def test_a_receipt_without_its_service_is_asked_for_it(city: City) -> None:
    """It would be looked for under no service at all: that says nothing about the city."""
    done = run(city, "--receipt", CODE)
    assert done.returncode == 2
    assert "--receipt needs --service" in done.stderr
    assert "DOES NOT HOLD" not in done.stderr
