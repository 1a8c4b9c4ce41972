"""What an answer makes doubtful before it is published: hints, which never stand in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.claims import NO_WORDS, ClaimWords, claims_change, is_checkable
from portal.domain.loop import PROMISES, Outcome
from portal.domain.similar import likeness
from portal.domain.wording import Wording

ALIKE = 0.85  # likeness from which a text counts as almost the same
MANY = 3  # answers that say almost the same


class Hint(StrEnum):
    """What is doubtful."""

    NO_DEED = "no_deed"  # nothing is said about what was done
    BARE_CLAIM = "bare_claim"  # claims a change, and gives nothing to check
    ECHO = "echo"  # says back what residents said
    LIKE_OTHERS = "like_others"  # almost the same as many others
    HOLIDAY = "holiday"  # promises a day on which the city does not work


@dataclass(frozen=True)
class Caution:
    """A hint, with the answers or the holiday that it speaks of."""

    hint: Hint
    others: tuple[int, ...] = ()
    name: str = ""


def find_cautions(
    *, outcome: Outcome, wording: Wording, others: Mapping[int, str],
    words: ClaimWords = NO_WORDS, holiday: str | None = None,
) -> list[Caution]:  # fmt: skip
    """What to look at again; `others` = what other answers of the department say, by id.

    `words` are those of the text's language by which a claim is known; `holiday` is
    what the day that is promised is called, where the city does not work on it.
    """
    found = []
    if not wording.we_did:
        found.append(Caution(Hint.NO_DEED))
    elif likeness(wording.we_did, wording.you_said) >= ALIKE:
        found.append(Caution(Hint.ECHO))
    elif _is_bare_claim(outcome, wording, words):
        found.append(Caution(Hint.BARE_CLAIM))
    ours = wording.we_did or wording.why_not
    alike = tuple(key for key, text in others.items() if likeness(ours, text) >= ALIKE)
    if len(alike) >= MANY:
        found.append(Caution(Hint.LIKE_OTHERS, alike))
    if holiday and outcome in PROMISES:
        found.append(Caution(Hint.HOLIDAY, name=holiday))
    return found


def _is_bare_claim(outcome: Outcome, wording: Wording, words: ClaimWords) -> bool:
    """Whether it claims a change without anything to check.

    Done is a claim, whatever the words. What is only planned claims nothing yet, and has its day.
    """
    if outcome is Outcome.PLANNED:
        return False
    if outcome is not Outcome.DONE and not claims_change(wording.we_did, words):
        return False
    references = wording.references
    return not is_checkable(
        wording.we_did, words, refers=bool(references.links or references.pictures)
    )
