"""What the demonstration city says: files beside this one, every text in six languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.domain.wording import Wording

_FOLDER = Path(__file__).parent / "data"
Texts = dict[str, str]  # by language


@dataclass(frozen=True)
class Comment:
    """What an invented resident wrote."""

    lang: str
    kind: str
    text: str


@dataclass(frozen=True)
class ThemeContent:
    """A theme, its response, what came of a promise, and comments on it."""

    service: str
    name: Texts
    you_said: Texts
    we_did: Texts
    why_not: Texts | None
    references: dict[str, Texts]  # lines, by what they are
    outcome: str
    due_in_days: int | None
    followup: Texts | None  # "we did", once a promise is kept
    comments: tuple[Comment, ...]

    def wording(self, lang: str, *, is_followup: bool) -> Wording:
        """What the response, or the later one that keeps its promise, says in a language."""
        we_did = (self.followup or self.we_did) if is_followup else self.we_did
        references = {what: texts[lang] for what, texts in self.references.items()}
        why_not = (self.why_not or {}).get(lang, "")
        return Wording(self.you_said[lang], we_did[lang], why_not, **references)


@cache
def load_city() -> dict[str, Any]:
    """City, departments, services, districts and people."""
    loaded: dict[str, Any] = json.loads((_FOLDER / "city.json").read_text(encoding="utf-8"))
    return loaded


@cache
def load_themes() -> dict[str, tuple[ThemeContent, ...]]:
    """Themes by the slug of their service, in the files' order."""
    themes: dict[str, list[ThemeContent]] = {}
    for path in sorted(_FOLDER.glob("themes_*.json")):
        for raw in json.loads(path.read_text(encoding="utf-8"))["themes"]:
            themes.setdefault(raw["service"], []).append(_theme(raw))
    return {slug: tuple(found) for slug, found in themes.items()}


def _theme(raw: dict[str, Any]) -> ThemeContent:
    response = raw["response"]
    return ThemeContent(
        service=raw["service"],
        name=raw["name"],
        you_said=response["you_said"],
        we_did=response["we_did"],
        why_not=response["why_not"],
        references=response.get("references", {}),
        outcome=response["outcome"],
        due_in_days=response["due_in_days"],
        followup=response.get("followup"),
        comments=tuple(Comment(**comment) for comment in raw["comments"]),
    )
