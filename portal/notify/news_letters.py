"""The mails of the weekly news: the question whether somebody wants them, and the news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.models.news import NewsSubscription
from portal.models.responses import Response
from portal.models.running import Outbox
from portal.models.said import ThemeDistrict
from portal.models.services import Service
from portal.notify.caps import refuse_letter, refuse_question
from portal.notify.news import list_pending
from portal.notify.stationery import STALE, Letter, Nothing, Stationery
from portal.store.concerned import concerns
from portal.store.districts import get_district_name
from portal.store.joining import is_readable
from portal.store.service_names import get_service_name
from portal.store.shown_texts import find_shown_text
from portal.store.texts import InLanguage

LISTED = 20
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Item:
    """An answer in the mail, in the language of its text."""

    response_id: int
    service: InLanguage[str]
    lang: str
    you_said: str
    we_did: str
    outcome: str
    is_outdated: bool  # a correction has overtaken this translation


def prepare_news_question(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The mail that asks whether somebody wants the news; it holds nothing a stranger wrote."""
    job = session.get_one(Outbox, job_id)
    row = _lock(session, job)
    if row is None or row.confirmed_at is not None:
        return Nothing("decided already")
    email = stationery.secrets.decrypt(row.email_encrypted)
    refusal = refuse_question(
        session, now=now, stationery=stationery, job=job, email=email,
        is_covered=lambda: list_pending(session, row)[0].id != row.id, scope="confirm-news",
    )  # fmt: skip
    if refusal is not None:
        return refusal
    link = _link(stationery, row)
    context = {"subject": name_of(session, row, stationery.settings.languages), "link": link}
    reference = stationery.reference(job.id)
    return Letter(email, row.lang, "mail_confirm_news", context, reference, f"{link}leave")


def prepare_news(
    session: Session, *, now: datetime, stationery: Stationery, job_id: int
) -> Letter | Nothing:
    """The week's answers for one subscription, at most once.

    It is marked as sent before it is handed over, so that a worker that dies leaves a mail unsent
    rather than sent twice: what it says stands on the site anyway.
    """
    job = session.get_one(Outbox, job_id, with_for_update=True)
    if job.done_at is not None or now - job.created_at > STALE:
        return Nothing("sent already, or too late")
    row = _lock(session, job)
    if row is None or row.confirmed_at is None:
        return Nothing("not wanted any more")
    until = date.fromisoformat(job.detail["monday"])
    items = list_items(session, row, until, stationery.settings.languages)
    if not items:
        return Nothing("nothing new")
    email = stationery.secrets.decrypt(row.email_encrypted)
    refusal = refuse_letter(session, now=now, stationery=stationery, job=job, email=email)
    if refusal is not None:
        return refusal
    job.done_at = now
    link = _link(stationery, row)
    context = {
        "items": items[:LISTED],
        "count": len(items),
        "subject": name_of(session, row, stationery.settings.languages),
        "page_link": stationery.link(row.lang, "responses/"),
        "stop_link": f"{link}leave",
    }
    reference = stationery.reference(job.id)
    return Letter(email, row.lang, "mail_news", context, reference, f"{link}leave")


def list_items(
    session: Session, row: NewsSubscription, until: date, languages: Sequence[str]
) -> list[Item]:
    """What was published in the week before this day about it, the newest first."""
    items = []
    for response, slug in session.execute(_published(row, until)):
        shown = find_shown_text(session, response, row.lang, (response.source_lang, *languages))
        if shown is not None:
            name = get_service_name(session, response.service_id, slug, row.lang, languages)
            did = shown.text.we_did or shown.text.why_not
            items.append(
                Item(
                    response.id, name, shown.lang, shown.text.you_said, did, response.outcome,
                    shown.is_outdated,
                )
            )  # fmt: skip
    return items


def _published(row: NewsSubscription, until: date) -> Select[Response, str]:
    query = (
        select(Response, Service.slug)
        .join(Service, Service.id == Response.service_id)
        .where(is_readable(), Response.published_on >= until - WEEK, Response.published_on < until)
        .order_by(Response.published_on.desc(), Response.id.desc())
    )
    if row.service_id is not None:
        query = query.where(concerns([row.service_id]))
    if row.district is not None:
        there = select(ThemeDistrict.theme_id).where(ThemeDistrict.district == row.district)
        query = query.where(Response.theme_id.in_(there))
    return query


def name_of(
    session: Session, row: NewsSubscription, languages: Sequence[str], lang: str | None = None
) -> InLanguage[str] | None:
    """What the news are about in a language, their own unless given; None for all services."""
    tag = lang or row.lang
    if row.service_id is not None:
        slug = session.get_one(Service, row.service_id).slug
        return get_service_name(session, row.service_id, slug, tag, languages)
    if row.district is None:
        return None
    return get_district_name(session, row.district, tag, languages)


def _lock(session: Session, job: Outbox) -> NewsSubscription | None:
    return session.scalar(
        select(NewsSubscription)
        .where(NewsSubscription.id == job.detail.get("subscription_id"))
        .with_for_update()
    )


def _link(stationery: Stationery, row: NewsSubscription) -> str:
    return stationery.link(
        row.lang, f"news/{stationery.secrets.news_token(row.id, row.created_at)}/"
    )
