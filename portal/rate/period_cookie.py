"""The cookie behind person_key: random, first-party, gone when its 90-day period is over.

It is set on POST only (DESIGN.md section 9) and says nothing but "the same browser as before",
so that somebody who rates twice counts once (METHOD.md section 7).
"""

from __future__ import annotations

import hmac
import re
from datetime import date, datetime, time

from flask import request
from werkzeug.wrappers import Response

from portal.store.secrets import PERIOD_DAYS, period_of
from portal.web.context import portal
from portal.web.cookies import PERIOD, cookie_name

_VALUE = re.compile(r"[0-9a-f]{64}")


def _name() -> str:
    return cookie_name(PERIOD, is_https=portal().settings.is_https)


def read_cookie(token: str) -> str:
    """This browser's cookie, or the one that it is about to get.

    A new one is derived from the form's random token, so that two copies of one form that arrive
    together get the same cookie.
    """
    given = request.cookies.get(_name(), "")
    if _VALUE.fullmatch(given):
        return given
    return hmac.new(portal().secrets.key("period-cookie"), token.encode(), "sha256").hexdigest()


def set_cookie(response: Response, value: str, now: datetime, *, is_embedded: bool = False) -> None:
    """Let the browser keep it until the period ends.

    In a frame on another site it is kept in that site's own jar (CHIPS), which browsers do over
    https only; without it every form sent from there counts by itself.
    """
    if is_embedded and not portal().settings.is_https:
        return
    response.set_cookie(
        _name(),
        value,
        max_age=_seconds_left(now),
        path="/",
        secure=portal().settings.is_https,
        httponly=True,
        samesite="None" if is_embedded else "Lax",
        partitioned=is_embedded,
    )


def _seconds_left(now: datetime) -> int:
    clock = portal().clock
    first_day_after = date.fromordinal((period_of(clock.day(now)) + 1) * PERIOD_DAYS)
    end = datetime.combine(first_day_after, time(), clock.zone)
    return int((end - now).total_seconds())
