"""Early warning: quiet where nothing happens, and no crash at the edges."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

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


def test_rare_words_hide_no_other_as_they_do_among_themes() -> None:
    surging, rare = {"hydrant": (9, 11)}, {f"rare{number}": (0, 5) for number in range(2000)}
    assert warning.theme_surges(surging | rare) == []
    assert warning.word_surges(surging | rare) == ["hydrant"]
    assert warning.word_surges({"few": (4, 0), "steady": (6, 39)}) == []
    assert warning.word_surges({"hydrant": (30, 0)}, {"hydrant": 27}) == []


def test_what_began_lately_is_compared_with_the_days_that_there_were() -> None:
    today = date(2026, 11, 20)

    def days(ago: int) -> int:
        return warning.days_before(today - timedelta(days=ago), today)

    assert [days(0), days(27), days(28), days(209), days(210), days(900)] == [
        0,
        0,
        1,
        182,
        182,
        182,
    ]
    themes = {"a": (9, 9)}
    assert warning.theme_surges(themes) == ["a"]
    assert warning.theme_surges(themes, {"a": 182}) == ["a"]
    assert warning.theme_surges(themes, {"a": 28}) == []  # as many in as many days
    assert warning.theme_surges({"a": (30, 3)}, {"a": 28}) == ["a"]
    assert warning.theme_surges({"a": (30, 0)}, {"a": 27}) == []  # nothing is usual yet


@given(st.lists(st.floats(0, 60), min_size=1, max_size=40), st.randoms())
def test_cases_of_one_day_have_no_order(days: list[float], random: Random) -> None:
    [height] = warning.cusum_chart([days], mean=2.4, sd=0.6)
    random.shuffle(days)
    assert abs(warning.cusum_chart([days], mean=2.4, sd=0.6)[0] - height) < 1e-6
    assert warning.cusum_chart([[one] for one in days], 2.4, 0.6)[-1] >= height - 1e-6


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


@given(cases, st.integers(0, 40))
def test_counted_cases_give_the_same_table(history: list[tuple[int, bool]], horizon: int) -> None:
    told = Counter(days for days, was_told in history if was_told)
    still = Counter(days for days, was_told in history if not was_told)
    daily = {day: (told[day], still[day]) for day in told | still}
    city = warning.hazard(daily, horizon)
    assert warning.survival_of_counts(daily, horizon) == warning.survival(history, horizon)
    assert warning.survival_of_counts(daily, horizon, city) == warning.survival(
        history, horizon, city
    )
    assert all(0 <= chance <= 1 for chance in city)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60))
def test_the_chart_holds_every_answer_once_and_the_alarm(weeks: list[tuple[int, int]]) -> None:
    counted = [(min(x, n), n) for x, n in weeks]
    points = warning.ewma_chart(counted, 0.8)
    assert all(point.answers >= warning.WEEK_MIN for point in points)
    last = points[-1].week + 1 if points else 0
    assert sum(point.answers for point in points) == sum(n for _, n in counted[:last])
    alarms = [point.week for point in points if point.is_alarm]
    assert warning.ewma_alarm(counted, 0.8) == (alarms[0] if alarms else None)


FIRST = date(2025, 1, 6)  # a Monday


def weeks_later(weeks: int) -> date:
    return FIRST + timedelta(weeks=weeks)


def test_a_chart_begins_after_half_a_year_and_anew_every_year() -> None:
    assert warning.chart_starts(FIRST, None, weeks_later(26) - timedelta(days=1)) == []
    young = warning.ChartStart(weeks_later(26), 26)
    assert warning.chart_starts(FIRST, None, weeks_later(26)) == [young]
    assert warning.chart_starts(FIRST, None, weeks_later(77)) == [young]
    assert young.limit == warning.EWMA_LIMIT_YOUNG
    settled = warning.ChartStart(weeks_later(78), 52)
    assert warning.chart_starts(FIRST, None, weeks_later(78))[0] == settled
    assert settled.limit == warning.EWMA_LIMIT


def test_a_chart_goes_on_beside_the_next_one_for_six_weeks() -> None:
    both = [warning.ChartStart(weeks_later(78), 52), warning.ChartStart(weeks_later(26), 26)]
    assert warning.chart_starts(FIRST, None, weeks_later(78)) == both
    assert warning.chart_starts(FIRST, None, weeks_later(84) - timedelta(days=1)) == both
    assert warning.chart_starts(FIRST, None, weeks_later(84)) == both[:1]


def test_a_chart_begins_anew_after_an_alarm_that_people_are_done_with() -> None:
    done_on = weeks_later(40) + timedelta(days=3)
    assert warning.chart_starts(FIRST, done_on, done_on) == []
    starts = warning.chart_starts(FIRST, done_on, weeks_later(42))  # the old one is over
    assert starts == [warning.ChartStart(weeks_later(41), 41)]


@given(st.integers(0, 300), st.one_of(st.none(), st.integers(0, 300)))
def test_a_chart_never_begins_in_the_future(day: int, done: int | None) -> None:
    today = weeks_later(day)
    starts = warning.chart_starts(FIRST, None if done is None else weeks_later(done), today)
    for start, weeks in zip(starts, (52, 58), strict=False):
        assert start.on <= today < start.on + timedelta(weeks=weeks)
        assert start.on.weekday() == 0
        assert 26 <= start.weeks_before <= 52
