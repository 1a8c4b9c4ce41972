"""The commands that show and check levels."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assess.queries_evidence import gather_evidence
from portal.domain.evidence_shape import EvidenceError
from portal.domain.level import evaluate as judge
from portal.models.services import Service
from portal.store.command import Context, pass_portal
from portal.store.files import read_json
from portal.store.services import get_service_id

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("assess")
@click.option("--service", "slug", help="One service by its slug (default: all).")
@click.option("--as-of", help="The day, as YYYY-MM-DD (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Evidence and result as JSON.")
@pass_portal
def assess(context: Context, slug: str | None, as_of: str | None, as_json: bool) -> None:
    """Show the evidence and the level that follows from it."""
    day = _day(as_of) or context.clock.today()
    if day > context.clock.today():
        raise ValueError(f"{day} has not come yet")
    with context.store.read() as session:
        found = [
            assessment(session, service_id, name, day)
            for service_id, name in _services(session, slug)
        ]
    if as_json:
        click.echo(json.dumps(found[0] if slug else found, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(_line(one))


@click.command("evaluate")
@click.argument("file", type=_FILE)
def evaluate(file: Path) -> None:
    """Print the result for published evidence: anyone can check a level."""
    found = read_json(file)
    if isinstance(found, dict) and isinstance(found.get("evidence"), dict):
        found = found["evidence"]
    if not isinstance(found, dict):
        raise EvidenceError(f"{file.name} holds no evidence: an object is needed")
    click.echo(json.dumps(judge(found), ensure_ascii=False, indent=2))


def assessment(session: Session, service_id: int, slug: str, as_of: date) -> dict[str, Any]:
    """Evidence and result of one service in METHOD.md's shapes."""
    evidence = gather_evidence(session, service_id, as_of)
    return {
        "service": slug,
        "as_of": as_of.isoformat(),
        "evidence": evidence,
        "result": judge(evidence),
    }


def _services(session: Session, slug: str | None) -> list[tuple[int, str]]:
    if slug is not None:
        return [(get_service_id(session, slug), slug)]
    rows = session.execute(select(Service.id, Service.slug).order_by(Service.slug))
    return [(row.id, row.slug) for row in rows]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise ValueError(f"{text} is not a day such as 2026-10-01") from error


def _line(found: dict[str, Any]) -> str:
    result = found["result"]
    next_step = ""
    if result["next_level"]:
        blocking = ", ".join(result["blocking"])
        next_step = f"; level {result['next_level']} {result['next_status']} ({blocking})"
    return f"{found['service']}: level {result['level']}{next_step}"
