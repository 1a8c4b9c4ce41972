"""Mail to people who sign in about their own account: something that lets somebody in changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.models.people import Person
from portal.models.running import Outbox
from portal.notify.stationery import Letter, Nothing, Stationery

WORDS: dict[str, Any] = {
    "authenticator_added": _l("An authenticator app was added."),
    "authenticator_removed": _l("The authenticator app was removed."),
    "passkey_added": _l("A passkey was added."),
    "passkey_removed": _l("A passkey was removed."),
    "password_changed": _l("The password was changed."),
    "password_reset": _l("A new password was chosen through a link that was mailed to you."),
    "recovery_code_used": _l("Somebody signed in with one of the recovery codes."),
    "recovery_codes_made": _l("New recovery codes were made. The earlier ones are worth nothing."),
    "roles_changed": _l("An administrator changed your roles. All sign-ins were ended."),
    "second_factor_forgotten": _l(
        "An administrator removed the second factor. You set up a new one when you sign in next."
    ),
}


def prepare_account_notice(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail, to whoever has arrived and may still sign in."""
    del now
    job = session.get_one(Outbox, job_id)
    person = session.get(Person, job.detail.get("person_id"))
    if person is None or not person.active or person.joined_at is None:
        return Nothing("gone")
    context = {
        "what": WORDS[job.detail["what"]],
        "at": job.created_at,
        "link": stationery.link(person.lang, "sign-in/reset"),
    }
    return Letter(
        person.email,
        person.lang,
        "mail_account_notice",
        context,
        stationery.reference(job_id),
        None,
    )
