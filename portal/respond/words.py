"""What the desk calls things."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.data import load_instrument, load_model_texts
from portal.domain.loop import MIN_REASON
from portal.respond.rules import MAX_PHRASES, MAX_VIEWS, Problem
from portal.web.i18n import current_language

PLACES: dict[str, Any] = {
    "waiting": _l("Waiting for us"),
    "overdue": _l("Overdue"),
    "due": _l("Due this week"),
    "reopened": _l("Reopened"),
    "set_aside": _l("To be set aside or withdrawn"),
    "personal_data": _l("Personal data"),
    "all": _l("All cases"),
    "new": _l("Not in a theme"),
    "in_theme": _l("In a theme"),
    "answered": _l("Answered, not told"),
    "told": _l("Told"),
    "confirmed": _l("Resident replied"),
    "excluded": _l("Set aside"),
    "withdrawn": _l("Withdrawn by the resident"),
}
FLAGS: dict[str, Any] = {
    "reopened": PLACES["reopened"],
    "personal_data": PLACES["personal_data"],
    "wants_answer": _l("Asks for an answer"),
    "set_aside": _l("To be set aside"),
    "withdrawal": _l("To be withdrawn?"),
    "quarantined": _l("Rating under review"),
    "target": _l("Own target passed"),
    "said_missing": _l("Says what is missing"),
    "called": _l("Called about the answer"),
}
SORTS: dict[str, Any] = {
    "due": _l("Disputed first, then due"),
    "newest": _l("Newest first"),
    "oldest": _l("Oldest first"),
    "rating": _l("Lowest rating first"),
    "target": _l("Own target first"),
}
TEXT_STATES: dict[str, Any] = {
    "reviewed": _l("reviewed"),
    "draft": _l("draft"),
    "stale": _l("out of date"),
    "missing": _l("not begun"),
}
NEEDS: dict[str, Any] = {
    "missing": _l("To be translated"),
    "stale": _l("To be brought up to date"),
    "review": _l("To be reviewed"),
    "correction": _l("Correction to be reviewed"),
}
PHRASE_KINDS: dict[str, Any] = {
    "opening": _l("Opening: before “We did”"),
    "explanation": _l("Explanation: after “We did”"),
    "refusal": _l("Reason: after “What we cannot do, and why”"),
}
PROMISES: dict[str, Any] = {
    "open": _l("All open promises"),
    "soon": _l("Due in 14 days"),
    "overdue": _l("Overdue"),
    "broken": _l("Broken"),
    "kept": _l("Kept"),
    "late": _l("Done late"),
}
_EVENTS: dict[str, Any] = {
    "received": _l("Received"),
    "acknowledged": _l("Receipt given"),
    "themed": _l("Put into a theme"),
    "excluded": _l("Set aside"),
    "restored": _l("Taken back"),
    "transferred": _l("Handed to another service"),
    "responded": _l("Answered"),  # the day on which the answer reached the case
    "told": _l("Resident told"),
    "bounced": _l("Mail with the answer came back"),
    "confirmed": _l("Resident replied"),
    "disputed": _l("Resident asked to look again"),
    "retold": _l("Resident told again"),
    "invited": _l("Invited to a next step"),
    "called_off": _l("What they were invited to was called off"),
    "attested": _l("Resident attested a decision"),
    "corrected": _l("Answer corrected"),
    "redacted": _l("Personal data removed"),
    "withdrawn": _l("Withdrawn by the resident"),
}
_PROBLEMS: dict[Problem, Any] = {
    Problem.YOU_SAID_MISSING: _l("Write what residents said."),
    Problem.WE_DID_MISSING: _l("Write what the city did or will do."),
    Problem.REASON_SHORT: _l("Say why not, in %(n)s characters or more."),
    Problem.DUE_MISSING: _l("Give the day by which it will be done."),
    Problem.DUE_PAST: _l("This day has passed. Give a day from today on."),
    Problem.DUE_BEFORE: _l(
        "The day by which it promises something comes before that moment."
        " Choose an earlier moment, or a later day in the answer."
    ),
    Problem.DONE_MISSING: _l("Give the day on which it was done."),
    Problem.DONE_FUTURE: _l("This day has not come yet. Give today or an earlier day."),
    Problem.UNFINISHED: _l("Some part of the source has no text in this language yet."),
    Problem.OWN_TEXT: _l("You wrote this text. Somebody else has to review it."),
    Problem.OWN_REQUEST: _l("You asked for it yourself. Somebody else has to agree."),
    Problem.SEEN_RECEIPT: _l("You have seen the code of this receipt. A colleague has to decide."),
    Problem.STALE: _l("The source has changed since. Bring this text up to date first."),
    Problem.NOT_REVIEWED: _l("The text has to be reviewed by a second person first."),
    Problem.NOT_BEGUN: _l("There is no text yet."),
    Problem.NO_SERVICE: _l("Choose the service that it belongs to."),
    Problem.NOT_WAITING: _l("Only a case that waits for its first answer can be handed over."),
    Problem.DECIDED: _l(
        "A decision taken together with a partner rests on this case, so it stays here. Answer it,"
        " and say who does what."
    ),
    Problem.SERVICE_CLOSED: _l("This service is not in use any more. Keep the case."),
    Problem.HANDED_ENOUGH: _l("It was handed over three times. Answer it, and say who does what."),
    Problem.NOTHING_TICKED: _l("Tick what is taken out."),
    Problem.TIME_MISSING: _l("Give the day and the time at which it shall come out."),
    Problem.TIME_PAST: _l("This moment has passed. Give a later one, or publish now."),
    Problem.NAME_TAKEN: _l("There is a view of this name already. Choose another name."),
    Problem.TITLE_TAKEN: _l("There is a phrase of this title already. Choose another title."),
    Problem.TOO_MANY_PHRASES: _l("There are %(n)s phrases already. Delete one that is not needed."),
    Problem.TOO_MANY_VIEWS: _l("There are %(n)s views already. Delete one that is not needed."),
}
_LIMITS = {
    Problem.REASON_SHORT: MIN_REASON,
    Problem.TOO_MANY_PHRASES: MAX_PHRASES,
    Problem.TOO_MANY_VIEWS: MAX_VIEWS,
}


def problem_text(problem: Problem) -> str:
    """A sentence for what is missing or wrong."""
    return str(_PROBLEMS[problem]) % {"n": _LIMITS.get(problem)}


def event_name(kind: str) -> str:
    """What happened, in words."""
    return str(_EVENTS[kind])


def state_name(state: str) -> str:
    """Where a case stands, in words."""
    if state in {"excluded", "withdrawn"}:
        return str(PLACES[state])
    return load_model_texts().text(f"status.{state}", current_language())


def kind_name(kind: str) -> str:
    """What the resident says it is."""
    return load_instrument().text(f"kind.{kind}", current_language())


def rating_name(rating: int | None) -> str:
    """The rating in the instrument's words; empty where there is none."""
    if rating is None:
        return ""
    return load_instrument().text(f"scale.quality.{rating}", current_language())


def verdict_name(verdict: str) -> str:
    """The resident's verdict in the instrument's words."""
    return load_instrument().text(f"c1.{verdict}", current_language())


def outcome_options() -> list[tuple[str, str]]:
    """(value, words) of the outcomes."""
    return [
        (one, load_model_texts().text(f"status.{one}", current_language()))
        for one in ("answered", "planned", "in_progress", "done", "declined")
    ]
