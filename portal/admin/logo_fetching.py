"""Fetching the city's logo, so that residents' browsers need not: they ask this portal only (T9).

The worker goes to an address that somebody typed, and to those that its answers lead on to: each
one is looked at as a webhook's is (docs/decisions/0043). What comes back is a stranger's.
"""

from __future__ import annotations

import ssl
import time
from urllib.parse import urldefrag, urljoin

from portal.domain.jpegs import without_traces
from portal.domain.picture_faults import PictureRefusedError
from portal.domain.pictures import KINDS, read_picture
from portal.settings import Settings
from portal.store.city import get_demo_day
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.logo import Wish, claim_due, keep_fault, keep_picture
from portal.store.outgoing import FAILURES, Answer, exchange
from portal.store.safe_addresses import (
    AddressRefusedError,
    InternalAddressError,
    Resolve,
    UnknownNameError,
    find_address,
    resolve_name,
)

SECONDS = 10.0  # for all of it, redirects included
MOST = 100_000  # bytes: a logo is small, and every reader fetches it once
REDIRECTS = 3
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_ASKED = {
    "User-Agent": "city-portal-logo",
    "Accept": ", ".join(kind.partition(";")[0] for kind in KINDS.values()),
}


class _FetchFault(Exception):
    """It did not arrive; `status` is HTTP's where that is why."""

    def __init__(self, fault: str, status: int | None = None) -> None:
        super().__init__(fault)
        self.fault, self.status = fault, status


def fetch_due(
    store: Store, clock: Clock, settings: Settings, *, resolve: Resolve = resolve_name
) -> int:
    """Fetch the logo if it is time; returns how many pictures were taken, 0 or 1."""
    wish = store.write(claim_due, now=clock.now())
    if wish is None:
        return 0
    with store.read() as session:
        is_trial = settings.is_testing or get_demo_day(session) is not None
    try:
        content = without_traces(_fetch(wish.url, is_trial, resolve))
        picture = read_picture(content)
    except _FetchFault as error:
        return _keep_fault(store, clock, wish, error.fault, error.status)
    except PictureRefusedError as error:
        return _keep_fault(store, clock, wish, error.fault)
    return int(store.write(keep_picture, wish, picture=picture, content=content, now=clock.now()))


def _keep_fault(
    store: Store, clock: Clock, wish: Wish, fault: str, status: int | None = None
) -> int:
    store.write(keep_fault, wish, fault=fault, status=status, now=clock.now())
    return 0


def _fetch(url: str, is_trial: bool, resolve: Resolve) -> bytes:
    """The bytes at `url`, wherever it leads on to. Raises _FetchFault."""
    end = time.monotonic() + SECONDS
    for _ in range(REDIRECTS + 1):
        answer = _ask(url, end - time.monotonic(), is_trial, resolve)
        if answer.status not in _REDIRECTING:
            break
        url = urldefrag(urljoin(url, answer.headers.get("location", ""))).url
    else:
        raise _FetchFault("redirect")
    if answer.status != 200:
        raise _FetchFault("status", answer.status)
    if len(answer.body) > MOST:
        raise _FetchFault("too_heavy")
    return answer.body


def _ask(url: str, deadline: float, is_trial: bool, resolve: Resolve) -> Answer:
    if deadline <= 0:
        raise _FetchFault("silent")
    try:
        address = find_address(url, is_trial=is_trial, resolve=resolve)
        return exchange(url, headers=_ASKED, deadline=deadline, most=MOST, address=address)
    except UnknownNameError as error:
        raise _FetchFault("unknown_name") from error
    except InternalAddressError as error:
        raise _FetchFault("internal") from error
    except AddressRefusedError as error:
        # The form takes secure addresses only, so this one was led on to.
        raise _FetchFault("redirect") from error
    except ssl.SSLError as error:
        raise _FetchFault("certificate") from error
    except FAILURES as error:
        raise _FetchFault("silent") from error
