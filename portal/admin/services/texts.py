"""The texts of services: side by side with their source, and the queue of what is to be done.

The source is the text in the portal's first language. A text that came without a hash of its
source (from an official list) is taken to be right until the source changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.admin.services.names import get_known_names
from portal.domain.language import fold
from portal.models.service_drafts import ServiceDraft
from portal.models.services import Service, ServiceText
from portal.store.names import people_names
from portal.store.texts import InLanguage, in_language, source_hash

NEEDS = ("missing", "stale", "review")


@dataclass(frozen=True)
class Wording:
    """What a service is, in one language."""

    name: str
    summary: str = ""
    about: str = ""

    @property
    def hash(self) -> str:
        """What translations of it keep, and by which a form knows what it was made from."""
        return source_hash(self.name, self.summary, self.about)


@dataclass(frozen=True)
class TextState:
    """One language of a service: what residents read, and what waits for a second person."""

    lang: str
    shown: Wording | None
    draft: Wording | None
    author_id: int | None  # of the draft
    author: str | None
    written_at: datetime | None
    is_stale: bool  # the newest text was made from another source than the one now shown
    is_incomplete: bool  # the source says more

    @property
    def newest(self) -> Wording | None:
        """The draft, else what is shown."""
        return self.draft or self.shown

    @property
    def need(self) -> str:
        """One of NEEDS, or "" where nothing is to be done."""
        if self.newest is None:
            return "missing"
        if self.is_stale:
            return "stale"
        if self.draft is not None:
            return "review"
        return "missing" if self.is_incomplete else ""


@dataclass(frozen=True)
class TextTask:
    """One text of one service that somebody has to work on."""

    slug: str
    name: InLanguage[str]
    lang: str
    need: str
    is_own: bool
    is_active: bool  # the service


@dataclass(frozen=True)
class Queue:
    """The tasks that were asked for, and how many each language has."""

    tasks: list[TextTask]
    languages: dict[str, int]


def get_states(
    session: Session, service_ids: Sequence[int], offered: Sequence[str]
) -> dict[int, dict[str, TextState]]:
    """The texts of these services in every offered language; the first one is the source."""
    shown: dict[int, dict[str, ServiceText]] = defaultdict(dict)
    for text in session.scalars(
        select(ServiceText).where(ServiceText.service_id.in_(service_ids), ServiceText.name != "")
    ):
        shown[text.service_id][text.lang] = text
    drafts: dict[int, dict[str, ServiceDraft]] = defaultdict(dict)
    for draft in session.scalars(
        select(ServiceDraft).where(ServiceDraft.service_id.in_(service_ids))
    ):
        drafts[draft.service_id][draft.lang] = draft
    names = people_names(session, [one.author_id for of in drafts.values() for one in of.values()])
    return {
        service_id: {
            lang: _state(lang, shown[service_id], drafts[service_id].get(lang), offered[0], names)
            for lang in offered
        }
        for service_id in service_ids
    }


def _state(
    lang: str,
    texts: Mapping[str, ServiceText],
    draft: ServiceDraft | None,
    source_lang: str,
    names: Mapping[int, str],
) -> TextState:
    text = texts.get(lang)
    source = wording_of(texts[source_lang]) if source_lang in texts else None
    made_from = draft.source_hash if draft else text.source_hash if text else None
    is_translation = lang != source_lang and source is not None
    newest_row = draft or text
    newest = wording_of(newest_row) if newest_row else None
    return TextState(
        lang=lang,
        shown=wording_of(text) if text else None,
        draft=wording_of(draft) if draft else None,
        author_id=draft.author_id if draft else None,
        author=names.get(draft.author_id) if draft else None,
        written_at=draft.written_at if draft else None,
        is_stale=bool(
            is_translation and made_from is not None and source and made_from != source.hash
        ),
        is_incomplete=bool(is_translation and newest and source and _lacks(newest, source)),
    )


def wording_of(row: ServiceText | ServiceDraft) -> Wording:
    """The words of a row."""
    return Wording(row.name, row.summary, row.about)


def _lacks(text: Wording, source: Wording) -> bool:
    return bool((source.summary and not text.summary) or (source.about and not text.about))


def get_queue(
    session: Session,
    *,
    langs: Sequence[str],
    offered: Sequence[str],
    person_id: int,
    lang: str = "",
) -> Queue:
    """What is to be done on texts: sources first, then by need and name.

    On services out of use that is what somebody has begun, and the source without which they
    cannot be taken into use.
    """
    services = session.execute(select(Service.id, Service.slug, Service.is_active)).all()
    states = get_states(session, [service.id for service in services], offered)
    names = get_known_names(session, [service.id for service in services])
    tasks = [
        TextTask(
            slug=service.slug,
            name=in_language(names.get(service.id, {}), langs[0], langs[1:])
            or InLanguage(langs[0], service.slug),
            lang=state.lang,
            need=state.need,
            is_own=state.author_id == person_id,
            is_active=service.is_active,
        )
        for service in services
        for state in states[service.id].values()
        if state.need and (service.is_active or state.draft or _is_first(state, offered))
    ]
    counts = Counter(task.lang for task in tasks)
    wanted = [task for task in tasks if lang in ("", task.lang)]
    wanted.sort(
        key=lambda one: (
            one.lang != offered[0],
            NEEDS.index(one.need),
            fold(one.name.text),
            offered.index(one.lang),
        )
    )
    return Queue(wanted, {tag: counts[tag] for tag in offered})


def _is_first(state: TextState, offered: Sequence[str]) -> bool:
    return state.lang == offered[0] and state.shown is None
