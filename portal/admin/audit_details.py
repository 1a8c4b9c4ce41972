"""What the audit log keeps beside an action, in words: names for numbers, the reader's days.

Every key that is written down has a label here and says what kind of thing its value is. The
table that is taken away keeps the keys and values as they are stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.admin.audit_log import Line
from portal.admin.audit_names import NAMED, Names
from portal.admin.audit_values import word_of
from portal.admin.audit_words import ACTIONS, SUBJECTS
from portal.web.formats import day, isolated, language_name, list_of, moment, number, week

DETAILS: dict[str, tuple[Any, str]] = {
    "added": (_l("Added"), "number"),
    "after": (_l("After"), "word"),
    "author": (_l("Author"), "person"),
    "before": (_l("Before"), "word"),
    "block": (_l("Building block"), "word"),
    "case": (_l("Case"), "case"),
    "cases": (_l("Cases"), "case"),
    "changed": (_l("Changed"), "number"),
    "channel": (_l("Channel"), "word"),
    "closed_on": (_l("Closed on"), "day"),
    "code": (_l("Code"), "word"),
    "comment_months": (_l("Months for which words are kept"), "number"),
    "comment_months_before": (_l("Months before the change"), "number"),
    "contact_days": (_l("Days for which contact data are kept"), "number"),
    "contact_days_before": (_l("Days before the change"), "number"),
    "continued": (_l("Continued"), "number"),
    "count": (_l("How many"), "number"),
    "criterion": (_l("Criterion"), "word"),
    "day": (_l("Day"), "day"),
    "days": (_l("Days"), "day"),
    "deed": (_l("Goes on from entry"), "word"),
    "department": (_l("Department"), "department"),
    "department_id": (_l("Department"), "department"),
    "departments": (_l("Departments"), "department"),
    "dimension": (_l("Dimension"), "word"),
    "drafts": (_l("Drafts"), "case"),
    "due_on": (_l("Due on"), "day"),
    "fields": (_l("What was changed"), "word"),
    "for_service": (_l("Service"), "service"),
    "forms": (_l("Forms"), "number"),
    "from_on": (_l("From"), "day"),
    "from_service": (_l("From the service"), "service"),
    "from_theme": (_l("From the theme"), "theme"),
    "given": (_l("Given"), "role"),
    "in_use": (_l("In use"), "sign"),
    "is_external": (_l("Outside the city’s administration"), "sign"),
    "is_scheduled": (_l("At the time that was chosen"), "sign"),
    "lang": (_l("Language"), "language"),
    "langs": (_l("Languages"), "language"),
    "left": (_l("Taken out of the theme"), "case"),
    "level": (_l("Level"), "number"),
    "lines": (_l("Entries"), "number"),
    "name": (_l("Name"), "word"),
    "names": (_l("Name"), "language"),
    "new": (_l("New"), "number"),
    "note": (_l("Note"), "number"),
    "number": (_l("Figure"), "word"),
    "owner_id": (_l("Who looks after it"), "person"),
    "picture": (_l("Picture"), "word"),
    "pieces": (_l("What was taken out"), "word"),
    "publish_at": (_l("Comes out"), "moment"),
    "quarter_on": (_l("Quarter from"), "day"),
    "ratings": (_l("Ratings"), "number"),
    "reason": (_l("Reason"), "word"),
    "remark": (_l("Words to an answer, number"), "number"),
    "requested_by": (_l("Asked for by"), "person"),
    "result": (_l("Result"), "word"),
    "role": (_l("Used for"), "word"),
    "roles": (_l("Roles"), "role"),
    "seen_by": (_l("Have seen the receipt too"), "person"),
    "source": (_l("Source"), "word"),
    "state": (_l("State"), "word"),
    "taken": (_l("Taken away"), "role"),
    "target": (_l("Into"), "language"),
    "theme": (_l("Theme"), "theme"),
    "theme_id": (_l("Theme"), "theme"),
    "themes": (_l("Themes"), "theme"),
    "times": (_l("Times that no longer hold"), "time"),
    "to_come": (_l("Still to come"), "number"),
    "to_service": (_l("To the service"), "service"),
    "unchanged": (_l("Unchanged"), "number"),
    "url": (_l("Address"), "word"),
    "version": (_l("Version"), "number"),
    "weekdays": (_l("Weekdays"), "weekday"),
    "working_days": (_l("Working days"), "number"),
}
_WRITTEN: dict[str, Callable[[Any], str]] = {
    "language": language_name,
    "day": lambda value: day(date.fromisoformat(value)),
    "moment": lambda value: moment(datetime.fromisoformat(value)),
    "time": lambda value: moment(datetime.fromisoformat(value["at"])),
    "number": number,
    "case": number,
    "weekday": lambda value: dict(week())[value],
}
# The same request, whatever it is for: what the reader calls it depends on its reason.
_HAND_OVERS: dict[str, Any] = {
    "exclusion_requested": _l("Asked to hand a case over"),
    "exclusion_refused": _l("Refused to hand a case over"),
}


def action_of(line: Line) -> str:
    """What was done."""
    if line.action in _HAND_OVERS and line.detail.get("reason") == "wrong_service":
        return str(_HAND_OVERS[line.action])
    return str(ACTIONS.get(line.action, line.action))


def subject_of(line: Line, names: Names) -> str:
    """What it was done to, by its name where it has one: "Service: Pothole repair".

    Nothing where people did it to themselves: whose it is stands in the line already.
    """
    if line.subject_id is None or line.is_about_themselves:
        return ""
    kind = str(SUBJECTS.get(line.subject, line.subject))
    name = names.get(line.subject, {}).get(line.subject_id)
    return f"{kind}: {isolated(name)}" if name else f"{kind} {line.subject_id}"


def details_of(line: Line, names: Names) -> list[tuple[str, str]]:
    """(label, value) of everything else that was written down; what is empty says nothing."""
    return [
        (str(DETAILS[key][0]) if key in DETAILS else key, _value(line, key, value, names))
        for key, value in line.detail.items()
        if value is not None and value != []
    ]


def wanted_names(lines: Iterable[Line]) -> dict[str, set[Any]]:
    """The things whose names these lines need."""
    wanted: dict[str, set[Any]] = defaultdict(set)
    for line in lines:
        if line.subject in NAMED and line.subject_id is not None:
            wanted[line.subject].add(line.subject_id)
        for key, value in line.detail.items():
            kind = DETAILS[key][1] if key in DETAILS else ""
            if kind in NAMED:
                wanted[kind].update(one for one in _each(value) if one is not None)
            elif kind == "role":
                wanted["department"].update(_place(one) for one in _each(value) if ":" in one)
    return wanted


def _value(line: Line, key: str, value: Any, names: Names) -> str:
    kind = DETAILS[key][1] if key in DETAILS else "word"
    if isinstance(value, dict):  # texts by language
        texts = (f"{language_name(lang)}: {isolated(text or '–')}" for lang, text in value.items())
        return list_of(texts)
    return list_of(_one(line, kind, key, each, names) for each in _each(value))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _one(line: Line, kind: str, key: str, value: Any, names: Names) -> str:
    if kind in NAMED:
        return isolated(names.get(kind, {}).get(value, str(value)))
    if kind in _WRITTEN:
        try:
            return _WRITTEN[kind](value)
        except (
            ValueError,
            KeyError,
            TypeError,
        ):  # an earlier version may have written something else down
            return str(value)
    return _role(line, value, names) if kind == "role" else word_of(line, key, value)


def _role(line: Line, written: str, names: Names) -> str:
    """A role as it is written down, "staff:3", with the name of the department."""
    role = word_of(line, "roles", written.partition(":")[0])
    if ":" not in written:
        return role
    place = _place(written)
    return f"{role} ({isolated(names.get('department', {}).get(place, str(place)))})"


def _place(written: str) -> int:
    return int(written.partition(":")[2])
