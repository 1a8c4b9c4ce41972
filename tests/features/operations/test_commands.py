"""Every command on both databases: what it does, as a real process, and what it refuses."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from portal.cli import COMMANDS
from portal.models.people import Person
from portal.models.running import WorkerJob
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.faults import explain
from portal.store.revision import pinned_head
from portal.store.worker_jobs import note_run
from tests.support.city import City
from tests.support.processes import ROOT, SECRET, Done, Installation, command
from tests.support.tables import fingerprint

EXAMPLES = json.loads((Path(__file__).parents[2] / "data" / "worked_examples.json").read_text())
EVIDENCE = EXAMPLES["evaluate"][0]["input"]


def refused(done: Done) -> str:
    """The one line with which bad input is refused."""
    assert done.status == 2, done
    lines = done.err.splitlines()
    assert len(lines) == 1, done.err
    assert SECRET not in lines[0]
    return lines[0]


# ----------------------------------------------------------------------------- what they do
def test_init_makes_the_database_and_does_no_harm_twice(empty_installation: Installation) -> None:
    for _ in range(2):
        done = empty_installation.run("init")
        assert (done.status, done.err) == (0, "")
    file = empty_installation.folder / "new.db"
    with closing(sqlite3.connect(file)) as connection:
        [(revision,)] = connection.execute("SELECT version_num FROM alembic_version")
    assert revision == pinned_head()
    assert file.stat().st_mode & 0o077 == 0


def test_init_twice_changes_nothing(installation: Installation, store: Store, city: City) -> None:
    before = fingerprint(store)
    assert installation.run("init").status == 0
    assert fingerprint(store) == before
    del city


def test_settings_lists_every_setting_but_no_secret(installation: Installation) -> None:
    done = installation.run(
        "settings",
        PORTAL_SMTP_URL="smtp://me:pass@mail", PORTAL_MAIL_FROM="a@b.example",
        PORTAL_OIDC_ISSUER="https://id.example", PORTAL_OIDC_CLIENT_ID="portal",
        PORTAL_OIDC_CLIENT_SECRET="only-the-provider-knows",
    )  # fmt: skip
    assert done.status == 0
    for item in fields(Settings):
        assert f"PORTAL_{item.name.upper()}=" in done.out
    assert "PORTAL_LANGUAGES=en es vi zh-Hans ar ko\n" in done.out
    for secret in (SECRET, "pass@", "only-the-provider-knows", installation.database_url):
        assert secret not in done.out


def test_whatever_sounds_like_a_secret_is_marked_as_one() -> None:
    unmarked = {
        item.name
        for item in fields(Settings)
        if item.name.endswith(("_secret", "_key", "_url", "_mailbox"))
        and not item.metadata["is_secret"]
    }
    assert unmarked == {"base_url", "translate_url"}


def test_addresses_follow_the_port_unless_one_is_set(installation: Installation) -> None:
    moved = installation.run("settings", without="PORTAL_BASE_URL", PORTAL_PORT="8123")
    assert "PORTAL_BASE_URL=http://127.0.0.1:8123\n" in moved.out
    public = installation.run("settings", PORTAL_BASE_URL="https://x.example", PORTAL_PORT="8123")
    assert "PORTAL_BASE_URL=https://x.example\n" in public.out


def test_a_secret_is_made_once_and_kept_beside_an_sqlite_file(
    empty_installation: Installation,
) -> None:
    for _ in range(2):
        assert empty_installation.run("settings", without="PORTAL_SECRET_KEY").status == 0
    [kept] = (empty_installation.folder / "instance").glob("secret-key")
    assert len(kept.read_text().strip()) == 64
    assert kept.stat().st_mode & 0o077 == 0


def test_assess_and_evaluate_agree(installation: Installation, city: City, tmp_path: Path) -> None:
    del city
    assessed = installation.run("assess", "--service", "pothole-repair", "--json")
    assert (assessed.status, assessed.err) == (0, "")
    found = json.loads(assessed.out)
    assert set(found) == {"service", "as_of", "evidence", "result"}
    file = tmp_path / "found.json"
    file.write_text(assessed.out)
    assert json.loads(installation.run("evaluate", str(file)).out) == found["result"]
    everything = json.loads(installation.run("assess", "--json").out)
    assert len(everything) == 3
    assert found in everything


def test_evaluate_needs_no_settings_and_no_database(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(EVIDENCE))
    nowhere = Installation(tmp_path, "nonsense")
    done = nowhere.run("evaluate", str(file), without="PORTAL_SECRET_KEY", PORTAL_NONSENSE="1")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["level"] == EXAMPLES["evaluate"][0]["expected"]["level"]
    assert not (tmp_path / "instance").exists()


def test_people_are_added_once(installation: Installation, store: Store, city: City) -> None:
    del city
    words = ("user", "add", "Ann@City.example", "--name", "Ann", "--role", "staff")
    password = "seven green bridges"
    done = installation.run(*words, "--department", "parks", typed=password)
    assert (done.status, done.err) == (0, "")
    with store.read() as session:
        person = session.scalars(select(Person).where(Person.email == "ann@city.example")).one()
        assert person.password is not None
        assert password not in person.password
    again = installation.run(*words, "--department", "parks", typed=password)
    assert "already" in refused(again)


def test_services_are_imported_once(
    installation: Installation, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "services.csv"
    file.write_text("service_name,department\nPotholes,Works\nParks,Parks\n")
    for _ in range(2):
        assert installation.run("import-services", str(file)).status == 0
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Service)) == 2


def test_history_is_imported_once(
    installation: Installation, store: Store, city: City, tmp_path: Path
) -> None:
    del city
    file = tmp_path / "history.json"
    file.write_text(json.dumps(EXAMPLES["histories"][0]["input"]))
    stored = []
    for _ in range(2):
        done = installation.run("import-history", str(file), "--service", "pothole-repair")
        assert done.status == 0, done.err
        with store.read() as session:
            stored.append(session.scalar(select(func.count()).select_from(Submission)))
    assert stored[0] == stored[1]
    assert stored[0]


def test_work_once_does_what_is_due_and_ends(installation: Installation, city: City) -> None:
    del city
    done = installation.run("work", "--once")
    assert done.status == 0, done.err
    assert {json.loads(line)["level"] for line in done.err.splitlines()} == {"info"}


def test_work_once_does_the_rest_when_a_job_fails_and_says_so(
    installation: Installation, store: Store, city: City
) -> None:
    del city
    store.write(note_run, name="of an older version", at=datetime.now(UTC), fault="OldFault")
    nowhere = f"maildir://{installation.folder / 'nowhere'}"
    done = installation.run("work", "--once", PORTAL_BOUNCE_MAILBOX=nowhere)
    assert done.status == 1
    assert "1 of" in done.err.splitlines()[-1]
    assert done.err.endswith("jobs went wrong: read reports (MailboxDown)\n")
    with store.read() as session:
        faults = {job.name: job.fault for job in session.scalars(select(WorkerJob))}
    assert faults.pop("read reports") == "MailboxDown"
    assert "of an older version" not in faults, "nobody runs it any more, so it would fail for ever"
    assert {"publish", "tell and send", "assess", "sign days", "purge"} <= set(faults)
    assert set(faults.values()) == {None}
    assert installation.run("work", "--once").status == 0
    with store.read() as session:
        assert not session.scalars(select(WorkerJob).where(WorkerJob.fault.is_not(None))).all()


def test_a_reader_who_goes_away_is_no_fault(installation: Installation) -> None:
    script = f"{' '.join(command('settings'))} | head -1"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in done.stderr


def test_every_command_explains_itself_without_settings(tmp_path: Path) -> None:
    nowhere = Installation(tmp_path, "nonsense")
    done = nowhere.run("--help", without="PORTAL_SECRET_KEY")
    assert (done.status, done.err) == (0, "")
    listed = [line.split() for line in done.out.partition("Commands:")[2].splitlines() if line]
    assert [words[0] for words in listed] == sorted(COMMANDS)
    assert all(len(words) > 3 for words in listed)
    assert "EMAIL" in nowhere.run("user", "add", "--help", without="PORTAL_SECRET_KEY").out


def test_the_command_starts_without_database_and_web_server(tmp_path: Path) -> None:
    """`portal evaluate` is for everybody, so it must be quick on any machine."""
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(EVIDENCE))
    loaded = Installation(tmp_path, "nonsense").modules_of("evaluate", str(file))
    assert loaded.isdisjoint({"sqlalchemy", "flask", "granian", "cryptography", "alembic", "babel"})


# ------------------------------------------------------------------------ what they refuse
BAD_SETTINGS = {
    "an unknown setting": {"PORTAL_LANGAUGES": "en"},
    "a time zone that is none": {"PORTAL_TIME_ZONE": "Mars/Olympus"},
    "a path as a time zone": {"PORTAL_TIME_ZONE": "../etc/passwd"},
    "a short secret": {"PORTAL_SECRET_KEY": "short"},
    "a folder without a name": {"PORTAL_INSTANCE": ""},
    "no language": {"PORTAL_LANGUAGES": ""},
    "a language that is none": {"PORTAL_LANGUAGES": "en not_a_language!"},
    "a language twice": {"PORTAL_LANGUAGES": "en en"},
    "a port in words": {"PORTAL_PORT": "eighty"},
    "a port that is none": {"PORTAL_PORT": "70000"},
    "digits of another script": {"PORTAL_PORT": "٨٠٠٠"},
    "no web processes": {"PORTAL_WEB_WORKERS": "0"},
    "a truth that is none": {"PORTAL_IS_TESTING": "perhaps"},
    "a network that is none": {"PORTAL_TRUSTED_PROXIES": "10.0.0.0/99"},
    "mail without a sender": {"PORTAL_SMTP_URL": "smtp://localhost"},
    "a mail server without a scheme": {
        "PORTAL_SMTP_URL": "mail.example.org:25", "PORTAL_MAIL_FROM": "a@b.example",
    },
    "a mail server without a host": {
        "PORTAL_SMTP_URL": "smtp://", "PORTAL_MAIL_FROM": "a@b.example",
    },
    "a password that hides the mail server": {
        "PORTAL_SMTP_URL": "smtp://me:hidden-word/x@mail.example.org",
        "PORTAL_MAIL_FROM": "a@b.example",
    },
    "a sender that is none": {"PORTAL_MAIL_FROM": "nobody"},
    "a sender with a name": {"PORTAL_MAIL_FROM": "Marlow <a@b.example>"},
    "reports to nobody": {"PORTAL_BOUNCE_ADDRESS": "bounces+*"},
    "a mailbox of no kind": {"PORTAL_BOUNCE_MAILBOX": "pop3://me:hidden-word@mail.example.org"},
    "a mailbox on no machine": {"PORTAL_BOUNCE_MAILBOX": "imaps:///INBOX"},
    "a public address without a scheme": {"PORTAL_BASE_URL": "listens.example.org"},
    "a public address without a host": {"PORTAL_BASE_URL": "https://"},
    "a public address below another": {"PORTAL_BASE_URL": "https://city.example/listens"},
    "a public address with a password": {"PORTAL_BASE_URL": "https://me:hidden-word@city.example"},
    "a public address that was copied badly": {"PORTAL_BASE_URL": "https://city.example\n"},
    "a public address as no browser writes it": {"PORTAL_BASE_URL": "https://City.example"},
    "a public address with its usual port": {"PORTAL_BASE_URL": "https://city.example:443"},
    "a public address with a port that is none": {"PORTAL_BASE_URL": "https://city.example:99999"},
    "every proxy there is": {"PORTAL_TRUSTED_PROXIES": "10.0.0.0/8 ::/0"},
    "every proxy of IPv4": {"PORTAL_TRUSTED_PROXIES": "::ffff:0:0/96"},
    "a header with more than addresses": {"PORTAL_CLIENT_ADDRESS_HEADER": "Forwarded"},
    "a header without a name": {"PORTAL_CLIENT_ADDRESS_HEADER": ""},
    "a header and what it holds": {"PORTAL_CLIENT_ADDRESS_HEADER": "X-Real-IP: 1"},
    "a folder of time zones": {"PORTAL_TIME_ZONE": "America"},
    "a provider on no machine": {
        "PORTAL_OIDC_ISSUER": "https://", "PORTAL_OIDC_CLIENT_ID": "p",
        "PORTAL_OIDC_CLIENT_SECRET": "s",
    },
    "a provider whose address is none": {
        "PORTAL_OIDC_ISSUER": "https://[id.example", "PORTAL_OIDC_CLIENT_ID": "p",
        "PORTAL_OIDC_CLIENT_SECRET": "s",
    },
    "a translator on a disk": {"PORTAL_TRANSLATE_URL": "file:///etc/passwd"},
    "a country of three letters": {"PORTAL_COUNTRY": "USA"},
    "a country in words": {"PORTAL_COUNTRY": "Germany"},
    "a country in small letters": {"PORTAL_COUNTRY": "us"},
    "no rating from a network": {"PORTAL_PREFIX_HOURLY_LIMIT": "0"},
    "no rating for a service": {"PORTAL_SERVICE_HOURLY_LIMIT": "0"},
    "no rating at all": {"PORTAL_TOTAL_HOURLY_LIMIT": "0"},
    "a clock out of tests": {"PORTAL_CLOCK_FILE": "/nowhere/clock"},
    "a database that is none": {"PORTAL_DATABASE_URL": "nonsense"},
    "a database of another kind": {"PORTAL_DATABASE_URL": "mysql://me:hidden-word@host/portal"},
    "a database in memory": {"PORTAL_DATABASE_URL": "sqlite://"},
}  # fmt: skip


GOOD_SETTINGS = {
    "a mail server and all it may have": {
        "PORTAL_SMTP_URL": "smtps://me%40b:p%2Fw@[2001:db8::1]:465", "PORTAL_MAIL_FROM": "a@b.x",
    },
    "reports in a folder": {"PORTAL_BOUNCE_MAILBOX": "maildir:///var/mail/reports"},
    "reports to a mark": {"PORTAL_BOUNCE_ADDRESS": "bounces+*@b.example"},
    "another country": {"PORTAL_COUNTRY": "DE"},
    "an address that follows the port": {"PORTAL_BASE_URL": ""},
    "an address that follows the port of the web": {"PORTAL_BASE_URL": "", "PORTAL_PORT": "80"},
    "an address with a port and a slash": {"PORTAL_BASE_URL": "http://[2001:db8::1]:8000/"},
    "another header": {"PORTAL_CLIENT_ADDRESS_HEADER": "X-Real-IP"},
    "no licence": {"PORTAL_DATA_LICENCE": ""},
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD_SETTINGS)
def test_settings_that_make_sense_are_taken(empty_installation: Installation, name: str) -> None:
    done = empty_installation.call("settings", **GOOD_SETTINGS[name])
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize("name", BAD_SETTINGS)
def test_bad_settings_are_refused_in_one_line(empty_installation: Installation, name: str) -> None:
    settings = BAD_SETTINGS[name]
    reader = "init" if "PORTAL_DATABASE_URL" in settings else "settings"
    line = refused(empty_installation.call(reader, **settings))
    assert next(iter(settings)) in line or "PORTAL_MAIL_FROM" in line
    assert "hidden-word" not in line
    assert not list(empty_installation.folder.iterdir())


def test_a_public_address_in_letters_beyond_a_to_z_is_asked_for_as_browsers_send_it(
    empty_installation: Installation,
) -> None:
    """They are small letters already: to ask for those alone would help nobody."""
    settings = {"PORTAL_BASE_URL": "https://bürger.example"}
    assert "https://xn--" in refused(empty_installation.call("settings", **settings))
    settings = {"PORTAL_BASE_URL": "https://xn--brger-kva.example"}
    assert empty_installation.call("settings", **settings).status == 0


def test_a_process_that_refuses_its_settings_writes_one_line_and_makes_nothing(
    empty_installation: Installation,
) -> None:
    done = empty_installation.run("settings", PORTAL_TIME_ZONE="../etc/passwd")
    assert "PORTAL_TIME_ZONE" in refused(done)
    assert done.out == ""
    assert not list(empty_installation.folder.iterdir())


def test_postgresql_needs_a_secret_that_was_given(empty_installation: Installation) -> None:
    url = "postgresql+psycopg://portal@127.0.0.1:1/portal"
    done = empty_installation.run("init", without="PORTAL_SECRET_KEY", PORTAL_DATABASE_URL=url)
    assert "PORTAL_SECRET_KEY" in refused(done)


@pytest.mark.parametrize("command", ["init", "check", "assess", "backup copy.db"])
def test_a_database_that_does_not_answer_is_named(
    empty_installation: Installation, command: str
) -> None:
    url = "postgresql+psycopg://portal:hidden-word@127.0.0.1:1/portal"
    line = refused(empty_installation.call(*command.split(), PORTAL_DATABASE_URL=url))
    assert "database does not answer" in line
    assert "hidden-word" not in line


@pytest.mark.parametrize(
    "fault", [sqlite3.OperationalError("database is locked"), psycopg.errors.LockNotAvailable()]
)
def test_whoever_has_to_wait_for_somebody_else_is_told_to_try_again(fault: Exception) -> None:
    assert "try again" in explain(OperationalError("", None, fault))


@pytest.mark.parametrize("command", ["assess", "check", "backup copy.db", "work --once"])
def test_a_database_that_is_not_there_is_not_made(
    empty_installation: Installation, command: str
) -> None:
    start = empty_installation.run if command == "work --once" else empty_installation.call
    line = refused(start(*command.split()))
    assert "portal init" in line
    assert not list(empty_installation.folder.glob("*.db*"))


BAD_INPUT = {
    "an unknown service": ("assess --service nowhere", "", "nowhere"),
    "a day that is none": ("assess --as-of 2026-02-30", "", "2026-02-30"),
    "a day to come": ("assess --as-of 2999-01-01", "", "2999-01-01"),
    "an unknown command": ("asses", "", "asses"),
    "an unknown option": ("assess --sevrice x", "", "--sevrice"),
    "an option before the command": ("--verbose assess", "", "--verbose"),
    "a missing file": ("evaluate missing.json", "", "missing.json"),
    "a folder": ("evaluate /", "", "'/'"),
    "nonsense to judge": ("evaluate FILE", "{", "JSON"),
    "a list to judge": ("evaluate FILE", "[1, 2]", "evidence"),
    "evidence of nonsense": ("evaluate FILE", '{"evidence": {"channels": -1}}', "channels"),
    "a number that is none": ("evaluate FILE", '{"evidence": NaN}', "NaN"),
    "bytes to judge": ("evaluate FILE", "\udcff\udcfe", "UTF-8"),
    "a nest to judge": ("evaluate FILE", "[" * 100000, "deep"),
    "services without names": ("import-services FILE", "a,b\n1,2\n", "service_name"),
    "services of bytes": ("import-services FILE", "\udcff", "UTF-8 (line 1, byte 1)"),
    "services in Latin-1": (
        "import-services FILE", "service_name\nSe\udcf1al\n", "UTF-8 (line 2, byte 3)",
    ),
    "history in Latin-1": (
        "import-history FILE --service pothole-repair", '{"a":\n"Se\udcf1al"}',
        "UTF-8 text (line 2, byte 4)",
    ),
    "history of an unknown service": ("import-history FILE --service nowhere", "{}", "nowhere"),
    "history that is none": ("import-history FILE --service pothole-repair", "[", "JSON"),
    "a role that is none": ("user add a@b.example --name A --role boss", "", "boss"),
    "an unknown department": (
        "user add a@b.example --name A --role staff --department nowhere", "", "nowhere",
    ),
    "a bad address": ("user add nobody --name A --role administrator", "", "nobody"),
    "an unknown language": ("user add a@b.example --name A --role staff --lang xx", "", "xx"),
    "a copy into no folder": ("backup /nowhere/copy.db", "", "in /nowhere: No such file"),
    "a copy into a file": ("backup FILE/copy.db", "", "/file: Not a directory"),
    "a copy over a file": ("backup FILE", "precious", "exists"),
    "a demonstration in a real city": ("demo", "", "real city"),
    "a real city as a demonstration": ("up --demo", "", "real city"),
}  # fmt: skip


def test_a_service_whose_name_is_empty_does_not_stand_for_all(small_town: Installation) -> None:
    """As where a script's variable is empty: what is appraised stays appraised."""
    done = small_town.call("assess", "--appraise", "--service", "")
    assert "no service ''" in refused(done)


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_refused_in_one_line_and_changes_nothing(
    small_town: Installation, name: str
) -> None:
    words, content, named = BAD_INPUT[name]
    file = small_town.folder / "file"
    file.write_bytes(content.encode(errors="surrogateescape"))
    store = Store(small_town.database_url)
    before = fingerprint(store)
    typed = "a long good password"
    done = small_town.call(*words.replace("FILE", str(file)).split(), typed=typed)
    lines = done.err.splitlines()
    assert (done.status, len(lines)) == (2, 1), done
    assert named in lines[0]
    assert fingerprint(store) == before
    assert file.read_bytes() == content.encode(errors="surrogateescape")
    store.dispose()


def test_a_role_that_may_not_write_is_told_so(installation: Installation, store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("PostgreSQL's roles")
    with store.engine.begin() as connection:
        connection.execute(text("CREATE ROLE portal_reader LOGIN"))
    try:
        url = store.engine.url.set(username="portal_reader").render_as_string(hide_password=False)
        line = refused(installation.run("assess", PORTAL_DATABASE_URL=url))
        assert "permission denied" in line
    finally:
        with store.engine.begin() as connection:
            connection.execute(text("DROP ROLE portal_reader"))
