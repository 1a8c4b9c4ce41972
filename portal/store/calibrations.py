"""The calibration report as it is stored: what was computed, what is still to be, and asking anew.

The worker computes, administrators read and ask. THE SHAPES of a row: `standing` is {"level",
"eased", "stricter", "moves": [[criterion, way, status, level]]}, `drawn` is {level: draws}.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.domain.calibration import CALIBRATION, DRAWS, Move, Standing, stand
from portal.domain.criteria import Thresholds
from portal.models.appraisals import Appraisal, Calibration
from portal.models.running import Setting
from portal.models.services import Service
from portal.store.integrity.seals import seal

QUARTERS = 2
"""The report is about the newest quarters that were appraised, so many."""
_ASKED = "calibration_asked"


def list_quarters(session: Session) -> Sequence[date]:
    """First days of the quarters that the report is about, the newest first."""
    return session.scalars(
        select(Appraisal.quarter_on)
        .join(Service, Service.id == Appraisal.service_id)
        .where(Service.is_active)
        .distinct()
        .order_by(Appraisal.quarter_on.desc())
        .limit(QUARTERS)
    ).all()


def list_waiting(session: Session) -> Sequence[int]:
    """Ids of the appraisals whose part of the report is not made, or is to be made anew."""
    rows = session.scalars(_waiting(session).order_by(Appraisal.quarter_on.desc(), Appraisal.id))
    return rows.all()


def is_waiting(session: Session, appraisal_id: int) -> bool:
    """Whether nobody else has made that part meanwhile."""
    found = session.scalar(_waiting(session).where(Appraisal.id == appraisal_id))
    return found is not None


def count_waiting(session: Session) -> Mapping[date, int]:
    """{quarter: how many of its services wait}, without the quarters that are made."""
    return Counter(session.scalars(_waiting(session).with_only_columns(Appraisal.quarter_on)))


def _waiting(session: Session) -> Select[int]:
    return (
        select(Appraisal.id)
        .join(Service, Service.id == Appraisal.service_id)
        .outerjoin(Calibration, Calibration.appraisal_id == Appraisal.id)
        .where(
            Service.is_active,
            Appraisal.quarter_on.in_(list_quarters(session)),
            or_(
                Calibration.appraisal_id.is_(None),
                Calibration.method != CALIBRATION,
                Calibration.asked < times_asked(session),
            ),
        )
    )


def times_asked(session: Session) -> int:
    """How often a fresh report was asked for."""
    return int(session.scalar(select(Setting.value).where(Setting.name == _ASKED)) or 0)


def ask_anew(session: Session) -> bool:
    """Ask for a fresh report; False, and nothing is changed, while one is being made."""
    if session.scalar(select(func.count()).select_from(_waiting(session).subquery())):
        return False
    session.merge(Setting(name=_ASKED, value=str(times_asked(session) + 1)))
    session.flush()
    return True


def keep_calibration(
    session: Session,
    *,
    appraisal_id: int,
    standing: Standing,
    drawn: Mapping[int, int],
    asked: int,
    now: datetime,
    today: date,
) -> None:
    """Store a service's part of the report, unless a part that was asked for later is there."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table = Calibration.__table__
    made = {
        "method": CALIBRATION,
        "asked": asked,
        "standing": _to_json(standing),
        "drawn": {str(level): n for level, n in sorted(drawn.items())},
        "made_at": now,
    }
    session.execute(
        dialect.insert(table)
        .values(appraisal_id=appraisal_id, **made)
        .on_conflict_do_update(
            index_elements=["appraisal_id"], set_=made, where=table.c.asked <= asked
        )
    )
    seal(session, today, "calibration", [appraisal_id])


def _to_json(standing: Standing) -> dict[str, object]:
    return {
        "level": standing.level,
        "eased": standing.eased,
        "stricter": standing.stricter,
        "moves": [[one.criterion_id, one.way, one.status, one.level] for one in standing.moves],
    }


def standing_of(row: Calibration) -> Standing:
    """What the thresholds in force and others give."""
    found = row.standing
    moves = tuple(Move(*one) for one in found["moves"])
    return Standing(found["level"], found["eased"], found["stricter"], moves)


def drawn_of(row: Calibration) -> Counter[int]:
    """How often chance alone gives each level."""
    return Counter({int(level): n for level, n in row.drawn.items()})


def check_calibrations(session: Session) -> Iterator[str]:
    """What other thresholds give is computed again; drawing anew would take too long."""
    statement = select(Calibration, Appraisal).join(
        Appraisal, Appraisal.id == Calibration.appraisal_id
    )
    for row, appraisal in session.execute(statement.execution_options(yield_per=100)):
        if row.method != CALIBRATION:
            continue
        standing = stand(appraisal.evidence, Thresholds(appraisal.thresholds))
        if standing_of(row) != standing or drawn_of(row).total() != DRAWS:
            yield f"calibration of appraisal {appraisal.id}: it does not follow from its evidence"
