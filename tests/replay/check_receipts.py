"""What every resident sees: their own words, their case, and the answer in their language."""

from __future__ import annotations

from tests.replay.checking import Checking, lines_of
from tests.replay.ledger import Letter
from tests.replay.pages import Element
from tests.replay.people import Browser
from tests.support.client import Page

_STRICTLY = 25  # one page in so many is read as a strict reader would


class ReceiptChecks(Checking):
    """Every receipt, person by person."""

    def check_every_receipt(self) -> None:
        """Each receipt shows its person's own words, their case, and the answer to it."""
        problems = self.story.residents.each(self._check_receipt, self.ledger.sent())
        found = [problem for problem in problems if problem]
        assert not found, f"{len(found)} receipts: " + "\n".join(found[:10])

    def _check_receipt(self, letter: Letter) -> str:
        path = f"/{letter.lang}/receipts/{letter.code}/"
        reply = Browser(self.story.residents.network, letter.person).get(path)
        try:
            assert reply.status == 200, reply.status
            if letter.id % _STRICTLY == 0:
                Page(reply.text)
            self._check_page(letter, reply.page)
        except AssertionError as error:
            return f"letter {letter.id} ({letter.lang}, {letter.state}): {error}"
        return ""

    def _check_page(self, letter: Letter, page: Element) -> None:
        html, main = page.first("html"), page.first("main")
        assert html.lang == letter.lang, html.lang
        assert html.dir == ("rtl" if letter.lang == "ar" else "ltr"), html.dir
        assert main.first("p", "code").text().replace("-", "") == letter.code
        voices = main.all("blockquote", "voice")
        wanted = bool(letter.said) + len(letter.missing)  # which say the same once more
        assert len(voices) == wanted, f"{len(voices)} voices"
        for voice in voices:
            _check_words(letter, voice)
        if not letter.is_case:
            assert not main.all("div", "deed")
            return
        forms = [one for one in main.all("form") if "verdict" in one.classes]
        assert len(forms) == bool(letter.told_on), "asked before or not after the answer"
        self._check_answers(letter, main)

    def _check_answers(self, letter: Letter, main: Element) -> None:
        """The newest first: in the resident's language, or marked as what it is."""
        deeds, heard = main.all("div", "deed"), list(reversed(letter.heard))
        assert len(deeds) == len(heard), f"{len(deeds)} answers shown, {len(heard)} given"
        for deed, answer in zip(deeds, heard, strict=True):
            lang = letter.lang if letter.lang in answer.ready else answer.source
            _you_said, we_did, why_not = answer.texts[lang]
            wanted = [*lines_of(we_did), *lines_of(why_not)]
            shown = {one.text(): one for one in deed.all("p")}
            for line in wanted:
                assert line in shown, f"missing: {line}"
                assert shown[line].lang == lang, f"{line} is marked as {shown[line].lang}"
                assert shown[line].dir in {"ltr", "auto"}, f"{line} is written {shown[line].dir}"
            others = {
                line
                for tag, text in answer.texts.items()
                if tag != lang
                for line in lines_of(text[1])
            }
            assert not others & shown.keys(), "in another language too"

    def check_receipts_are_found_by_code(self) -> None:
        """However the code is typed."""
        letter = self.ledger.cases()[7]
        groups = [letter.code[at : at + 5] for at in range(0, 25, 5)]
        for typed in ("-".join(groups), " ".join(groups).lower()):
            reply = self.story.residents.look_up(letter, typed)
            assert reply.status == 200
            assert reply.page.first("p", "code").text().replace("-", "") == letter.code


def _check_words(letter: Letter, voice: Element) -> None:
    """As they were written, line by line, marked with the language that they are in."""
    lines = [one for one in voice.all("p") if "who" not in one.classes]
    assert [one.text() for one in lines] == lines_of(letter.said), "other words"
    for one in lines:
        assert one.lang == letter.marked_as, f"marked as {one.lang}"
        assert one.dir == "auto", f"written {one.dir or 'as the page is'}"
