"""Who acts, and for which departments: deny by default, decided in this one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class NotAllowed(Exception):
    """This person may not do that here. Shown as 404 or 403, never with details."""


@dataclass(frozen=True)
class Scope:
    """A signed-in person and the departments that each of their roles covers."""

    person_id: int
    departments: Mapping[str, frozenset[int]]  # role -> department ids
    is_administrator: bool = False

    def having(self, *roles: str) -> frozenset[int]:
        """Departments in which the person has one of these roles."""
        found: frozenset[int] = frozenset()
        for role in roles:
            found |= self.departments.get(role, frozenset())
        return found

    @property
    def desk(self) -> frozenset[int]:
        """Departments whose cases the person works on: staff and managers do."""
        return self.having("staff", "manager")

    @property
    def texts(self) -> frozenset[int]:
        """Departments whose responses the person writes, translates or reviews."""
        return self.having("staff", "translator", "manager")

    @property
    def must_have_second_factor(self) -> bool:
        """Whether a password alone is too little for what the person may do (SECURITY.md T10)."""
        return self.is_administrator or bool(self.having("manager"))

    def is_part_of(self, department_id: int) -> bool:
        """Whether the person has any role in that department."""
        return any(department_id in found for found in self.departments.values())

    def require_no_part_of(self, department_id: int) -> None:
        """Raise NotAllowed where the person has any role in that department."""
        if self.is_part_of(department_id):
            raise NotAllowed

    def require_desk(self, department_id: int) -> None:
        """Raise NotAllowed unless the person works on that department's cases."""
        if department_id not in self.desk:
            raise NotAllowed

    def require_texts(self, department_id: int) -> None:
        """Raise NotAllowed unless the person works on that department's responses."""
        if department_id not in self.texts:
            raise NotAllowed


class Stage(StrEnum):
    """How far somebody has come who gave an address and its password."""

    CODE = "code"  # the second factor is still to be shown
    SET_UP = "set_up"  # their roles ask for a second factor, and there is none yet
    WHOLE = "whole"


@dataclass(frozen=True)
class Standing:
    """Somebody at the door or behind it. Only who is WHOLE may do what the scope says.

    `is_fresh`: they showed a short while ago that it is them, so that sensitive things need no
    new proof.
    """

    scope: Scope
    stage: Stage
    is_fresh: bool
