"""What the ways through the door share: limits, beginning a session, and where it leads."""

from __future__ import annotations

import re
from datetime import datetime

from flask import redirect, request, session, url_for
from flask_security import login_user
from werkzeug.wrappers import Response

from portal.accounts.account import Accounts
from portal.accounts.operations.sign_ins import begin_sign_in, count_attempt, count_code
from portal.accounts.queries.visitors import get_scope
from portal.accounts.visiting import TOKEN, current_visitor, keep_secret
from portal.store.scope import NotAllowed, Scope, Stage
from portal.store.throttle import LimitReached
from portal.web.client_address import client_address
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.session import is_signed_in_area

# A path of ours and nothing that a browser reads as another site: no //, no backslash, no scheme.
_LOCAL = re.compile(r"/(?!/)[A-Za-z0-9/_.~?=&%+!$'()*,:;@-]{0,1999}")
_FORMS = "csrf_token"  # where the session holds the token of its forms
_TABLET = re.compile(r"ipad|tablet|kindle|silk|android(?!.*mobile)", re.IGNORECASE)
_PHONE = re.compile(r"mobi|iphone|ipod|android", re.IGNORECASE)
_COMPUTER = re.compile(r"windows|macintosh|x11|linux|cros", re.IGNORECASE)


def begin(
    person_id: int,
    *,
    factor: str | None = None,
    wanted: str | None = None,
    fresh_at: datetime | None = None,
) -> Response:
    """Sign somebody in who showed who they are, and lead on: to the second factor or to work.

    The same person's forms that wait in other tabs can still be sent, nobody else's.
    `fresh_at`: when they showed it, where that is not now.
    """
    account = Accounts().find_user(id=person_id)
    if account is None:  # gone in the same moment
        raise NotAllowed
    clock, previous = portal().clock, session.get(TOKEN)
    token = session.get(_FORMS) if was_of(person_id) else None
    session.clear()
    if token is not None:
        session[_FORMS] = token
    login_user(account)
    keep_secret(
        write(
            begin_sign_in, now=clock.now(), today=clock.today(), person_id=person_id,
            device=device_kind(request.headers.get("User-Agent", "")), factor=factor,
            fresh_at=fresh_at,
            previous_token=previous if isinstance(previous, str) else None,
        )
    )  # fmt: skip
    return lead_on(wanted)


def was_of(person_id: int) -> bool:
    """Whether the session is of a sign-in of this person, one that counts still or has ended."""
    account = Accounts().find_user(id=person_id)
    return account is not None and bool(session.get("_user_id") == account.get_id())


def lead_on(wanted: str | None) -> Response:
    """To the page that is due: the second factor, setting one up, or what was wanted."""
    visitor = current_visitor()
    if visitor.standing.stage is Stage.CODE:
        place = url_for("accounts.show_code", next=local_page(wanted))
    elif visitor.standing.stage is Stage.SET_UP:
        place = url_for("accounts.show_second_factor")
    else:
        place = local_page(wanted) or home_of(get_scope(read(), visitor.id))
    return redirect(place, 303)


def asked_page() -> str:
    """The page that is asked for, with its filters."""
    return request.full_path.rstrip("?")


def local_page(wanted: str | None) -> str | None:
    """The page that was asked for, where it is one of the signed-in areas and not overlong."""
    is_ours = wanted and _LOCAL.fullmatch(wanted) and is_signed_in_area(wanted)
    return wanted if is_ours else None


def home_of(scope: Scope) -> str:
    """Where the person's work is."""
    looks_after_levels = scope.having("manager") or scope.is_administrator
    if looks_after_levels and not scope.having("staff", "translator"):
        return url_for("manage.show_overview")
    return url_for("respond.show_inbox")


def require_room(email: str | None = None) -> None:
    """Count one try to sign in; raise LimitReached when there were too many."""
    email_hash = None if email is None else portal().secrets.email_hash(email)
    wait = write(
        count_attempt, now=portal().clock.now(), email_hash=email_hash, prefix_hash=prefix_hash()
    )
    if wait is not None:
        raise LimitReached(wait)


def require_room_for_code(person_id: int) -> None:
    """Count one try to give a second factor; raise LimitReached when there were too many."""
    wait = write(count_code, now=portal().clock.now(), person_id=person_id)
    if wait is not None:
        raise LimitReached(wait)


def prefix_hash() -> str:
    """The network that the request comes from, as limits know it."""
    address = client_address(request, portal().settings)
    return portal().secrets.prefix_hash(address, portal().clock.today())


def device_kind(user_agent: str) -> str:
    """What kind of device a browser runs on: enough to know one's own, too little to follow one."""
    for kind, pattern in (("tablet", _TABLET), ("phone", _PHONE), ("computer", _COMPUTER)):
        if pattern.search(user_agent):
            return kind
    return "other"
