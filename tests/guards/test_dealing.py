"""Long tests are begun first, whatever the number of test processes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.dealing import deal

ITEMS = st.lists(st.sampled_from([0, 0, 0, 10, 30, 250]), max_size=60)


@given(ITEMS, st.integers(1, 9))
def test_every_test_is_dealt_once(seconds: list[int], hands: int) -> None:
    dealt = deal(range(len(seconds)), hands, seconds.__getitem__)
    assert sorted(dealt) == list(range(len(seconds)))


def test_the_longest_stand_at_the_beginnings_of_different_shares() -> None:
    seconds = [0, 250, 0, 0, 30, 0, 30, 0, 250, 0, 0]
    dealt = [seconds[item] for item in deal(range(11), 3, seconds.__getitem__)]
    # As xdist cuts it: 3, 4 and 4.
    assert (dealt[:3], dealt[3:7], dealt[7:]) == ([250, 0, 0], [250, 0, 0, 0], [30, 30, 0, 0])
