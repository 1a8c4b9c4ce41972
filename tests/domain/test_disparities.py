"""Differences between groups: found where planted, quiet where there is none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.disparities import DIFFERENCE_MIN, SIDE_MIN, Table, find_disparities

pairs = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
tables = st.lists(st.dictionaries(st.sampled_from("abcd"), pairs, max_size=4), max_size=4)


def test_a_large_difference_is_found_and_said_once() -> None:
    found = find_disparities([Table("told30", {"en": (90, 100), "vi": (10, 40)})])
    assert [(one.group, one.x, one.n, one.others_x, one.others_n) for one in found] == [
        ("vi", 10, 40, 90, 100)
    ]
    assert found[0].difference == 0.25 - 0.9
    assert found[0].p < 1e-9


def test_groups_are_compared_with_everyone_else() -> None:
    groups = {"en": (180, 200), "es": (45, 50), "vi": (10, 40), "zh": (19, 21)}
    found = find_disparities([Table("told30", groups)])
    assert "vi" in {one.group for one in found}
    vietnamese = next(one for one in found if one.group == "vi")
    assert (vietnamese.others_x, vietnamese.others_n) == (244, 271)


def test_small_groups_and_groups_that_are_nearly_everybody_are_not_tested() -> None:
    assert find_disparities([Table("told30", {"en": (90, 100), "vi": (0, 19)})]) == []
    assert find_disparities([Table("told30", {"en": (0, 19), "vi": (90, 100)})]) == []
    assert find_disparities([Table("told30", {"en": (90, 100)})]) == []


def test_small_differences_are_not_shown_however_sure() -> None:
    many = {"en": (9000, 10000), "vi": (8100, 10000)}
    assert find_disparities([Table("told30", many)]) == []
    assert find_disparities([Table("told30", {**many, "vi": (8000, 10000)})]) != []


def test_many_quiet_tables_make_a_doubtful_one_disappear() -> None:
    doubtful = Table("told30", {"en": (60, 80), "vi": (14, 30)})
    quiet = [Table(f"q0-{number}", {"en": (60, 80), "vi": (22, 30)}) for number in range(50)]
    assert find_disparities([doubtful]) != []
    assert find_disparities([doubtful, *quiet]) == []


@given(tables)
def test_whatever_is_shown_is_large_and_of_enough_people(groups: list[dict[str, tuple]]) -> None:  # type: ignore[type-arg]
    named = [Table(str(number), table) for number, table in enumerate(groups)]
    for one in find_disparities(named):
        assert min(one.n, one.others_n) >= SIDE_MIN
        assert abs(one.difference) >= DIFFERENCE_MIN - 1e-9
        x = sum(pair[0] for pair in groups[int(one.subject)].values())
        assert one.x + one.others_x == x
