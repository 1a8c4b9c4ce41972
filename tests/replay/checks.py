"""What the portal kept and shows, compared with the ledger person by person."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.domain.criteria import DEFAULTS
from portal.domain.derive import build_evidence
from portal.domain.level import evaluate
from portal.domain.publication import evidence_hash, publish
from portal.domain.raw_records import parse_raw_records
from portal.models.loops import LoopRow
from portal.models.submissions import Submission
from portal.store.engine import Store
from portal.store.secrets import sha256
from tests.replay import script
from tests.replay.ledger import Answer, Letter, Person
from tests.replay.pages import Element
from tests.replay.people import Browser, Reply
from tests.replay.site import LANGUAGES
from tests.replay.story import Story
from tests.support.client import Page

_STRICTLY = 25  # one page in so many is read as a strict reader would


@dataclass
class Checks:
    """All checks on a story that has been lived."""

    story: Story
    store: Store

    def __post_init__(self) -> None:
        self.ledger = self.story.ledger
        self.reader = Browser(self.story.residents.network, Person(0, "en", "203.0.113.5"))

    # ------------------------------------------------------------------------- what was stored
    def check_nothing_is_lost_or_doubled(self) -> None:
        """A row for every letter that was acknowledged, and no other; with its own answers."""
        with self.store.read() as session:
            rows = session.scalars(select(Submission).where(Submission.import_id.is_(None))).all()
            stored = {row.receipt_hash: row for row in rows}
            loops = {row.submission_id: row for row in session.scalars(select(LoopRow))}
        letters = {sha256(one.code): one for one in self.ledger.letters}
        assert len(rows) == len(stored) == len(letters) == len(self.ledger.sent())
        assert stored.keys() == letters.keys()
        for receipt, letter in letters.items():
            row = stored[receipt]
            where = f"letter {letter.id}"
            assert (row.comment or "") == letter.said, where
            assert (row.lang, row.comment_lang or "") == (letter.lang, letter.script), where
            assert row.received_on == letter.on, where
            assert row.is_case == letter.is_case, where
            assert row.is_verified == letter.is_verified, where
            assert row.has_personal_data == letter.was_warned, where
            answers = {
                f"q{n}": value for n in range(7) if (value := getattr(row, f"q{n}")) is not None
            }
            assert {key: str(value) for key, value in answers.items()} == letter.answers, where
            assert (row.id in loops) == letter.is_case, where
            if letter.is_case:
                assert loops[row.id].state == letter.state, where

    def check_people_are_told_apart(self) -> None:
        """Two letters have one key exactly when they are by one person within 90 days."""
        with self.store.read() as session:
            rows = session.execute(
                select(Submission.receipt_hash, Submission.person_key).where(
                    Submission.import_id.is_(None)
                )
            ).all()
        keys = {row.receipt_hash: row.person_key for row in rows}
        pairs = {(one.key, keys[sha256(one.code)]) for one in self.ledger.sent()}
        assert (
            len(pairs) == len({ours for ours, _ in pairs}) == len({theirs for _, theirs in pairs})
        )

    def check_bursts_are_set_apart(self) -> None:
        """Exactly the bursts and the bots are in quarantine; the library is counted."""
        with self.store.read() as session:
            found = set(
                session.scalars(select(Submission.receipt_hash).where(Submission.is_quarantined))
            )
        wanted = {sha256(one.code): one for one in self.ledger.sent() if one.is_quarantined}
        assert found == wanted.keys(), (
            f"{len(found - wanted.keys())} too many, {len(wanted.keys() - found)} missing"
        )

    # ---------------------------------------------------------------------------- every receipt
    def check_every_receipt(self) -> None:
        """Each receipt shows its person's own words, their case, and the answer to it."""
        problems = self.story.residents.each(self._check_receipt, self.ledger.sent())
        found = [problem for problem in problems if problem]
        assert not found, f"{len(found)} receipts: " + "\n".join(found[:10])

    def _check_receipt(self, letter: Letter) -> str:
        path = f"/{letter.lang}/receipts/{letter.code}/"
        reply = Browser(self.story.residents.network, letter.person).get(path)
        try:
            assert reply.status == 200, reply.status
            if letter.id % _STRICTLY == 0:
                Page(reply.text)
            self._check_page(letter, reply.page)
        except AssertionError as error:
            return f"letter {letter.id} ({letter.lang}, {letter.state}): {error}"
        return ""

    def _check_page(self, letter: Letter, page: Element) -> None:
        html, main = page.first("html"), page.first("main")
        assert html.lang == letter.lang, html.lang
        assert html.dir == ("rtl" if letter.lang == "ar" else "ltr"), html.dir
        assert main.first("p", "code").text().replace("-", "") == letter.code
        voices = main.all("blockquote", "voice")
        assert len(voices) == bool(letter.said), f"{len(voices)} voices"
        for voice in voices:
            _check_words(letter, voice)
        if not letter.is_case:
            assert not main.all("div", "deed")
            return
        forms = [one for one in main.all("form") if "verdict" in one.classes]
        assert len(forms) == bool(letter.told_on), "asked before or not after the answer"
        self._check_answers(letter, main)

    def _check_answers(self, letter: Letter, main: Element) -> None:
        """The newest first: in the resident's language, or marked as what it is."""
        deeds, heard = main.all("div", "deed"), list(reversed(letter.heard))
        assert len(deeds) == len(heard), f"{len(deeds)} answers shown, {len(heard)} given"
        for deed, answer in zip(deeds, heard, strict=True):
            lang = letter.lang if letter.lang in answer.ready else answer.source
            _you_said, we_did, why_not = answer.texts[lang]
            wanted = [*_lines(we_did), *_lines(why_not)]
            shown = {one.text(): one for one in deed.all("p")}
            for line in wanted:
                assert line in shown, f"missing: {line}"
                assert shown[line].lang == lang, f"{line} is marked as {shown[line].lang}"
                assert shown[line].dir in {"ltr", "auto"}, f"{line} is written {shown[line].dir}"
            others = {
                line
                for tag, text in answer.texts.items()
                if tag != lang
                for line in _lines(text[1])
            }
            assert not others & shown.keys(), "in another language too"

    def check_receipts_are_found_by_code(self) -> None:
        """However the code is typed."""
        letter = self.ledger.cases()[7]
        groups = [letter.code[at : at + 5] for at in range(0, 25, 5)]
        for typed in ("-".join(groups), " ".join(groups).lower()):
            reply = self.story.residents.look_up(letter, typed)
            assert reply.status == 200
            assert reply.page.first("p", "code").text().replace("-", "") == letter.code

    # ------------------------------------------------------------------------------ the evidence
    def check_evidence(self) -> None:
        """The SQL's evidence is METHOD.md's evidence of what people did."""
        assessed = json.loads(self.story.site.run("assess", "--json"))
        found = {one["service"]: one for one in assessed}
        today = self.story.site.clock.today()
        for slug in script.SERVICES:
            wanted = build_evidence(parse_raw_records(self.story.raw_records(slug)), today)
            assert found[slug]["as_of"] == today.isoformat()
            assert _differences(found[slug]["evidence"], wanted) == [], slug
            assert found[slug]["result"] == _as_json(evaluate(wanted)), slug
        slug = script.SERVICES[0]
        one = json.loads(self.story.site.run("assess", "--service", slug, "--json"))
        assert one == found[slug]

    def check_evidence_of_an_earlier_day(self) -> None:
        """What has happened since changes nothing about what was known then."""
        day = script.day(script.LOOK_BACK)
        output = self.story.site.run("assess", "--as-of", day.isoformat(), "--json")
        found = {one["service"]: one["evidence"] for one in json.loads(output)}
        for slug, raw in self.story.records_then.items():
            wanted = build_evidence(parse_raw_records(raw), day)
            assert _differences(found[slug], wanted) == [], slug

    def check_set_aside_is_counted(self) -> None:
        """What staff set aside shows in public figures as not kept."""
        for slug in script.SERVICES:
            aside = [one for one in self.ledger.cases(slug) if one.excluded]
            kept = self._level(slug)["evidence"]["kept"]
            assert aside, slug
            assert kept["n"] - kept["x"] == len(aside), slug

    # ------------------------------------------------------------------------- what is published
    def check_levels(self) -> None:
        """Page, JSON and CSV of every level say what the published evidence gives."""
        today = self.story.site.clock.today()
        for slug in script.SERVICES:
            public = self._level(slug)
            evidence = build_evidence(parse_raw_records(self.story.raw_records(slug)), today)
            wanted = _as_json(publish(evidence, DEFAULTS))
            # More than ten people's records have changed since the last batch: all is new.
            assert public["as_of"] == public["published_on"] == today.isoformat(), slug
            assert _differences(public["evidence"], wanted) == [], slug
            assert public["result"] == _as_json(evaluate(wanted)), slug
            assert public["evidence_sha256"] == evidence_hash(wanted), slug
            self._check_table(slug, public)
            self._check_level_page(slug, public)

    def _level(self, slug: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._get(f"/api/v1/services/{slug}/level").text)
        return found

    def _get(self, path: str) -> Reply:
        reply = self.reader.get(path)
        assert reply.status == 200, f"{path}: {reply.status}"
        return reply

    def _check_table(self, slug: str, public: dict[str, Any]) -> None:
        rows = list(
            csv.DictReader(io.StringIO(self._get(f"/api/v1/services/{slug}/level.csv").text))
        )
        figures = {row["criterion"]: row for row in rows if not row["group"]}
        for criterion in public["result"]["criteria"]:
            row = figures[criterion["id"]]
            assert row["status"] == criterion["status"], criterion["id"]
            for key in ("x", "n", "value", "low", "high"):
                assert row[key] == _cell(criterion.get(key)), (slug, criterion["id"], key)

    def _check_level_page(self, slug: str, public: dict[str, Any]) -> None:
        page = Page(self._get(f"/en/services/{slug}/level/").text)
        words = page.words()
        assert public["evidence_sha256"] in words
        for criterion in public["result"]["criteria"]:
            if criterion["kind"] == "proportion" and criterion["n"] >= 10:
                figures = f"{criterion['x']} of {criterion['n']}"
                assert figures in words, (slug, criterion["id"], figures)
        listed = {one["service"]: one for one in self._services()}
        assert listed[slug]["level"] == public["result"]["level"]

    def _services(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self._get("/api/v1/services").text)["services"]
        return found

    def check_services(self) -> None:
        """All are there, with their names in the languages that the file has."""
        services = {one["service"]: one for one in self._services()}
        assert len(services) == script.REAL_SERVICES + 2
        assert set(services[script.LIBRARY]["names"]) == set(LANGUAGES)
        assert Counter(one["department"] for one in services.values()) == {
            script.CITY: script.REAL_SERVICES, script.PARKS: 2,
        }  # fmt: skip

    def check_responses(self) -> None:
        """Open data and pages hold every response in every reviewed language, and no other."""
        listed = json.loads(self._get("/api/v1/responses").text)
        found = {one["id"]: one for one in listed["responses"]}
        answers = {one.id: one for one in self.ledger.answers}
        assert found.keys() == answers.keys()
        assert listed["total"] == len(answers)
        for number, answer in answers.items():
            _check_response(found[number], answer)
        rows = csv.DictReader(io.StringIO(self._get("/api/v1/responses.csv").text))
        table = {(int(row["id"]), row["language"]): row for row in rows}
        texts = {(one.id, lang): one.texts[lang] for one in answers.values() for lang in one.ready}
        assert table.keys() == texts.keys()
        for key, words in texts.items():
            row = table[key]
            assert _same(row["you_said"], row["we_did"], row["why_not"]) == words, key

    def check_comments_stay_private(self) -> None:
        """What residents wrote stands on no public page, in no open data, feed or log."""
        paths = ["/en/", "/es/", "/en/responses/", "/en/responses/feed.atom", "/api/v1/responses"]
        paths += [f"/en/services/{slug}/" for slug in script.SERVICES]
        public = "\n".join(self._get(path).text for path in paths)
        public += self.story.site.log.read_text(encoding="utf-8")
        for letter in self.ledger.sent():
            assert letter.code not in public, f"code of letter {letter.id}"
            assert letter.email == "" or letter.email not in public
            long_enough = len(letter.said) > 30
            assert not (long_enough and letter.said in public), f"words of letter {letter.id}"

    # -------------------------------------------------------------------------------- the whole
    def check_installation(self) -> None:
        """All events folded again give what stands there."""
        assert "All is well." in self.story.site.run("check")

    def check_log(self) -> None:
        """The web processes had nothing to complain of."""
        log = self.story.site.log.read_text(encoding="utf-8")
        assert not re.findall(r"Traceback|\"ERROR\"|\"level\": ?\"error\"", log), log[-4000:]

    def check_story_was_full(self) -> None:
        """The script did what it was written for; otherwise the checks above show little."""
        sent = self.ledger.sent()
        ways = Counter(one.way for one in sent)
        assert all(ways[way] >= 8 for way in ("twice", "lost", "forgetful", "other")), ways
        assert sum(one.was_warned for one in sent) >= 5
        assert sum(one.script == "zh-Hant" for one in sent) >= 150
        states = Counter(one.state for one in self.ledger.cases())
        wanted = {"acknowledged", "told", "confirmed", "reopened", "excluded", "declined", "done"}
        assert wanted <= states.keys(), states
        assert sum(one.retold_on is not None for one in sent) >= 20
        assert sum(one.is_verified for one in sent) >= 50
        periods = Counter(one.person.number for one in sent if one.is_verified is False)
        assert max(periods.values()) > 3, "nobody wrote more often than is counted"

    def all(self) -> Iterable[str]:
        """The names of all checks."""
        return [name for name in dir(self) if name.startswith("check_")]


def _check_words(letter: Letter, voice: Element) -> None:
    """As they were written, line by line, marked with the language that they are in."""
    lines = [one for one in voice.all("p") if "who" not in one.classes]
    assert [one.text() for one in lines] == _lines(letter.said), "other words"
    for one in lines:
        assert one.lang == letter.marked_as, f"marked as {one.lang}"
        assert one.dir == "auto", f"written {one.dir or 'as the page is'}"


def _check_response(found: dict[str, Any], answer: Answer) -> None:
    assert found["service"] == answer.slug
    assert found["outcome"] == answer.outcome
    assert found["due_on"] == (answer.due_on.isoformat() if answer.due_on else None)
    assert found["done_on"] == (answer.done_on.isoformat() if answer.done_on else None)
    assert answer.published_on is not None
    assert found["published_on"] == answer.published_on.isoformat()
    assert found["follows"] == (answer.follows.id if answer.follows else None)
    assert found["texts"].keys() == answer.ready
    for lang, text in found["texts"].items():
        assert (text["you_said"], text["we_did"], text["why_not"]) == answer.texts[lang]
    corrections = {
        one["language"]: (tuple(one["before"].values()), one["reason"])
        for one in found["corrections"]
    }
    assert corrections == answer.corrected


def _same(*words: str) -> tuple[str, ...]:
    """Cells of CSV; none of these texts begins as a formula does."""
    return tuple(one.replace("\r\n", "\n") for one in words)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _as_json(value: object) -> Any:
    return json.loads(json.dumps(value))


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Where two pieces of evidence differ, key by key; the order of lists counts too."""
    wanted = _as_json(wanted)
    return [
        f"{key}: {found.get(key)} instead of {wanted.get(key)}"
        for key in sorted(found.keys() | wanted.keys())
        if found.get(key) != wanted.get(key)
    ]
