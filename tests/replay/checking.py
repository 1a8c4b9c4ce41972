"""What all checks on a lived story share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from portal.store.engine import Store
from tests.replay.ledger import Person
from tests.replay.network import Reply
from tests.replay.people import Browser
from tests.replay.story import Story


@dataclass
class Checking:
    """A story that has been lived, and the database in which it must have left its traces."""

    story: Story
    store: Store

    def __post_init__(self) -> None:
        self.ledger = self.story.ledger
        self.reader = Browser(self.story.residents.network, Person(0, "en", "203.0.113.5"))

    def get(self, path: str) -> Reply:
        """A public page or document, as anybody gets it."""
        reply = self.reader.get(path)
        assert reply.status == 200, f"{path}: {reply.status}"
        return reply


def lines_of(text: str) -> list[str]:
    """The lines of a text that are not empty: pages show each as a paragraph."""
    return [line for line in text.splitlines() if line.strip()]


def as_json(value: object) -> Any:
    """The value as programs get it."""
    return json.loads(json.dumps(value))


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Where two pieces of evidence differ, key by key; the order of lists counts too."""
    wanted = as_json(wanted)
    return [
        f"{key}: {found.get(key)} instead of {wanted.get(key)}"
        for key in sorted(found.keys() | wanted.keys())
        if found.get(key) != wanted.get(key)
    ]
