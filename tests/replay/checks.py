"""All checks on a story that has been lived."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tests.replay.check_published import PublicChecks
from tests.replay.check_receipts import ReceiptChecks
from tests.replay.check_records import RecordChecks


class Checks(RecordChecks, ReceiptChecks, PublicChecks):
    """What the portal kept and shows, compared with the ledger person by person."""

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
