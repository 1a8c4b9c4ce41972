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

    @property
    def is_to_come(self) -> bool:
        """Whether it can still be kept."""
        return self.story.standing in TO_COME


def list_promises(
    session: Session, reader: Reader, filters: Filters, *, today: date
) -> list[PromiseEntry]:
    """Those that can still be kept, the next day first; then the others, the newest day first."""
    ids = narrowed(session, reader, filters).with_only_columns(Response.id).order_by(None)
    stories = list_stories(session, Response.id.in_(ids), today=today)
    firsts = list_entries(session, reader, [one.promise for one in stories])
    entries = {one.id: one for one in firsts}
    promises = [PromiseEntry(entries[one.promise.id], one) for one in stories]
    settled = [one for one in promises if not one.is_to_come]
    return [one for one in promises if one.is_to_come] + settled[::-1]


def tally(promises: Sequence[PromiseEntry]) -> Mapping[str, int]:
    """How many promises stand where."""
    return Counter(one.story.standing.value for one in promises)
