"""What every command of `portal` gets: settings, store and clock, made when first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import click

from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.secrets import Secrets


class Context:
    """An installation as commands see it."""

    def __init__(self, load: Callable[[], Settings]) -> None:
        """`load` reads the settings; it is called when a command asks for them."""
        self._load = load

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises SettingsError when they make no sense."""
        return self._load()

    @cached_property
    def store(self) -> Store:
        """The database."""
        return Store(self.settings.database_url)

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


pass_portal = click.make_pass_decorator(Context)
