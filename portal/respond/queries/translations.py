"""The queue of texts: what has to be written or reviewed, by how many people wait for it.

A translation is begun when its source has been reviewed: before that the source is what waits,
and with it everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from portal.models.responses import PendingCorrection, Response, ResponseText
from portal.models.services import Service
from portal.store.coverage import count_waiting_of
from portal.store.names import Name, service_names, theme_names
from portal.store.paging import CountedPage, cut_page
from portal.store.scope import Scope
from portal.store.wordings import hash_of

PAGE = 25
LOOKED_BACK = timedelta(days=365)  # answers published earlier wait for no further language
NEEDS = ("missing", "stale", "review", "correction")


@dataclass(frozen=True)
class TextTask:
    """One text of one answer that somebody has to work on."""

    response_id: int
    lang: str
    need: str  # one of NEEDS
    waiting: int  # people
    is_source: bool
    is_own: bool  # the reader wrote it: somebody else has to review it
    is_published: bool
    theme_id: int
    service_id: int


@dataclass(frozen=True)
class QueueFilters:
    """What the queue is narrowed to; empty means all."""

    lang: str = ""
    service_id: int | None = None
    need: str = ""
    is_everything: bool = False  # also texts that nobody waits for
    page: int = 1


@dataclass(frozen=True)
class Queue:
    """One page of the queue, with the names that it shows, and how many texts each language has."""

    page: CountedPage[TextTask]
    themes: dict[int, Name]
    services: dict[int, Name]  # of the whole queue, to choose from
    languages: dict[str, int]


def get_queue(
    session: Session,
    scope: Scope,
    filters: QueueFilters,
    *,
    today: date,
    langs: list[str],
    offered: Sequence[str],
) -> Queue:
    """One page of the queue of one's departments."""
    tasks = list_tasks(
        session, scope, today=today, offered=offered, is_everything=filters.is_everything
    )
    wanted = [task for task in tasks if _fits(task, filters)]
    page = cut_page(wanted, filters.page, PAGE)
    counts = Counter(task.lang for task in tasks)
    return Queue(
        page=page,
        themes=theme_names(session, {task.theme_id for task in page.items}, langs),
        services=service_names(session, {task.service_id for task in tasks}, langs),
        languages={lang: counts[lang] for lang in offered},
    )


def find_next(
    session: Session,
    scope: Scope,
    lang: str,
    *,
    after: int | None,
    today: date,
    offered: Sequence[str],
) -> TextTask | None:
    """What this person can do next in a language: behind the answer `after`, else from the top."""
    tasks = [
        task
        for task in list_tasks(session, scope, today=today, offered=offered)
        if task.lang == lang and not task.is_own
    ]
    places = [place for place, task in enumerate(tasks) if task.response_id == after]
    rest = tasks[places[0] + 1 :] if places else tasks
    return rest[0] if rest else None


def list_tasks(
    session: Session,
    scope: Scope,
    *,
    today: date,
    offered: Sequence[str],
    is_everything: bool = False,
) -> list[TextTask]:
    """The texts to work on: most people waiting first, then the oldest answer.

    A text that is not begun is there where somebody waits for it, or with `is_everything`.
    """
    responses = _responses(session, scope, today)
    ids = [response.id for response in responses]
    texts, corrections = _texts(session, ids), _corrections(session, ids)
    waiting = count_waiting_of(session, ids)
    found: list[TextTask] = []
    for response in responses:
        ours = _Work(response, texts.get(response.id, {}), corrections.get(response.id, {}))
        for lang, need, author_id in ours.needs(offered):
            people = waiting.get(response.id, {})
            is_source = lang == response.source_lang
            found.append(
                TextTask(
                    response_id=response.id,
                    lang=lang,
                    need=need,
                    # Nobody can be told anything before the source has been reviewed.
                    waiting=sum(people.values()) if is_source else people.get(lang, 0),
                    is_source=is_source,
                    is_own=author_id == scope.person_id,
                    is_published=response.status == "published",
                    theme_id=response.theme_id or 0,
                    service_id=response.service_id,
                )
            )
    wanted = (one for one in found if is_everything or one.waiting or one.need != "missing")
    return sorted(wanted, key=lambda task: (-task.waiting, task.response_id, task.lang))


@dataclass(frozen=True)
class _Work:
    response: Response
    texts: dict[str, ResponseText]
    corrections: dict[str, int]  # language -> who proposed

    def needs(self, offered: Sequence[str]) -> Iterator[tuple[str, str, int | None]]:
        """(language, need, whoever may not do it) of this response."""
        source = self.texts.get(self.response.source_lang)
        if source is None:
            return
        if source.status == "draft":
            yield source.lang, "review", source.author_id
            return
        source_hash = hash_of(source)
        for lang in offered:
            text = self.texts.get(lang)
            if lang in self.corrections:
                yield lang, "correction", self.corrections[lang]
            elif text is None:
                yield lang, "missing", None
            elif text is not source and text.source_hash != source_hash:
                yield lang, "stale", None
            elif text.status == "draft":
                yield lang, "review", text.author_id


def _responses(session: Session, scope: Scope, today: date) -> Sequence[Response]:
    later = aliased(Response)
    is_superseded = exists().where(later.follows_id == Response.id, later.status == "published")
    return session.scalars(
        select(Response)
        .join(Service, Service.id == Response.service_id)
        .where(
            Service.department_id.in_(scope.texts),
            Response.import_id.is_(None),
            (Response.status == "draft") | (Response.published_on > today - LOOKED_BACK),
            ~is_superseded,
        )
    ).all()


def _texts(session: Session, ids: list[int]) -> dict[int, dict[str, ResponseText]]:
    rows = session.scalars(select(ResponseText).where(ResponseText.response_id.in_(ids)))
    found: dict[int, dict[str, ResponseText]] = {}
    for row in rows:
        found.setdefault(row.response_id, {})[row.lang] = row
    return found


def _corrections(session: Session, ids: list[int]) -> dict[int, dict[str, int]]:
    rows = session.execute(
        select(
            PendingCorrection.response_id, PendingCorrection.lang, PendingCorrection.author_id
        ).where(PendingCorrection.response_id.in_(ids))
    )
    found: dict[int, dict[str, int]] = {}
    for response_id, lang, author_id in rows:
        found.setdefault(response_id, {})[lang] = author_id
    return found


def _fits(task: TextTask, filters: QueueFilters) -> bool:
    return (
        filters.lang in ("", task.lang)
        and filters.service_id in (None, task.service_id)
        and filters.need in ("", task.need)
    )
