"""Is this installation sound? Everything that can be derived is derived again and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.store.assignments import check_assignments
from portal.store.calibrations import check_calibrations
from portal.store.checks.answers import check_concerned, check_signatures
from portal.store.checks.cases import (
    check_cases,
    check_holders,
    check_left_out,
    check_loops,
    check_redactions,
    check_sent,
)
from portal.store.checks.database import check_integrity, check_protection
from portal.store.checks.levels import check_appraisals, check_assessments
from portal.store.checks.themes import check_themes
from portal.store.clock import Clock
from portal.store.contacts import check_contacts
from portal.store.engine import Store
from portal.store.integrity.check import (
    check_chain,
    check_commitments,
    check_lists,
    check_records,
)
from portal.store.integrity.own_seals import check_own_seals
from portal.store.integrity.records import Hashing
from portal.store.integrity.seals import check_seals
from portal.store.integrity.standing import check_standing
from portal.store.publicity import check_publicity
from portal.store.remarks import check_remarks
from portal.store.revision import current_revision, pinned_head
from portal.store.secrets import Secrets
from portal.store.set_apart import check_set_apart

Check = tuple[str, Callable[[Session], Iterable[str]]]
"""What is checked, in words, and what yields the problems."""


def check_installation(
    store: Store,
    progress: Callable[[str], None],
    *,
    secrets: Secrets,
    clock: Clock,
    recounts: Sequence[Check] = (),
) -> list[str]:
    """All problems found, in plain words; empty when all is well.

    `recounts` are checks of those who count figures, which the store cannot count itself.
    """
    revision = current_revision(store.engine)
    if revision != pinned_head():
        return [f"the database is at revision {revision}, not {pinned_head()}: run `portal init`"]
    with store.read() as session:
        if store.engine.dialect.name == "postgresql":  # SQLite's readers always see one moment
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            # Everything is read, however much there is: limits that keep pages quick are none here.
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        return list_problems(session, progress, secrets=secrets, clock=clock, recounts=recounts)


def list_problems(
    session: Session,
    progress: Callable[[str], None],
    *,
    secrets: Secrets,
    clock: Clock,
    recounts: Sequence[Check] = (),
) -> list[str]:
    """All problems found in a database of this revision."""
    problems: list[str] = []
    hashing = Hashing(secrets.leaf_key, clock.day)
    for title, look in (
        ("append-only tables", check_protection),
        ("database file", check_integrity),
        ("cases against their events", check_loops),
        ("cases against what was sent", check_sent),
        ("cases against their services", check_holders),
        ("submissions against cases", check_cases),
        ("themes against cases", check_themes),
        ("answers against the services that got them", check_concerned),
        ("comments against redactions", check_redactions),
        ("words to answers against verdicts and redactions", check_remarks),
        ("ratings set apart against their records", check_set_apart),
        ("assessments against their evidence", check_assessments),
        ("appraisals against their evidence", check_appraisals),
        ("signatures against what was signed", check_signatures),
        ("the calibration report against the appraisals", check_calibrations),
        ("addresses against what they are known by", lambda one: check_contacts(one, secrets)),
        ("who looks after cases", check_assignments),
        ("since when levels are public", lambda one: check_publicity(one, clock.today())),
        ("ratings against what may be left out", check_left_out),
        ("ratings and comments against their commitments", check_commitments),
        ("the chain of signed days", lambda session: check_chain(session, secrets)),
        ("the lists of ratings", check_lists),
        ("records against signed days", lambda session: check_records(session, hashing)),
        ("what was published", lambda session: check_seals(session, hashing.key)),
        ("rows with a seal of their own", lambda one: check_own_seals(one, hashing.key)),
        ("what people set up", lambda session: check_standing(session, hashing.key)),
        *recounts,
    ):
        progress(f"Checking {title} …")
        problems += look(session)
    return problems
