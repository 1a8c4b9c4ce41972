"""A published level with all that its page shows around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.domain import information
from portal.domain.publication import criteria_in_doubt
from portal.public import history_view, thresholds_view
from portal.public.history_view import Step
from portal.public.queries import Reader
from portal.public.standing import Standing, stand
from portal.public.thresholds_view import RaisedNumber
from portal.store.assessments import (
    PublicAssessment,
    get_public_figures,
    list_public_appraisals,
)
from portal.store.districts import get_district_names
from portal.store.thresholds import list_threshold_changes
from portal.web import level_view
from portal.web.formats import marked
from portal.web.level_view import CriterionView, LevelCriteria, NewerFigure, TableRow


@dataclass(frozen=True)
class Newer:
    """Figures since the appraisal, with the level that they would give by themselves."""

    as_of: date
    level: int
    rows: Sequence[NewerFigure]


@dataclass(frozen=True)
class LevelPage:
    """What the page of a level shows. `steps` are all appraisals, newest first.

    `doubtful` are the criteria that put a held level in doubt; `deciding` those of the next one.
    `is_newest` is false for a past appraisal; only the newest has `newer` figures.
    """

    assessment: PublicAssessment
    standing: Standing
    levels: Sequence[LevelCriteria]
    deciding: Sequence[CriterionView]
    doubtful: Sequence[CriterionView]
    figures: Sequence[TableRow]
    steps: Sequence[Step]
    raised: Sequence[RaisedNumber]
    newer: Newer | None
    is_newest: bool

    @property
    def set_apart(self) -> int:
        """How many ratings of the window stand apart and count in no figure."""
        return int(self.assessment.evidence.get("q1", {}).get("quarantined", 0))


def find_level_page(
    session: Session, service_id: int, reader: Reader, as_of: date | None = None
) -> LevelPage | None:
    """What is published about a service, now or at a past appraisal; None where nothing is."""
    appraisals = list_public_appraisals(session, service_id)
    figures = get_public_figures(session, service_id) if as_of is None else None
    dated = [place for place, row in enumerate(appraisals) if as_of in (None, row.as_of)]
    if dated:
        assessment, earlier = appraisals[dated[0]], appraisals[dated[0] + 1 :]
    elif figures is not None:
        assessment, earlier = figures, []
    else:
        return None
    names = _name_districts(session, reader)
    shown = information.show(assessment.result, assessment.evidence, assessment.thresholds)
    levels = level_view.list_levels(shown, names)
    standing = stand(assessment, earlier)
    in_doubt = criteria_in_doubt(assessment.result, standing.level) if standing.flag else ()
    return LevelPage(
        assessment=assessment,
        standing=standing,
        levels=levels,
        deciding=level_view.list_deciding(levels, assessment.result),
        doubtful=[level_view.view_criterion(one, names) for one in in_doubt],
        figures=level_view.list_figures(assessment.result),
        steps=history_view.list_steps(appraisals),
        raised=_list_raised(session, assessment),
        newer=_newer(assessment, figures),
        is_newest=not appraisals or assessment is appraisals[0],
    )


def _name_districts(session: Session, reader: Reader) -> dict[str, str]:
    """For sentences in the reader's language: a name in another one is marked as such."""
    names = get_district_names(session, reader.lang, reader.fallbacks)
    return {
        slug: name.text if name.lang == reader.lang else marked(name.text, name.lang)
        for slug, name in names.items()
    }


def _list_raised(session: Session, assessment: PublicAssessment) -> list[RaisedNumber]:
    if not assessment.thresholds:
        return []
    changes = list_threshold_changes(session)
    return thresholds_view.list_raised(assessment.thresholds, assessment.as_of, changes)


def _newer(assessment: PublicAssessment, figures: PublicAssessment | None) -> Newer | None:
    if figures is None or figures.as_of <= assessment.as_of:
        return None
    rows = level_view.compare_figures(assessment.result, figures.result)
    return Newer(figures.as_of, figures.level, rows)
