"""`portal assess`: the evidence of services on a day, and the level that follows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assess.appraisals import appraise_by_hand
from portal.assess.evaluation import in_json
from portal.assess.operations import snapshot
from portal.assess.queries_evidence import gather_evidence
from portal.domain.level import evaluate as evaluate_evidence
from portal.models.services import Service
from portal.store import audit
from portal.store.assessments import state_of
from portal.store.command import Context, pass_portal
from portal.store.publicity import (
    get_chosen_day,
    get_public_since,
    go_public_from,
    stay_in_shadow,
)
from portal.store.services import get_service_id
from portal.store.thresholds import get_thresholds

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST = date(1970, 1, 1)


@click.command("assess")
@click.option("--service", "slug", help="One service; all in use when none is named.")
@click.option("--as-of", help="The day to judge (YYYY-MM-DD); today when none is named.")
@click.option("--json", "as_json", is_flag=True, help="Evidence and result as JSON.")
@click.option("--appraise", "is_frozen", is_flag=True, help="Freeze the quarter's appraisal.")
@pass_portal
def assess(
    context: Context, slug: str | None, as_of: str | None, as_json: bool, is_frozen: bool
) -> None:
    """Gather the evidence of services on a day and judge it.

    Nothing is stored, except with --appraise: then this is the appraisal of the quarter, published
    unless the city's levels are not public yet. A quarter that has one keeps it. Two appraisals
    less than 60 days apart are one look.
    """
    today = context.clock.today()
    day = _parse_day(as_of) if as_of is not None else today
    if day > today:
        raise ValueError(f"{day} has not come yet")
    with context.store.read() as session:
        named = _list_services(session) if slug is None else [(slug, get_service_id(session, slug))]
    if is_frozen:
        found = _appraise(context, named, day)
    else:
        with snapshot(context.store) as session:
            found = [_assess(session, name, service_id, day) for name, service_id in named]
    if as_json:
        click.echo(in_json(found if slug is None else found[0]))
        return
    for assessment in found:
        click.echo(_in_words(assessment))


def _parse_day(text: str) -> date:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day < _EARLIEST:
        raise ValueError(f"{text} is not a day such as 2026-09-30")
    return day


def _list_services(session: Session) -> list[tuple[str, int]]:
    statement = select(Service.slug, Service.id).where(Service.is_active).order_by(Service.slug)
    return [(slug, service_id) for slug, service_id in session.execute(statement)]


def _assess(session: Session, slug: str, service_id: int, as_of: date) -> dict[str, Any]:
    thresholds = get_thresholds(session, as_of)
    evidence = gather_evidence(session, service_id, as_of, thresholds)
    return {
        "service": slug,
        "as_of": as_of.isoformat(),
        "evidence": evidence,
        "result": evaluate_evidence(evidence, thresholds),
    }


def _appraise(
    context: Context, named: Sequence[tuple[str, int]], as_of: date
) -> list[dict[str, Any]]:
    ids = [service_id for _slug, service_id in named]
    appraisals = appraise_by_hand(context.store, context.clock, ids, as_of)
    with context.store.read() as session:
        is_public = get_public_since(session) is not None
    return [
        {
            "service": slug,
            "as_of": appraisal.as_of.isoformat(),
            "evidence": appraisal.evidence,
            "result": appraisal.result,
            "thresholds": appraisal.thresholds,
            "evidence_sha256": appraisal.evidence_hash,
            "published": {**state_of(appraisal), "is_public": is_public},
        }
        for (slug, _id), appraisal in zip(named, appraisals, strict=True)
    ]


def _in_words(assessment: Mapping[str, Any]) -> str:
    result = assessment["result"]
    words = f"{assessment['service']}: level {result['level']}"
    if "published" in assessment:
        words = f"{assessment['service']}: {_published_in_words(assessment)}"
    if result["next_level"] is None:
        return words
    missing = ", ".join(result["blocking"])
    status = result["next_status"].replace("_", " ")
    return f"{words}; level {result['next_level']} {status} ({missing})"


def _published_in_words(appraisal: Mapping[str, Any]) -> str:
    state = appraisal["published"]
    words = f"level {state['level']} as of {appraisal['as_of']}"
    if state["flag"]:
        words += f", {state['flag'].replace('_', ' ')}"
    if state["awaiting_second_look"]:
        words += f", level {state['raw']} awaits a second look"
    return words if state["is_public"] else f"{words} (kept, not public)"


def _choose(session: Session, day: date, today: date, now: datetime) -> None:
    go_public_from(session, day, today)
    audit.record(
        session, at=now, person_id=None, action="chose the day for levels", subject="setting",
        day=day.isoformat(),
    )  # fmt: skip


def _take_back(session: Session, now: datetime) -> None:
    stay_in_shadow(session)
    audit.record(
        session, at=now, person_id=None, action="took the day for levels back", subject="setting"
    )


@click.command("levels")
@click.option("--public-from", "day", help="The day (YYYY-MM-DD) from which levels are public.")
@click.option("--shadow", is_flag=True, help="Take the chosen day back, before it has come.")
@pass_portal
def levels(context: Context, day: str | None, shadow: bool) -> None:
    """Say whether levels are public, or choose the day. A city starts in shadow."""
    today = context.clock.today()
    if day is not None and shadow:
        raise ValueError("--public-from and --shadow exclude each other")
    if day is not None:
        context.store.write(_choose, _parse_day(day), today, context.clock.now())
    elif shadow:
        context.store.write(_take_back, context.clock.now())
    with context.store.read() as session:
        since, chosen = get_public_since(session), get_chosen_day(session)
    if since is not None:
        click.echo(f"Levels are public since {since}.")
    elif chosen is not None:
        click.echo(f"Levels will be public from {chosen}. Until then appraisals are only kept.")
    else:
        click.echo("Levels are not public: appraisals are made and kept.")
