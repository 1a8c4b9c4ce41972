"""What the portal knows of its city: names, colours, logo, contact, and whether it is real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from portal.domain.colours import Colours, read_key
from portal.domain.contact import CityContact
from portal.domain.pictures import Picture, read_name
from portal.models.running import Setting
from portal.store.content import raise_content_version

_NAME = "city_name:"
_COLOURS = "city_colours"
_LOGO = "city_logo"
_CONTACT = "city_contact:"
_DEMO = "demonstration_made_on"
_DEMO_IS_WHOLE = "demonstration_is_whole"


@dataclass(frozen=True)
class City:
    """The city. `names` by language, empty where only PORTAL_CITY_NAME names it.

    `colours` is None where it has the portal's own, `demo_day` where it is a real one.
    """

    names: Mapping[str, str]
    colours: Colours | None = None
    demo_day: date | None = None
    logo: Picture | None = None


def get_city(session: Session) -> City:
    """Everything about the city, in one query: pages that nobody keeps ask for it every time."""
    rows = session.execute(
        select(Setting.name, Setting.value).where(
            or_(Setting.name.startswith(_NAME), Setting.name.in_((_COLOURS, _DEMO, _LOGO)))
        )
    )
    values = {row.name: row.value for row in rows}
    colours, day, logo = values.get(_COLOURS), values.get(_DEMO), values.get(_LOGO)
    return City(
        names={
            name.removeprefix(_NAME): value
            for name, value in values.items()
            if name.startswith(_NAME)
        },
        colours=read_key(colours) if colours else None,
        demo_day=date.fromisoformat(day) if day else None,
        logo=read_name(logo) if logo else None,
    )


def set_city_name(session: Session, lang: str, name: str) -> None:
    """Name the city in one language; an empty name is taken away."""
    session.execute(delete(Setting).where(Setting.name == f"{_NAME}{lang}"))
    if name:
        session.add(Setting(name=f"{_NAME}{lang}", value=name))
    raise_content_version(session)


def set_colours(session: Session, colours: Colours | None) -> None:
    """Give the city its own colours, or with None the portal's."""
    session.execute(delete(Setting).where(Setting.name == _COLOURS))
    if colours:
        session.add(Setting(name=_COLOURS, value=colours.key))
    raise_content_version(session)


def set_logo(session: Session, logo: Picture | None) -> None:
    """Show this logo on every page, or none; its bytes are kept elsewhere (store/logo.py)."""
    session.execute(delete(Setting).where(Setting.name == _LOGO))
    if logo:
        session.add(Setting(name=_LOGO, value=logo.name))
    raise_content_version(session)


def get_demo_day(session: Session) -> date | None:
    """The day on which the demonstration city was made; None in a real one."""
    return get_city(session).demo_day


def mark_as_demo(session: Session, day: date) -> None:
    """Say that this city is invented; every page will."""
    session.merge(Setting(name=_DEMO, value=day.isoformat()))


def mark_demo_as_whole(session: Session) -> None:
    """Say that nothing of the demonstration is left to be made."""
    session.merge(Setting(name=_DEMO_IS_WHOLE, value="yes"))


def is_demo_whole(session: Session) -> bool:
    """Whether the demonstration was made to its end, and nobody stopped it half way."""
    return session.get(Setting, _DEMO_IS_WHOLE) is not None


def get_contact(session: Session) -> CityContact:
    """How the city is reached beside this portal."""
    rows = session.execute(
        select(Setting.name, Setting.value).where(Setting.name.like(f"{_CONTACT}%"))
    )
    return CityContact(**{name.removeprefix(_CONTACT): value for name, value in rows})


def set_contact(session: Session, contact: CityContact) -> None:
    """Say how the city is reached."""
    for name, value in asdict(contact).items():
        session.merge(Setting(name=f"{_CONTACT}{name}", value=value))
    raise_content_version(session)
