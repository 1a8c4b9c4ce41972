"""Bringing a list of services into the portal, as often as wanted, without doubling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.slug import free_slug, slugify
from portal.models.services import Service, ServiceText
from portal.store import audit
from portal.store.content import raise_content_version
from portal.store.service_files import ServiceLine
from portal.store.service_lists import KnownServices, ListedDepartments, give_code
from portal.store.services import open_everywhere


@dataclass(frozen=True)
class Imported:
    """How many services are new, changed and as they were."""

    added: int
    changed: int
    unchanged: int


def import_services(
    session: Session,
    lines: Sequence[ServiceLine],
    *,
    name_lang: str,
    languages: Sequence[str],
    now: datetime,
    today: date,
    progress: Callable[[int], None] = lambda _done: None,
) -> Imported:
    """Add the services that are new and bring names and descriptions of the others up to date.

    `name_lang` is the language of the names in the file. All or nothing: one transaction.
    """
    importer = _Importer(session, name_lang, languages, now, today)
    counts: Counter[str] = Counter()
    known = importer.known.find_all(lines)
    for done, (line, service) in enumerate(zip(lines, known, strict=True), 1):
        counts[importer.take(line, service)] += 1
        progress(done)
    if counts["added"] or counts["changed"]:
        raise_content_version(session)
        audit.record(
            session, at=now, person_id=None, action="services_imported", subject="service",
            **counts,
        )  # fmt: skip
    return Imported(counts["added"], counts["changed"], counts["unchanged"])


class _Importer:
    def __init__(
        self,
        session: Session,
        name_lang: str,
        languages: Sequence[str],
        now: datetime,
        today: date,
    ) -> None:
        self.session, self.name_lang, self.languages = session, name_lang, languages
        self.now, self.today = now, today
        self.known = KnownServices(session, name_lang)
        self.departments = ListedDepartments(session, name_lang, now)

    def take(self, line: ServiceLine, service: Service | None) -> str:
        if service is not None:
            is_changed = self._write_texts(service, line)
            if line.code is not None and not service.code:
                give_code(self.session, service, line.code, person_id=None, now=self.now)
                is_changed = True
            return "changed" if is_changed else "unchanged"
        slug = free_slug(slugify(line.name), self.known.slugs)
        self.known.slugs.add(slug)
        service = Service(
            slug=slug,
            code=line.code,
            department_id=self.departments.get(line.department),
            created_at=self.now,
        )
        self.session.add(service)
        self.session.flush()
        self._write_texts(service, line)
        open_everywhere(self.session, service.id, self.languages, self.today)
        return "added"

    def _write_texts(self, service: Service, line: ServiceLine) -> bool:
        """An official list is its own review; the check of the page (L1.1) is a person's."""
        known = {
            text.lang: text
            for text in self.session.scalars(
                select(ServiceText).where(ServiceText.service_id == service.id)
            )
        }
        changed = False
        for lang, name in {self.name_lang: line.name, **line.names}.items():
            text = known.get(lang)
            summary = line.description if lang == self.name_lang else (text.summary if text else "")
            if text is None:
                text = ServiceText(
                    service_id=service.id,
                    lang=lang,
                    name="",
                    summary="",
                    about="",
                    status="reviewed",
                )
                self.session.add(text)
            if (text.name, text.summary) != (name, summary or text.summary):
                text.name, text.summary = name, summary or text.summary
                text.updated_at = self.now
                changed = True
        self.session.flush()
        return changed


def count_services(session: Session) -> int:
    """How many services there are."""
    return session.scalar(select(func.count()).select_from(Service)) or 0
