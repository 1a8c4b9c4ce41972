"""Lists of services from files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.imports.services import Imported, import_services
from portal.models.services import Department, Service, ServiceText
from portal.store import engine
from portal.store.engine import Store
from portal.store.service_files import BadLine, ServiceLine, read_services
from tests.support.one_moment import save_in_one_moment

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="needs the shared real data")
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def _read(path: Path) -> tuple[list[ServiceLine], list[BadLine]]:
    return read_services(path.name, path.read_bytes())


def take(store: Store, path: Path, lang: str = "en") -> Imported:
    return store.write(bring_in(path, lang))


def bring_in(path: Path, lang: str = "en") -> Callable[[Session], Imported]:
    lines, bad = _read(path)
    assert bad == []
    return partial(
        import_services, lines=lines, name_lang=lang, languages=("en", "ar"), now=NOW,
        today=NOW.date(),
    )  # fmt: skip


def names(store: Store, lang: str = "en") -> list[str]:
    with store.read() as session:
        return list(
            session.scalars(
                select(ServiceText.name).where(ServiceText.lang == lang).order_by(ServiceText.name)
            )
        )


@needs_shared
def test_real_lists_come_in_twice_without_doubling(store: Store) -> None:
    austin = SHARED / "austin_311_services.csv"
    giessen = SHARED / "open311_services_giessen_de.xml"
    assert take(store, austin) == Imported(127, 0, 0)
    assert take(store, austin) == Imported(0, 0, 127)
    assert take(store, giessen, "de") == Imported(8, 0, 0)
    assert take(store, giessen, "de") == Imported(0, 0, 8)
    with store.read() as session:
        slugs = list(session.scalars(select(Service.slug)))
    assert len(slugs) == len(set(slugs)) == 135
    assert {"alarm-administration", "alarm-administration-2"} <= set(slugs)
    assert "strassen-und-gehwegschaden" in slugs
    assert "Grünflächen und Spielplätze" in names(store, "de")


def test_a_changed_name_is_brought_up_to_date_by_its_code(store: Store, write: Write) -> None:
    take(store, write("a.csv", "service_name,service_code\nPotholes,P1\n"))
    second = write("b.csv", "service_name,service_code,name:ar\nPothole repair,P1,إصلاح الحفر\n")
    assert take(store, second) == Imported(0, 1, 0)
    assert names(store) == ["Pothole repair"]
    assert names(store, "ar") == ["إصلاح الحفر"]


def test_a_list_with_codes_and_one_without_mean_the_same_services(
    store: Store, write: Write
) -> None:
    plain, coded = "service_name\nLeaves\n", "service_name,service_code\nLeaves,L1\n"
    assert take(store, write("a.csv", plain)) == Imported(1, 0, 0)
    assert take(store, write("b.csv", coded)) == Imported(0, 1, 0)
    assert codes(store) == [("leaves", "L1")]
    assert take(store, write("b.csv", coded)) == Imported(0, 0, 1)
    assert take(store, write("a.csv", plain)) == Imported(0, 0, 1)
    both = write("c.csv", "service_name,service_code\nLeaves,\nLeaves,L1\nLeaves,L2\n")
    assert take(store, both) == Imported(2, 0, 1)
    assert codes(store) == [("leaves", "L1"), ("leaves-2", None), ("leaves-3", "L2")]
    assert take(store, both) == Imported(0, 0, 3)


def test_of_two_lists_at_once_the_longer_one_finds_what_the_other_has_stored(
    store: Store, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it took until then: a list of thousands of services takes minutes."""
    monkeypatch.setattr(engine, "TRY_AGAIN_SECONDS", 0)
    short = write("a.csv", "service_name,service_code\nPotholes,P1\n")
    long = write("b.csv", "service_name,service_code\nTrees,T1\nPothole repair,P1\n")
    save_in_one_moment(store, bring_in(short), bring_in(long))
    assert codes(store) == [("potholes", "P1"), ("trees", "T1")]
    assert names(store) == ["Pothole repair", "Trees"]


def test_of_several_services_with_codes_a_name_alone_means_none(store: Store, write: Write) -> None:
    take(store, write("a.csv", "service_name,service_code\nLeaves,L1\nLeaves,L2\n"))
    assert take(store, write("b.csv", "service_name\nLeaves\n")) == Imported(1, 0, 0)


def codes(store: Store) -> list[tuple[str, str | None]]:
    """(slug, code) of all services."""
    with store.read() as session:
        rows = session.execute(select(Service.slug, Service.code).order_by(Service.slug))
        return [(row.slug, row.code) for row in rows]


def test_departments_are_made_once(store: Store, write: Write) -> None:
    text = "service_name,department\nTrees,Parks\nPools,Parks\nDogs,\n"
    take(store, write("a.csv", text))
    with store.read() as session:
        assert set(session.scalars(select(Department.slug))) == {"parks", "city-services"}


def test_long_names_of_departments_are_told_apart_by_their_ends(store: Store, write: Write) -> None:
    """Else people of one department would read what residents write to the other."""
    name = "Directorate for Urban Planning, Building Regulations and Housing"
    text = f'service_name,department\nTrees,"{name}, North"\nPools,"{name}, South"\nDogs,***\n'
    assert take(store, write("a.csv", text)) == Imported(3, 0, 0)
    second = write("b.csv", f'service_name,department\nRoads,"{name}, South"\nCats,***\n')
    assert take(store, second) == Imported(2, 0, 0)
    with store.read() as session:
        rows = session.execute(select(Service.slug, Service.department_id))
        department = {row.slug: row.department_id for row in rows}
    assert department["trees"] != department["pools"] == department["roads"]
    assert department["dogs"] == department["cats"]
    assert len(set(department.values())) == 3


@pytest.mark.parametrize(
    "written",
    [
        "DIRECTORATE FOR URBAN PLANNING, BUILDING REGULATIONS - HOUSING, NORTH",
        "Directorate for  Urban Planning, Building Regulations – Housing, North",
        "Directorate for Urban Plánning, Building Regulations – Housing, North",
    ],
)
def test_a_long_name_of_a_department_that_is_written_otherwise_is_the_same(
    store: Store, write: Write, written: str
) -> None:
    """Else a second department is made, and the service stands under people nobody knows."""
    name = "Directorate for Urban Planning, Building Regulations – Housing, North"
    take(store, write("a.csv", f'service_name,department\nTrees,"{name}"\n'))
    second = f'service_name,department\nRoads,"{written}"\nPools,"{name}"\n'
    assert take(store, write("b.csv", second)) == Imported(2, 0, 0)
    other = written.replace("North", "East").replace("NORTH", "EAST")
    both = f'service_name,department\nCats,"{other}"\nDogs,"{other.lower()}"\n'
    assert take(store, write("c.csv", both)) == Imported(2, 0, 0)
    with store.read() as session:
        rows = session.execute(select(Service.slug, Service.department_id))
        department = {row.slug: row.department_id for row in rows}
    assert department["trees"] == department["roads"] == department["pools"]
    assert department["trees"] != department["cats"] == department["dogs"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("service_name\nTrees\n\n  \nx\n", 4, "service_name is empty"),
        ("service_name,service_code\nA,1\nB,1\n", 3, "stands in line 2 already"),
        ("service_name,service_code\nA,1\nB\n", 3, "number of columns"),
        ("service_name,service_code\nA,1,2\n", 2, "number of columns"),
        ("service_name\nA\x07\n", 2, "control characters"),
        ("service_name,name:english\nA,B\n", 2, "not a language tag"),
        (f"service_name\n{'x' * 201}\n", 2, "longer than 200"),
        (f"service_name,department\nA,{'x' * 201}\n", 2, "department is longer than 200"),
        (f"service_name,group\nA,{'x' * 201}\n", 2, "group is longer than 200"),
        (f"service_name,description\nA,{'x' * 501}\n", 2, "description is longer than 500"),
    ],
)
def test_bad_lines_are_named_with_their_number(
    write: Write, text: str, line: int, reason: str
) -> None:
    _, bad = _read(write("a.csv", text))
    assert [(fault.number, reason in str(fault)) for fault in bad] == [(line, True)]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "name,code\nA,1\n", "no column service_name"),
        ("a.xml", "<services><service></services>", "not XML"),
        ("a.xml", "<!DOCTYPE x><services/>", "document type"),
        ("a.xml", "<html/>", "not an Open311 list"),
        ("a.json", "[1, 2", "not JSON"),
        ("a.json", '{"a": 1}', "not an Open311 list"),
        ("a.json", "[" * 60_000, "nested too deeply"),
        ("a.json", '[{"service_name": ' + "1" * 5000 + "}]", "not JSON"),
        ("a.csv", 'service_name\n"open', "not CSV"),
    ],
)
def test_a_file_of_another_kind_is_refused(write: Write, name: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        _read(write(name, text))


def test_json_is_read_as_open311_gives_it(store: Store, write: Write) -> None:
    """Nothing (null) is as good as an empty text, whatever it stands for."""
    services = [
        {"service_code": 7, "service_name": " Tree  care ", "group": "Parks", "keywords": None},
        {"service_code": None, "service_name": "Leaves", "group": None, "description": None},
    ]
    take(store, write("services.json", json.dumps(services)))
    assert names(store) == ["Leaves", "Tree care"]


def test_space_around_words_counts_for_no_limit(store: Store, write: Write) -> None:
    text = f'service_name,description\nTrees,"{"  word" * 100}"\n'
    assert take(store, write("a.csv", text)) == Imported(1, 0, 0)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("service_name\nStraße\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"not UTF-8 \(line 2, byte 5\); save it as UTF-8"):
        _read(path)


def test_half_a_letter_in_json_is_a_bad_line(write: Write) -> None:
    path = write("services.json", '[{"service_name": "Lamps"}, {"service_name": "A\\ud800"}]')
    good, bad = _read(path)
    assert [line.name for line in good] == ["Lamps"]
    assert [str(line) for line in bad] == ["line 2: service_name holds control characters"]


def test_an_import_that_fails_leaves_nothing(store: Store, write: Write) -> None:
    lines, _ = _read(write("a.csv", "service_name\nA\nB\n"))

    def stop(done: int) -> None:
        if done == 2:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(
            import_services,
            lines,
            name_lang="en",
            languages=("en",),
            now=NOW,
            today=date(2026, 11, 20),
            progress=stop,
        )
    assert names(store) == []
