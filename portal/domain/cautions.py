"""What an answer makes doubtful before it is published: hints, which never stand in the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.loop import Outcome
from portal.domain.similar import likeness

FEW_WORDS = 6  # fewer can hardly say what was done, where and when
ALIKE = 0.85  # likeness from which a text counts as almost the same
MANY = 3  # answers that say almost the same

_WORD = re.compile(r"\w+")
_DENSE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_PER_WORD = 2  # characters of such scripts that make about one word


class Hint(StrEnum):
    """What is doubtful."""

    NO_DEED = "no_deed"  # nothing is said about what was done
    BARE_CLAIM = "bare_claim"  # says that it is done, and hardly what
    ECHO = "echo"  # says back what residents said
    LIKE_OTHERS = "like_others"  # almost the same as many others


@dataclass(frozen=True)
class Caution:
    """A hint, with the answers that it speaks of."""

    hint: Hint
    others: tuple[int, ...] = ()


def find_cautions(
    *, outcome: Outcome, you_said: str, we_did: str, why_not: str, others: Mapping[int, str]
) -> list[Caution]:
    """What to look at again; `others` = what other answers of the department say, by id."""
    found = []
    if not we_did:
        found.append(Caution(Hint.NO_DEED))
    elif likeness(we_did, you_said) >= ALIKE:
        found.append(Caution(Hint.ECHO))
    elif outcome is Outcome.DONE and count_words(we_did) < FEW_WORDS:
        found.append(Caution(Hint.BARE_CLAIM))
    ours = we_did or why_not
    alike = tuple(key for key, text in others.items() if likeness(ours, text) >= ALIKE)
    if len(alike) >= MANY:
        found.append(Caution(Hint.LIKE_OTHERS, alike))
    return found


def count_words(text: str) -> int:
    """About how many words a text has, in scripts without spaces too."""
    return sum(
        -(-len(word) // _PER_WORD) if _DENSE.search(word) else 1 for word in _WORD.findall(text)
    )
