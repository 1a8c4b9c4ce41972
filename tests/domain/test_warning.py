"""Early warning: quiet where nothing happens, and no crash at the edges."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.domain import warning

cases = st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=40)


def test_weeks_with_few_answers_are_carried_on_to_the_next() -> None:
    # Two answers a week, all bad: only together do they say something.
    assert warning.ewma_alarm([(0, 2)] * 2, 0.8) is None
    assert warning.ewma_alarm([(0, 2)] * 30, 0.8) is not None
    assert warning.ewma_alarm([(0, 2)] * 3, 0.8) == warning.ewma_alarm(
        [(0, 3), (0, 0), (0, 3)], 0.8
    )


@given(st.lists(st.integers(0, 30), max_size=60))
def test_perfect_weeks_never_alarm(answers: list[int]) -> None:
    assert warning.ewma_alarm([(n, n) for n in answers], 1.0) is None


@given(st.lists(st.floats(0, 9), max_size=60))
def test_quick_answers_never_alarm(days: list[float]) -> None:
    assert warning.cusum_alarm(days, mean=2.4, sd=0.6) is None


def test_themes_need_people_and_growth() -> None:
    assert warning.theme_surges({}) == []
    assert warning.theme_surges({"few": (4, 0), "steady": (6, 39)}) == []
    assert warning.theme_surges({"b": (20, 0), "a": (20, 0), "most": (40, 0)}) == ["most", "a", "b"]


@given(cases, st.integers(0, 60))
def test_survival_only_falls(history: list[tuple[int, bool]], horizon: int) -> None:
    table = warning.survival(history, horizon)
    assert len(table) == horizon + 1
    assert all(0 <= later <= earlier <= 1 for earlier, later in zip([1.0, *table], table))  # noqa: B905


def test_a_citys_hazard_steadies_a_short_history() -> None:
    assert warning.survival([], 1, [0.0, 0.5]) == [1.0, 0.5]
    assert warning.survival([(1, True)], 1, [0.0, 0.0]) == [1.0, 1 - 1 / 11]


@given(cases, st.lists(st.integers(0, 90), max_size=20))
def test_forecast_stays_between_none_and_all(
    history: list[tuple[int, bool]], ages: list[int]
) -> None:
    found = warning.miss_forecast(ages, warning.survival(history, 30), target=30)
    assert 0 <= found.low <= found.expected + 1e-9
    assert found.expected <= found.high + 1e-9 <= len(ages) + 2e-9
    assert (found.share is None) == (not ages)
    assert found.expected >= sum(age > 30 for age in ages) - 1e-9
