"""Untreated cases that are like those of a theme: suggestions, for a person to confirm.

Always of one language, and of a bounded number of cases, so that a page costs the same whether a
hundred or a hundred thousand cases wait: what is older stands in the inbox all the same.
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
from portal.respond.queries.filters import UNTHEMED, cases_of, with_submissions
from portal.respond.queries.inbox import InboxCase, list_selected
from portal.respond.queries.names import Name, theme_names
from portal.respond.scoped import get_theme
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
    languages: dict[str, int]  # languages in which the theme has words, and how many cases
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
    untreated = _untreated(session, scope, theme, chosen)
    found = suggest(_words_of(session, scope, theme_id, chosen), untreated, limit=SHOWN)
    order = {one.key: place for place, one in enumerate(found)}
    cases = list_selected(session, scope, list(order), today=today, langs=langs)
    return Similar(
        theme=theme,
        name=theme_names(session, [theme_id], langs)[theme_id],
        lang=chosen,
        languages=languages,
        cases=sorted(cases, key=lambda case: order[case.id]),
        compared=len(untreated),
    )


def _languages(session: Session, scope: Scope, theme_id: int) -> dict[str, int]:
    rows = session.execute(
        _in_theme(scope, theme_id)
        .with_only_columns(LoopRow.lang, func.count())
        .group_by(LoopRow.lang)
        .order_by(func.count().desc(), LoopRow.lang)
    )
    return {row[0]: row[1] for row in rows}


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


def _untreated(session: Session, scope: Scope, theme: Theme, lang: str) -> dict[int, str]:
    """Of the theme's service, or of all of one's own services where it takes their cases."""
    takes = true() if theme.is_shared else LoopRow.service_id == theme.service_id
    rows = session.execute(
        with_submissions(cases_of(scope))
        .with_only_columns(LoopRow.submission_id, Submission.comment)
        .where(
            takes,
            LoopRow.state.in_([state.value for state in UNTHEMED]),
            LoopRow.lang == lang,
            Submission.comment.is_not(None),
        )
        .order_by(LoopRow.submission_id.desc())
        .limit(COMPARED)
    )
    return {row[0]: row[1] for row in rows if row[1]}
