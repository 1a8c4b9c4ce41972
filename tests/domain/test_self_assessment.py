"""What managers say of their services: which claim stands, how it is drawn, how far it is off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.publication import quarter_of
from portal.domain.self_assessment import (
    ClaimState,
    Dimension,
    EvidenceItem,
    EvidenceKind,
    EvidenceProblem,
    a_year_after,
    cites_warning,
    is_record,
    is_review_suggested,
    is_web_address,
    open_quarter,
    perception_gap,
    problem_of,
    standing,
    state_of,
)

TODAY = date(2026, 11, 20)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@dataclass(frozen=True)
class Claim:
    level: int
    valid_until: date = TODAY
    reviewed_by: int | None = None
    evidence_count: int = 1


CLAIMS = st.builds(
    Claim,
    level=st.integers(1, 4),
    valid_until=st.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=9)),
    reviewed_by=st.none() | st.just(7),
    evidence_count=st.integers(0, 3),
)


def test_a_claim_says_how_far_it_can_be_relied_on() -> None:
    assert state_of(Claim(2, reviewed_by=7), TODAY) is ClaimState.REVIEWED
    assert state_of(Claim(2), TODAY) is ClaimState.WAITING
    assert state_of(Claim(2, evidence_count=0), TODAY) is ClaimState.NO_EVIDENCE
    yesterday = TODAY - timedelta(days=1)
    for claim in (Claim(2, yesterday, 7), Claim(2, yesterday, None, 0)):
        assert state_of(claim, TODAY) is ClaimState.EXPIRED


def test_a_higher_claim_waits_for_its_second_person_and_a_lower_one_does_not() -> None:
    reviewed = Claim(2, reviewed_by=7)
    assert standing([Claim(3), reviewed], TODAY) is reviewed
    lower = Claim(1, evidence_count=0)
    assert standing([lower, reviewed], TODAY) is lower
    newer = Claim(4, reviewed_by=8)
    assert standing([newer, reviewed], TODAY) is newer
    assert standing([], TODAY) is None


@pytest.mark.parametrize("level", [3, 4])
def test_after_a_lower_claim_a_higher_one_waits_as_well(level: int) -> None:
    reviewed, lower = Claim(4, reviewed_by=7), Claim(2)
    higher = Claim(level, evidence_count=0)
    assert standing([higher, lower, reviewed], TODAY) is lower
    again = Claim(2, evidence_count=0)
    assert standing([again, higher, lower, reviewed], TODAY) is again
    agreed = Claim(level, reviewed_by=8)
    assert standing([agreed, again, higher, lower, reviewed], TODAY) is agreed


@given(st.lists(CLAIMS, min_size=1, max_size=5))
def test_nothing_unreviewed_stands_above_what_was_reviewed(claims: list[Claim]) -> None:
    found = standing(claims, TODAY)
    assert found in claims
    reviewed = [one for one in claims if state_of(one, TODAY) is ClaimState.REVIEWED]
    if reviewed and found is not None:
        assert found.level <= reviewed[0].level


@given(DAYS)
def test_twelve_months_end_a_year_later(day: date) -> None:
    later = a_year_after(day)
    assert later.year == day.year + 1
    assert 365 <= (later - day).days <= 366


@given(DAYS)
def test_a_level_can_be_claimed_only_before_it_is_measured(day: date) -> None:
    quarter_on = open_quarter(day)
    assert quarter_of(quarter_on) == quarter_on > day
    assert (quarter_on - day).days <= 92
    assert open_quarter(quarter_on) > quarter_on


@pytest.mark.parametrize(
    ("claimed", "published", "gap", "suggested"),
    [(3, 3, 0, False), (3, 2, 1, False), (3, 1, 2, True), (0, 2, -2, True), (4, 0, 4, True)],
)
def test_the_perception_gap(claimed: int, published: int, gap: int, suggested: bool) -> None:
    assert perception_gap(claimed, published) == gap
    assert is_review_suggested(gap) is suggested


def test_early_warnings_are_evidence_for_capability_alone() -> None:
    item = EvidenceItem(EvidenceKind.RECORD, "/en/manage/warnings/?state=new", TODAY)
    assert problem_of(item, Dimension.CAPABILITY, TODAY) is None
    for dimension in set(Dimension) - {Dimension.CAPABILITY}:
        for kind, reference in (
            (EvidenceKind.RECORD, item.reference),
            (EvidenceKind.URL, f"https://city.example{item.reference}"),
        ):
            cited = EvidenceItem(kind, reference, TODAY)
            found = problem_of(cited, dimension, TODAY)
            assert found == ("reference", EvidenceProblem.WARNING_ELSEWHERE)
    assert not cites_warning("/en/responses/12/")


@pytest.mark.parametrize(
    ("kind", "reference", "dated_on", "expected"),
    [
        ("document", "Minutes of 3 May", TODAY, None),
        ("url", "https://city.example/minutes", TODAY, None),
        ("record", "/en/responses/12/", TODAY, None),
        ("document", "", TODAY, ("reference", "reference_missing")),
        ("url", "city.example", TODAY, ("reference", "not_an_address")),
        ("url", "javascript:alert(1)", TODAY, ("reference", "not_an_address")),
        ("record", "//elsewhere.example/", TODAY, ("reference", "not_a_record")),
        ("record", "The answer of May", TODAY, ("reference", "not_a_record")),
        ("document", "Minutes", None, ("dated", "day_missing")),
        ("document", "Minutes", TODAY + timedelta(days=1), ("dated", "day_future")),
    ],
)
def test_an_item_has_to_lead_somewhere_and_have_a_day(
    kind: str, reference: str, dated_on: date | None, expected: tuple[str, str] | None
) -> None:
    item = EvidenceItem(EvidenceKind(kind), reference, dated_on)
    assert problem_of(item, Dimension.TECH_AND_DATA, TODAY) == expected


@given(st.text(max_size=30))
def test_no_text_is_both_an_address_and_a_record(text: str) -> None:
    assert not (is_web_address(text) and is_record(text))
