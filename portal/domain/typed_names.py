"""Names by language as several people write them in one form: what each of them changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class NamesMoved(ValueError):
    """Somebody else changed one of these names after they were shown."""


@dataclass(frozen=True)
class TypedNames:
    """What was typed over what was shown, by language; empty where there is no name."""

    typed: Mapping[str, str]
    shown: Mapping[str, str] = field(default_factory=dict)

    def is_changed(self, lang: str) -> bool:
        """Whether anything else was typed than stood there."""
        return self.typed.get(lang, "") != self.shown.get(lang, "")

    def is_contested(self, lang: str, stored: Mapping[str, str]) -> bool:
        """Whether the name was changed here, and to something else by somebody else."""
        known = (self.shown.get(lang, ""), self.typed.get(lang, ""))
        return self.is_changed(lang) and stored.get(lang, "") not in known

    def changes(self, stored: Mapping[str, str]) -> dict[str, str]:
        """What there is to change of the stored names; an empty one goes. Others stay as they are.

        Raises NamesMoved where a name is contested.
        """
        if any(self.is_contested(lang, stored) for lang in self.typed):
            raise NamesMoved
        return {
            lang: name
            for lang, name in self.typed.items()
            if self.is_changed(lang) and name != stored.get(lang, "")
        }
