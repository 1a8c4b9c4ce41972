"""Promises with the answers that followed them: one reading for desk, public and reminders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.domain.loop import PROMISES, Outcome
from portal.domain.promises import Standing, Step, Story, fold_story, standing_of
from portal.models.responses import Response

_PROMISES = [outcome.value for outcome in PROMISES]


@dataclass(frozen=True)
class PromiseStory:
    """A published promise, the published answers that followed it, and where it stands."""

    promise: Response
    followers: Sequence[Response]
    story: Story
    standing: Standing

    @property
    def last(self) -> Response:
        """The newest answer of the story."""
        return self.followers[-1] if self.followers else self.promise


def list_stories(
    session: Session, which: ColumnElement[bool], *, today: date
) -> list[PromiseStory]:
    """The promises among the responses for which the condition holds, by the day they are due.

    A promise that comes after another one belongs to the story of the first, with its day,
    whatever was answered between them short of "done": what is promised after that is promised
    anew. What came with earlier history is none of these: nobody here can keep it.
    """
    promises = session.scalars(
        select(Response)
        .where(which, _is_promise(), Response.due_on.is_not(None))
        .order_by(Response.due_on, Response.id)
    ).all()
    first_of = _find_firsts(session, {one.id for one in promises if one.follows_id is not None})
    firsts = [one for one in promises if first_of.get(one.id, one.id) == one.id]
    return _with_followers(session, firsts, today)


def list_stories_with(
    session: Session, which: ColumnElement[bool], *, today: date
) -> list[PromiseStory]:
    """The stories in which a promise, the first or a later one, fits the condition."""
    found = set(session.scalars(select(Response.id).where(which, _is_promise())))
    firsts = set(_find_firsts(session, found).values())
    return list_stories(session, Response.id.in_(firsts), today=today)


def find_story(session: Session, response: Response, *, today: date) -> PromiseStory | None:
    """The story that a published response belongs to; None where nothing was promised in it."""
    first = _find_firsts(session, {response.id}).get(response.id)
    if first is None:
        return None
    stories = _with_followers(session, [session.get_one(Response, first)], today)
    return stories[0] if stories else None


def _find_firsts(session: Session, ids: set[int]) -> dict[int, int]:
    """The first promise of the chain up to each of these published answers, where there is one."""
    follows: dict[int, int | None] = {}
    outcomes: dict[int, str] = {}
    ends = ids
    while ends:
        rows = session.execute(
            select(Response.id, Response.follows_id, Response.outcome).where(
                Response.id.in_(ends), _is_published()
            )
        ).all()
        follows |= {row.id: row.follows_id for row in rows}
        outcomes |= {row.id: row.outcome for row in rows}
        ends = {row.follows_id for row in rows if row.follows_id is not None} - follows.keys()
    found: dict[int, int] = {}
    for one in ids:
        end, seen = one, set[int]()
        while end in follows and end not in seen:
            if outcomes[end] == Outcome.DONE and end != one:
                break
            seen.add(end)
            if outcomes[end] in _PROMISES:
                found[one] = end
            end = follows[end] or 0
    return found


def _with_followers(
    session: Session, firsts: Sequence[Response], today: date
) -> list[PromiseStory]:
    followers = _followers(session, [first.id for first in firsts])
    found = []
    for first in firsts:
        chain = followers.get(first.id, [])
        story = fold_story(_step(one) for one in (first, *chain))
        if story is not None:
            found.append(PromiseStory(first, chain, story, standing_of(story, today)))
    return found


def _followers(session: Session, first_ids: list[int]) -> dict[int, list[Response]]:
    """The published answers after each of these until another story begins, in their order."""
    first_of = {one: one for one in first_ids}
    done: set[int] = set()  # answers by which what was promised is done
    found: dict[int, list[Response]] = defaultdict(list)
    ends = first_ids
    while ends:
        rows = session.scalars(
            select(Response)
            .where(Response.follows_id.in_(ends), _is_published())
            .order_by(Response.published_on, Response.id)
        ).all()
        ends = []
        for row in rows:
            before = row.follows_id
            is_new = before in done and row.outcome in _PROMISES
            if row.id not in first_of and before is not None and not is_new:
                if before in done or row.outcome == Outcome.DONE:
                    done.add(row.id)
                first_of[row.id] = first_of[before]
                found[first_of[row.id]].append(row)
                ends.append(row.id)
    return found


def _is_published() -> ColumnElement[bool]:
    return (Response.status == "published") & Response.import_id.is_(None)


def _is_promise() -> ColumnElement[bool]:
    return _is_published() & Response.outcome.in_(_PROMISES)


def _step(response: Response) -> Step:
    return Step(Outcome(response.outcome), response.due_on, response.done_on)
