"""Languages that a city added itself, kept in the folder of its installation.

A language is data: a folder with a catalogue (`LC_MESSAGES/messages.po`) and the wordings of the
instrument and of the model (`texts.json`). `language.json` says which tag it has and whether
residents are offered it. docs/decisions/0045 says why they lie there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = "languages"  # within the installation's folder
_HEAD, _TEXTS = "language.json", "texts.json"
CATALOGUE = Path("LC_MESSAGES") / "messages.po"


@dataclass(frozen=True)
class AddedLanguage:
    """One of them."""

    tag: str
    folder: Path
    is_offered: bool

    @property
    def catalogue(self) -> Path:
        """Its catalogue, for translators; the compiled one lies beside it."""
        return self.folder / CATALOGUE

    @property
    def texts_file(self) -> Path:
        """The wordings, each beside its English source."""
        return self.folder / _TEXTS

    def read_texts(self) -> dict[str, dict[str, dict[str, str]]]:
        """{document: {key: {en, text, status, note}}}; text is empty while nobody wrote it."""
        found: dict[str, dict[str, dict[str, str]]] = _read(self.texts_file)
        return found

    def write_texts(self, texts: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        """Keep the wordings as people can edit them."""
        _write(self.texts_file, texts)


def list_added(instance: Path) -> Sequence[AddedLanguage]:
    """The languages in this installation's folder, by tag. Raises ValueError for a broken one."""
    heads = (instance / FOLDER).glob(f"*/{_HEAD}")
    found = [(path, _read(path)) for path in heads]
    return sorted(
        (AddedLanguage(head["tag"], path.parent, head["is_offered"]) for path, head in found),
        key=lambda one: one.tag,
    )


def keep_added(instance: Path, tag: str, locale: str, *, is_offered: bool) -> AddedLanguage:
    """Write down that there is such a language, and whether residents are offered it."""
    folder = instance / FOLDER / locale
    (folder / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    _write(folder / _HEAD, {"tag": tag, "is_offered": is_offered})
    return AddedLanguage(tag, folder, is_offered)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error


def _write(path: Path, value: object) -> None:
    written = path.with_suffix(".new")
    written.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    written.replace(path)  # whoever reads finds the old one or the new one
