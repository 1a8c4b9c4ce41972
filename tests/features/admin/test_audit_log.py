"""The audit log: a word for everything that is written down, filters, and a table to take away."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import portal
from portal.admin.audit_details import DETAILS
from portal.admin.audit_words import ACTIONS, SUBJECTS
from portal.models.running import AuditEvent
from portal.store import audit
from portal.store.engine import Store
from tests.features.admin.conftest import Visitor
from tests.support.city import City
from tests.support.client import response_page

MODULES = sorted(Path(portal.__file__).parent.rglob("*.py"))
NOON = datetime(2026, 9, 1, 17, 0, tzinfo=UTC)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_record(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "audit.record"


def argument(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def constants(expression: ast.expr | None) -> set[str]:
    if isinstance(expression, ast.IfExp):
        return constants(expression.body) | constants(expression.orelse)
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return {expression.value}
    return set()


def functions() -> Iterator[tuple[int, Function]]:
    """(number of the module, function) of all functions of the portal."""
    for number, path in enumerate(MODULES):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                yield number, node


def written_down(name: str) -> set[str]:
    """Every action (or subject) that the code writes down, by audit.record or a helper of it."""
    found: set[str] = set()
    helpers: dict[str, int] = {}  # helper -> place of the argument
    for number, function in functions():
        places = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
        for call in filter(is_record, calls(function)):
            value = argument(call, name)
            if isinstance(value, ast.Name) and value.id in places:
                helpers[_known_as(function.name, number)] = places.index(value.id)
            else:
                found |= _values(function, value)
    for number, function in functions():
        for call in calls(function):
            place = helpers.get(_known_as(ast.unparse(call.func), number))
            if place is not None:
                found |= _values(function, argument(call, name) or call.args[place])
    return found


def _known_as(name: str, module: int) -> str:
    """Names that begin so are known in their own module only."""
    return f"{module}:{name}" if name.startswith("_") else name


def _values(function: Function, value: ast.expr | None) -> set[str]:
    """The strings that an expression may be, looking a local name up in its function."""
    known = constants(value)
    if isinstance(value, ast.Name):
        known = {
            text
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == value.id for one in node.targets)
            for text in constants(node.value)
        }
    assert known, f"{function.name} writes down what nobody can know"
    return known


def test_everything_that_is_written_down_has_a_word() -> None:
    actions, subjects = written_down("action"), written_down("subject")
    assert len(actions) > 40
    assert actions <= set(ACTIONS), sorted(actions - set(ACTIONS))
    assert subjects <= set(SUBJECTS), sorted(subjects - set(SUBJECTS))


def details_written_down() -> set[str]:
    """Every key that the code writes down beside an action."""
    found: set[str] = set()
    helpers: set[str] = set()  # those that pass on what they are given by keyword
    for number, function in functions():
        for call in filter(is_record, calls(function)):
            found |= {one.arg for one in call.keywords if one.arg}
            if any(one.arg is None for one in call.keywords) and function.args.kwarg:
                helpers.add(_known_as(function.name, number))
    for number, function in functions():
        for call in calls(function):
            if _known_as(ast.unparse(call.func), number) in helpers:
                found |= {one.arg for one in call.keywords if one.arg}
    return found - {"at", "person_id", "action", "subject", "subject_id", "by", "now"}


def test_every_detail_that_is_written_down_has_a_label() -> None:
    written = details_written_down() | {"department", "code", "in_use", "new", "to_service"}
    assert len(written) > 40
    assert written <= set(DETAILS), sorted(written - set(DETAILS))


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", ["Asked to hand a case over", "Reason: Belongs to another service",
                "To the service: Swimming pools", "Department: Public Works",
                "Comes out: Dec 1, 2026, 4:00", "Given: Administrator and Staff (Public Works)",
                "Before: New", "Person: Staff", "Day: December 1, 2026", "Language: Vietnamese",
                "English: Marlow and Vietnamese: –"]),
        ("es", ["Pidió traspasar un caso", "Motivo: Corresponde a otro servicio",
                "Se publica: 1 dic 2026, 4:00", "Idioma: vietnamita"]),
        ("ar", ["طلب إحالة حالة إلى خدمة أخرى", "اللغة: الفيتنامية"]),
    ],
)  # fmt: skip
def test_details_are_said_in_the_readers_language_with_names_and_the_citys_time(
    admin: Visitor, store: Store, city: City, lang: str, expected: list[str]
) -> None:
    details: list[dict[str, Any]] = [
        {"action": "exclusion_requested", "subject": "submission", "subject_id": 7,
         "reason": "wrong_service", "to_service": city.pools},
        {"action": "phrase_saved", "subject": "phrase", "department_id": city.works, "lang": "vi"},
        {"action": "response_scheduled", "subject": "response",
         "publish_at": "2026-12-01T18:00:00+02:00"},
        {"action": "roles_changed", "subject": "person", "subject_id": city.people["staff"],
         "given": ["administrator", f"staff:{city.works}"], "taken": []},
        {"action": "warning_changed", "subject": "warning", "before": "new", "state": "looked_at",
         "owner_id": None},
        {"action": "channel_opened", "subject": "service", "subject_id": city.potholes,
         "channel": "paper", "day": "2026-12-01"},
        {"action": "city_named", "subject": "city", "names": {"en": "Marlow", "vi": ""}},
    ]  # fmt: skip

    def write(session: Session) -> None:
        for one in details:
            audit.record(session, at=NOON, person_id=city.people["admin"], **one)

    store.write(write)
    words = response_page(admin.client.get(f"/{lang}/admin/audit/")).words()
    words = words.replace("\u2068", "").replace("\u2069", "").replace("\u202f", " ")
    assert [one for one in expected if one not in words] == []
    assert "wrong_service" not in words
    assert "Taken away" not in words  # nothing was


def test_whoever_did_something_to_themselves_is_named_once(
    admin: Visitor, store: Store, city: City
) -> None:
    staff = city.people["staff"]

    def write(session: Session) -> None:
        for by in (staff, city.people["manager"]):
            audit.record(
                session, at=NOON, person_id=by, action="sign_ins_ended", subject="person",
                subject_id=staff, count=2,
            )  # fmt: skip

    store.write(write)
    page = response_page(admin.get("audit/?action=sign_ins_ended"))
    lines = [page.words(one).replace("\u2068", "").replace("\u2069", "") for one in page.all("tr")]
    assert [line.count("Staff") for line in lines[1:]] == [1, 1]
    assert [("Person: Staff" in line, "How many: 2" in line) for line in lines[1:]] == [
        (True, True), (False, True),
    ]  # fmt: skip
    own = response_page(admin.get("audit/?action=signed_in"))
    assert "Person" not in "".join(own.words(one) for one in own.all("td"))


def test_the_log_is_in_the_order_of_time_whatever_was_written_down_first(
    admin: Visitor, store: Store, city: City
) -> None:
    def write(session: Session) -> None:
        for days, action in ((0, "signed_in"), (2, "theme_named"), (1, "phrase_saved")):
            audit.record(
                session, at=NOON - timedelta(days=days), person_id=city.people["staff"],
                action=action, subject="phrase",
            )  # fmt: skip

    store.write(write)
    page = response_page(admin.get("audit/?subject=phrase"))
    shown = [page.words(one) for one in page.all("th") if one.get("scope") == "row"]
    assert shown == ["Signed in", "Saved a phrase", "Named a theme"]
    rows = csv.DictReader(io.StringIO(admin.post("audit/export", subject="phrase").text))
    assert [row["action"] for row in rows] == ["signed_in", "phrase_saved", "theme_named"]


@pytest.fixture
def history(store: Store, city: City) -> datetime:
    """One action a day for 60 days, the last one on the day that is returned."""
    last = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)  # still 31 August in the city

    def write(session: Session) -> None:
        for number in range(60):
            audit.record(
                session, at=last - timedelta(days=number), subject="service",
                person_id=city.people["staff" if number % 2 else "manager"],
                action="service_changed" if number % 3 else "text_saved", subject_id=number,
                code="=1+1",
            )  # fmt: skip

    store.write(write)
    return last


def test_the_log_is_narrowed_by_person_action_and_day(
    admin: Visitor, city: City, history: datetime
) -> None:
    del history
    page = response_page(admin.get("audit/?first=2026-08-31&last=2026-08-31"))
    assert "1 entry" in page.words()
    assert "Manager" in page.words()
    only = f"audit/?person={city.people['staff']}&action=text_saved&subject=service"
    assert "10 entries" in response_page(admin.get(only)).words()
    assert "No entry fits" in response_page(admin.get("audit/?action=nothing")).words()
    assert admin.get("audit/?first=2026-13-99&person=x&page=0").status_code == 200


def test_the_log_has_pages(admin: Visitor, history: datetime) -> None:
    del history
    page = response_page(admin.get("audit/?subject=service"))
    assert "60 entries" in page.words()
    second = next(link for link in page.links() if "page=2" in link)
    assert len(response_page(admin.client.get(second)).all("tr")) == 11


def test_a_table_is_taken_away_with_no_formulas_and_that_is_written_down(
    admin: Visitor, store: Store, city: City, history: datetime
) -> None:
    del history
    admin.get("audit/")
    answer = admin.post("audit/export", subject="service", action="service_changed")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 40
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    with store.read() as session:
        (event,) = session.scalars(select(AuditEvent).filter_by(action="audit_exported"))
    assert (event.person_id, event.detail["lines"]) == (city.people["admin"], 40)
