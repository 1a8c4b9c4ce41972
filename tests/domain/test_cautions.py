"""Hints before publishing: what is bare, an echo, or almost the same as many others."""

from __future__ import annotations

import pytest

from portal.domain.cautions import Caution, Hint, count_words, find_cautions
from portal.domain.loop import Outcome

SAID = "The holes on School Road come back after every rain."
DEED = "We paved 9 of the 14 streets by the schools with hot mix last week."


def hints(
    outcome: Outcome = Outcome.DONE, we_did: str = DEED, others: tuple[str, ...] = ()
) -> set[str]:
    found = find_cautions(
        outcome=outcome, you_said=SAID, we_did=we_did, why_not="", others=dict(enumerate(others))
    )
    return {one.hint for one in found}


def test_an_answer_that_says_what_was_done_raises_no_hint() -> None:
    assert hints() == set()


@pytest.mark.parametrize("claim", ["It is done.", "Hecho, gracias.", "已经处理好了", "تم الإصلاح"])
def test_a_claim_without_what_changed_is_doubtful(claim: str) -> None:
    assert hints(we_did=claim) == {Hint.BARE_CLAIM}
    assert hints(Outcome.ANSWERED, we_did=claim) == set()


def test_saying_back_what_residents_said_is_no_deed() -> None:
    assert hints(we_did=SAID) == {Hint.ECHO}
    assert hints(Outcome.DECLINED, we_did="") == {Hint.NO_DEED}


def test_what_many_others_say_is_said_so_and_which() -> None:
    same = [DEED, DEED.replace("9", "8"), DEED.replace("last week", "this week")]
    assert hints(others=(*same[:2], "Something else was done in the park.")) == set()
    found = find_cautions(
        outcome=Outcome.DONE, you_said=SAID, we_did=DEED, why_not="", others=dict(enumerate(same))
    )
    assert found == [Caution(Hint.LIKE_OTHERS, (0, 1, 2))]


def test_words_are_counted_in_scripts_without_spaces_too() -> None:
    assert count_words("We paved nine streets") == 4
    assert count_words("我们铺好了九条街") == 4
