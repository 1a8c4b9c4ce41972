"""The survey instrument and other versioned texts: data, the same in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SOURCE = "en"
STATUSES = ("draft", "reviewed", "tested")


@dataclass(frozen=True)
class VersionedTexts:
    """Texts by key and language, each with a status: draft, reviewed or tested."""

    texts: Mapping[str, Mapping[str, str]]
    statuses: Mapping[str, Mapping[str, str]]

    def text(self, key: str, lang: str) -> str:
        """The text in `lang`, in the source language where a language that a city added lacks it.

        Raises KeyError for a key that there is not.
        """
        return self.texts[key].get(lang) or self.texts[key][SOURCE]

    def has(self, key: str, lang: str) -> bool:
        """Whether the text is there in that very language."""
        return bool(self.texts[key].get(lang))

    def including(self, lang: str, entries: Mapping[str, Mapping[str, str]]) -> VersionedTexts:
        """These texts with one more language; entries without text are left out."""
        written = {key: one for key, one in entries.items() if one.get("text")}
        return VersionedTexts(
            {key: _with(by, lang, written, key, "text") for key, by in self.texts.items()},
            {key: _with(by, lang, written, key, "status") for key, by in self.statuses.items()},
        )

    def languages(self) -> frozenset[str]:
        """Languages in which every text exists."""
        return frozenset.intersection(*(frozenset(by) for by in self.texts.values()))

    def status(self, lang: str) -> str:
        """The lowest status of any text in `lang`: what the set as a whole may claim."""
        return min((by[lang] for by in self.statuses.values()), key=STATUSES.index)


def _with(
    by: Mapping[str, str],
    lang: str,
    written: Mapping[str, Mapping[str, str]],
    key: str,
    name: str,
) -> Mapping[str, str]:
    return {**by, lang: written[key][name]} if key in written else by


@dataclass(frozen=True)
class Item:
    """One question: `q0`…`q6` or `c1`."""

    id: str
    text: str  # key
    scale: str
    has_dont_know: bool


@dataclass(frozen=True)
class Instrument:
    """A fixed, versioned set of questions and everything that is said around them."""

    id: str
    items: Mapping[str, Item]
    scales: Mapping[str, tuple[tuple[str, str], ...]]  # scale -> (stored value, key of its label)
    wordings: VersionedTexts

    def text(self, key: str, lang: str) -> str:
        """The wording for a key in `lang`."""
        return self.wordings.text(key, lang)

    def options(self, scale: str, lang: str) -> list[tuple[str, str]]:
        """(value, label) of a scale in its order."""
        return [(value, self.text(key, lang)) for value, key in self.scales[scale]]


def parse_texts(raw: Mapping[str, Mapping[str, Any]]) -> VersionedTexts:
    """Texts from their file; notes to translators are left out."""
    texts: dict[str, dict[str, str]] = {}
    statuses: dict[str, dict[str, str]] = {}
    for key, by_language in raw.items():
        entries = {lang: entry for lang, entry in by_language.items() if lang != "note"}
        texts[key] = {lang: entry["text"] for lang, entry in entries.items()}
        statuses[key] = {lang: entry["status"] for lang, entry in entries.items()}
    return VersionedTexts(texts, statuses)


def parse_instrument(raw: Mapping[str, Any]) -> Instrument:
    """An instrument from its file."""
    return Instrument(
        id=raw["instrument"],
        items={
            item["id"]: Item(
                id=item["id"],
                text=item["text"],
                scale=item["scale"],
                has_dont_know=bool(item.get("dont_know")),
            )
            for item in raw["items"]
        },
        scales={
            name: tuple((str(point["value"]), point["label"]) for point in points)
            for name, points in raw["scales"].items()
        },
        wordings=parse_texts(raw["texts"]),
    )
