"""What the city promised in public, and whether it was kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.promises import Standing
from portal.models.responses import Response
from portal.public.queries import Reader
from portal.public.response_filters import Filters, narrowed
from portal.public.response_queries import ResponseEntry, list_entries
from portal.store.promises import PromiseStory, list_stories

TO_COME = (Standing.OPEN, Standing.SOON, Standing.OVERDUE)


@dataclass(frozen=True)
class PromiseEntry:
    """A promise in the words of the answer that made it, and where it stands."""

    response: ResponseEntry
    story: PromiseStory


def list_promises(
    session: Session, reader: Reader, filters: Filters, *, today: date
) -> list[PromiseStory]:
    """Those that can still be kept, the next day first; then the others, the newest day first."""
    ids = narrowed(session, reader, filters).with_only_columns(Response.id).order_by(None)
    stories = list_stories(session, Response.id.in_(ids), today=today)
    settled = [one for one in stories if one.standing not in TO_COME]
    return [one for one in stories if one.standing in TO_COME] + settled[::-1]


def list_in_words(
    session: Session, reader: Reader, stories: Sequence[PromiseStory]
) -> list[PromiseEntry]:
    """These promises with the words of their answers: of one page, for words are long."""
    firsts = list_entries(session, reader, [one.promise for one in stories])
    entries = {one.id: one for one in firsts}
    return [PromiseEntry(entries[one.promise.id], one) for one in stories]


def tally(stories: Sequence[PromiseStory]) -> Mapping[str, int]:
    """How many promises stand where."""
    return Counter(one.standing.value for one in stories)
