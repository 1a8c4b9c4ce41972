"""Serving with granian: web processes that are forked ready and put back when they die."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer
from sqlalchemy.orm import configure_mappers

from portal.settings import Settings
from portal.web.listening import require_free_port
from portal.web.supervisor import end_with_parent
from portal.web.templates import load_all

# With one thread, two half-sent bodies would stop the site (DESIGN.md section 9).
BLOCKING_THREADS = 64
STOP_SECONDS = 7
_BACKLOG = 1024
_HEADER_MILLISECONDS = 10_000
_LARGEST_HEAD = 64 * 1024  # bytes of request line and headers
_REST_SECONDS = 0.5
# granian writes lines of its own; here they go where all others go.
_LOGGING = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}


class Server(MPServer):
    """granian's server, except that it never gives up on a web process that dies.

    granian ends the whole server when the same process dies twice within 5.5 seconds, taking it
    for one that cannot start. Ours is made before it is forked, so whatever killed it came later,
    and ending the server would refuse everybody.
    """

    def _respawn_workers(self, *args: Any, **kwargs: Any) -> None:
        time.sleep(_REST_SECONDS)  # one that dies at once must not spin
        super()._respawn_workers(*args, **kwargs)
        self.respawned_wrks.clear()


def serve(settings: Settings, make_application: Callable[[], Flask]) -> None:
    """Serve until told to stop; web processes that die are started again.

    The application is made once, here: what is wrong with it is said once, and every web process is
    a fork of this one, there at once and sharing its memory. It must not have opened a connection
    to the database yet. Raises OSError when the address is taken.
    """

    def begin_web_process() -> Flask:
        end_with_parent()
        return application

    require_free_port(settings.host, settings.port)
    application = make_application()
    load_all(application)
    configure_mappers()
    # What stays for good, the collectors of the web processes pass over, and so leave it shared.
    gc.collect()
    gc.freeze()
    multiprocessing.set_start_method("fork", force=True)
    Server(
        "portal",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=BLOCKING_THREADS,
        backlog=_BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        http1_settings=HTTP1Settings(
            header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=_LARGEST_HEAD
        ),
        log_dictconfig=_LOGGING,
        log_level=LogLevels.error,  # it warns of 64 threads, which are meant
        websockets=False,
    ).serve(target_loader=begin_web_process, wrap_loader=False)
