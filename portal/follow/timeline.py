"""What happened to a case, step by step, in a resident's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.data import load_instrument
from portal.domain.loop import PROMISES, RETELL_DAYS, Actor, EventKind, Kind
from portal.follow.queries import Case
from portal.models.loops import LoopEvent
from portal.store.texts import InLanguage
from portal.web.formats import day, language_name, number
from portal.web.i18n import current_language
from portal.web.redaction_words import kinds_in_words

ANSWER_DAYS = 30  # METHOD.md, L3.1
_DELIVERED = (EventKind.TOLD, EventKind.RETOLD)


@dataclass(frozen=True)
class Step:
    """One step: state done, again or todo, its title, its day and a note.

    `service` is the one that the case was passed on to, where it has a name.
    """

    state: str
    title: str
    when: date | None = None
    note: str | None = None
    service: InLanguage[str] | None = None


def timeline(case: Case, today: date) -> list[Step]:
    """The steps so far, oldest first, and then those that are still to come."""
    return [*_steps_so_far(case), *_steps_to_come(case, today)]


def _steps_so_far(case: Case) -> Iterator[Step]:
    seen: set[str] = set()
    for event in case.events:
        if event.kind == EventKind.RESPONDED and _was_delivered(event, case.events):
            continue  # to the resident, the answer happened when they were told
        if event.kind == EventKind.THEMED and event.actor == Actor.RESIDENT:
            continue  # nobody has read it: they said "me too", which stands on the page
        if event.kind == EventKind.THEMED and event.kind in seen:
            continue
        seen.add(event.kind)
        write = _WORDS.get(EventKind(event.kind))
        if write is not None:
            yield write(event, case)


def _was_delivered(responded: LoopEvent, events: Sequence[LoopEvent]) -> bool:
    return any(
        event.kind in _DELIVERED and event.response_id == responded.response_id for event in events
    )


def _received(event: LoopEvent, case: Case) -> Step:
    name = language_name(case.lang)
    notes = {
        "web": _("in %(language)s, on the web", language=name),
        "kiosk": _("in %(language)s, at a kiosk", language=name),
        "paper": _("in %(language)s, on paper", language=name),
        "phone": _("in %(language)s, by phone", language=name),
        "counter": _("in %(language)s, at a counter", language=name),
        "mail": _("in %(language)s, by letter", language=name),
    }
    return Step("done", _("Received"), event.happened_on, notes.get(case.channel))


def _themed(event: LoopEvent, _case: Case) -> Step:
    note = _("Somebody put it together with messages about the same thing.")
    return Step("done", _("Read"), event.happened_on, note)


def _excluded(event: LoopEvent, _case: Case) -> Step:
    reasons = {
        "automatic": _("It looked like one of many automatic messages."),
        "spam": _("Staff took it for advertising."),
        "abuse": _("Staff found it abusive."),
        "duplicate": _("Staff found that you had sent it before."),
        "test": _("Staff took it for a test."),
        "withdrawn": _("It was withdrawn."),
        "wrong_service": _("It belongs to another service."),
    }
    return Step("done", _("Set aside"), event.happened_on, reasons[event.reason or "automatic"])


def _restored(event: LoopEvent, _case: Case) -> Step:
    return Step("done", _("Taken up again"), event.happened_on)


def _transferred(event: LoopEvent, case: Case) -> Step:
    service = case.handed_to.get(event.service_id or 0)
    title = _("Passed on to the service it belongs to")
    note = _("They answer you now. The days go on counting from the day we received it.")
    return Step("done", title, event.happened_on, note, service)


def _responded(event: LoopEvent, _case: Case) -> Step:
    note = _("It waits to be checked in your language.")
    return Step("done", _("An answer is written"), event.happened_on, note)


def _told(event: LoopEvent, case: Case) -> Step:
    days = (event.happened_on - case.received_on).days
    note = ngettext(
        "after %(n)s day, in %(language)s",
        "after %(n)s days, in %(language)s",
        days,
        n=number(days),
        language=language_name(event.lang or case.lang),
    )
    title = _("Answered") if event.kind == EventKind.TOLD else _("You have a new answer")
    return Step("done", title, event.happened_on, note)


def _bounced(event: LoopEvent, _case: Case) -> Step:
    note = _("Our mail could not be delivered. Our answer stands on this page.")
    return Step("again", _("The mail came back"), event.happened_on, note)


def _confirmed(event: LoopEvent, _case: Case) -> Step:
    said = load_instrument().text(f"c1.{event.verdict}", current_language())
    return Step("done", _("You said: “%(verdict)s”", verdict=said), event.happened_on)


def _disputed(event: LoopEvent, _case: Case) -> Step:
    note = _("You asked us to look at it again.")
    return Step("again", _("Your case is open again"), event.happened_on, note)


def _invited(event: LoopEvent, _case: Case) -> Step:
    return Step("done", _("You were invited to take part in what comes next"), event.happened_on)


def _called_off(event: LoopEvent, _case: Case) -> Step:
    return Step("again", _("What you were invited to does not take place"), event.happened_on)


def _attested(event: LoopEvent, _case: Case) -> Step:
    return Step("done", _("You said whether the record is fair"), event.happened_on)


def _corrected(event: LoopEvent, _case: Case) -> Step:
    return Step("done", _("The answer was corrected"), event.happened_on)


def _redacted(event: LoopEvent, case: Case) -> Step:
    redacted = [one.id for one in case.events if one.kind == EventKind.REDACTED]
    place = redacted.index(event.id)
    if place >= len(case.redactions):
        return Step("done", _("Personal data was taken out of your words"), event.happened_on)
    redaction = case.redactions[place]
    reasons = {
        "own_data": _("Staff found that it told who you are, or how to reach you."),
        "others_data": _("Staff found that it told something about another person."),
        "unlawful": _("Staff found that the law forbids keeping it."),
        "asked": _("You had asked for it."),
        "withdrawn": _("You withdrew it."),
        "expired": _("Words are kept for a limited time only."),
    }
    title = _("All your words were taken out")
    if redaction.remark_id is not None:
        title = _("The words in which you said what is missing were taken out")
    if redaction.kinds:
        what = kinds_in_words(redaction.kinds.split())
        title = _("Taken out of your words: %(what)s", what=what)
    return Step("done", title, event.happened_on, reasons[redaction.reason])


def _withdrawn(event: LoopEvent, _case: Case) -> Step:
    return Step("done", _("You withdrew your message"), event.happened_on)


# Acknowledged is missing on purpose: the receipt itself acknowledges, in the same moment.
_WORDS: Mapping[EventKind, Callable[[LoopEvent, Case], Step]] = {
    EventKind.RECEIVED: _received,
    EventKind.THEMED: _themed,
    EventKind.EXCLUDED: _excluded,
    EventKind.RESTORED: _restored,
    EventKind.TRANSFERRED: _transferred,
    EventKind.RESPONDED: _responded,
    EventKind.TOLD: _told,
    EventKind.RETOLD: _told,
    EventKind.BOUNCED: _bounced,
    EventKind.CONFIRMED: _confirmed,
    EventKind.DISPUTED: _disputed,
    EventKind.INVITED: _invited,
    EventKind.CALLED_OFF: _called_off,
    EventKind.ATTESTED: _attested,
    EventKind.CORRECTED: _corrected,
    EventKind.REDACTED: _redacted,
    EventKind.WITHDRAWN: _withdrawn,
}


def _steps_to_come(case: Case, today: date) -> Iterator[Step]:
    loop = case.loop
    if loop.withdrawn_on is not None:
        return
    if loop.excluded is not None and (loop.told_on is None or loop.is_open_again):
        return  # nobody answers it any more
    if loop.told_on is None:
        yield _answer_due(case, today)
    elif loop.disputed_on is not None and loop.is_open_again:
        due = loop.disputed_on + timedelta(days=RETELL_DAYS)
        yield Step("todo", _("A new answer"), None, _due_note(due, today))
    if case.verdict is None and not loop.is_open_again:
        note = _("You say whether the answer deals with what you told us. Only you can say that.")
        if loop.told_on is not None:
            note = _("Waiting for you.")
        yield Step("todo", _("You decide"), None, note)
    if loop.outcome in PROMISES and loop.due_on is not None:
        yield _promise(loop.due_on, today)


def _answer_due(case: Case, today: date) -> Step:
    title = _("Somebody reads it and answers")
    if case.loop.responded_on is not None:
        title = _("You get the answer in your language")
    if case.kind == Kind.PRAISE:
        return Step("todo", title, None, _("Your thanks go to the people who do this work."))
    return Step("todo", title, None, _due_note(case.received_on + timedelta(ANSWER_DAYS), today))


def _due_note(due: date, today: date) -> str:
    text = _("By %(date)s at the latest. If it is later, it counts against the service.")
    if due < today:
        text = _("This was due by %(date)s. That it is late counts against the service.")
    return str(text) % {"date": day(due)}


def _promise(due: date, today: date) -> Step:
    if due < today:
        note = _("This day has passed. If it is not done, ask us to look again.")
        return Step("todo", _("Promised"), due, note)
    return Step("todo", _("Promised"), due, _("By then it is to be done."))
