"""Open data by which anybody checks that nothing was dropped or altered (docs/integrity.md).

Day files and lists are given out byte for byte as they were hashed and signed.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from portal.public.addresses import day_in_address
from portal.public.documents import JSON, as_open_data, publish, to_json
from portal.store.integrity.proofs import find_day, find_list, list_days, list_lists
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read

blueprint = Blueprint("integrity_api", __name__, url_prefix="/api/v1/integrity")

VERIFIER = Path(__file__).parents[1] / "verify.py"
_FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("/")
@access(Access.OPEN_DATA)
def show_index() -> Response:
    """The public key, every signed day with its hash and signature, and every quarter's lists."""
    return publish(JSON, _render_index)


@blueprint.get("/days/<day>")
@access(Access.OPEN_DATA)
def show_day(day: str) -> Response:
    """The file of a day; its SHA-256 and signature stand in the index."""
    text = find_day(read(), _day(day))
    if text is None:
        abort(404, f"The day {day} is not signed.")
    return _text(text)


@blueprint.get("/quarters/<quarter>/<slug>")
@access(Access.OPEN_DATA)
def show_list(quarter: str, slug: str) -> Response:
    """A service's list of a finished quarter (commitment and rating), from 10 ratings on."""
    text = find_list(read(), _day(quarter), slug)
    if text is None:
        abort(404, f"There is no list of {slug} for the quarter that begins on {quarter}.")
    return _text(text)


@blueprint.get("/verify.py")
@access(Access.OPEN_DATA)
def show_verifier() -> Response:
    """The program that checks all this; it needs Python and `cryptography`, and not the portal."""
    return publish("text/x-python; charset=utf-8", lambda: VERIFIER.read_text(encoding="utf-8"))


def _render_index() -> str:
    session = read()
    return to_json(
        {
            "algorithm": "Ed25519",
            "public_key": portal().secrets.public_key,
            "verifier": url_for("integrity_api.show_verifier"),
            "days": [
                {
                    "day": entry.day.isoformat(),
                    "sha256": entry.sha256,
                    "signature": entry.signature,
                    "entries": entry.entries,
                }
                for entry in list_days(session)
            ],
            "lists": [
                {
                    "quarter": entry.quarter_on.isoformat(),
                    "service": entry.slug,
                    "sha256": entry.sha256,
                    "count": entry.count,
                    "mean": round(entry.mean, 4),
                }
                for entry in list_lists(session)
            ],
        }
    )


def _day(text: str) -> date:
    return day_in_address(text, f"{text} is not a day such as 2026-07-01.")


def _text(text: str) -> Response:
    """A text that never changes, byte for byte; no page cache, so that many fill no memory."""
    response = Response(text, mimetype="text/plain")
    response.set_etag(sha256(text.encode()).hexdigest()[:20])
    response = as_open_data(response.make_conditional(request))
    response.headers["Cache-Control"] = _FOR_EVER
    return response
