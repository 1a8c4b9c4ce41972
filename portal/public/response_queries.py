"""What the public pages read about responses: "you said, we did".

Only published responses, and only texts that a second person has reviewed. What residents wrote
themselves is never read here: "you said" is the staff's reviewed text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.language import fold
from portal.domain.promises import Standing, standing_of
from portal.domain.wording import Wording
from portal.models.responses import Response, ResponseCorrection, ResponseText
from portal.models.services import Service
from portal.public.queries import Reader, ServiceName
from portal.public.response_filters import (
    EVERYTHING,
    REVIEWED,
    Filters,
    narrowed,
    published,
    service_names,
)
from portal.store.concerned import list_further
from portal.store.coverage import is_stale
from portal.store.paging import CountedPage, counted_page, on_page
from portal.store.promises import PromiseStory, find_story, list_stories
from portal.store.texts import in_language
from portal.store.wordings import wording_of


@dataclass(frozen=True)
class Correction:
    """What a text said before it was corrected, and why."""

    lang: str
    words: Wording
    reason: str
    corrected_at: datetime


@dataclass(frozen=True)
class ResponseEntry:
    """A published response in the reader's language, or in another (`lang`).

    `reviewed_at` is when a second person had checked the text shown; `further` are services whose
    cases it was given to as well, by name; `outdated` the languages of texts that say what the
    source said before it was corrected.
    """

    id: int
    service: ServiceName
    further: Sequence[ServiceName]
    outcome: str
    due_on: date | None
    done_on: date | None
    published_on: date
    follows_id: int | None
    theme_id: int | None
    lang: str
    words: Wording
    reviewed_at: datetime | None
    texts: dict[str, Wording]
    outdated: Collection[str]

    @property
    def is_outdated(self) -> bool:
        """Whether the text shown is a translation that a correction has overtaken."""
        return self.lang in self.outdated

    @property
    def services(self) -> Sequence[ServiceName]:
        """All services that it is about, its own first."""
        return (self.service, *self.further)


@dataclass(frozen=True)
class _Reviewed:
    words: Wording
    reviewed_at: datetime | None
    is_outdated: bool


def list_responses(
    session: Session,
    reader: Reader,
    *,
    limit: int,
    offset: int = 0,
    after: ResponseEntry | None = None,
    filters: Filters = EVERYTHING,
) -> list[ResponseEntry]:
    """The newest published responses that fit the filters, after the first `offset`.

    With `after`, those that come after that one: none is met twice, whatever comes out meanwhile.
    """
    query = narrowed(session, reader, filters).limit(limit).offset(offset)
    if after is not None:
        query = query.where(_comes_after(after))
    return list_entries(session, reader, session.scalars(query).all())


def page_responses(
    session: Session,
    reader: Reader,
    *,
    number: int,
    size: int,
    filters: Filters = EVERYTHING,
) -> CountedPage[ResponseEntry]:
    """One page of the published responses that fit the filters, newest first."""
    query = narrowed(session, reader, filters).add_columns(func.count().over())
    rows = session.execute(on_page(query, number, size)).all()
    items = list_entries(session, reader, [row[0] for row in rows])
    return counted_page(items, number, size, rows[0][1] if rows else 0)


def count_responses(session: Session, reader: Reader, filters: Filters = EVERYTHING) -> int:
    """How many published responses fit the filters."""
    query = narrowed(session, reader, filters).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(query)) or 0


def find_response(session: Session, reader: Reader, response_id: int) -> ResponseEntry | None:
    """A published response; None when there is none that may be shown."""
    query = published().where(Response.id == response_id)
    entries = list_entries(session, reader, session.scalars(query).all())
    return entries[0] if entries else None


def list_related(session: Session, reader: Reader, entry: ResponseEntry) -> list[ResponseEntry]:
    """The service's published responses just before and after this one in the same story."""
    is_related = Response.follows_id == entry.id
    if entry.follows_id is not None:
        is_related |= Response.id == entry.follows_id
    query = published().where(Response.service_id == entry.service.id, is_related)
    ordered = query.order_by(Response.published_on, Response.id)
    return list_entries(session, reader, session.scalars(ordered).all())


def find_promise(session: Session, entry: ResponseEntry, today: date) -> PromiseStory | None:
    """The promise that this response makes, keeps or renews, with where it stands."""
    return find_story(session, session.get_one(Response, entry.id), today=today)


def list_standings(
    session: Session, entries: Sequence[ResponseEntry], today: date
) -> dict[int, Standing]:
    """Where the promises among these responses stand, by response id.

    A story keeps its first day. A response that renewed it is read beside a day of its own, which
    may have passed as well.
    """
    promising = [entry for entry in entries if entry.due_on is not None]
    if not promising:
        return {}
    ids = [entry.id for entry in promising]
    stories = list_stories(session, Response.id.in_(ids), today=today)
    found = {one.promise.id: one.standing for one in stories}
    for entry in promising:
        if entry.id in found or entry.due_on is None or entry.due_on >= today:
            continue
        renewed = find_promise(session, entry, today)
        if renewed is not None:
            found[entry.id] = standing_of(replace(renewed.story, due_on=entry.due_on), today)
    return found


def list_corrections(
    session: Session, response_ids: Collection[int]
) -> dict[int, list[Correction]]:
    """Every correction of published responses, newest first, by response id."""
    corrections: dict[int, list[Correction]] = defaultdict(list)
    rows = session.scalars(
        select(ResponseCorrection)
        .where(ResponseCorrection.response_id.in_(response_ids))
        .order_by(ResponseCorrection.corrected_at.desc(), ResponseCorrection.id.desc())
    )
    for row in rows:
        corrections[row.response_id].append(
            Correction(row.lang, wording_of(row), row.reason, row.corrected_at)
        )
    return corrections


def list_entries(
    session: Session, reader: Reader, responses: Sequence[Response]
) -> list[ResponseEntry]:
    """These published responses in the reader's language, in their order."""
    if not responses:
        return []
    texts = _reviewed_texts(session, [response.id for response in responses])
    further = list_further(session, [response.id for response in responses])
    service_ids = {response.service_id for response in responses}.union(*further.values())
    services = service_names(session, reader, Service.id.in_(service_ids))
    entries = []
    for response in responses:
        shown = in_language(
            texts[response.id], reader.lang, (response.source_lang, *reader.fallbacks)
        )
        if shown is None or response.published_on is None:  # for the type checker
            continue
        entries.append(
            ResponseEntry(
                id=response.id,
                service=services[response.service_id],
                further=by_name(services[one] for one in further.get(response.id, ())),
                outcome=response.outcome,
                due_on=response.due_on,
                done_on=response.done_on,
                published_on=response.published_on,
                follows_id=response.follows_id,
                theme_id=response.theme_id,
                lang=shown.lang,
                words=shown.text.words,
                reviewed_at=shown.text.reviewed_at,
                texts={lang: one.words for lang, one in texts[response.id].items()},
                outdated=[lang for lang, one in texts[response.id].items() if one.is_outdated],
            )
        )
    return entries


def by_name(services: Iterable[ServiceName]) -> list[ServiceName]:
    """These services in the order of their names."""
    return sorted(services, key=lambda one: fold(one.name.text))


def _comes_after(entry: ResponseEntry) -> ColumnElement[bool]:
    """Whether a response stands below this one in a list that begins with the newest."""
    same_day = and_(Response.published_on == entry.published_on, Response.id < entry.id)
    return or_(Response.published_on < entry.published_on, same_day)


def _reviewed_texts(
    session: Session, response_ids: Collection[int]
) -> dict[int, dict[str, _Reviewed]]:
    """Reviewed texts by response and language."""
    texts: dict[int, dict[str, _Reviewed]] = defaultdict(dict)
    source = aliased(ResponseText)
    rows = session.execute(
        select(ResponseText, source)
        .join(Response, Response.id == ResponseText.response_id)
        .outerjoin(source, (source.response_id == Response.id)
                   & (source.lang == Response.source_lang))
        .where(ResponseText.response_id.in_(response_ids), ResponseText.status == REVIEWED)
        .order_by(ResponseText.lang)
    )  # fmt: skip
    for row, made_from in rows:
        texts[row.response_id][row.lang] = _Reviewed(
            wording_of(row), row.reviewed_at, is_stale(row, made_from)
        )
    return texts
