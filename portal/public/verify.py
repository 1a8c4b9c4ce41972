"""Was my rating counted? Checks a city's published integrity files, trusting nobody but them.

    pip install cryptography
    python verify.py --receipt XXXXX-… --service pothole-repair --quarter 2026-07-01 https://city

Every file from the quarter's first day on must follow the one before and carry the city's
signature; the quarter's list must be named in a signed file, and its count and mean are computed
again; the rating of the receipt must stand in a day's file and in the list. Exit status 0: it all
holds. Keep the key and hash printed at the end, to name them with --known next time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import urllib.parse
import urllib.request
from datetime import date, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})
Days = dict[str, set[str]]


class Failed(Exception):
    """Something that was published does not hold."""


def sha256(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def fetch(city: str, path: str) -> str:
    """A published file, byte for byte. Raises OSError when it cannot be read."""
    url = f"{city}/api/v1/integrity/{urllib.parse.quote(path)}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def body(text: str, name: str, *head: str) -> list[str]:
    """The lines after the head of a file. Raises Failed for all but the one canonical form."""
    lines = text.split("\n")
    found = sorted(set(lines[4:-1]), key=lambda line: (line.endswith(" apart"), line))
    counted = sum(not line.endswith(" apart") for line in found)
    if lines != [*head, f"{lines[3].split(' ')[0]} {counted}", *found, ""]:
        raise Failed(f"{name}: the file is not in its canonical form")
    return found


def read_days(city: str, index: dict[str, Any], since: str) -> Days:
    """Check the chain and the signatures from a day on; returns the entries of each day."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(index["public_key"]))
    found, previous, due = Days(), "0" * 64, ""
    for row in index["days"]:
        day = row["day"]
        if due not in {"", day}:
            raise Failed(f"{due}: the file is missing")
        if day >= since:
            text = fetch(city, f"days/{day}")
            try:
                key.verify(bytes.fromhex(row["signature"]), text.encode())
            except InvalidSignature as error:
                raise Failed(f"{day}: the signature is not the city's") from error
            if f"\nprevious {previous}\n" not in text or sha256(text) != row["sha256"]:
                raise Failed(f"{day}: the file does not follow the one before")
            found[day] = set(body(text, day, "engage-day-1", f"day {day}", f"previous {previous}"))
        previous = row["sha256"]
        due = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    print(f"{len(found)} signed days hold together.")
    return found


def read_list(city: str, figures: dict[str, Any], listed: set[str]) -> dict[str, list[str]]:
    """Check a quarter's list, compute its figures again; returns its lines by commitment."""
    service, quarter = figures["service"], figures["quarter"]
    text = fetch(city, f"quarters/{quarter}/{service}")
    if sha256(text) not in listed:
        raise Failed(f"{service}: no signed file names this list")
    lines = body(text, service, "engage-quarter-1", f"service {service}", f"quarter {quarter}")
    rows = {line[:64]: line.split(" ") for line in lines}
    if len(rows) != len(lines) or not set(rows) <= listed:
        raise Failed(f"{service}: the list holds a rating that is in no day's file")
    counted = [int(row[1]) for row in rows.values() if len(row) == 2]
    mean = round(sum(counted) / len(counted), 4)
    if [len(counted), mean] != [figures["count"], figures["mean"]]:
        raise Failed(f"{service}: the published count or mean is another one")
    print(f"{service}, quarter of {quarter}: {len(counted)} ratings count, mean {mean:.4f}.")
    return rows


def find_rating(code: str, service: str, quarter: str, days: Days) -> tuple[str, str]:
    """The commitment and the rating that belong to a receipt."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum()).translate(LOOKALIKES)
    salt = sha256(f"engage-salt-1\n{sha256(plain)}")
    for q0 in "12345":
        commitment = sha256(f"engage-rating-1\n{service}\n{quarter}\n{q0}\n{salt}")
        for day in [day for day in days if commitment in days[day]]:
            print(f"Your rating, {q0} of 5, stands in the signed file of {day}.")
            return commitment, q0
    raise Failed("no signed file holds a rating of this receipt, service and quarter")


def check(asked: argparse.Namespace) -> None:
    """Check all that was asked for. Raises Failed at the first thing that does not hold."""
    city, quarter, service = asked.city.rstrip("/"), asked.quarter, asked.service
    index = json.loads(fetch(city, ""))
    for known in {*asked.known} - {index["public_key"], *(row["sha256"] for row in index["days"])}:
        raise Failed(f"the city no longer has the key or file {known}: its past was changed")
    days = read_days(city, index, quarter)
    listed = {entry for entries in days.values() for entry in entries}
    mine = find_rating(asked.receipt, service, quarter, days) if asked.receipt else None
    lists = [row for row in index["lists"] if row["quarter"] == quarter]
    if service not in {None, *(row["service"] for row in lists)} or not lists:
        print("There is no list: the quarter is not over, or fewer than 10 ratings count.")
    for figures in (row for row in lists if service in {None, row["service"]}):
        rows = read_list(city, figures, listed)
        if mine is not None:
            row = rows.get(mine[0], [])
            if row[1:2] != [mine[1]]:
                raise Failed("your rating is not in the quarter's list")
            counts = "but set apart: it does not count" if row[2:] else "and counts"
            print(f"It stands in the quarter's list, {counts}.")
    newest = [f"{row['day']} {row['sha256']}" for row in index["days"][-1:]]
    print(f"Public key {index['public_key']}", *(f"Newest file {one}" for one in newest), sep="\n")


def main() -> None:
    """Read the command line, check, and say what was found."""
    parser = argparse.ArgumentParser(description="Was my rating counted?")
    parser.add_argument("city", help="the city's address, for instance https://city.example")
    parser.add_argument("--quarter", required=True, help="first day of the quarter: 2026-07-01")
    named = "the service's short name, as in its address"
    parser.add_argument("--service", type=urllib.parse.unquote, help=named)
    parser.add_argument("--receipt", help="the code of your receipt; it stays on your computer")
    parser.add_argument("--known", nargs="+", default=[], help="a key or hash printed before")
    asked = parser.parse_args()
    if asked.receipt and not asked.service:
        parser.error("--receipt needs --service, the short name in the address of the service")
    try:
        check(asked)
    except (Failed, OSError, ValueError, LookupError, ArithmeticError) as error:
        raise SystemExit(f"DOES NOT HOLD: {error}") from error
    print("All of it holds.")


if __name__ == "__main__":
    main()
