"""What the pages about self-assessments and barriers call things."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.data import load_model_texts
from portal.domain.self_assessment import Block, ClaimState, Dimension, EvidenceKind
from portal.web.formats import number
from portal.web.i18n import current_language
from portal.web.words import gettext as _
from portal.web.words import ngettext

# On the grid, where the basis has to be said in the same breath.
CELL_WORDS: dict[ClaimState, Any] = {
    ClaimState.REVIEWED: _l("Self-assessed"),
    ClaimState.WAITING: _l("Self-assessed, not reviewed yet"),
    ClaimState.NO_EVIDENCE: _l("Claimed, no evidence"),
    ClaimState.EXPIRED: _l("Expired"),
}
CELL_CLASSES = {
    ClaimState.REVIEWED: "hatch",
    ClaimState.WAITING: "hatch waiting",
    ClaimState.NO_EVIDENCE: "hollow",
    ClaimState.EXPIRED: "expired",
}
STATE_WORDS: dict[ClaimState, Any] = {
    ClaimState.REVIEWED: _l("reviewed"),
    ClaimState.WAITING: _l("waiting for review"),
    ClaimState.NO_EVIDENCE: _l("claimed, no evidence"),
    ClaimState.EXPIRED: _l("expired"),
}
EVIDENCE_KINDS: dict[EvidenceKind, Any] = {
    EvidenceKind.DOCUMENT: _l("Document: its title and where it is kept"),
    EvidenceKind.URL: _l("Web page: its address"),
    EvidenceKind.RECORD: _l("Record in this portal: the address of its page"),
}
EVIDENCE_NAMES: dict[EvidenceKind, Any] = {
    EvidenceKind.DOCUMENT: _l("Document"),
    EvidenceKind.URL: _l("Web page"),
    EvidenceKind.RECORD: _l("Record in this portal"),
}


def dimension_name(dimension: str) -> str:
    """The name of a dimension, by its letter."""
    return load_model_texts().text(f"dimension.{dimension}.name", current_language())


def statement(dimension: str, level: int) -> str:
    """What the model says of a level of a dimension."""
    return load_model_texts().text(f"dimension.{dimension}.level.{level}", current_language())


def statement_options(dimension: Dimension) -> list[tuple[str, str]]:
    """(level, "Level 2: Encourage team problem-solving") of a dimension."""
    return [
        (
            str(level),
            _("Level %(n)s: %(name)s", n=number(level), name=statement(dimension.value, level)),
        )
        for level in range(1, 5)
    ]


def engage_options() -> list[tuple[str, str]]:
    """(level, words) of the engage dimension, level 0 among them."""
    named = [
        (
            str(level),
            _(
                "Level %(n)s: %(name)s",
                n=number(level),
                name=load_model_texts().text(f"engage_level.{level}.name", current_language()),
            ),
        )
        for level in range(1, 5)
    ]
    return [("0", _("Not yet level 1")), *named]


def block_name(block: str) -> str:
    """The name of a building block."""
    return load_model_texts().text(f"building_block.{block}.name", current_language())


def block_options() -> list[tuple[str, str]]:
    """(key, "Policy: identifying ordinances …") of the six building blocks."""
    texts, lang = load_model_texts(), current_language()
    return [
        (one.value, f"{block_name(one)}: {texts.text(f'building_block.{one}.text', lang)}")
        for one in Block
    ]


def gap_words(gap: int) -> str:
    """A perception gap in words."""
    if gap == 0:
        return _("As measured")
    if gap > 0:
        return ngettext(
            "%(n)s level above what was measured",
            "%(n)s levels above what was measured",
            gap,
            n=number(gap),
        )
    return ngettext(
        "%(n)s level below what was measured",
        "%(n)s levels below what was measured",
        -gap,
        n=number(-gap),
    )


def words() -> dict[str, object]:
    """What the templates use."""
    return {
        "cell_words": CELL_WORDS,
        "cell_classes": CELL_CLASSES,
        "state_words": STATE_WORDS,
        "evidence_names": EVIDENCE_NAMES,
        "dimension_name": dimension_name,
        "statement": statement,
        "block_name": block_name,
        "gap_words": gap_words,
    }
