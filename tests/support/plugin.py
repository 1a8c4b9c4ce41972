"""What a test run does before and after all tests, in the process that was started by hand.

Registered by `pytest_plugins` in tests/conftest.py; nothing imports it.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.support import cluster, postgres, shared_data
from tests.support.dealing import deal

_MEMORY = Path("/dev/shm")  # noqa: S108 - a disk in memory
_MEMORY_NEEDED = 4 * 2**30  # bytes; in some containers it has room for 64 MB only

_MISSING = (
    "!!! NO PostgreSQL: every test on PostgreSQL was SKIPPED. "
    f"Install its server, or set {postgres.GIVEN}. !!!"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make statement` looks further than the tests of a change."""
    parser.addoption(
        "--whole-extent", action="store_true", help="axe in every language, width and colours"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the PostgreSQL cluster's folder: the first process chooses, the others are told."""
    told: dict[str, str] | None = getattr(config, "workerinput", None)
    if told:
        config.stash[cluster.HOME] = Path(told["postgres_home"])
        return
    cluster.remove_abandoned(_MEMORY, Path(tempfile.gettempdir()))
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED:
        # The data of tests die with the run. On a disk SQLite waits at every commit, and copying
        # and dropping a PostgreSQL database, about a thousand files, takes two to six times the
        # processor's time.
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
        config.stash[cluster.HOME] = cluster.choose_home(_MEMORY)
    else:
        config.stash[cluster.HOME] = cluster.choose_home()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One test process more than cores: many tests wait, for a page, a clock or a stop."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest tests first, so that nothing long is left for the end of the run."""
    told: dict[str, int] | None = getattr(config, "workerinput", None)
    if told:
        items[:] = deal(items, told["workercount"], _seconds)


def pytest_collection_finish() -> None:
    """Let the collector pass over what stays: modules, models, the tests themselves.

    Otherwise it goes through all of it every few thousand objects, a ninth of a run's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _seconds(item: pytest.Item) -> float:
    """About how long a test takes; 0 for those that take no time worth planning for."""
    mark = item.get_closest_marker("slow")
    if mark is None:
        return 0.0
    return float(mark.args[0]) if mark.args else 10.0


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a test process of xdist's where the cluster is."""
    home = node.config.stash[cluster.HOME]  # type: ignore[attr-defined]
    node.workerinput["postgres_home"] = str(home)  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the cluster, once no test process uses it."""
    if not hasattr(config, "workerinput") and cluster.HOME in config.stash:
        cluster.stop(config.stash[cluster.HOME])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it loudly when half of the tests, or the replay, were skipped."""
    skipped = terminalreporter.stats.get("skipped", [])
    if postgres.is_missing() and skipped:
        terminalreporter.write_line(_MISSING, red=True, bold=True)
    if any(shared_data.MESSAGE in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(shared_data.MESSAGE, red=True, bold=True)
