"""A list of services in the browser: what it would change first, then drafts for a second person.

What an administrator brings in alone stays out of residents' sight: new services are not in use,
and changed words are drafts that somebody else reviews (decision 36).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.admin.services.texts import TextState, Wording, get_states
from portal.domain.slug import free_slug, slugify
from portal.models.service_drafts import ServiceDraft
from portal.models.services import Service
from portal.store import audit
from portal.store.content import raise_content_version
from portal.store.service_files import ServiceLine
from portal.store.service_lists import (
    KnownDepartments,
    KnownServices,
    ListedDepartments,
    give_code,
)
from portal.store.services import open_everywhere


@dataclass(frozen=True)
class Change:
    """A text that would become another one; `before` is None where there is none yet.

    `drafted_by` wrote `before` where nobody has reviewed it yet.
    """

    lang: str
    before: Wording | None
    after: Wording
    drafted_by: str | None


@dataclass(frozen=True)
class Planned:
    """What a line would do. `slug` is None for a new service, `changes` is empty for none.

    `new_code` is that of a service that has had none.
    """

    line: ServiceLine
    slug: str | None
    service_id: int | None
    new_code: str | None
    changes: tuple[Change, ...]
    is_new_department: bool

    @property
    def kind(self) -> str:
        """new, changed or unchanged."""
        if self.service_id is None:
            return "new"
        return "changed" if self.changes or self.new_code else "unchanged"


class PlanMoved(Exception):
    """The list would do something else by now than was shown."""


def plan_list(
    session: Session, lines: Sequence[ServiceLine], *, name_lang: str, offered: Sequence[str]
) -> list[Planned]:
    """What each line would do, in the list's order. Names in languages not offered stay out."""
    known = KnownServices(session, name_lang).find_all(lines)
    departments = KnownDepartments(session)
    found = list(zip(lines, known, strict=True))
    ids = [service.id for _line, service in found if service is not None]
    states = get_states(session, ids, offered)
    return [
        Planned(
            line,
            service.slug if service else None,
            service.id if service else None,
            line.code if service and not service.code else None,
            _changes(line, states[service.id] if service else {}, name_lang, offered),
            service is None and departments.find(line.department) is None,
        )
        for line, service in found
    ]


def hash_of(plan: Sequence[Planned]) -> str:
    """What a form keeps of a plan that was shown, to say that it is still the same."""
    shown = [
        (one.line.number, one.line.code, one.kind, one.slug, one.new_code, one.changes)
        for one in plan
    ]
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def apply_list(
    session: Session,
    lines: Sequence[ServiceLine],
    *,
    name_lang: str,
    offered: Sequence[str],
    seen: str,
    person_id: int,
    now: datetime,
    today: date,
) -> dict[str, int]:
    """Do what was shown, all of it or nothing; returns how many lines were of each kind.

    Raises PlanMoved where `seen` is the hash of another plan.
    """
    raise_content_version(session)  # locks: two lists at once are one after the other
    plan = plan_list(session, lines, name_lang=name_lang, offered=offered)
    if hash_of(plan) != seen:
        raise PlanMoved
    departments = ListedDepartments(session, name_lang, now)
    slugs = KnownServices(session, name_lang).slugs
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    for one in plan:
        counts[one.kind] += 1
        service_id = one.service_id or _add(session, one.line, departments, slugs, now)
        if one.service_id is None:
            open_everywhere(session, service_id, offered, today)
        if one.new_code is not None:
            service = session.get_one(Service, service_id)
            give_code(session, service, one.new_code, person_id=person_id, now=now)
        _draft(session, service_id, one.changes, offered, person_id=person_id, now=now)
    if counts["new"] or counts["changed"]:
        audit.record(
            session, at=now, person_id=person_id, action="services_imported", subject="service",
            **counts,
        )  # fmt: skip
    return counts


def _changes(
    line: ServiceLine, states: dict[str, TextState], name_lang: str, offered: Sequence[str]
) -> tuple[Change, ...]:
    named = {name_lang: line.name, **line.names}
    changes = []
    for lang in offered:
        if lang not in named:
            continue
        state = states.get(lang)
        before = state.newest if state else None
        kept = before or Wording("")
        is_own = lang == name_lang
        summary = (line.description if is_own else "") or kept.summary
        after = Wording(named[lang], summary, kept.about)
        if after != before:
            changes.append(Change(lang, before, after, state.author if state else None))
    return tuple(changes)


def _add(
    session: Session,
    line: ServiceLine,
    departments: ListedDepartments,
    slugs: set[str],
    now: datetime,
) -> int:
    slug = free_slug(slugify(line.name), slugs)
    slugs.add(slug)
    service = Service(
        slug=slug, code=line.code, department_id=departments.get(line.department),
        is_active=False, created_at=now,
    )  # fmt: skip
    session.add(service)
    session.flush()
    return service.id


def _draft(
    session: Session,
    service_id: int,
    changes: Sequence[Change],
    offered: Sequence[str],
    *,
    person_id: int,
    now: datetime,
) -> None:
    """Translations are kept with the source that the list brings, else with the one in force."""
    source = get_states(session, [service_id], offered)[service_id][offered[0]].shown
    for change in changes:
        is_source = change.lang == offered[0]
        source = change.after if is_source else source
        session.merge(
            ServiceDraft(
                service_id=service_id, lang=change.lang, name=change.after.name,
                summary=change.after.summary, about=change.after.about,
                source_hash=None if is_source or source is None else source.hash,
                author_id=person_id, written_at=now,
            )
        )  # fmt: skip
