"""What the inbox asks the database does not grow with what was answered long ago."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from flask import Flask
from sqlalchemy import text

from portal.respond.deleted import Deleting, find_deletion
from portal.store.engine import Store
from portal.store.scope import NotAllowed
from tests.support.answers import NOW
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.many_cases import add_many
from tests.support.statements import watch_statements

# Reading one of these from end to end; an index or a few keys may be looked up.
WHOLE = re.compile(
    r"\bSCAN (submission|loop|loop_event|theme_case)\b(?! USING (COVERING )?INDEX)"
    r"|Seq Scan on (submission|loop|loop_event|theme_case)\b"
)
QUERIES = (
    "",
    "?place=overdue&page=2",
    "?rating=1&channel=web&language=en",
    "?flag=target&sort=target",
    "?q=pothole",
    "?q=mill&place=all",
    "?q=%23900&place=all",
)


def plan_of(store: Store, statement: str, parameters: Any) -> str:
    """How the statement is carried out.

    With a few thousand rows PostgreSQL rightly reads a whole table where it could do without; it
    is asked whether it could.
    """
    is_sqlite = store.engine.dialect.name == "sqlite"
    with store.engine.connect() as connection:
        if not is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        rows = connection.exec_driver_sql(explain + statement, parameters)
        return "\n".join(" ".join(map(str, row)) for row in rows)


def asked(store: Store, desk: Desk, query: str) -> list[tuple[str, Any]]:
    """What is read from the database for a page that was shown before."""
    desk.get(query)
    with watch_statements(store) as sent:
        desk.get(query)
    return [one for one in sent if one[0].lstrip().upper().startswith(("SELECT", "WITH"))]


# An empty list is written as one that nothing is in.
_LIST = re.compile(r"\bIN \((?:[^()]|\([^()]*\))*\)(?: AND \(1 != 1\))?")


def shapes(sent: list[tuple[str, Any]]) -> list[str]:
    """The statements, whatever number of keys they look up."""
    return [_LIST.sub("IN (…)", statement) for statement, _ in sent]


def test_more_cases_need_no_more_statements_and_no_whole_table(
    app: Flask, store: Store, desk_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 3600)  # however slow the machine is
    services = [desk_city.potholes, desk_city.lights]
    store.write(add_many, services, 1000, now=NOW)
    desk = Desk(app)
    before = {query: asked(store, desk, query) for query in QUERIES}
    store.write(add_many, services, 500, now=NOW)
    store.write(add_many, [*services, desk_city.pools], 2500, now=NOW, is_open=False)
    with store.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    for query, few in before.items():
        many = asked(store, desk, query)
        assert shapes(many) == shapes(few), query
        of_cases = [one for one in many if re.search(r"\b(loop|submission)\b", one[0])]
        assert len(of_cases) >= 5, query
        for statement, parameters in of_cases:
            plan = plan_of(store, statement, parameters)
            assert not WHOLE.search(plan), f"{query}: {statement}\n{plan}"


@pytest.mark.parametrize("action", get_args(Deleting))
def test_what_was_deleted_is_found_by_an_index(store: Store, action: Deleting) -> None:
    """And not by reading all that anybody ever did."""
    with watch_statements(store) as sent, store.read() as session, pytest.raises(NotAllowed):
        find_deletion(session, action, 7)
    (asked_for,) = [one for one in sent if "audit_event" in one[0]]
    assert "ix_audit_event_deleted" in plan_of(store, *asked_for)
