"""What residents sent while something failed on our side waits on the page that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest
from sqlalchemy.exc import OperationalError

from portal.store.engine import Store
from tests.features.rate.test_errors_and_warnings import TYPED, values_of
from tests.support.client import response_page
from tests.support.residents import RATE, Resident, receipt_of, submission_of

FRAME = "/en/embed/services/pothole-repair/rate"


@pytest.fixture(
    params=[
        (OperationalError("INSERT", None, OSError("away")), 503, "Keep this page open"),
        (RuntimeError("a fault"), 500, "It is not your fault"),
    ],
    ids=["away", "fault"],
)
def fault(request: pytest.FixtureRequest) -> tuple[Exception, int, str]:
    """What fails, how that is answered, in which words."""
    found: tuple[Exception, int, str] = request.param
    return found


def fail_with(fault: Exception) -> Callable[..., NoReturn]:
    def fail(*_args: object, **_kwargs: object) -> NoReturn:
        raise fault

    return fail


@pytest.mark.parametrize("path", [RATE, FRAME])
def test_a_form_can_be_sent_again_from_there(
    resident: Resident,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    fault: tuple[Exception, int, str],
    path: str,
) -> None:
    sent = {"token": resident.token(path), "q0": "2", **TYPED}
    with monkeypatch.context() as broken:
        broken.setattr("portal.rate.receiving.send_rating", fail_with(fault[0]))
        answer = resident.post(path, **sent)
    assert answer.status_code == fault[1]
    assert answer.headers["Cache-Control"] == "no-store"
    page = response_page(answer)
    [form] = page.all("form")
    assert (form.get("method"), form.get("action")) == ("post", None)  # to where it went before
    assert values_of(page) == sent
    for words in (fault[2], "Nothing you wrote is lost."):
        assert words in page.words()
    code = receipt_of(resident.post(RATE, **values_of(page)))
    with store.read() as session:
        row = submission_of(session, code)
        assert (row.q0, row.comment) == (2, TYPED["comment"])


def test_what_another_site_sent_is_put_before_nobody(
    resident: Resident, monkeypatch: pytest.MonkeyPatch, fault: tuple[Exception, int, str]
) -> None:
    monkeypatch.setattr("portal.rate.receiving.comes_from_elsewhere", fail_with(fault[0]))
    answer = resident.post(RATE, {"Sec-Fetch-Site": "cross-site"}, token="x", q0="1")
    assert answer.status_code == fault[1]
    assert response_page(answer).all("form") == []


def test_only_what_was_sent_waits_there(
    resident: Resident, monkeypatch: pytest.MonkeyPatch, fault: tuple[Exception, int, str]
) -> None:
    monkeypatch.setattr("portal.rate.routes.find_place", fail_with(fault[0]))
    assert resident.get(RATE, fault[1]).all("form") == []
    answer = resident.post(RATE, comment="What no page can hold\x00 is left out")
    assert values_of(response_page(answer)) == {"comment": "What no page can hold is left out"}
