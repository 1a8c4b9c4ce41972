"""Two who save in the very same moment: the second begins before the first is committed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from portal.store.engine import Store

Write = Callable[[Session], object]


def save_in_one_moment(store: Store, first: Write, second: Write) -> None:
    """Do both; raises what the second raises."""
    has_begun = threading.Event()

    def begin(session: Session) -> None:
        first(session)
        session.flush()
        has_begun.set()
        time.sleep(0.3)  # long enough for the second to read what is stored

    begun = threading.Thread(target=store.write, args=(begin,))
    begun.start()
    try:
        assert has_begun.wait(10)
        store.write(second)
    finally:
        begun.join()
