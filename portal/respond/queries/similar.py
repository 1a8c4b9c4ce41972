"""Untreated cases that are like those of a theme: suggestions, for a person to confirm.

Always of one language, and of a bounded number of cases, so that a page costs the same whether a
hundred or a hundred thousand cases wait (about 30 ms for each language in which the theme has
words): what is older stands in the inbox all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, true
from sqlalchemy.orm import Session

from portal.domain.similar import suggest
from portal.models.loops import LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.models.submissions import Submission
from portal.respond.queries.filters import cases_of, in_place, with_submissions
from portal.respond.queries.inbox import InboxCase, list_selected
from portal.respond.scoped import get_theme
from portal.store.names import Name, theme_names
from portal.store.scope import Scope

COMPARED = 300  # of the newest untreated cases
LEARNT_FROM = 40  # of the theme's newest cases
SHOWN = 20


@dataclass(frozen=True)
class Similar:
    """Suggestions for a theme in one language."""

    theme: Theme
    name: Name
    lang: str
    languages: dict[str, int]  # in which the theme has words, and how many are suggested in each
    cases: list[InboxCase]  # the most similar first
    compared: int


def get_similar(
    session: Session, scope: Scope, theme_id: int, lang: str, *, today: date, langs: list[str]
) -> Similar:
    """Suggestions for the theme, in the language with most of its cases unless one is named.

    Raises NotAllowed when the theme is another department's.
    """
    theme = get_theme(session, scope, theme_id)
    languages = _languages(session, scope, theme_id)
    chosen = lang if lang in languages else next(iter(languages), langs[0])
    compared = {tag: _untreated(session, scope, theme, tag, today) for tag in languages or [chosen]}
    found = {
        tag: [
            one.key for one in suggest(_words_of(session, scope, theme_id, tag), words, limit=SHOWN)
        ]
        for tag, words in compared.items()
    }
    order = {key: place for place, key in enumerate(found[chosen])}
    cases = list_selected(session, scope, list(order), today=today, langs=langs)
    return Similar(
        theme=theme,
        name=theme_names(session, [theme_id], langs)[theme_id],
        lang=chosen,
        languages={tag: len(found[tag]) for tag in languages},
        cases=sorted(cases, key=lambda case: order[case.id]),
        compared=len(compared[chosen]),
    )


def _languages(session: Session, scope: Scope, theme_id: int) -> Sequence[str]:
    """In which the theme has words, the one with most of its cases first."""
    return session.scalars(
        _in_theme(scope, theme_id)
        .with_only_columns(LoopRow.lang)
        .group_by(LoopRow.lang)
        .order_by(func.count().desc(), LoopRow.lang)
    ).all()


def _words_of(session: Session, scope: Scope, theme_id: int, lang: str) -> Sequence[str]:
    words = session.scalars(
        _in_theme(scope, theme_id)
        .with_only_columns(Submission.comment)
        .where(LoopRow.lang == lang)
        .order_by(LoopRow.submission_id.desc())
        .limit(LEARNT_FROM)
    )
    return [one for one in words if one]


def _in_theme(scope: Scope, theme_id: int) -> Select[Any]:
    """Cases of one's own departments with words: a shared theme holds those of others too."""
    return (
        with_submissions(cases_of(scope))
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .where(ThemeCase.theme_id == theme_id, Submission.comment.is_not(None))
    )


def _untreated(
    session: Session, scope: Scope, theme: Theme, lang: str, today: date
) -> dict[int, str]:
    """Of the theme's service, or of all of one's own services where it takes their cases.

    Those that the inbox calls new: a case that was taken out of its only theme is one again.
    """
    takes = true() if theme.is_shared else LoopRow.service_id == theme.service_id
    rows = session.execute(
        with_submissions(cases_of(scope))
        .with_only_columns(LoopRow.submission_id, Submission.comment)
        .where(
            takes,
            in_place("new", today),
            LoopRow.lang == lang,
            Submission.comment.is_not(None),
        )
        .order_by(LoopRow.submission_id.desc())
        .limit(COMPARED)
    )
    return {row[0]: row[1] for row in rows if row[1]}
