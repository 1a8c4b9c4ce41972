"""What the public pages read about themes: what several people said, how many, and what came of it.

A theme is public once a response to it is. It goes by what its newest response says that people
said: its name on the desk has been checked by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.responses import Response
from portal.models.said import Reaction, ThemeDistrict, ThemeFigure
from portal.public.queries import Named, Reader, ServiceName
from portal.public.response_filters import published
from portal.public.response_queries import ResponseEntry, by_name, list_entries
from portal.store.concerned import concerns
from portal.store.districts import get_district_names
from portal.store.texts import InLanguage

_NEWEST = (Response.published_on.desc(), Response.id.desc())


@dataclass(frozen=True)
class Voices:
    """How many people said so, as of a day; None: fewer than 10. Districts with 10 or more."""

    as_of: date
    people: int | None
    districts: Sequence[tuple[Named, int]]


@dataclass(frozen=True)
class ThemePage:
    """A theme with its published responses, the oldest first; no `voices`: not counted yet."""

    id: int
    responses: Sequence[ResponseEntry]
    voices: Voices | None

    @property
    def newest(self) -> ResponseEntry:
        """The response that says what people said, and what holds now."""
        return self.responses[-1]

    @property
    def service(self) -> ServiceName:
        """The service whose theme it is, and that answers."""
        return self.newest.service

    @property
    def further(self) -> Sequence[ServiceName]:
        """Services whose cases got one of its answers as well."""
        return by_name({one.id: one for each in self.responses for one in each.further}.values())


@dataclass(frozen=True)
class ThemeEntry:
    """A theme in a list: its newest response, and how many said so (None: fewer than 10)."""

    id: int
    newest: ResponseEntry
    people: int | None


def find_theme(session: Session, reader: Reader, theme_id: int) -> ThemePage | None:
    """A theme with a published response; None when there is none of this number."""
    query = published().where(Response.theme_id == theme_id)
    ordered = query.order_by(Response.published_on, Response.id)
    entries = list_entries(session, reader, session.scalars(ordered).all())
    if not entries:
        return None
    return ThemePage(theme_id, entries, _find_voices(session, reader, theme_id))


def list_themes(
    session: Session, reader: Reader, service_id: int, *, limit: int
) -> list[ThemeEntry]:
    """The published themes about the service that most people come from.

    Each with the newest of its responses that are about this service.
    """
    place = func.row_number().over(partition_by=Response.theme_id, order_by=_NEWEST)
    ordered = (
        published()
        .where(concerns([service_id]))
        .with_only_columns(Response.id, place.label("place"))
        .subquery()
    )
    rows = session.execute(
        select(Response, ThemeFigure.people)
        .join(ordered, (ordered.c.id == Response.id) & (ordered.c.place == 1))
        .outerjoin(ThemeFigure, ThemeFigure.theme_id == Response.theme_id)
        .order_by(func.coalesce(ThemeFigure.people, 0).desc(), *_NEWEST)
        .limit(limit)
    ).all()
    people = {response.id: n for response, n in rows}
    entries = list_entries(session, reader, [response for response, _ in rows])
    return [ThemeEntry(one.theme_id, one, people[one.id]) for one in entries if one.theme_id]


def find_reaction(session: Session, response_id: int) -> Reaction | None:
    """What residents replied to a response, as it may be shown; None while nobody has counted."""
    return find_reactions(session, [response_id]).get(response_id)


def find_reactions(session: Session, response_ids: Sequence[int]) -> dict[int, Reaction]:
    """What residents replied to these responses, as it may be shown, by response.

    A response that came out after the service's last batch waits for the next one.
    """
    found = session.scalars(
        select(Reaction)
        .join(Response, Response.id == Reaction.response_id)
        .where(Reaction.response_id.in_(response_ids), Reaction.as_of >= Response.published_on)
    )
    return {row.response_id: row for row in found}


def _find_voices(session: Session, reader: Reader, theme_id: int) -> Voices | None:
    figure = session.get(ThemeFigure, theme_id)
    if figure is None:
        return None
    rows = session.scalars(
        select(ThemeDistrict)
        .where(ThemeDistrict.theme_id == theme_id)
        .order_by(ThemeDistrict.people.desc(), ThemeDistrict.district)
    ).all()
    names = get_district_names(session, reader.lang, reader.fallbacks) if rows else {}
    named = [
        (names.get(row.district) or InLanguage(reader.lang, row.district), row.people)
        for row in rows
    ]
    return Voices(figure.as_of, figure.people, named)
