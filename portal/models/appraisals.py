"""Published levels: the quarterly appraisals, and the thresholds that a city made stricter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.status import FLAGS
from portal.models.base import Base, BigId, one_of


class Appraisal(Base):
    """The level of a service for a quarter, frozen with all it was judged by. Append-only.

    `evidence` is the published evidence (METHOD.md A.3), `result` what follows from it, and
    `evidence_hash` the SHA-256 of its canonical JSON. `level` to `awaiting_second_look` are the
    state of METHOD.md 3.5: `level` is the published one, `raw` what this evidence alone gives.
    `quarter_on` is the first day of the quarter, `as_of` the day that is judged: the same unless
    somebody appraised by hand later in the quarter.
    """

    __tablename__ = "appraisal"
    __table_args__ = (
        UniqueConstraint("service_id", "quarter_on"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_range"),
        CheckConstraint("raw BETWEEN 0 AND 4", name="raw_range"),
        CheckConstraint("quarters_flagged BETWEEN 0 AND 2", name="flagged_range"),
        CheckConstraint("(flag IS NULL) = (quarters_flagged = 0)", name="flag_is_counted"),
        CheckConstraint(one_of("flag", FLAGS), name="flag"),
        CheckConstraint("as_of >= quarter_on", name="within_quarter"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    quarter_on: Mapped[date]
    as_of: Mapped[date]
    made_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(40))
    thresholds: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence_hash: Mapped[str] = mapped_column(String(64))
    level: Mapped[int] = mapped_column(SmallInteger)
    raw: Mapped[int] = mapped_column(SmallInteger)
    flag: Mapped[str | None] = mapped_column(String(24))
    quarters_flagged: Mapped[int] = mapped_column(SmallInteger)
    awaiting_second_look: Mapped[bool]


class Calibration(Base):
    """What other thresholds and chance would make of an appraisal, computed by the worker.

    `standing` and `drawn` have the shapes of `portal/store/calibrations.py`. `method` is
    `domain.calibration.CALIBRATION`, `asked` the number of times that an administrator had asked
    for a fresh report when it was computed.
    """

    __tablename__ = "calibration"

    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisal.id"), primary_key=True)
    method: Mapped[str] = mapped_column(String(40))
    asked: Mapped[int]
    standing: Mapped[dict[str, Any]] = mapped_column(JSON)
    drawn: Mapped[dict[str, int]] = mapped_column(JSON)
    made_at: Mapped[datetime]


class ThresholdChange(Base):
    """Stricter thresholds than the method's, in force from a day on. Append-only.

    `raised` is all that differs from the defaults, as `domain.criteria.Thresholds` takes it; the
    newest row of a day counts, so that an empty one goes back to the defaults.
    """

    __tablename__ = "threshold_change"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_given"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    from_on: Mapped[date]
    raised: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class MonthlyFigure(Base):
    """What residents said and were told about a service in a month, counted by the worker.

    `breakdown` is `all`, `lang`, `district`, `channel` or `kind`; `value` names the group, empty
    for `all`. `counts` holds numbers only; its keys are written down in `portal/assess/monthly.py`.
    A month has a row per instrument: where the questions changed, a series breaks.
    """

    __tablename__ = "monthly_figure"
    __table_args__ = (
        CheckConstraint(
            one_of("breakdown", ("all", "lang", "district", "channel", "kind")), name="breakdown"
        ),
        CheckConstraint("(breakdown = 'all') = (value = '')", name="value_of_breakdown"),
    )

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    month_on: Mapped[date] = mapped_column(primary_key=True)
    instrument: Mapped[str] = mapped_column(String(40), primary_key=True)
    breakdown: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


class CityFigure(Base):
    """City-wide monitors of a day: whether answers compare between languages (METHOD.md 1).

    `figures` has the shape that `portal/assess/monitors.py` writes.
    """

    __tablename__ = "city_figure"

    as_of: Mapped[date] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


class ServiceResult(Base):
    """A service's quarter as of the newest batch of public figures, written by the worker.

    `counts` are the whole counts (`domain.results.Counted`); what may be seen of them is decided
    whenever they are read. `batch_on` is the day of the batch.
    """

    __tablename__ = "service_result"
    __table_args__ = (CheckConstraint("batch_on >= quarter_on", name="not_before_quarter"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    quarter_on: Mapped[date] = mapped_column(primary_key=True)
    batch_on: Mapped[date]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


class CityResult(Base):
    """The city's quarter as it is published (`domain.results.Published`), once a quarter."""

    __tablename__ = "city_result"
    __table_args__ = (CheckConstraint("batch_on >= quarter_on", name="not_before_quarter"),)

    quarter_on: Mapped[date] = mapped_column(primary_key=True)
    batch_on: Mapped[date]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
