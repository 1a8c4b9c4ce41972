"""What departments are called, in every language in which they have a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.services import DepartmentText


def get_department_names(
    session: Session, ids: Collection[int] | None = None
) -> Mapping[int, dict[str, str]]:
    """{department: {language: name}} of these departments, else of all."""
    query = select(DepartmentText.department_id, DepartmentText.lang, DepartmentText.name).where(
        DepartmentText.name != ""
    )
    if ids is not None:
        query = query.where(DepartmentText.department_id.in_(ids))
    names: dict[int, dict[str, str]] = defaultdict(dict)
    for department_id, lang, name in session.execute(query):
        names[department_id][lang] = name
    return names
