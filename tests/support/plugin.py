"""What a test run does before and after all tests, in the process that was started by hand.

Registered by `pytest_plugins` in tests/conftest.py; nothing imports it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import cluster, postgres, shared_data

_MISSING = (
    "!!! NO PostgreSQL: every test on PostgreSQL was SKIPPED. "
    f"Install its server, or set {postgres.GIVEN}. !!!"
)


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the PostgreSQL cluster's folder: the first process chooses, the others are told."""
    told: dict[str, str] | None = getattr(config, "workerinput", None)
    if told:
        config.stash[cluster.HOME] = Path(told["postgres_home"])
        return
    cluster.remove_abandoned()
    config.stash[cluster.HOME] = cluster.choose_home()


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
