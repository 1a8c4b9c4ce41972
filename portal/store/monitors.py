"""What the city's monitors say of comparisons between languages (METHOD.md 1)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.appraisals import CityFigure


def do_languages_differ(session: Session, as_of: date) -> bool:
    """Whether people of some language agree so much more readily that answers cannot be compared.

    Then L4.3 is information only (`portal/domain/information.py`). As the newest figures say that
    were there when the day began: so evidence of a day is the same whenever it is gathered.
    """
    statement = (
        select(CityFigure.figures[("agreeing", "fires")].as_boolean())
        .where(CityFigure.as_of < as_of)
        .order_by(CityFigure.as_of.desc())
        .limit(1)
    )
    return bool(session.scalar(statement))
