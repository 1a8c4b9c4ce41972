"""What everybody may read: levels with their evidence, services, responses; and what nobody may."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any

from portal.domain.criteria import DEFAULTS
from portal.domain.derive import build_evidence
from portal.domain.level import evaluate
from portal.domain.publication import appraise, evidence_hash, publish
from portal.domain.raw_records import parse_raw_records
from tests.replay import script
from tests.replay.checking import Checking, as_json, differences
from tests.replay.ledger import Answer
from tests.replay.site import LANGUAGES
from tests.support.client import Page

WORDS = ("you_said", "we_did", "why_not")


class PublicChecks(Checking):
    """Pages, JSON and CSV say the same, and it is what people did."""

    def check_levels(self) -> None:
        """Page, JSON and CSV of every level say what the published evidence gives."""
        today = self.story.site.clock.today()
        for slug in script.SERVICES:
            public = self._level(slug)
            evidence = build_evidence(parse_raw_records(self.story.raw_records(slug)), today)
            wanted = as_json(publish(evidence, DEFAULTS))
            # The quarter was appraised at the very end.
            assert public["as_of"] == public["published_on"] == today.isoformat(), slug
            assert differences(public["evidence"], wanted) == [], slug
            assert public["result"] == as_json(evaluate(wanted)), slug
            assert public["published"] == as_json(appraise(None, evaluate(wanted))), slug
            assert public["evidence_sha256"] == evidence_hash(wanted), slug
            self._check_table(slug, public)
            self._check_level_page(slug, public)

    def _level(self, slug: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get(f"/api/v1/services/{slug}/level").text)
        return found

    def _check_table(self, slug: str, public: dict[str, Any]) -> None:
        rows = list(
            csv.DictReader(io.StringIO(self.get(f"/api/v1/services/{slug}/level.csv").text))
        )
        figures = {row["criterion"]: row for row in rows if not row["group"]}
        for criterion in public["result"]["criteria"]:
            row = figures[criterion["id"]]
            assert row["status"] == criterion["status"], criterion["id"]
            for key in ("x", "n", "value", "low", "high"):
                assert row[key] == _cell(criterion.get(key)), (slug, criterion["id"], key)

    def _check_level_page(self, slug: str, public: dict[str, Any]) -> None:
        page = Page(self.get(f"/en/services/{slug}/level/").text)
        words = page.words()
        assert public["evidence_sha256"] in words
        for criterion in public["result"]["criteria"]:
            if criterion["kind"] == "proportion" and criterion["n"] >= 10:
                figures = f"{criterion['x']} of {criterion['n']}"
                assert figures in words, (slug, criterion["id"], figures)
        listed = {one["service"]: one for one in self._services()}
        assert listed[slug]["level"] == public["published"]["level"]

    def _services(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.get("/api/v1/services").text)["services"]
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
        listed = json.loads(self.get("/api/v1/responses").text)
        found = {one["id"]: one for one in listed["responses"]}
        answers = {one.id: one for one in self.ledger.answers}
        assert found.keys() == answers.keys()
        assert listed["total"] == len(answers)
        for number, answer in answers.items():
            _check_response(found[number], answer)
        rows = csv.DictReader(io.StringIO(self.get("/api/v1/responses.csv").text))
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
        public = "\n".join(self.get(path).text for path in paths)
        public += self.story.site.log.read_text(encoding="utf-8")
        for letter in self.ledger.sent():
            assert letter.code not in public, f"code of letter {letter.id}"
            assert letter.email == "" or letter.email not in public
            long_enough = len(letter.said) > 30
            assert not (long_enough and letter.said in public), f"words of letter {letter.id}"

    def check_set_aside_is_counted(self) -> None:
        """What staff set aside shows in public figures as not kept."""
        for slug in script.SERVICES:
            aside = [one for one in self.ledger.cases(slug) if one.excluded]
            kept = self._level(slug)["evidence"]["kept"]
            assert aside, slug
            assert kept["n"] - kept["x"] == len(aside), slug


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
        assert tuple(text[part] for part in WORDS) == answer.texts[lang]
    corrections = {
        one["language"]: (tuple(one["before"][part] for part in WORDS), one["reason"])
        for one in found["corrections"]
    }
    assert corrections == answer.corrected


def _same(*words: str) -> tuple[str, ...]:
    """Cells of CSV; none of these texts begins as a formula does."""
    return tuple(one.replace("\r\n", "\n") for one in words)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
