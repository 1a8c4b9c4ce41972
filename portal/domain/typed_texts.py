"""Short texts that several people write in one form, as names by language: what each changed.

And what was read before something was changed as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class TextsMoved(ValueError):
    """Somebody else changed one of these texts after they were shown."""


def require_seen(stored: str, *, seen: str | None, typed: str) -> None:
    """Raise TextsMoved unless what is stored was read, or is what was typed (sent twice).

    `seen` is None where nobody reads before, as in a program.
    """
    if seen is not None and stored not in (seen, typed):
        raise TextsMoved


@dataclass(frozen=True)
class TypedTexts:
    """What was typed over what was shown, by language or by field; empty where there is none."""

    typed: Mapping[str, str]
    shown: Mapping[str, str] = field(default_factory=dict)

    def is_changed(self, key: str) -> bool:
        """Whether anything else was typed than stood there."""
        return self.typed.get(key, "") != self.shown.get(key, "")

    def is_contested(self, key: str, stored: Mapping[str, str]) -> bool:
        """Whether the text was changed here, and to something else by somebody else."""
        known = (self.shown.get(key, ""), self.typed.get(key, ""))
        return self.is_changed(key) and stored.get(key, "") not in known

    def changes(self, stored: Mapping[str, str]) -> dict[str, str]:
        """What there is to change of the stored texts; an empty one goes. Others stay as they are.

        Raises TextsMoved where a text is contested.
        """
        if any(self.is_contested(key, stored) for key in self.typed):
            raise TextsMoved
        return {
            key: text
            for key, text in self.typed.items()
            if self.is_changed(key) and text != stored.get(key, "")
        }
