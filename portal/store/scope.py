"""Who acts, and for which departments: deny by default, decided in this one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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

    def require_desk(self, department_id: int) -> None:
        """Raise NotAllowed unless the person works on that department's cases."""
        if department_id not in self.desk:
            raise NotAllowed

    def require_texts(self, department_id: int) -> None:
        """Raise NotAllowed unless the person works on that department's responses."""
        if department_id not in self.texts:
            raise NotAllowed
