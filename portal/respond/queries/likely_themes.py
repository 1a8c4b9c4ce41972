"""Which of many themes ticked cases most likely belong to: those stand within reach of one key.

Only the order changes; a person chooses. The cost is bounded: a theme's name and a few of its
newest cases stand for it, whether it holds ten or ten thousand (about a tenth of a second where 200
themes are offered).
Words in other languages than the ticked cases' tell nothing, as in `similar`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from portal.domain.similar import MAX_CHARACTERS, suggest
from portal.models.loops import LoopRow
from portal.models.responses import ThemeCase, ThemeText
from portal.models.submissions import Submission
from portal.respond.queries.filters import cases_of, with_submissions
from portal.respond.queries.theme_choice import ThemeLine
from portal.store.scope import Scope

KEYS = 9  # themes that a digit chooses
LEARNT_FROM = 4  # of the newest cases of a theme, in whatever language
COMPARED = 40  # of the ticked cases
SLIGHT = 0.05  # less than this is chance


def likely_first(
    session: Session, scope: Scope, case_ids: Collection[int], lines: list[ThemeLine]
) -> list[ThemeLine]:
    """The themes with those first that are most like the cases, where not all have a key.

    Among themes that are about as like, answered ones come first: one more key tells the resident.
    Themes that are not like them stay in their order.
    """
    lang, words = _ticked(session, scope, case_ids)
    if len(lines) <= KEYS or not words:
        return lines
    texts = _texts(session, scope, {line.id for line in lines}, lang, case_ids)
    found = suggest(words, texts, limit=len(texts), enough=SLIGHT)
    scores = {one.key: one.score for one in found}

    def place(line: ThemeLine) -> tuple[float, bool, float]:
        score = scores.get(line.id, 0.0)
        return (-round(score, 1), score == 0.0 or line.answered_on is None, -score)

    return sorted(lines, key=place)


def _ticked(session: Session, scope: Scope, ids: Collection[int]) -> tuple[str, Sequence[str]]:
    """The language of most of the cases, and what was said in it."""
    rows = session.execute(
        with_submissions(cases_of(scope))
        .with_only_columns(LoopRow.lang, Submission.comment)
        .where(LoopRow.submission_id.in_(ids), Submission.comment.is_not(None))
        .order_by(LoopRow.submission_id.desc())
        .limit(COMPARED)
    )
    said: defaultdict[str, list[str]] = defaultdict(list)
    for lang, comment in rows:
        if comment:
            said[lang].append(comment)
    return max(said.items(), key=lambda one: len(one[1]), default=("", []))


def _texts(
    session: Session, scope: Scope, theme_ids: set[int], lang: str, but: Collection[int]
) -> dict[int, str]:
    """What stands for each theme: its name and the newest words of its cases in this language."""
    names = session.execute(
        select(ThemeText.theme_id, ThemeText.name).where(
            ThemeText.theme_id.in_(theme_ids), ThemeText.lang == lang
        )
    )
    texts = {row[0]: row[1] for row in names}
    newest = _newest(theme_ids)
    rows = session.execute(
        with_submissions(cases_of(scope))
        .join(newest, newest.c.submission_id == LoopRow.submission_id)
        .with_only_columns(newest.c.theme_id, func.substr(Submission.comment, 1, MAX_CHARACTERS))
        .where(
            newest.c.place <= LEARNT_FROM,
            LoopRow.lang == lang,
            LoopRow.submission_id.not_in(but),
            Submission.comment.is_not(None),
        )
        .order_by(LoopRow.submission_id.desc())
    )
    for theme_id, comment in rows:
        text = texts.get(theme_id, "")
        if len(text) < MAX_CHARACTERS:
            texts[theme_id] = f"{text}\n{comment}"
    return texts


def _newest(theme_ids: set[int]) -> Subquery:
    """The cases of each theme in their order, without a look at any of them."""
    place = func.row_number().over(
        partition_by=ThemeCase.theme_id, order_by=ThemeCase.submission_id.desc()
    )
    return (
        select(ThemeCase.theme_id, ThemeCase.submission_id, place.label("place"))
        .where(ThemeCase.theme_id.in_(theme_ids))
        .subquery()
    )
