"""Names of the outbox's messages and of the worker's jobs."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

_KINDS: dict[str, Any] = {
    "account_link": _l("Account: link to sign in"),
    "account_notice": _l("Account: something changed"),
    "acknowledge": _l("Acknowledgement"),
    "call_off": _l("A next step is called off"),
    "call_off_step": _l("Telling everybody who was invited that a next step is called off"),
    "confirm_address": _l("Question whether an address is right"),
    "confirm_news": _l("Question whether somebody wants the weekly news"),
    "digest": _l("Weekly mail of warnings"),
    "invite": _l("Invitation to a next step"),
    "invite_theme": _l("Inviting everybody in a theme"),
    "job_fault": _l("A job of the worker keeps failing"),
    "news": _l("Weekly news to a resident"),
    "partner_link": _l("Link for a partner to sign"),
    "promise": _l("Reminder of a promise"),
    "remind": _l("Reminder to say whether an answer helps"),
    "tell": _l("Answer to a resident"),
    "tell_response": _l("Telling everybody whom an answer covers"),
}
_JOBS: dict[str, Any] = {
    "appraise": _l("Appraise levels each quarter"),
    "assess": _l("Assess services"),
    "calibrate": _l("Try other thresholds for the report on shadow mode"),
    "count voices": _l("Count how many said so, and what they replied"),
    "fetch the logo": _l("Fetch the city’s logo"),
    "post digests": _l("Prepare the weekly mail of warnings"),
    "post news": _l("Prepare the weekly news to residents"),
    "publish": _l("Publish answers whose time has come"),
    "publish results": _l("Publish the city’s results"),
    "purge": _l("Erase what must not be kept"),
    "quarantine bursts": _l("Set bursts of ratings apart"),
    "read reports": _l("Read reports of failed deliveries"),
    "remind": _l("Remind residents who have not said whether an answer helps"),
    "remind of promises": _l("Remind the desk of promises"),
    "sign days": _l("Sign the day’s list of records"),
    "store unchecked forms": _l("Store printed forms that nobody typed a second time"),
    "tell of faults": _l("Tell administrators of jobs that keep failing"),
    "tell other systems": _l("Tell other systems what was published"),
    "tell and send": _l("Tell residents and send mail"),
    "warn": _l("Look for warnings"),
    "watch": _l("Watch ratings and texts for differences between languages"),
}


def kind_name(kind: str) -> str:
    """What a message of the outbox is, in words."""
    return str(_KINDS.get(kind, kind))


def job_name(name: str) -> str:
    """What a job of the worker does, in words."""
    return str(_JOBS.get(name, name))
