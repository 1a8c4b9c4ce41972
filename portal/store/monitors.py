"""What the city's monitors say of comparisons between languages (METHOD.md 1)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.appraisals import CityFigure


def do_languages_differ(session: Session) -> bool:
    """Whether people of some language agree so much more readily that answers cannot be compared.

    Then L4.3 is information only: what it says stands as it was judged, with a warning beside it.
    """
    statement = (
        select(CityFigure.figures[("agreeing", "fires")].as_boolean())
        .order_by(CityFigure.as_of.desc())
        .limit(1)
    )
    return bool(session.scalar(statement))
