"""A person as Flask-Security knows them, and where it finds them."""

from __future__ import annotations

from typing import Any

from flask_security import RoleMixin, UserDatastore, UserMixin
from sqlalchemy import func, select

from portal.models.people import ROLES, Person
from portal.web.database import read


class Role(RoleMixin):
    """A role's name. What it allows where is decided in store.scope alone."""

    def __init__(self, name: str) -> None:
        """`name` is one of models.people.ROLES."""
        self.name = name


class Account(UserMixin, Person):
    """A person who signs in: the same row, with what Flask-Security asks for."""

    @property
    def roles(self) -> list[Role]:  # type: ignore[override]
        """The names of the person's roles in any department."""
        return [Role(name) for name in sorted({m.role for m in self.memberships})]


class Accounts(UserDatastore):
    """Finds people for Flask-Security. It never writes: that is done by operations."""

    def __init__(self) -> None:
        """Accounts are rows of `person`."""
        super().__init__(Account, Role)

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """The person with this value in this column, in the request's reading session."""
        ((name, value),) = kwargs.items()
        column = getattr(Account, name)
        if case_insensitive:
            column, value = func.lower(column), str(value).lower()
        return read().scalar(select(Account).where(column == value))

    def find_role(self, role: str) -> Role | None:
        """The role of this name."""
        return Role(role) if role in ROLES else None
