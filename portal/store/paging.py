"""Lists in pages: what stands on one of them, and whether more follow. Pages count from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select

Item = TypeVar("Item")
Other = TypeVar("Other")
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list."""

    items: Sequence[Item]
    number: int
    has_next: bool

    def showing(self, items: Sequence[Other]) -> Page[Other]:
        """The same page with what is shown in the place of each item."""
        return Page(items, self.number, self.has_next)


@dataclass(frozen=True)
class CountedPage(Page[Item]):
    """One page of a list of `total` items; `first` is the place of its first one in the list."""

    first: int
    total: int

    def showing(self, items: Sequence[Other]) -> CountedPage[Other]:
        """The same page with what is shown in the place of each item."""
        return CountedPage(items, self.number, self.has_next, self.first, self.total)

    @property
    def last(self) -> int:
        """The place of its last item in the list."""
        return self.first + len(self.items) - 1


def on_page(query: Query, number: int, size: int) -> Query:
    """What is asked of the database for one page."""
    return query.offset((number - 1) * size).limit(size)


def on_page_and_one(query: Query, number: int, size: int) -> Query:
    """The same with one row more, which says that another page follows: see `peeked_page`."""
    return query.offset((number - 1) * size).limit(size + 1)


def counted_page(items: Sequence[Item], number: int, size: int, total: int) -> CountedPage[Item]:
    """A page whose list was counted."""
    return CountedPage(items, number, number * size < total, (number - 1) * size + 1, total)


def cut_page(items: Sequence[Item], number: int, size: int) -> CountedPage[Item]:
    """A page of a list that is at hand whole."""
    start = (number - 1) * size
    return counted_page(items[start : start + size], number, size, len(items))


def peeked_page(rows: Sequence[Item], number: int, size: int) -> Page[Item]:
    """A page of a list that nobody counts, since it is long."""
    return Page(rows[:size], number, len(rows) > size)
