"""What the statements say is what the portal stores, sets and checks."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files

from portal import data, models
from portal.data import load_accessibility_checks, load_stored_fields
from portal.domain.stored_fields import ABOUT, PERIODS
from portal.public.stored_words import WORDS
from tests.browser.extent import describe

WHERE = "portal/data/stored_fields.json: every column belongs to one group, by its purpose"


def test_every_stored_field_is_accounted_for_once() -> None:
    """A new column has to be put into a group; the privacy page then shows it by itself."""
    stored = {
        f"{table.name}.{column.name}"
        for table in models.Base.metadata.tables.values()
        for column in table.columns
    }
    listed = Counter(field for group in load_stored_fields() for field in group.fields)
    assert set(listed) == stored, f"{WHERE}: {sorted(set(listed) ^ stored)}"
    assert [field for field, times in listed.items() if times > 1] == [], WHERE


def test_every_group_says_about_whom_for_how_long_and_why() -> None:
    for group in load_stored_fields():
        assert group.about in ABOUT, group.key
        assert group.period in PERIODS, group.key
        assert group.fields, group.key
        assert (group.key in WORDS) == (group.about not in {"city", "technical"}), group.key


def test_what_could_name_a_resident_is_shown_as_being_about_residents() -> None:
    """Whatever holds words, an address, a fingerprint or a choice of theirs."""
    about = {field: group.about for group in load_stored_fields() for field in group.fields}
    for field in (
        "submission.comment", "submission.words", "submission.district", "submission.age_band",
        "submission.lang", "loop.lang", "loop.district", "contact.email_encrypted",
        "contact.email_hash", "submission.person_key", "submission.receipt_hash",
    ):  # fmt: skip
        assert about[field] == "resident", field


def test_the_accessibility_statement_says_what_the_rounds_look_at() -> None:
    """`make statement` writes it anew, after all of it passed."""
    kept = json.loads((files(data) / "accessibility_checks.json").read_text(encoding="utf-8"))
    of_the_day = {"on", "resident_pages", "staff_pages", "whole"}
    claimed = {key: kept[key] for key in kept if key not in of_the_day}
    assert claimed == describe()
    checked = load_accessibility_checks()
    assert checked.resident_pages > 20
    assert checked.staff_pages > 50
