"""What services, departments, themes and people are called, for one reader.

Districts have an order of their own: `districts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.domain.search_words import is_found
from portal.models.people import Person
from portal.models.responses import Theme, ThemeText
from portal.store.department_names import get_department_names
from portal.store.service_names import get_service_names
from portal.store.texts import InLanguage, in_language

Name = InLanguage[str]


def service_names(session: Session, ids: Iterable[int], langs: Sequence[str]) -> dict[int, Name]:
    """Names of services by id; `langs` = the reader's language, then the fallbacks."""
    return _chosen(get_service_names(session, set(ids)), langs)


def department_names(
    session: Session, ids: Collection[int], langs: Sequence[str]
) -> dict[int, Name]:
    """Names of departments by id."""
    return _chosen(get_department_names(session, ids), langs)


def theme_names(session: Session, ids: Iterable[int], langs: Sequence[str]) -> dict[int, Name]:
    """Names of themes by id."""
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    rows = session.execute(
        select(ThemeText.theme_id, ThemeText.lang, ThemeText.name).where(
            ThemeText.theme_id.in_(set(ids))
        )
    )
    for theme_id, lang, name in rows:
        texts[theme_id][lang] = name
    return _chosen(texts, langs)


def find_named_themes(
    session: Session, which: ColumnElement[bool], words: str, *, most: int
) -> list[int]:
    """The newest of these themes whose names, in whatever languages, hold the words.

    Names are short and read here: they are found as words of residents are, in every script.
    """
    names: defaultdict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(ThemeText.theme_id, ThemeText.name)
        .join(Theme, Theme.id == ThemeText.theme_id)
        .where(which)
        .order_by(Theme.id.desc())
    )
    for theme_id, name in rows:
        names[theme_id].append(name)
    found = (one for one, texts in names.items() if is_found(" ".join(texts), words))
    return list(islice(found, most))


def people_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of people who sign in, by id; None, for what nobody did, has no name."""
    wanted = {one for one in ids if one is not None}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _chosen(texts: Mapping[int, Mapping[str, str]], langs: Sequence[str]) -> dict[int, Name]:
    found = {one: in_language(names, langs[0], langs[1:]) for one, names in texts.items()}
    return {one: name for one, name in found.items() if name is not None}
