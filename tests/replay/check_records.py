"""What was stored: nothing lost, nothing doubled, and the evidence that follows from it."""

from __future__ import annotations

import json

from sqlalchemy import select

from portal.domain.derive import build_evidence
from portal.domain.level import evaluate
from portal.domain.raw_records import parse_raw_records
from portal.models.loops import LoopRow
from portal.models.remarks import Remark
from portal.models.submissions import Submission
from portal.store.secrets import sha256
from tests.replay import script
from tests.replay.checking import Checking, as_json, differences


class RecordChecks(Checking):
    """The database, and the commands that look into it."""

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

    def check_what_is_missing_is_kept(self) -> None:
        """What people said is missing stands with their own case, in their own words."""
        with self.store.read() as session:
            rows = session.execute(
                select(Submission.receipt_hash, Remark.text, Remark.lang)
                .join(Remark, Remark.submission_id == Submission.id)
                .order_by(Remark.id)
            ).all()
        found: dict[str | None, list[tuple[str | None, str]]] = {}
        for receipt, text, lang in rows:
            found.setdefault(receipt, []).append((text, lang))
        wanted = {
            sha256(one.code): [(words, one.marked_as) for words in one.missing]
            for one in self.ledger.sent()
            if one.missing
        }
        assert len(wanted) > 5
        assert found == wanted

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

    def check_evidence(self) -> None:
        """The SQL's evidence is METHOD.md's evidence of what people did."""
        assessed = json.loads(self.story.site.call("assess", "--json"))
        found = {one["service"]: one for one in assessed}
        today = self.story.site.clock.today()
        for slug in script.SERVICES:
            wanted = build_evidence(parse_raw_records(self.story.raw_records(slug)), today)
            assert found[slug]["as_of"] == today.isoformat()
            differing = differences(found[slug]["evidence"], wanted)
            assert not differing, f"{slug}: {differing}"
            assert found[slug]["result"] == as_json(evaluate(wanted)), slug
        slug = script.SERVICES[0]
        one = json.loads(self.story.site.call("assess", "--service", slug, "--json"))
        assert one == found[slug]

    def check_evidence_of_an_earlier_day(self) -> None:
        """What has happened since changes nothing about what was known then."""
        day = script.day(script.LOOK_BACK)
        output = self.story.site.call("assess", "--as-of", day.isoformat(), "--json")
        found = {one["service"]: one["evidence"] for one in json.loads(output)}
        for slug, raw in self.story.records_then.items():
            wanted = build_evidence(parse_raw_records(raw), day)
            differing = differences(found[slug], wanted)
            assert not differing, f"{slug}: {differing}"

    def check_installation(self) -> None:
        """All events folded again give what stands there."""
        assert "All is well." in self.story.site.call("check")
