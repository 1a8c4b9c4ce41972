"""Naming a theme in every language, sharing it with other services, and splitting it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from portal.domain.typed_texts import TextsMoved, TypedTexts
from portal.models.responses import Response, ThemeCase, ThemeText
from portal.respond.act import Act
from portal.respond.operations.cases import add_to_theme, find_same, live_cases, make_theme
from portal.respond.queries.decided import decided_cases
from portal.respond.queries.sharing import holds_others
from portal.respond.rules import Conflict, HoldsOthers
from portal.respond.scoped import get_case, get_open_theme, get_theme, lock_themes
from portal.store import audit
from portal.store.scope import Scope


def name_theme(
    session: Session, *, now: datetime, scope: Scope, theme_id: int, names: TypedTexts
) -> None:
    """Give a theme its names by language; an empty one is taken away, others stay as they are.

    Raises TextsMoved where somebody else has changed one of them, or no name would be left.
    """
    get_theme(session, scope, theme_id)
    lock_themes(session, [theme_id])  # as a colleague does who names it: either comes first
    rows = session.scalars(select(ThemeText).where(ThemeText.theme_id == theme_id))
    texts = {text.lang: text for text in rows}
    stored = {lang: text.name for lang, text in texts.items()}
    changed = names.changes(stored)
    if not any({**stored, **changed}.values()):
        raise TextsMoved
    for lang, name in changed.items():
        if lang not in texts:
            session.add(ThemeText(theme_id=theme_id, lang=lang, name=name))
        elif name:
            texts[lang].name = name
        else:
            session.delete(texts[lang])
    audit.record(
        session, at=now, person_id=scope.person_id, action="theme_named", subject="theme",
        subject_id=theme_id, langs=sorted(changed),
    )  # fmt: skip


def share_theme(
    session: Session, *, now: datetime, scope: Scope, theme_id: int, is_shared: bool
) -> None:
    """Let a theme take the cases of all services, or only those of its own again.

    Raises HoldsOthers for the latter while cases of other services are in it.
    """
    theme = get_theme(session, scope, theme_id)
    lock_themes(session, [theme_id])  # as putting cases into it does: either comes first
    session.refresh(theme)
    if theme.is_shared == is_shared:
        return
    if not is_shared and holds_others(session, theme):
        raise HoldsOthers
    theme.is_shared = is_shared
    audit.record(
        session, at=now, person_id=scope.person_id,
        action="theme_shared" if is_shared else "theme_unshared", subject="theme",
        subject_id=theme_id,
    )  # fmt: skip


def split_theme(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    theme_id: int,
    case_ids: list[int],
    name: str,
    lang: str,
) -> int:
    """Put cases of a theme into a new one with this name in `lang`; returns the new theme's id.

    They leave the old one, except where that would cost somebody an answer or a say: once an
    answer is published its cases stay, since what it promises and its translations are still to
    reach them, and so do cases that a decision taken together rests on. Cases set aside,
    withdrawn or not in the theme are left out; raises Conflict where none is left. The new theme
    takes the cases of all services where the old one does. Sent twice, it is one.
    """
    theme = get_theme(session, scope, theme_id)
    rows = [get_case(session, scope, one, lock=True)[0] for one in sorted(set(case_ids))]
    lock_themes(session, [theme_id])  # as publishing does: either comes first
    act, live = Act(scope, now, today), live_cases(rows)
    done = find_same(session, act, "theme_split", cases=live, name=name, lang=lang)
    if done is not None:
        return done.subject_id or 0
    cases = [one for one in live if session.get(ThemeCase, (theme_id, one)) is not None]
    if not cases:
        raise Conflict
    new_id = make_theme(session, act, theme.service_id, name, lang, is_shared=theme.is_shared)
    for submission_id in cases:
        add_to_theme(session, act, new_id, submission_id)
    left = [] if is_answered(session, theme_id) else leave_theme(session, theme_id, cases)
    audit.record(
        session, at=now, person_id=scope.person_id, action="theme_split", subject="theme",
        subject_id=new_id, cases=cases, from_theme=theme_id, left=left,
    )  # fmt: skip
    return new_id


def take_out(
    session: Session, *, now: datetime, scope: Scope, submission_id: int, theme_id: int
) -> None:
    """Take a case of one's own out of a theme, whoever's that is.

    Raises Conflict once the theme is answered, as the case is still to be told what comes of it,
    and where it is not in the theme or a decision taken together rests on it.
    """
    get_case(session, scope, submission_id, lock=True)
    get_open_theme(session, scope, theme_id)
    lock_themes(session, [theme_id])  # as publishing does: either comes first
    if is_answered(session, theme_id) or not leave_theme(session, theme_id, [submission_id]):
        raise Conflict
    audit.record(
        session, at=now, person_id=scope.person_id, action="case_taken_out", subject="submission",
        subject_id=submission_id, theme=theme_id,
    )  # fmt: skip


def leave_theme(session: Session, theme_id: int, cases: list[int]) -> list[int]:
    """Take cases out of a theme, but for those that a decision rests on; returns which went."""
    gone = session.scalars(
        delete(ThemeCase)
        .where(
            ThemeCase.theme_id == theme_id,
            ThemeCase.submission_id.in_(cases),
            ThemeCase.submission_id.not_in(decided_cases(theme_id)),
        )
        .returning(ThemeCase.submission_id)
    )
    return sorted(gone)


def is_answered(session: Session, theme_id: int | None) -> bool:
    """Whether an answer of the theme is published."""
    published = exists().where(Response.theme_id == theme_id, Response.status == "published")
    return bool(session.scalar(select(published)))
