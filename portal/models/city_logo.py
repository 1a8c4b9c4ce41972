"""The city's logo: where it is fetched from, and the copy that is shown."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.picture_faults import FETCH_FAULTS, PICTURE_FAULTS
from portal.domain.pictures import KINDS
from portal.models.base import Base, one_of

THE_ONE = 1
_PARTS = ("digest", "kind", "width", "height", "content", "taken_at")
_NO_PICTURE = " AND ".join(f"{part} IS NULL" for part in _PARTS)
_PICTURE = " AND ".join(f"{part} IS NOT NULL" for part in _PARTS)


class CityLogo(Base):
    """One row, which stays when the logo is removed: `version` rises with every wish of somebody.

    What a worker brings for an earlier version is dropped. `tried_at` is null while nobody has
    tried since the last wish; `fault` says why the last try brought nothing, `status` is HTTP's.
    """

    __tablename__ = "city_logo"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("url LIKE 'http%'", name="url_http"),
        CheckConstraint(one_of("kind", tuple(KINDS)), name="kind"),
        CheckConstraint(one_of("fault", FETCH_FAULTS + PICTURE_FAULTS), name="fault"),
        CheckConstraint(f"{_NO_PICTURE} OR {_PICTURE}", name="picture_is_whole"),
        CheckConstraint(
            "(url IS NULL) = (due_at IS NULL) AND (url IS NOT NULL OR content IS NULL)",
            name="removed_is_gone",
        ),
        CheckConstraint("fault IS NULL OR tried_at IS NOT NULL", name="fault_has_time"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    url: Mapped[str | None] = mapped_column(String(500))
    due_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer)
    tried_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[int | None] = mapped_column(SmallInteger)
    digest: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str | None] = mapped_column(String(4))
    width: Mapped[int | None] = mapped_column(SmallInteger)
    height: Mapped[int | None] = mapped_column(SmallInteger)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    taken_at: Mapped[datetime | None]
