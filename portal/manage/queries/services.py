"""One service for its manager: what is published, what today's evidence says, what is behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.what_if import OpenCase
from portal.manage.queries.overview import Published
from portal.manage.scoped import get_managed_service
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.services import District, DistrictText
from portal.models.submissions import Submission
from portal.store.assessments import get_public_figures
from portal.store.evidence.records import Record, list_open_cases, list_records
from portal.store.evidence.window import Window
from portal.store.publicity import get_public_since
from portal.store.scope import NotAllowed, Scope
from portal.store.service_names import get_service_name
from portal.store.texts import InLanguage, in_language

PAGE = 50
LEAST_RATINGS = 5  # METHOD.md section 7: staff see no cells of fewer people


@dataclass(frozen=True)
class ManagedService:
    """A service with its published level and its newest assessment.

    `may_read`: the person works on the department's cases, and may read residents' words.
    """

    id: int
    slug: str
    name: InLanguage[str]
    is_shadow: bool
    published: Published | None
    todays: Assessment | None
    district_names: Mapping[str, str]
    may_read: bool

    @property
    def result(self) -> Mapping[str, Any]:
        """Today's result. Raises NotAllowed before the first assessment."""
        if self.todays is None:
            raise NotAllowed
        return self.todays.result


@dataclass(frozen=True)
class Words:
    """What a resident wrote, and in which language."""

    text: str
    lang: str


@dataclass(frozen=True)
class RecordsPage:
    """Records behind a criterion: of `total`, `positive` count for the service.

    `is_hidden`: too few ratings, so that showing them would show who said what.
    """

    items: Sequence[tuple[Record, Words | None]]
    number: int
    positive: int
    total: int
    is_hidden: bool

    @property
    def first(self) -> int:
        """The place of the first one shown."""
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The place of the last one shown."""
        return self.first + len(self.items) - 1


def get_service(
    session: Session, scope: Scope, slug: str, *, langs: Sequence[str]
) -> ManagedService:
    """The service. Raises NotAllowed when it is another department's, or none."""
    service = get_managed_service(session, scope, slug)
    todays = session.scalar(
        select(Assessment)
        .where(Assessment.service_id == service.id)
        .order_by(Assessment.as_of.desc())
        .limit(1)
    )
    return ManagedService(
        id=service.id,
        slug=service.slug,
        name=get_service_name(session, service.id, service.slug, langs[0], langs[1:]),
        is_shadow=get_public_since(session) is None,
        published=_published(session, service.id),
        todays=todays,
        district_names=_district_names(session, langs),
        may_read=service.department_id in scope.desk,
    )


def get_criterion(service: ManagedService, criterion_id: str) -> Mapping[str, Any]:
    """A share among today's criteria, which has records. Raises NotAllowed for anything else."""
    for criterion in service.result["criteria"]:
        if criterion["id"] == criterion_id and criterion["kind"] == "proportion":
            found: Mapping[str, Any] = criterion
            return found
    raise NotAllowed


def page_records(
    session: Session, service: ManagedService, metric: str, *, number: int
) -> RecordsPage:
    """A page of the records that today's figures of a share count."""
    todays = service.todays
    if todays is None:
        raise NotAllowed
    window = Window(todays.as_of, todays.evidence["window_days"])
    start = (number - 1) * PAGE
    records = list_records(session, service.id, metric, window, start=start, limit=PAGE)
    is_rating = metric.startswith("q")
    is_hidden = is_rating and 0 < records.total < LEAST_RATINGS
    items = [] if is_hidden else records.items
    words = _words(session, items) if service.may_read else {}
    return RecordsPage(
        items=[(record, words.get(record.submission_id)) for record in items],
        number=number,
        positive=records.positive,
        total=records.total,
        is_hidden=is_hidden,
    )


def _words(session: Session, records: Sequence[Record]) -> dict[int, Words]:
    rows = session.execute(
        select(Submission.id, Submission.comment, Submission.comment_lang, Submission.lang).where(
            Submission.id.in_([record.submission_id for record in records]),
            Submission.comment.is_not(None),
        )
    )
    return {row[0]: Words(row[1] or "", row[2] or row[3]) for row in rows}


def _published(session: Session, service_id: int) -> Published | None:
    row = session.execute(
        select(Appraisal.level, Appraisal.flag, Appraisal.awaiting_second_look)
        .where(Appraisal.service_id == service_id)
        .order_by(Appraisal.quarter_on.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        return Published(*row)
    figures = get_public_figures(session, service_id)
    return replace(Published(figures.level), is_provisional=True) if figures else None


def _district_names(session: Session, langs: Sequence[str]) -> dict[str, str]:
    names: dict[str, dict[str, str]] = {}
    for slug, lang, name in session.execute(
        select(District.slug, DistrictText.lang, DistrictText.name).join(
            DistrictText, DistrictText.district_id == District.id
        )
    ):
        names.setdefault(slug, {})[lang] = name
    chosen = {slug: in_language(texts, langs[0], langs[1:]) for slug, texts in names.items()}
    return {slug: name.text for slug, name in chosen.items() if name is not None}


def list_open(session: Session, service: ManagedService) -> list[OpenCase]:
    """Cases that count and that nobody has been told of, the oldest first."""
    if service.todays is None:
        raise NotAllowed
    return list_open_cases(session, service.id, service.todays.as_of)
