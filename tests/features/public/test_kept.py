"""What serves those who have no network: the worker, its policy, and the page of the list."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.support.city import LANGUAGES, City
from tests.support.client import response_page


def test_the_worker_may_ask_this_site_only_and_is_never_stale(client: FlaskClient) -> None:
    answer = client.get("/service-worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert answer.headers["Cache-Control"] == "no-cache"
    page = client.get("/en/kept/").headers["Content-Security-Policy"]
    assert "connect-src 'self';" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_form_names_all_that_the_list_needs_without_network(
    client: FlaskClient, city: City, lang: str
) -> None:
    form = response_page(client.get(f"/{lang}/services/pothole-repair/rate"))
    [script] = [one for one in form.all("script") if one.get("data-kept")]
    needed = (script.get("data-kept") or "").split()
    assert needed[0] == f"/{lang}/kept/"
    page = client.get(needed[0])
    assert page.status_code == 200
    used = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.get_data(as_text=True))
    assert used
    assert set(used) <= set(needed)
    for address in needed:
        with client.get(address) as answer:
            assert answer.status_code == 200


def test_nothing_is_said_to_count_before_its_receipt_says_so(client: FlaskClient) -> None:
    """The device knows that it was sent, and not whether it was set apart."""
    text = client.get("/en/kept/").text
    assert "Sent." in text
    assert "counts" not in text


def test_what_stands_behind_a_receipt_or_in_a_frame_is_not_kept(
    client: FlaskClient, city: City
) -> None:
    frame = response_page(client.get("/en/embed/services/pothole-repair/rate"))
    assert frame.all("script") == []
