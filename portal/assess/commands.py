"""`portal assess`: the evidence of services on a day, and the level that follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assess.evaluation import in_json
from portal.assess.operations import snapshot
from portal.assess.queries_evidence import gather_evidence
from portal.domain.level import evaluate as evaluate_evidence
from portal.models.services import Service
from portal.store.command import Context, pass_portal
from portal.store.services import get_service_id

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST = date(1970, 1, 1)


@click.command("assess")
@click.option("--service", "slug", help="One service; all in use when none is named.")
@click.option("--as-of", help="The day to judge (YYYY-MM-DD); today when none is named.")
@click.option("--json", "as_json", is_flag=True, help="Evidence and result as JSON.")
@pass_portal
def assess(context: Context, slug: str | None, as_of: str | None, as_json: bool) -> None:
    """Gather the evidence of services on a day and judge it. Nothing is stored."""
    today = context.clock.today()
    day = _parse_day(as_of) if as_of is not None else today
    if day > today:
        raise ValueError(f"{day} has not come yet")
    with snapshot(context.store) as session:
        named = [(slug, get_service_id(session, slug))] if slug else _list_services(session)
        found = [_assess(session, name, service_id, day) for name, service_id in named]
    if as_json:
        click.echo(in_json(found[0] if slug else found))
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
    evidence = gather_evidence(session, service_id, as_of)
    return {
        "service": slug,
        "as_of": as_of.isoformat(),
        "evidence": evidence,
        "result": evaluate_evidence(evidence),
    }


def _in_words(assessment: Mapping[str, Any]) -> str:
    result = assessment["result"]
    words = f"{assessment['service']}: level {result['level']}"
    if result["next_level"] is None:
        return words
    missing = ", ".join(result["blocking"])
    status = result["next_status"].replace("_", " ")
    return f"{words}; level {result['next_level']} {status} ({missing})"
