"""What every command of `portal` gets: settings, store and clock, made when first needed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import ArgumentError, DBAPIError

from portal.settings import Settings, SettingsError, load_settings
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.faults import explain
from portal.store.secrets import Secrets

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class DatabaseFaultError(ValueError):
    """The database did not do what a command asked of it; the message is one plain line."""


class Context:
    """An installation as commands see it."""

    def __init__(self, load: Callable[[], Settings] = load_settings) -> None:
        """`load` reads the settings; it is called when a command asks for them."""
        self._load = load

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises SettingsError when they make no sense."""
        return self._load()

    @cached_property
    def store(self) -> Store:
        """The database; raises SettingsError when its address makes no sense."""
        try:
            return Store(self.settings.database_url, self.secrets.leaf_key)
        except ArgumentError as error:  # its message may hold the password
            raise SettingsError(
                "PORTAL_DATABASE_URL must be sqlite:///FILE or "
                "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
            ) from error

    @cached_property
    def clock(self) -> Clock:
        """The clock of the city."""
        return Clock(self.settings.zone, self.settings.clock_file)

    @cached_property
    def secrets(self) -> Secrets:
        """The portal's keys."""
        return Secrets(self.settings.secret_key)

    def close(self) -> None:
        """Close what was opened."""
        if "store" in self.__dict__:
            self.store.dispose()


def pass_portal(
    command: Callable[Concatenate[Context, Parameters], Result],
) -> Callable[Parameters, Result]:
    """Give a command its installation as first argument, and close it afterwards.

    Raises DatabaseFaultError for whatever the database refuses.
    """

    @wraps(command)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with closing(Context()) as context:
            try:
                return command(context, *args, **kwargs)
            except DBAPIError as error:
                raise DatabaseFaultError(explain(error)) from error

    return run
