"""Migrations: numbered, linear, up, down and up again with data, on both databases."""

from __future__ import annotations

import itertools
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import event, func, inspect, select, text
from sqlalchemy.orm import Session

from portal.models.integrity import SignedRating
from portal.models.loops import LoopRow
from portal.models.people import Person
from portal.models.responses import PendingCorrection, Theme, ThemeCase
from portal.models.services import Service, ServiceText
from portal.models.set_apart import SetApart
from portal.models.submissions import Submission
from portal.notify.inviting import call_off_next
from portal.store.engine import Store
from portal.store.next_steps import invite
from portal.store.revision import MIGRATIONS, current_revision, pinned_head
from portal.store.schema import alembic_config, downgrade, migrate
from portal.store.word_index import PREFIX, has_words
from tests.support.answers import TODAY, Office, send
from tests.support.cases import send_case, send_rating
from tests.support.city import make_city
from tests.support.signed import DAY, FIRST, make_busy, sign
from tests.support.soundness import find_problems
from tests.support.together import Table

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
# Which tables each revision made append-only.
PROTECTED = {
    2: {"loop_event", "audit_event", "response_correction"},
    3: {"appraisal", "threshold_change"},
    5: {"engage_claim"},
    6: {"attestation"},
    7: {"signed_day", "rating_list"},
    33: {"standing"},
    35: {"seal"},
    37: {"target_change"},
}
PLACES = select(SignedRating).order_by(SignedRating.submission_id)
REBUILD = f"""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{pinned_head()}"


def upgrade():
    with op.batch_alter_table("{{table}}", recreate="always") as batch:
        batch.add_column(sa.Column("extra", sa.Integer()))


def downgrade():
    pass
"""


def append_only(revision: str) -> set[str]:
    return set().union(*(made for since, made in PROTECTED.items() if since <= int(revision)))


def scripts(store: Store) -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config(store.engine))


def protected_tables(store: Store) -> set[str]:
    is_sqlite = store.engine.dialect.name == "sqlite"
    query = (
        "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        " AND name NOT LIKE 'fts!_%' ESCAPE '!'"
        if is_sqlite
        else "SELECT DISTINCT relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
    )
    with store.engine.connect() as connection:
        return set(connection.scalars(text(query)))


def counts(store: Store) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {
            table: connection.scalar(text(f'SELECT count(*) FROM "{table}"')) or 0
            for table in inspect(connection).get_table_names()
            if table != "alembic_version" and not table.startswith(PREFIX)
        }


def fill(store: Store) -> None:
    city = store.write(make_city, NOW)
    store.write(send_case, city.potholes, NOW, comment="A hole as wide as the lane.")


def send_another(session: Session) -> None:
    service_id = session.scalars(select(Service.id).limit(1)).one()
    send_case(session, service_id, NOW, comment="Another hole.")


def found(store: Store, query: str) -> int:
    with store.read() as session:
        wanted = has_words(Submission.id, Submission.words, query)
        return session.scalar(select(func.count()).select_from(Submission).where(wanted)) or 0


def test_revisions_are_numbered_and_linear_and_the_head_is_pinned(store: Store) -> None:
    revisions = list(reversed(list(scripts(store).walk_revisions())))
    assert [revision.revision for revision in revisions] == [
        f"{number:04d}" for number in range(1, len(revisions) + 1)
    ]
    for before, after in itertools.pairwise(revisions):
        assert after.down_revision == before.revision
    for revision in revisions:
        assert re.search(rf"/{revision.revision}_[a-z_]+\.py$", revision.path)
    assert scripts(store).get_heads() == [pinned_head()]


def test_the_models_need_no_further_migration(store: Store) -> None:
    command.check(alembic_config(store.engine))


def test_up_down_and_up_with_data_loses_nothing(store: Store) -> None:
    fill(store)
    before = counts(store)
    assert before["loop_event"] == 2
    downgrade(store.engine, "0001")
    assert counts(store).items() <= before.items()
    assert counts(store)["loop_event"] == 2
    migrate(store.engine)
    assert counts(store) == before
    assert found(store, "hole lane") == 1  # the words of comments that were there are found
    assert current_revision(store.engine) == pinned_head()


def test_down_to_nothing_and_up_again(store: Store) -> None:
    fill(store)
    downgrade(store.engine, "base")
    assert counts(store) == {}
    migrate(store.engine)
    assert set(counts(store).values()) == {0}


def test_cases_leave_shared_themes_on_the_way_down(store: Store) -> None:
    """The older desk shows whoever has a theme the words of all cases in it."""
    city = store.write(make_city, NOW)
    ours, theirs = (
        store.write(send_case, service_id, NOW, comment="Too high.")
        for service_id in (city.potholes, city.pools)
    )

    def share(session: Session) -> None:
        theme = Theme(service_id=city.potholes, created_at=NOW, is_shared=True)
        session.add(theme)
        session.flush()
        for number in (ours, theirs):
            session.add(ThemeCase(theme_id=theme.id, submission_id=number, added_at=NOW))

    store.write(share)
    downgrade(store.engine, "0035")
    with store.engine.connect() as connection:
        left = connection.scalars(text("SELECT submission_id FROM theme_case")).all()
    assert left == [ours]
    migrate(store.engine)
    with store.read() as session:
        assert session.scalars(select(Theme.is_shared)).all() == [False]


def hours_apart(store: Store, columns: str) -> list[tuple[object, ...]]:
    with store.engine.connect() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM set_apart ORDER BY id"))
        return [tuple(row) for row in rows]


def test_hours_set_apart_are_of_one_door_and_put_together_on_the_way_down(store: Store) -> None:
    """Both records of an hour are one below; what counts again is no part of it."""
    fill(store)
    hour = NOW.replace(minute=0, second=0, microsecond=0)

    def look(session: Session) -> None:
        service_id = session.scalars(select(Service.id).limit(1)).one()
        people = session.scalars(select(Person.id).limit(2)).all()
        for hours, is_at_kiosks, usual, shared, reason in (
            (0, False, 0.1, 4, None),  # the form alone
            (1, True, 9.0, None, None),  # kiosks alone
            (2, False, 0.1, 4, "alike"),  # both; nobody has looked at the kiosks
            (2, True, 9.0, None, None),
            (3, False, 0.1, 4, "place"),  # both; those of the form count again
            (3, True, None, None, "alike"),
        ):
            session.add(
                SetApart(
                    service_id=service_id, hour_at=hour + timedelta(hours=hours), cause="burst",
                    is_at_kiosks=is_at_kiosks, ratings=20 + hours, marked=1, usual=usual,
                    shared=shared, found_at=NOW, reason=reason,
                    asked_by=people[0] if reason else None, asked_at=NOW if reason else None,
                    decided_by=people[1] if reason else None, decided_at=NOW if reason else None,
                )
            )  # fmt: skip

    store.write(look)
    downgrade(store.engine, "0043")
    assert hours_apart(store, "id, ratings, marked, usual, shared, reason") == [
        (1, 20, 1, 0.1, 4, None),
        (2, 21, 1, 9.0, None, None),
        (4, 44, 2, None, None, None),
        (6, 23, 1, None, None, "alike"),
    ]
    migrate(store.engine)
    kiosks = [bool(row[0]) for row in hours_apart(store, "is_at_kiosks")]
    assert kiosks == [False, True, False, False]  # where no figure is known, nobody can tell


def test_what_was_signed_before_is_found_on_receipts_after_an_upgrade(store: Store) -> None:
    city = store.write(make_city, NOW)
    make_busy(store, city)
    sign(store, FIRST + DAY)
    store.write(send_rating, city.lights, FIRST)  # late, for the next file
    sign(store, FIRST + 3 * DAY)
    store.write(send_rating, city.lights, FIRST + 3 * DAY)  # not signed yet

    def told() -> list[tuple[int, date]]:
        with store.read() as session:
            return [(row.submission_id, row.signed_on) for row in session.scalars(PLACES)]

    before = told()
    assert len(before) == 15
    downgrade(store.engine, "0044")
    migrate(store.engine)
    assert told() == before
    assert find_problems(store) == []


def test_ratings_come_in_while_an_upgrade_looks_up_what_was_signed(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    city = store.write(make_city, NOW)
    make_busy(store, city)
    sign(store, FIRST + DAY)
    downgrade(store.engine, "0044")
    came: list[int] = []

    def rate(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO signed_rating"):
            came.append(store.write(send_rating, city.lights, NOW))

    event.listen(store.engine, "after_cursor_execute", rate)
    try:
        migrate(store.engine)
    finally:
        event.remove(store.engine, "after_cursor_execute", rate)
    assert came
    command.check(alembic_config(store.engine))


def test_a_correction_that_waits_during_an_upgrade_brings_nothing_up_to_date(store: Store) -> None:
    office = Office(store, store.write(make_city, NOW))
    answer = office.answer([send(store, office.city.potholes)])
    office.translate(answer)
    made_from = office.source_hash(answer)
    for lang, source_hash in (("en", None), ("es", "0" * 64)):
        row = PendingCorrection(
            response_id=answer, lang=lang, reason="Spelling.", text_version=1, proposed_at=NOW,
            author_id=office.staff.person_id, source_hash=source_hash, you_said="Holes.",
        )  # fmt: skip
        store.write(Session.add, row)
    downgrade(store.engine, "0045")
    migrate(store.engine)
    with store.read() as session:
        rows = session.scalars(select(PendingCorrection))
        assert {row.lang: row.source_hash for row in rows} == {"en": None, "es": made_from}


def test_what_was_called_off_is_over_on_the_way_down(store: Store) -> None:
    """The older portal invites to whatever is ahead, and knows no event that undoes inviting."""
    city = store.write(make_city, NOW)
    table, case = Table(store, city), send(store, city.potholes)
    step = table.next_step(Office(store, city).group([case]), on=TODAY + timedelta(days=10))

    def invite_them(session: Session) -> None:
        row = session.get_one(LoopRow, case)
        invite(session, now=NOW, today=TODAY, case=row, step_id=step)

    store.write(invite_them)
    table.call_off(step)
    store.write(call_off_next, now=NOW, today=TODAY, next_step_id=step, after=0)
    downgrade(store.engine, "0046")
    with store.engine.connect() as connection:
        days = text("SELECT happens_on, invited_on FROM next_step, loop")
        happens_on, invited_on = (str(day) for day in connection.execute(days).one())
        kinds = connection.scalars(text("SELECT kind FROM loop_event ORDER BY id")).all()
    assert happens_on == (TODAY - timedelta(days=1)).isoformat()
    assert invited_on == TODAY.isoformat()
    assert kinds[-1] == "invited"
    migrate(store.engine)
    assert find_problems(store) == []


def test_every_revision_has_the_triggers_it_should_have(store: Store) -> None:
    downgrade(store.engine, "base")
    for revision in reversed(list(scripts(store).walk_revisions())):
        migrate(store.engine, revision.revision)
        expected = append_only(revision.revision)
        assert protected_tables(store) == expected, revision.revision


@pytest.mark.parametrize("table", ["loop_event", "service", "submission"])
def test_a_batch_migration_keeps_children_and_triggers(
    store: Store, table: str, tmp_path: Path
) -> None:
    """What batch migrations do to SQLite behind one's back, the environment undoes."""
    if store.engine.dialect.name != "sqlite":
        pytest.skip("batch migrations are SQLite's")
    fill(store)
    before = counts(store)
    copy = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, copy)
    (copy / "versions" / "9999_rebuild.py").write_text(REBUILD.format(table=table))
    config = alembic_config(store.engine)
    config.set_main_option("script_location", str(copy))
    command.upgrade(config, "9999")
    assert counts(store) == before
    assert protected_tables(store) == append_only(pinned_head())
    store.write(send_another)
    assert found(store, "hole") == 2


def test_foreign_keys_are_on_after_a_migration(store: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no switch")
    migrate(store.engine)
    with store.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"


def test_postgresql_gives_up_waiting_in_time(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has its busy timeout")
    with store.engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "5s"
        assert connection.scalar(text("SHOW statement_timeout")) == "30s"


def test_data_are_there_for_readers_while_migrated(store: Store) -> None:
    fill(store)
    with store.read() as session:
        services = session.scalar(select(func.count()).select_from(Service))
        texts = session.scalar(select(func.count()).select_from(ServiceText))
    assert (services, texts) == (3, 18)
