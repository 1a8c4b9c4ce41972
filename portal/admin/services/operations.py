"""What administrators decide about services: whose they are, what is open, what was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.admin.services.queries import get_choices, get_service_id, list_spans
from portal.admin.services.records import key_of, spans_of
from portal.domain.open_spans import Span, close_from, open_from
from portal.domain.slug import free_slug, slugify
from portal.domain.typed_texts import TypedTexts, require_seen
from portal.models.service_drafts import ServiceDraft
from portal.models.services import (
    Department,
    PageCheck,
    Service,
    ServiceChannel,
    ServiceLanguage,
    ServiceText,
)
from portal.store import audit
from portal.store.content import raise_content_version
from portal.store.languages import list_closed_languages
from portal.store.reassessments import ask_to_assess
from portal.store.services import has_door, open_everywhere, open_languages


class CodeTakenError(ValueError):
    """Another service has this code."""


class NoTextError(ValueError):
    """Nobody has reviewed a text in the first language yet."""


class NotShown(ValueError):
    """Residents are not shown the page in this language."""


def add_service(
    session: Session,
    *,
    name: str,
    department: str,
    code: str | None,
    languages: Sequence[str],
    person_id: int,
    now: datetime,
    today: date,
) -> str:
    """Add a service that is not in use yet; returns its slug, which stays.

    Its name is a draft. It is open on the web in every language as soon as it is in use. Raises
    CodeTakenError.
    """
    _require_free(session, code, None)
    taken = set(session.scalars(select(Service.slug)))
    service = Service(
        slug=free_slug(slugify(name), taken), code=code, is_active=False, created_at=now,
        department_id=_department_id(session, department),
    )  # fmt: skip
    session.add(service)
    session.flush()
    session.add(
        ServiceDraft(
            service_id=service.id, lang=languages[0], name=name, summary="", about="",
            author_id=person_id, written_at=now,
        )
    )  # fmt: skip
    open_everywhere(session, service.id, languages, today)
    _record(session, "service_added", service.id, person_id, now)
    return service.slug


def change_service(
    session: Session,
    *,
    slug: str,
    choices: TypedTexts,
    source_lang: str,
    person_id: int,
    now: datetime,
) -> None:
    """Hand a service to a department, change its code, take it into or out of use.

    Raises TextsMoved where somebody else has changed one of these, CodeTakenError, or NoTextError
    for a service that residents could not read about.
    """
    service = session.get_one(Service, get_service_id(session, slug, lock=True))
    typed = choices.changes(get_choices(session, service))
    if not typed:
        return
    changed = _read_changes(session, typed)
    _require_free(session, typed.get("code"), service.id)
    if changed.get("is_active") and not _has_text(session, service.id, source_lang):
        raise NoTextError(slug)
    for name, value in changed.items():
        setattr(service, name, value)
    raise_content_version(session)
    _record(
        session, "service_changed", service.id, person_id, now,
        **{_AUDITED[name]: value for name, value in changed.items()},
    )  # fmt: skip


_AUDITED = {"department_id": "department", "code": "code", "is_active": "in_use"}


def _read_changes(session: Session, typed: Mapping[str, str]) -> dict[str, int | str | bool | None]:
    """The columns of a service that change, with their values."""
    changed: dict[str, int | str | bool | None] = {}
    if "department" in typed:
        changed["department_id"] = _department_id(session, typed["department"])
    if "code" in typed:
        changed["code"] = typed["code"] or None
    if "is_active" in typed:
        changed["is_active"] = bool(typed["is_active"])
    return changed


def switch_language(
    session: Session,
    *,
    slug: str,
    lang: str,
    role: str,
    is_open: bool,
    day: date,
    person_id: int,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> None:
    """Open or close a language from a day on.

    Raises ValueError for a day that has passed, TextsMoved as `change_spans` does.
    """
    service_id = get_service_id(session, slug, lock=True)
    change_spans(
        session, ServiceLanguage, service_id, {"lang": lang, "role": role},
        change=open_from if is_open else close_from, day=day, today=today, seen=seen,
    )  # fmt: skip
    action = "language_opened" if is_open else "language_closed"
    _record(session, action, service_id, person_id, now, lang=lang, role=role, day=day.isoformat())


def switch_channel(
    session: Session,
    *,
    slug: str,
    channel: str,
    is_open: bool,
    day: date,
    languages: Sequence[str],
    person_id: int,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> None:
    """Open or close a channel from a day on.

    Raises ValueError for a day that has passed, TextsMoved as `change_spans` does.

    With its first channel a service opens in the city's `languages` that were not there, or not
    offered, when it took ratings last: whoever offers a language opens it where ratings are taken.
    """
    service_id = get_service_id(session, slug, lock=True)
    is_first = is_open and not has_door(session, service_id, day)
    change_spans(
        session, ServiceChannel, service_id, {"channel": channel},
        change=open_from if is_open else close_from, day=day, today=today, seen=seen,
    )  # fmt: skip
    if is_first:
        open_languages(session, service_id, languages, day)
    action = "channel_opened" if is_open else "channel_closed"
    _record(session, action, service_id, person_id, now, channel=channel, day=day.isoformat())


def check_page(
    session: Session, *, slug: str, lang: str, person_id: int, now: datetime, today: date
) -> None:
    """Say that this person read the service's page in this language today and found it right.

    Raises NotShown where residents are not shown it in this language.
    """
    service_id = get_service_id(session, slug, lock=True)
    text = select(ServiceText.id).where(
        ServiceText.service_id == service_id, ServiceText.lang == lang, ServiceText.name != ""
    )
    closed_on = list_closed_languages(session).get(lang)
    if session.scalar(text) is None or (closed_on is not None and closed_on <= today):
        raise NotShown
    known = session.scalar(
        select(PageCheck.id).filter_by(service_id=service_id, lang=lang, checked_on=today)
    )
    if known is None:
        session.add(
            PageCheck(service_id=service_id, lang=lang, checked_on=today, person_id=person_id)
        )
        ask_to_assess(session, [service_id])
        _record(session, "page_checked", service_id, person_id, now, lang=lang)


def change_spans(
    session: Session,
    table: type[ServiceLanguage] | type[ServiceChannel],
    service_id: int,
    key: dict[str, str],
    *,
    change: Callable[[Sequence[Span], date, date], list[Span]],
    day: date,
    today: date,
    seen: str | None = None,
) -> None:
    """Open or close what has this key from a day on; `change` is of domain.open_spans.

    `seen` is the record as it was read. Raises TextsMoved where somebody else has changed it.
    """
    before = list_spans(session, table, service_id, **key)
    after = change(before, day, today)
    if seen is not None:
        require_seen(key_of(before), seen=seen, typed=_meant(seen, change, day, today))
    for span in before:
        if span not in after:
            session.execute(
                delete(table).filter_by(service_id=service_id, opened_on=span.opened_on, **key)
            )
    session.flush()
    for span in after:
        if span not in before:
            session.add(
                table(
                    service_id=service_id, opened_on=span.opened_on, closed_on=span.closed_on, **key
                )
            )
    session.flush()
    ask_to_assess(session, [service_id])
    raise_content_version(session)


def _meant(
    seen: str, change: Callable[[Sequence[Span], date, date], list[Span]], day: date, today: date
) -> str:
    """What the record would be, had nobody else changed it: a form sent twice finds that there."""
    try:
        return key_of(change(spans_of(seen), day, today))
    except ValueError:
        return ""


def _department_id(session: Session, slug: str) -> int:
    return session.scalars(select(Department.id).where(Department.slug == slug)).one()


def _require_free(session: Session, code: str | None, own_id: int | None) -> None:
    owner = session.scalar(select(Service.id).where(Service.code == code)) if code else None
    if owner is not None and owner != own_id:
        raise CodeTakenError(code)


def _has_text(session: Session, service_id: int, lang: str) -> bool:
    found = session.scalar(
        select(ServiceText.id).filter_by(service_id=service_id, lang=lang, status="reviewed")
    )
    return found is not None


def _record(
    session: Session,
    action: str,
    service_id: int,
    person_id: int,
    now: datetime,
    **detail: object,
) -> None:
    audit.record(
        session, at=now, person_id=person_id, action=action, subject="service",
        subject_id=service_id, **detail,
    )  # fmt: skip
