"""Printed forms as staff prepare them and type them in."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import insert, select

from portal.domain.doors import TYPED_TWICE
from portal.models.doors import PaperForm
from portal.models.services import ServiceChannel
from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.secrets import Secrets
from tests.support.city import City
from tests.support.desk import Desk


def open_paper(store: Store, city: City) -> None:
    """Let potholes take paper, too."""
    opened = {"service_id": city.potholes, "channel": "paper", "opened_on": date(2024, 1, 1)}
    store.write(lambda session: session.execute(insert(ServiceChannel).values(opened)))


def stored(store: Store) -> list[Submission]:
    """What is stored of all that was sent, in order."""
    with store.read() as session:
        found = session.scalars(select(Submission).order_by(Submission.id)).all()
        session.expunge_all()
    return list(found)


def print_forms(staff: Desk, forms: int = 1, lang: str = "es", until: date | None = None) -> str:
    """Prepare forms; the address of their page."""
    wanted = {"service": "pothole-repair", "language": lang, "paper": "a4", "forms": str(forms)}
    wanted["until"] = until.isoformat() if until else ""
    answer = staff.post("doors/print", **{f"print-{name}": said for name, said in wanted.items()})
    return answer.location


def sample(store: Store, app: Flask) -> list[int]:
    """The printed forms that are in the sample."""
    return [one for one, twice in _forms(store, app) if twice]


def _forms(store: Store, app: Flask) -> list[tuple[int, bool]]:
    secrets: Secrets = app.extensions["portal"].secrets
    with store.read() as session:
        ids = session.scalars(select(PaperForm.id).order_by(PaperForm.id)).all()
    return [(one, secrets.is_typed_twice(one, TYPED_TWICE)) for one in ids]


def printed(store: Store, app: Flask, *, is_twice: bool) -> int:
    """A printed form that is in the sample, or is not."""
    return next(one for one, twice in _forms(store, app) if twice is is_twice)
