"""A quarter's results as a page shows them: tables with words, shares, and what may be said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import abort

from portal.data import load_instrument
from portal.domain.counted_ratings import POSITIVE_FROM
from portal.domain.monthly import WAITS
from portal.domain.results import ANSWERS, VERDICTS, Published, Table
from portal.public.result_queries import Result
from portal.web.formats import language_name
from portal.web.i18n import current_language
from portal.web.words import gettext as _

GOOD = [str(value) for value in range(POSITIVE_FROM, 6)]
IN_TIME = ("within_7", "within_30")


@dataclass(frozen=True)
class Row:
    """A cell in words; `n` and `share` (0..1) are None where it is hidden."""

    words: str
    n: int | None
    share: float | None


@dataclass(frozen=True)
class Chart:
    """A table of `n` people. `share` is that of the cells its sentence is about, if all shown.

    `name` is the question's in the instrument.
    """

    title: str
    n: int
    rows: Sequence[Row]
    share: float | None = None
    name: str = ""

    @property
    def is_partly_hidden(self) -> bool:
        """Whether any cell is hidden."""
        return any(row.n is None for row in self.rows)

    @property
    def is_hidden(self) -> bool:
        """Whether all of them are: there is nothing to draw."""
        return bool(self.rows) and all(row.n is None for row in self.rows)


@dataclass(frozen=True)
class ResultsPage:
    """What a page of results shows. `results` are all quarters, newest first, `shown` is one."""

    results: Sequence[Result]
    shown: Result
    languages: Chart
    questions: Sequence[Chart]
    waits: Chart
    not_told: float | None
    verdicts: Chart

    @property
    def is_newest(self) -> bool:
        """Whether the newest quarter is shown."""
        return self.shown is self.results[0]


def make_results_page(results: Sequence[Result], quarter: date | None) -> ResultsPage | None:
    """The page of a quarter, the newest where none is named; None without results.

    A quarter that is not there is no address of ours.
    """
    chosen = [result for result in results if quarter in (None, result.quarter_on)]
    if quarter is not None and not chosen:
        abort(404)
    if not chosen:
        return None
    figures = chosen[0].figures
    waits = figures["waits"]
    return ResultsPage(
        results=results,
        shown=chosen[0],
        languages=_languages(figures["languages"]),
        questions=_questions(figures),
        waits=_chart(_("How long people waited"), waits, WAITS, wait_words, IN_TIME),
        not_told=_share(waits, WAITS[-1:]),
        verdicts=_chart(_text("c1.text"), figures["verdicts"], VERDICTS, _verdict, ("yes",)),
    )


def wait_words(band: str) -> str:
    """How long a resident waited, in words."""
    words = {
        "within_7": _("Told within 7 days"),
        "within_30": _("Told after 8 to 30 days"),
        "within_90": _("Told after 31 to 90 days"),
        "later": _("Told after more than 90 days"),
        "not_yet": _("Not told yet"),
    }
    return words[band]


def _languages(table: Table) -> Chart:
    cells = table["cells"]
    order = sorted(cells, key=lambda lang: (-(cells[lang] or 0), lang))
    return _chart(_("Languages"), table, order, language_name)


def _questions(figures: Published) -> list[Chart]:
    return [
        replace(
            _chart(_text(f"{question}.text"), table, ANSWERS, _answer_words(question), GOOD),
            name=question,
        )
        for question, table in figures["questions"].items()
        if table["n"]
    ]


def _chart(
    title: str,
    table: Table,
    order: Sequence[str],
    words: Callable[[str], str],
    about: Sequence[str] = (),
) -> Chart:
    rows = [
        Row(words(name), n, None if n is None else n / table["n"])
        for name in order
        if name in table["cells"]
        for n in [table["cells"][name]]
    ]
    return Chart(title, table["n"], rows, _share(table, about))


def _share(table: Table, about: Sequence[str]) -> float | None:
    counts = [table["cells"].get(name) for name in about]
    if not table["n"] or not counts or None in counts:
        return None
    return sum(n for n in counts if n is not None) / table["n"]


def _answer_words(question: str) -> Callable[[str], str]:
    instrument, lang = load_instrument(), current_language()
    scale = dict(instrument.options(instrument.items[question].scale, lang))
    return lambda value: scale.get(value) or _text("scale.dont_know")


def _verdict(verdict: str) -> str:
    return _text(f"c1.{verdict}")


def _text(key: str) -> str:
    return load_instrument().text(key, current_language())
