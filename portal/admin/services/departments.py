"""Adding departments, and their names in every language."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.new_names import require_new_name
from portal.domain.slug import free_slug, slugify
from portal.domain.typed_texts import TypedTexts
from portal.models.services import Department, DepartmentText
from portal.store import audit
from portal.store.content import raise_content_version


def add_department(session: Session, *, name: str, lang: str, person_id: int, now: datetime) -> str:
    """Add a department by its name in one language; returns its slug, which stays.

    Raises NameTaken.
    """
    require_new_name(
        name, session.scalars(select(DepartmentText.name).where(DepartmentText.lang == lang))
    )
    taken = set(session.scalars(select(Department.slug)))
    department = Department(slug=free_slug(slugify(name, "department"), taken), created_at=now)
    session.add(department)
    session.flush()
    session.add(DepartmentText(department_id=department.id, lang=lang, name=name))
    _record(session, "department_added", department.id, person_id, now)
    return department.slug


def name_department(
    session: Session, *, slug: str, names: TypedTexts, person_id: int, now: datetime
) -> None:
    """Change the names that were typed anew; an empty one is taken away.

    Raises LookupError, and TextsMoved where somebody else has changed one of them.
    """
    department_id = session.scalar(
        select(Department.id).where(Department.slug == slug).with_for_update()
    )
    if department_id is None:
        raise LookupError(slug)
    rows = session.scalars(
        select(DepartmentText).where(DepartmentText.department_id == department_id)
    )
    texts = {text.lang: text for text in rows}
    changed = names.changes({lang: text.name for lang, text in texts.items()})
    for lang, name in changed.items():
        if lang not in texts:
            session.add(DepartmentText(department_id=department_id, lang=lang, name=name))
        elif name:
            texts[lang].name = name
        else:
            session.delete(texts[lang])
    raise_content_version(session)
    _record(session, "department_named", department_id, person_id, now)


def _record(
    session: Session, action: str, department_id: int, person_id: int, now: datetime
) -> None:
    audit.record(
        session, at=now, person_id=person_id, action=action, subject="department",
        subject_id=department_id,
    )  # fmt: skip
