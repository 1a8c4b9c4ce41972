"""What a theme holds beyond its own service."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.responses import Theme, ThemeCase


def holds_others(session: Session, theme: Theme) -> bool:
    """Whether cases of other services than its own are in the theme."""
    other = (
        select(ThemeCase.submission_id)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .where(ThemeCase.theme_id == theme.id, LoopRow.service_id != theme.service_id)
        .limit(1)
    )
    return session.scalar(other) is not None
