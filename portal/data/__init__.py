"""Versioned data that the product carries: instruments and the model's texts, per language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from portal.data.languages import AddedLanguage, list_added
from portal.domain.accessibility import AccessibilityChecks
from portal.domain.claims import ClaimWords, parse_claim_words
from portal.domain.instrument import Instrument, VersionedTexts, parse_instrument, parse_texts
from portal.domain.stored_fields import Group, parse_groups

_FOLDER = Path(__file__).parent
_added: list[AddedLanguage] = []  # of the installation that this process belongs to
INSTRUMENT_ID = "engage-survey-1"
MODEL_TEXTS_ID = "model-texts-1"


def use_languages(instance: Path) -> None:
    """From now on, texts are there in the languages of this installation's folder too."""
    _added[:] = list_added(instance)
    load_instrument.cache_clear()
    load_model_texts.cache_clear()


def find_added(tag: str) -> AddedLanguage | None:
    """The language of this installation's folder with this tag."""
    return next((one for one in _added if one.tag == tag), None)


def _with_added(texts: VersionedTexts, document: str) -> VersionedTexts:
    for one in _added:
        texts = texts.including(one.tag, one.read_texts().get(document, {}))
    return texts


@cache
def load_instrument(instrument_id: str = INSTRUMENT_ID) -> Instrument:
    """The instrument with this id; a changed wording is a new id (METHOD.md section 1)."""
    path = _FOLDER / "instruments" / f"{instrument_id}.json"
    instrument = parse_instrument(json.loads(path.read_text(encoding="utf-8")))
    return replace(instrument, wordings=_with_added(instrument.wordings, instrument_id))


@cache
def load_model_texts(texts_id: str = MODEL_TEXTS_ID) -> VersionedTexts:
    """The model's dimensions, levels, statuses and criteria in plain words."""
    path = _FOLDER / "models" / f"{texts_id}.json"
    texts = parse_texts(json.loads(path.read_text(encoding="utf-8"))["texts"])
    return _with_added(texts, texts_id)


@cache
def load_claim_words() -> dict[str, ClaimWords]:
    """By language: how a claim of change is known, and what gives a reader something to check."""
    path = _FOLDER / "claim_words.json"
    return parse_claim_words(json.loads(path.read_text(encoding="utf-8"))["languages"])


@cache
def load_stored_fields() -> Sequence[Group]:
    """Every stored field, in groups of one purpose each."""
    path = _FOLDER / "stored_fields.json"
    return parse_groups(json.loads(path.read_text(encoding="utf-8")))


@cache
def load_accessibility_checks() -> AccessibilityChecks:
    """What the browser's rounds looked at when they last found nothing (`make statement`)."""
    path = _FOLDER / "accessibility_checks.json"
    return AccessibilityChecks.parse(json.loads(path.read_text(encoding="utf-8")))
