"""A department's work: what its people sort, answer, translate, review and correct, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.replay import script
from tests.replay.ledger import Answer, Ledger, Letter
from tests.replay.staff import THEMES, Desk, Line, plain, theme_of

_REASONS = ("spam", "duplicate", "abuse", "test")
_CORRECTION = "El plazo estaba equivocado."


@dataclass
class Office:
    """Two people who answer for some services: one writes, the other reads it first."""

    ledger: Ledger
    services: tuple[str, ...]
    writer: Desk
    reader: Desk

    @property
    def source(self) -> str:
        """The language in which the writer writes."""
        return self.writer.lang

    def work(self, week: int, today: date) -> None:
        """Both sign in, sort what is new, answer what is planned for this week, and sign out."""
        for desk in (self.writer, self.reader):
            desk.sign_in()
        self.sort(is_first=week == 0)
        self.answer(week, today)
        for desk in (self.writer, self.reader):
            desk.sign_out()

    # ------------------------------------------------------------------------------- sorting
    def sort(self, *, is_first: bool) -> None:
        """Read everything new and put it into themes; on the first day set a few aside."""
        for slug in self.services:
            lines = self.writer.read_new(slug, self.ledger.new_cases(slug))
            if is_first:
                lines = self._set_some_aside(slug, lines)
            for theme in range(THEMES):
                mine = [line for line in lines if theme_of(line.words) == theme]
                if mine:
                    self._group(slug, theme, mine)
            for letter in self.ledger.new_cases(slug):
                letter.theme = theme_of(letter.said)

    def _group(self, slug: str, theme: int, lines: list[Line]) -> None:
        known = self.ledger.theme_ids.get((slug, theme))
        name = f"{slug} {'ABC'[theme]}"
        for start in range(0, len(lines), 50):
            known = self.writer.group(lines[start : start + 50], known, name)
        assert known is not None
        self.ledger.theme_ids[slug, theme] = known

    def _set_some_aside(self, slug: str, lines: list[Line]) -> list[Line]:
        """Three a service: one stays set aside, one is taken back, one is kept by the second.

        A low rating needs a second person, who agrees to the first and not to the last.
        """
        chosen = [
            (line, letter)
            for line in lines
            if line.words and (letter := self._only_letter(slug, line)) is not None
        ]
        low = [pair for pair in chosen if int(pair[1].answers["q0"]) <= 2]
        high = [pair for pair in chosen if int(pair[1].answers["q0"]) > 2]
        aside: list[Line] = []
        for reason, (line, letter) in zip(_REASONS[:2], high[:2], strict=True):
            self.writer.set_aside(line, reason)
            letter.excluded = reason
            aside.append(line)
        self.writer.restore(aside[-1])
        high[1][1].excluded = ""
        for is_agreed, (line, letter) in zip((True, False), low[:2], strict=False):
            self.writer.set_aside(line, _REASONS[2])
            self.reader.decide(line, is_agreed=is_agreed)
            letter.excluded = _REASONS[2] if is_agreed else ""
        gone = {pair[0].id for pair in chosen if pair[1].excluded}
        return [line for line in lines if line.id not in gone]

    def _only_letter(self, slug: str, line: Line) -> Letter | None:
        """The letter behind a line, where no other has the same words."""
        found = [one for one in self.ledger.new_cases(slug) if plain(one.said) == plain(line.words)]
        return found[0] if len(found) == 1 else None

    # ----------------------------------------------------------------------------- answering
    def answer(self, week: int, today: date) -> None:
        """What the plan has for this week, for every service."""
        for number, slug in enumerate(self.services):
            match week:
                case 1:
                    promise = today + timedelta(28)
                    self._answer(slug, 0, 0, "planned", due_on=promise)
                    self._answer(slug, 1, 0, "done", done_on=today, waiting="zh-Hans")
                case 2:
                    outcome = "declined" if number % 2 else "answered"
                    self._answer(slug, 2, 0, outcome, left_out="zh-Hans")
                    self.reader.review(self._published(slug, 1), "zh-Hans")
                case 3 if number % 2:
                    follows = self._published(slug, 1)
                    later = today + timedelta(60)
                    self._answer(slug, 1, 1, "in_progress", due_on=later, follows=follows)
                case 4:
                    follows = self._published(slug, 0)
                    done = today - timedelta(1)
                    self._answer(slug, 0, 1, "done", done_on=done, follows=follows)
                case 5 if number == 0:
                    self._correct(self._published(slug, 2))
                case _:
                    pass

    def _answer(
        self,
        slug: str,
        theme: int,
        version: int,
        outcome: str,
        *,
        due_on: date | None = None,
        done_on: date | None = None,
        follows: Answer | None = None,
        waiting: str = "",
        left_out: str = "",
    ) -> None:
        """Write, translate, review and publish. `waiting` is not reviewed yet, `left_out` not
        even written.
        """
        texts = script.wording(slug, theme, version, is_declined=outcome == "declined")
        texts.pop(left_out, None)
        answer = Answer(slug, theme, self.source, texts, outcome, due_on, done_on, follows)
        self.writer.write(answer, self.ledger.theme_ids[slug, theme])
        self.ledger.answers.append(answer)
        for lang in texts:
            if lang != self.source:
                self.writer.translate(answer, lang)
        for lang in texts:
            if lang != waiting:
                self.reader.review(answer, lang)
        self.writer.publish(answer, self.ledger.waiting(answer))
        answer.published_on = self.writer.network.site.clock.today()

    def _published(self, slug: str, theme: int) -> Answer:
        """The newest response to a theme."""
        return [one for one in self.ledger.answers if (one.slug, one.theme) == (slug, theme)][-1]

    def _correct(self, answer: Answer) -> None:
        """A published text gets a better wording, and the old one stays public.

        It is a translation: a corrected source would make all translations out of date.
        """
        lang = "es" if self.source != "es" else "en"
        old = answer.texts[lang]
        better = (f"{old[0]} (corr.)", *old[1:])
        self.writer.correct(answer, lang, better, _CORRECTION)
        self.reader.review_correction(answer, lang, better, _CORRECTION)
