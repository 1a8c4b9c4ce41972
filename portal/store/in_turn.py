"""Doing the same for one after the other, so that one that goes wrong keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from portal.store.faults import is_away

_log = logging.getLogger("portal.store")

Item = TypeVar("Item")


def do_in_turn(items: Iterable[Item], do: Callable[[Item], int]) -> int:
    """Do it for each item; returns how much was done in all.

    The first fault is raised once all were tried, for the page on which administrators see how
    jobs go; that of a database that is away at once.
    """
    done, fault = 0, None
    for item in items:
        try:
            done += do(item)
        except Exception as error:
            if isinstance(error, DBAPIError) and is_away(error):
                raise
            _log.exception("one of several", extra={"item": item})
            fault = fault or error
    if fault is not None:
        raise fault
    return done
