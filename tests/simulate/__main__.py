"""`make simulate`: how often early warning and the burst rule err and find, on invented cities.

Prints METHOD.md section 4's figures, in Markdown; docs/simulation.md holds one run's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import chain
from random import Random
from statistics import fmean, median

from tests.simulate import charts, forms, kiosks, layer, planted, word_cities
from tests.simulate.planted import share

SEED = 2026
RUNS = 1000
RUNS_PER_CITY = 250  # a city takes a minute
Row = tuple[str, str, str]  # what, wanted, found


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    sys.stdout.write(f"{runs} runs of each, seed {SEED}.\n\n")
    sys.stdout.write("| what | wanted | found |\n|---|---|---|\n")
    cities = max(runs // RUNS_PER_CITY, 1)
    through_layer = chain(_layer(Random(SEED), cities), _changes(Random(SEED), cities))
    rows = chain(figures(Random(SEED), runs), through_layer)
    for what, wanted, found in rows:
        sys.stdout.write(f"| {what} | {wanted} | {found} |\n")
        sys.stdout.flush()


def figures(random: Random, runs: int) -> Iterator[Row]:
    """Every figure, one after another."""
    yield from _ratings(random, runs)
    yield from _waits(random, runs)
    yield from _differences(random, max(runs // 5, 20))
    yield from _themes(random, runs)
    covered = share(runs, lambda: planted.forecast_covers(random))
    yield "forecast: the 80 % range covers what came", "72–88 %", _percent(covered)
    # Last, with chance of their own: they came later, and the figures above stay as they were.
    yield from _words(Random(SEED), max(runs // 3, 20))
    yield from _charts(Random(SEED), runs)
    yield from _kiosks(Random(SEED), max(runs // 200, 1))
    yield from _word_cities(Random(SEED), max(runs // 40, 1))
    yield from _forms(Random(SEED), max(runs // 200, 2))


def _ratings(random: Random, runs: int) -> Iterator[Row]:
    for weekly in (10, 20, 40):
        false = share(runs, lambda weekly=weekly: planted.ratings_false_alarm(random, weekly))  # type: ignore[misc]
        yield f"ratings, {weekly} a week: false alarm in a year", "≤ 12 %", _percent(false)
    for usual, weekly in ((0.8, 10), (0.8, 20), (0.8, 40), (0.7, 20)):
        found = share(
            runs,
            lambda weekly=weekly, usual=usual: planted.ratings_fall_found(random, weekly, usual),  # type: ignore[misc]
        )
        wanted = "≥ 70 %" if (usual, weekly) == (0.8, 20) else ""
        what = f"ratings, {weekly} a week, usually {usual:.0%} good: −15 points found in 6 weeks"
        yield what, wanted, _percent(found)


def _waits(random: Random, runs: int) -> Iterator[Row]:
    false = share(runs, lambda: planted.waits_false_alarm(random))
    yield "time to told: false alarm in 500 cases", "about 8 %", _percent(false)
    needed = sorted(planted.cases_until_slow_is_found(random) for _ in range(runs))
    late = needed[int(0.9 * len(needed))]
    yield (
        "time to told: cases until a doubling is found",
        "13 (9 of 10 by 23)",
        (f"{median(needed):.0f} (9 of 10 by {late})"),
    )


def _differences(random: Random, runs: int) -> Iterator[Row]:
    false = fmean(planted.false_share_of_differences(random) for _ in range(runs))
    yield "differences: false ones among those shown", "≤ 10 %", _percent(false)
    for gap in (0.2, 0.3):
        for size in (25, 50, 100):
            found = share(
                runs,
                lambda size=size, gap=gap: planted.difference_found(random, size, gap),  # type: ignore[misc]
            )
            yield f"differences: {gap:.0%} gap of {size} people found", "", _percent(found)


def _themes(random: Random, runs: int) -> Iterator[Row]:
    false = share(runs, lambda: planted.themes_false_alarm(random))
    yield "themes: any false one in a run", "≤ 15 %", _percent(false)
    for times in (3, 5):
        found = share(runs, lambda times=times: planted.surge_found(random, times))  # type: ignore[misc]
        wanted = "≥ 90 %" if times == 5 else ""
        yield f"themes: ×{times} at 4 people in 28 days found", wanted, _percent(found)


def _words(random: Random, runs: int) -> Iterator[Row]:
    false = share(runs, lambda: planted.words_false_alarm(random))
    yield "words: any false suggestion in a run of four services", "≤ 15 %", _percent(false)
    for times in (3, 5):
        found = share(runs, lambda times=times: planted.word_surge_found(random, times))  # type: ignore[misc]
        wanted = "≥ 90 %" if times == 5 else ""
        yield f"words: ×{times} at 4 people in 28 days found", wanted, _percent(found)


def _charts(random: Random, runs: int) -> Iterator[Row]:
    """Ratings as they are wired, wherever a chart begins anew."""
    for weekly in (10, 20, 40):
        false = share(runs, lambda weekly=weekly: charts.false_alarm(random, weekly))  # type: ignore[misc]
        yield (
            f"charts of ratings, {weekly} a week: false alarm in a year",
            "≤ 12 %",
            _percent(false),
        )
    for begins in (-12, -6, -4, -2, 0, 6):
        found = share(runs, lambda begins=begins: charts.fall_found(random, 20, begins))  # type: ignore[misc]
        what = f"charts of ratings, 20 a week: −15 points {begins:+d} weeks from a new chart found"
        yield what, "≥ 70 %", _percent(found)


def _kiosks(random: Random, times: int) -> Iterator[Row]:
    for rate in kiosks.RATES[1:]:
        apart, _mean, every = kiosks.rushes_set_apart(random, kiosks.places(rate) * times)
        what = f"kiosks, {rate} ratings an hour: busy hours set apart"
        yield what, "< 1 %", _percent(apart / max(every, 1))
    for stuff in (20, 40, 60):
        for rate in kiosks.RATES:
            x, n = kiosks.stuffing_found(random, kiosks.places(rate) * times, stuff)
            what = f"kiosks, {rate} ratings an hour: an hour with {stuff} more set apart"
            yield what, "", _percent(x / max(n, 1))


def _forms(random: Random, times: int) -> Iterator[Row]:
    for weekly in forms.WEEKLY:
        for what, is_by_mean in (("", False), (", by the mean over all hours", True)):
            places = [forms.Place(weekly, is_looked_at=False, is_by_mean=is_by_mean)] * times
            found = forms.rushes_set_apart(random, places, days=119)
            name = f"forms, {weekly} a week{what}"
            yield f"{name}: busy hours set apart, of {found.busy}", "", _percent(found.hours)
            yield f"{name}: ratings set apart", "", _percent(found.ratings)
            yield f"{name}: busy hours after a mailing set apart", "", _percent(found.mailed)
        for stuff in (10, 20, 30):
            places = [forms.Place(weekly, is_looked_at=True)] * times
            x, n = forms.stuffing_found(random, places, stuff, days=119)
            what = f"forms, {weekly} a week: an hour with {stuff} more set apart"
            yield what, "", _percent(x / max(n, 1))


def _word_cities(random: Random, cities: int) -> Iterator[Row]:
    """Words in large cities, each as one of the layer's."""
    parts = [word_cities.words_found(random) for _ in range(cities)]
    found, planted_words, false, weeks = (sum(part) for part in zip(*parts, strict=True))
    yield "cities of words: ×5 found in 5 weeks", "≥ 90 %", f"{_percent(found / planted_words)}"
    yield "cities of words: false ones among those of a look", "≤ 10 %", _percent(false / weeks)
    looks = [word_cities.quiet_looks(random) for _ in range(cities)]
    alarms = sum(x for x, _ in looks) / sum(n for _, n in looks)
    yield "quiet cities of words: looks that suggest any", "≤ 15 %", _percent(alarms)


def _layer(random: Random, cities: int) -> Iterator[Row]:
    """The same through the database and the worker's own operation, in cities of 20 services."""
    quiet_ones: dict[str, Callable[[], layer.Figures]] = {
        "": lambda: layer.quiet(random, 20),
        ", answered every other week": lambda: layer.quiet(random, 20, every=14, cases=15),
        ", all services new": lambda: layer.young(random, 20),
    }
    for what, build in quiet_ones.items():
        found = layer.add_up([build() for _ in range(cities)])
        for name, (x, n) in found.items():
            figure = f"{x / n:.1f} a year" if name.endswith("in a city") else _percent(x / n)
            yield f"quiet cities{what}: {name}", _WANTED.get(name, ""), figure


def _changes(random: Random, cities: int) -> Iterator[Row]:
    """What the same finds in cities with six services of every planted change."""
    found = layer.add_up([layer.planted(random, 6) for _ in range(cities)])
    for name, (x, n) in found.items():
        yield f"cities with changes: {name}", _WANTED.get(name, ""), f"{_percent(x / n)} of {n}"


_WANTED = {
    "ratings: services with a false alarm": "≤ 12 %",
    "theme: looks that find something": "≤ 15 %",
    "word: looks that find something": "≤ 15 %",
    "ratings: found": "≥ 70 %",
    "theme: found": "≥ 90 %",
    "word: found": "≥ 90 %",
    "forecast: the 80 % range covers what came": "72–88 %",
    "disparity: false ones among those found at a look": "≤ 10 %",
}


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


if __name__ == "__main__":
    main()
