"""The commands as other programs call them: their JSON, their one line when something is wrong."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from portal.cli import main
from portal.domain.level import evaluate
from portal.models.appraisals import Appraisal
from portal.store.engine import Store
from tests.support.history import EXAMPLES, HISTORIES, add_service


@pytest.fixture
def run(store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `portal` with the given words on the test's database."""
    monkeypatch.setenv("PORTAL_SECRET_KEY", "test-secret-test-secret-test-secret")
    monkeypatch.setenv("PORTAL_DATABASE_URL", database_url)
    store.write(add_service, "library")

    def call(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return call


def write(folder: Path, data: object) -> str:
    path = folder / "file.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("history", HISTORIES, ids=[history["name"] for history in HISTORIES])
def test_a_history_comes_out_of_the_commands_to_the_letter(
    run: Any, tmp_path: Path, history: dict[str, Any]
) -> None:
    imported = run("import-history", write(tmp_path, history["input"]), "--service", "library")
    assert imported.exit_code == 0, imported.output
    assessed = run("assess", "--service", "library", "--as-of", history["as_of"], "--json")
    found = json.loads(assessed.stdout)
    assert list(found) == ["service", "as_of", "evidence", "result"]
    assert (found["service"], found["as_of"]) == ("library", history["as_of"])
    assert found["evidence"] == history["evidence"]
    assert {name: found["result"][name] for name in history["result"]} == history["result"]
    again = run("evaluate", write(tmp_path, found))
    assert json.loads(again.stdout) == found["result"]


def test_all_services_are_a_list(run: Any) -> None:
    found = json.loads(run("assess", "--json").stdout)
    assert [assessment["service"] for assessment in found] == ["library"]
    assert run("assess").stdout.startswith("library: level 0")


def test_evaluate_takes_bare_evidence(run: Any, tmp_path: Path) -> None:
    example = EXAMPLES["evaluate"][0]
    done = run("evaluate", write(tmp_path, example["input"]))
    assert json.loads(done.stdout) == example["expected"]


def test_evaluate_takes_a_citys_thresholds(run: Any, tmp_path: Path) -> None:
    evidence = EXAMPLES["evaluate"][0]["input"]
    raised = {"L2.3": {"threshold": 100_000}}
    done = json.loads(
        run("evaluate", write(tmp_path, {"evidence": evidence, "thresholds": raised})).stdout
    )
    assert done != evaluate(evidence)
    assert done["level"] == 1


@pytest.mark.parametrize(
    ("words", "data"),
    [
        (["evaluate"], []),
        (["evaluate"], {"told30": {"x": 2, "n": 1}}),
        (["evaluate"], {"evidence": 7}),
        (["evaluate"], {"evidence": {}, "thresholds": []}),
        (["evaluate"], {"evidence": {}, "thresholds": {"L3.1": {"tau": 0.1}}}),
        (["import-history", "--service", "nowhere"], {}),
        (["import-history", "--service", "library"], []),
        (["import-history", "--service", "library"], {"submissions": [{}]}),
        (["import-history", "--service", "library", "--source", " "], {}),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    run: Any, tmp_path: Path, words: list[str], data: object
) -> None:
    done = run(words[0], write(tmp_path, data), *words[1:])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"told30": NaN}', b"[" * 100_000, b""])
def test_a_file_that_is_no_json_is_one_line(run: Any, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    done = run("evaluate", str(path))
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "20260930", "2026-W40-3", "0001-01-01"])
def test_a_day_must_be_one(run: Any, day: str) -> None:
    done = run("assess", "--service", "library", "--as-of", day)
    assert done.exit_code == 2


def test_every_problem_of_a_file_is_listed(run: Any, tmp_path: Path) -> None:
    data = {"submissions": [{"id": 1, "kind": "grumble"}], "ratings": [{"id": 1, "at": "soon"}]}
    done = run("import-history", write(tmp_path, data), "--service", "library")
    lines = done.stderr.splitlines()
    assert any("kind" in line and "grumble" in line for line in lines)
    assert any("ratings[0]" in line and "soon" in line for line in lines)
    assert lines[-1] == f"Error: {len(lines) - 1} problems, nothing imported"


@pytest.fixture
def on_the_last_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The commands believe that it is late in Chicago, 30 days before 2027."""
    moment = datetime(2026, 12, 3, 5, tzinfo=UTC)
    clock = tmp_path / "clock"
    clock.write_text(repr((moment - datetime.now(UTC)).total_seconds()))
    monkeypatch.setenv("PORTAL_IS_TESTING", "1")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(clock))
    monkeypatch.setenv("PORTAL_TIME_ZONE", "America/Chicago")


@pytest.mark.usefixtures("on_the_last_day")
def test_by_hand_a_quarter_is_appraised_as_of_the_day_that_is_named(run: Any, store: Store) -> None:
    assert run("assess", "--appraise").stdout.startswith("library: level 0 as of 2026-12-02")
    again = run("assess", "--appraise", "--as-of", "2026-10-01")
    assert again.stdout.startswith("library: level 0 as of 2026-12-02")
    with store.read() as session:
        (row,) = session.scalars(select(Appraisal)).all()
        assert row.quarter_on == date(2026, 10, 1)
