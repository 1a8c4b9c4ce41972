"""A replay of real comments over HTTP: sixty days of a city, driven as people would.

The site runs as real processes, two web workers beside rounds of the worker, on a clock that is
moved. Residents send 1,793 real comments through the real form, staff answer them at the desk,
residents say whether that helps. The ledger of what everybody did is then compared with what the
portal kept, shows and publishes: nothing may be lost, doubled or garbled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.store.engine import Store
from tests.replay.checks import Checks
from tests.replay.site import Site
from tests.replay.story import Story
from tests.support.shared_data import need_folder

AT_LEAST = 1500  # real comments


@pytest.fixture
def data() -> Path:
    """The shared data, before anything is set up for it."""
    return need_folder()


@pytest.fixture
def story(data: Path, database_url: str, tmp_path: Path) -> Iterator[Story]:
    """A city whose sixty days lie before it."""
    story = Story(Site(tmp_path, database_url), data)
    try:
        story.begin()
        yield story
    finally:
        story.end()


@pytest.mark.replay
@pytest.mark.slow(250)
def test_sixty_days_of_real_comments_are_kept_answered_and_counted(
    story: Story, make_store: Callable[[], Store]
) -> None:
    real = sum(one.is_real and bool(one.text.strip()) for one in story.writers.comments)
    assert real >= AT_LEAST
    story.live()
    checks = Checks(story, make_store())
    failed: list[AssertionError] = []
    for name in checks.all():
        try:
            getattr(checks, name)()
        except AssertionError as error:
            error.add_note(name)
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} of the replay's checks failed", failed)
