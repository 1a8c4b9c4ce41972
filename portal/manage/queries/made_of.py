"""What figures without cases or ratings of their own are made of, with what is missing first.

Languages, channels, numbers of people, public responses, decisions taken together. The conditions
are those that count the evidence. People are numbers here: none of them is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.evidence import RECENT_RESPONSES, YEAR
from portal.domain.monthly import STAFF_K
from portal.domain.partnership import conditions
from portal.domain.suppression import suppress
from portal.manage.queries.services import ManagedService
from portal.models.assessments import Assessment
from portal.models.partners import CoDecision
from portal.models.responses import ResponseText
from portal.store.evidence import offers
from portal.store.evidence.known_cases import has_later_events
from portal.store.evidence.ratings import count_ratings
from portal.store.scope import NotAllowed
from portal.store.texts import InLanguage, in_language

IMPORTED = "imported"
"""The name of the channels of earlier records, which only their source could tell apart."""


@dataclass(frozen=True)
class Item:
    """One thing that a figure is made of, and whether it counts.

    `name` is a language, a channel or a partner, `words` what residents read of a response, `on`
    the day that decides. `n` counts people or submissions; None where they are too few to show.
    `rules` are those of a co-decision (`domain/partnership.py`), `figures` what they judge.
    """

    counts: bool
    name: str = ""
    words: InLanguage[str] | None = None
    id: int | None = None
    on: date | None = None
    n: int | None = 0
    rules: Mapping[str, bool] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)


def list_items(
    session: Session, service: ManagedService, metric: str, langs: Sequence[str]
) -> list[Item]:
    """What a figure of today's is made of, in its order; what does not count comes first.

    Raises KeyError for a figure of another kind.
    """
    if service.todays is None:
        raise NotAllowed
    items = _LISTS[metric](session, service.id, service.todays, langs)
    return sorted(items, key=lambda item: item.counts)


def count_items(metric: str, items: Sequence[Item]) -> int | None:
    """The figure that the items add up to; None where some of them are too few to show."""
    if metric in ("raters", "raters_recent"):
        people = [item.n for item in items]
        return None if None in people else sum(n or 0 for n in people)
    imported = [item.n or 0 for item in items if item.name == IMPORTED]
    return max(imported, default=sum(item.counts for item in items))


def _checked(
    session: Session, service_id: int, todays: Assessment, _langs: Sequence[str]
) -> list[Item]:
    last = offers.list_last_checks(session, service_id, todays.as_of)
    found = set(offers.list_checked_languages(session, service_id, todays.as_of))
    required = offers.list_languages(session, service_id, "required", todays.as_of)
    return [Item(lang in found, name=lang, on=last.get(lang)) for lang in required]


def _opened(
    session: Session, service_id: int, todays: Assessment, _langs: Sequence[str]
) -> list[Item]:
    since = offers.list_opened_languages(session, service_id, todays.as_of)
    required = offers.list_languages(session, service_id, "required", todays.as_of)
    return [Item(lang in since, name=lang, on=since.get(lang)) for lang in required]


def _channels(
    session: Session, service_id: int, todays: Assessment, _langs: Sequence[str]
) -> list[Item]:
    days = todays.evidence["window_days"]
    own, stated = offers.count_by_channel(session, service_id, todays.as_of, days)
    more = [Item(True, name=IMPORTED, n=stated)] if stated > len(own) else []
    return [Item(True, name=channel, n=n) for channel, n in own.items()] + more


def _raters(*, only_recent: bool) -> Callable[..., list[Item]]:
    def list_people(
        session: Session, service_id: int, todays: Assessment, _langs: Sequence[str]
    ) -> list[Item]:
        days = YEAR if only_recent else todays.evidence["window_days"]
        ratings = count_ratings(session, service_id, todays.as_of).within(days)
        people = ratings.people_by_last_language(only_recent=only_recent)
        shown = suppress({lang: n for lang, n in people.most_common() if n}, STAFF_K)
        return [Item(True, name=lang, n=n) for lang, n in shown.items()]

    return list_people


def _responses(days: int) -> Callable[..., list[Item]]:
    def list_responses(
        session: Session, service_id: int, todays: Assessment, langs: Sequence[str]
    ) -> list[Item]:
        rows = offers.list_public_responses(session, service_id, todays.as_of, days)
        said = _said(session, [row.id for row in rows], langs)
        return [Item(True, words=said.get(row.id), id=row.id, on=row.published_on) for row in rows]

    return list_responses


def _said(
    session: Session, ids: Sequence[int], langs: Sequence[str]
) -> dict[int, InLanguage[str] | None]:
    """What residents said, by response, in the reader's language where it was reviewed."""
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    rows = session.execute(
        select(ResponseText.response_id, ResponseText.lang, ResponseText.you_said).where(
            ResponseText.response_id.in_(ids), ResponseText.status == "reviewed"
        )
    )
    for response_id, lang, you_said in rows:
        texts[response_id][lang] = you_said
    return {one: in_language(found, langs[0], langs[1:]) for one, found in texts.items()}


def _co_decisions(
    session: Session, service_id: int, todays: Assessment, _langs: Sequence[str]
) -> list[Item]:
    is_past = has_later_events(session, service_id, todays.as_of)
    found = offers.get_co_decisions(session, service_id, todays.as_of, YEAR, is_past=is_past)
    imported = select(CoDecision.id).where(
        CoDecision.id.in_(found), CoDecision.import_id.is_not(None)
    )
    without_page = set(session.scalars(imported))
    return [
        Item(
            all(conditions(figures).values()),
            name=figures["partner"] or "",
            id=None if number in without_page else number,
            on=date.fromisoformat(figures["decided_at"]),
            rules=conditions(figures),
            figures=figures,
        )
        for number, figures in found.items()
    ]


_LISTS: Mapping[str, Callable[..., list[Item]]] = {
    "info_languages": _checked,
    "input_languages": _opened,
    "channels": _channels,
    "raters": _raters(only_recent=False),
    "raters_recent": _raters(only_recent=True),
    "public_responses": _responses(YEAR),
    "public_responses_recent": _responses(RECENT_RESPONSES),
    "co_decisions": _co_decisions,
}
