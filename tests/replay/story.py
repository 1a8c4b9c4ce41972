"""Sixty days in the life of a city, told to the running site."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from portal.domain.publication import quarter_after
from tests.replay import script
from tests.replay.comments import read_comments
from tests.replay.earlier import earlier_records
from tests.replay.ledger import Ledger, merge
from tests.replay.offices import Office
from tests.replay.people import Residents
from tests.replay.site import LANGUAGES, Site
from tests.replay.staff import Desk
from tests.replay.writers import Writers
from tests.support.shared_data import SERVICES

PASSWORD = "replay horse battery staple"
Happening = tuple[int, int, Callable[[], None]]  # day, hour, what


@dataclass
class Story:
    """The site, its people, and what they have done so far."""

    site: Site
    data: Path
    ledger: Ledger = field(default_factory=Ledger)
    offices: list[Office] = field(default_factory=list)
    records_then: dict[str, dict[str, Any]] = field(default_factory=dict)
    writers: Writers = field(init=False)
    residents: Residents = field(init=False)
    earlier: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.writers = Writers(self.ledger, read_comments(self.data))
        self.residents = Residents(self.site)
        self.earlier = earlier_records(script.FIRST_DAY)

    # ------------------------------------------------------------------------------ beginning
    def begin(self) -> None:
        """Everything by commands, as the city's administrator would; then the site opens."""
        self.site.clock.set(script.day(0), 8)
        self.site.call("init")
        self.site.call("levels", "--public-from", script.FIRST_DAY.isoformat())
        self._import()
        self.offices = [self._office(*one) for one in script.OFFICES]
        self.site.start()

    def _import(self) -> None:
        site, folder = self.site, self.site.folder
        real = (self.data / SERVICES).read_text(encoding="utf-8").splitlines()
        services = folder / "services.csv"
        services.write_text("\n".join(real[: script.REAL_SERVICES + 1]), encoding="utf-8")
        assert f"{script.REAL_SERVICES} added" in site.call("import-services", services)
        assert "0 added, 0 changed" in site.call("import-services", services)
        (folder / "parks.csv").write_text(script.PARKS_FILE, encoding="utf-8")
        assert "2 added" in site.call("import-services", folder / "parks.csv")
        (folder / "earlier.json").write_text(json.dumps(self.earlier), encoding="utf-8")
        site.call("import-history", folder / "earlier.json", "--service", script.WITH_HISTORY)

    def _office(self, department: str, services: tuple[str, ...], lang: str) -> Office:
        """Two people, of whom one writes and the other reads it before residents do."""
        writer, reader = (
            self._hire(department, services[0], name, lang) for name in ("writer", "reader")
        )
        return Office(self.ledger, services, writer, reader)

    def _hire(self, department: str, service: str, name: str, lang: str) -> Desk:
        email = f"{name}@{service}.example"
        self.site.call(
            "user", "add", email, "--name", name.title(), "--role", "staff",
            "--department", department, typed=PASSWORD + "\n",
        )  # fmt: skip
        return Desk(self.residents.network, email, PASSWORD, lang)

    def end(self) -> None:
        """Everybody goes home."""
        self.residents.close()
        self.site.stop()

    # ------------------------------------------------------------------------------- the days
    def live(self) -> None:
        """Everything that happens, in its order."""
        for day, hour, happen in sorted(self._happenings(), key=lambda one: one[:2]):
            self.site.clock.set(script.day(day), hour, 5)
            happen()
            assert self.site.clock.today() == script.day(day)
        # Nothing happens any more until the next quarter begins and is appraised.
        self.site.clock.set(quarter_after(self.site.clock.today()), 20, 5)
        self.site.run("assess", "--appraise")
        assert not self.writers.comments, f"{len(self.writers.comments)} were never written"

    def _happenings(self) -> Iterator[Happening]:
        hours = [(day, 10) for day in script.POSTING]
        hours += [(script.LAST, hour) for hour in script.LAST_HOURS]
        count = -(-len(self.writers.comments) // len(hours))
        yield from ((day, hour, lambda: self._write(count)) for day, hour in hours)
        yield 12, 11, self._stuff_from_everywhere
        yield 12, 12, self._send_bots
        yield 13, 11, self._fill_the_library
        yield 19, 11, self._stuff_from_one_address
        yield from ((day, 13, self._judge) for day in script.VERDICTS)
        yield from ((day, 14, self._rate_in_full) for day in script.INVITED)
        yield from (
            (day, 16, lambda week=week: self._work(week)) for week, day in enumerate(script.DESK)
        )
        yield script.LOOK_BACK, 20, self._keep_records
        yield from ((day, 20, self._round_as_process) for day in script.ROUNDS)

    # ------------------------------------------------------------------------------ residents
    def _write(self, count: int) -> None:
        self.residents.send(self.writers.hour(count))

    def _stuff_from_everywhere(self) -> None:
        self.residents.send(self.writers.stuffing(script.STUFFED, 14))

    def _stuff_from_one_address(self) -> None:
        self.residents.send(self.writers.stuffing(script.STUFFED_BY_ONE, 45, "203.0.113.99"))

    def _send_bots(self) -> None:
        self.residents.send(self.writers.bots(script.SERVICES[0]))

    def _fill_the_library(self) -> None:
        self.residents.send(self.writers.library(script.LIBRARY))

    def _rate_in_full(self) -> None:
        self.residents.send(self.writers.full_forms())

    def _judge(self) -> None:
        self.residents.each(lambda pair: self.residents.judge(*pair), self.writers.verdicts())

    # --------------------------------------------------------------------------------- the city
    def _work(self, week: int) -> None:
        """A day of the staff, all offices at once, and then the worker's round."""
        today = self.site.clock.today()
        self.residents.each(lambda office: office.work(week, today), self.offices)
        self.site.clock.move(timedelta(hours=2))
        self._round()

    def _round(self) -> None:
        self.site.work()
        self.ledger.tell_all(self.site.clock.today())

    def _round_as_process(self) -> None:
        self.site.run("work", "--once")
        self.ledger.tell_all(self.site.clock.today())

    def _keep_records(self) -> None:
        """For this day to be judged once more at the end, when much more has happened."""
        self.records_then = {slug: self.raw_records(slug) for slug in script.SERVICES}

    def raw_records(self, slug: str) -> dict[str, Any]:
        """A service's records as the ledger has them, in METHOD.md's format."""
        service = {
            "required_languages": list(LANGUAGES),
            "info_languages": [],
            "input_languages": list(LANGUAGES),
            "channels": 1,
            "population_share": {},
        }
        raw = self.ledger.raw_records(slug, service)
        return merge(self.earlier, raw) if slug == script.WITH_HISTORY else raw
