"""Staff at the desk: they sign in at the door, read, group, answer, review and publish."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.replay.ledger import Answer, Letter, Words
from tests.replay.network import Network, Reply
from tests.replay.pages import Element, Form
from tests.support.client import Page

THEMES = 3  # of each service
_COOKIE = re.compile(r"portal=([^;]*)")
_NUMBER = re.compile(r"[0-9]+")
_SHOWN = 200  # characters of a case's words that the inbox shows at the least
_TELLING = 12  # characters by which somebody who skims tells what a case is about


@dataclass(frozen=True)
class Line:
    """A case in the inbox."""

    id: str
    words: str
    lang: str


def plain(words: str) -> str:
    """Words as a list of cases shows them: one line, the end cut off."""
    return " ".join(words.split())[:_SHOWN]


def theme_of(words: str) -> int:
    """Into which of its service's themes a case belongs. Only the staff's eye knows."""
    return zlib.crc32(plain(words)[:_TELLING].encode()) % THEMES


@dataclass
class Desk:
    """Somebody at a desk, with a browser of their own. Pages are in `lang`."""

    network: Network
    email: str
    password: str
    lang: str = "en"
    _cookie: str = ""
    _checked: set[str] = field(default_factory=set)

    def get(self, path: str, **query: str | list[str]) -> Reply:
        """Open a page of the desk."""
        address = f"/{self.lang}/{path}"
        if query:
            address += "?" + urlencode(query, doseq=True)
        reply = self._send("GET", address)
        kind = _NUMBER.sub("0", path)
        if reply.status == 200 and kind not in self._checked:
            Page(reply.text)  # one page of each kind is checked strictly
            self._checked.add(kind)
        return reply

    def post(self, form: Form) -> str:
        """Send a form; where all is well, it leads on to an address."""
        reply = self._send("POST", form.action, urlencode(form.fields()))
        assert reply.status == 303, f"{form.action}: {reply.status} {reply.page.text()[-3000:]}"
        assert "/sign-in" not in reply.location or form.action.endswith("/sign-out")
        return reply.location

    def _send(self, method: str, path: str, body: str | None = None) -> Reply:
        headers = {"X-Forwarded-For": "198.51.100.7", "Accept-Language": self.lang}
        if self._cookie:
            headers["Cookie"] = f"portal={self._cookie}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        reply = self.network.send(method, path, headers, body)
        for given in reply.headers.get_all("Set-Cookie", []):
            found = _COOKIE.match(given)
            self._cookie = found[1] if found else self._cookie
        return reply

    # ------------------------------------------------------------------------------- the door
    def sign_in(self) -> None:
        """Through the sign-in page; what one may see there without, is nothing."""
        assert self.get("staff/").status == 303
        form = self.get("sign-in").form("/sign-in")
        inbox = self.post(form.fill(email=self.email, password=self.password))
        assert inbox == f"/{self.lang}/staff/", inbox
        assert self.get("staff/").status == 200

    def sign_out(self) -> None:
        """And the session is worth nothing any more."""
        kept = self._cookie
        self.post(self.get("staff/").form("/sign-out"))
        self._cookie = kept
        assert self.get("staff/").status == 303
        self._cookie = ""

    # ------------------------------------------------------------------------------- reading
    def lines(self, slug: str, place: str) -> list[Line]:
        """All cases of a service in one place of the loop, page after page."""
        found: list[Line] = []
        number = 1
        while True:
            reply = self.get("staff/", service=slug, place=place, page=str(number))
            assert reply.status == 200, reply.status
            found += _lines(reply.page)
            if not [one for one in reply.page.all("a") if one.attributes.get("rel") == "next"]:
                return found
            number += 1

    def read_new(self, slug: str, expected: Iterable[Letter]) -> list[Line]:
        """The cases of a service that nobody has read yet: exactly those that were sent."""
        lines = self.lines(slug, "new")
        shown = Counter((line.lang, plain(line.words)) for line in lines)
        sent = Counter((one.marked_as, plain(one.said)) for one in expected)
        for lang, words in shown.keys() & sent.keys():
            assert shown[lang, words] == sent[lang, words], words
        # Long words are cut off between two words, so their ends may differ.
        cut = sorted(shown - sent), sorted(sent - shown)
        assert len(cut[0]) == len(cut[1]), f"{slug}: {cut}"
        for (lang, words), (sent_lang, sent_words) in zip(*cut, strict=True):
            assert lang == sent_lang, f"{words} is marked as {lang}, not as {sent_lang}"
            assert sent_words.startswith(words.removesuffix("...")), f"{words}: {sent_words}"
        return lines

    # ------------------------------------------------------------------------------ grouping
    def group(self, lines: list[Line], theme_id: int | None, name: str) -> int:
        """Put cases into a theme, or into a new one; returns the theme's number."""
        page = self.get("staff/group", case=[line.id for line in lines])
        form = page.form("/staff/group")
        assert sorted(form.offers("case")) == sorted(line.id for line in lines)
        if theme_id is None:
            form.fill(theme="new", name=name)
        else:
            form.fill(theme=str(theme_id))
        return _last_number(self.post(form))

    def set_aside(self, line: Line, reason: str) -> None:
        """Leave a case out, for a reason."""
        page = self.get(f"staff/cases/{line.id}/")
        self.post(page.form("/set-aside").fill(reason=reason))

    def decide(self, line: Line, *, is_agreed: bool) -> None:
        """Agree or not, as a second person."""
        page = self.get(f"staff/cases/{line.id}/")
        self.post(page.form("/agree" if is_agreed else "/refuse"))

    def restore(self, line: Line) -> None:
        """Take a case back."""
        self.post(self.get(f"staff/cases/{line.id}/").form("/restore"))

    # ----------------------------------------------------------------------------- answering
    def write(self, answer: Answer, theme_id: int) -> None:
        """Write a response's source text with its outcome."""
        query = {"follows": str(answer.follows.id)} if answer.follows else {}
        page = self.get(f"staff/themes/{theme_id}/answer", **query)
        form = _word(page.form("/answer"), answer.texts[answer.source])
        form.fill(outcome=answer.outcome)
        if answer.due_on:
            form.fill(due_on=answer.due_on.isoformat())
        if answer.done_on:
            form.fill(done_on=answer.done_on.isoformat())
        answer.id = _last_number(self.post(form))

    def translate(self, answer: Answer, lang: str) -> None:
        """Write its text in another language."""
        path = f"staff/responses/{answer.id}/texts/{lang}/"
        self.post(_word(self.get(path).form(f"/texts/{lang}/"), answer.texts[lang]))

    def review(self, answer: Answer, lang: str) -> None:
        """Say, as a second person, that a text is right."""
        path = f"staff/responses/{answer.id}/"
        path += "" if lang == answer.source else f"texts/{lang}/"
        self.post(self.get(path).form("/review"))
        answer.ready.add(lang)

    def publish(self, answer: Answer, waiting: dict[str, int]) -> None:
        """Publish, having read how many people are told now and how many later."""
        page = self.get(f"staff/responses/{answer.id}/")
        now = sum(count for lang, count in waiting.items() if lang in answer.ready)
        later = sum(waiting.values()) - now
        words = page.page.first("main").text()
        told = re.search(r"(?:Publishing tells|Publicar avisa)\D*([0-9]+)", words)
        assert self.lang != "en" or (told and int(told[1]) == now), (words, now, later)
        self.post(page.form("/publish"))

    def correct(self, answer: Answer, lang: str, better: Words, reason: str) -> None:
        """Propose a better wording of what is published."""
        page = self.get(f"staff/responses/{answer.id}/texts/{lang}/correct")
        self.post(_word(page.form("/correct"), better).fill(reason=reason))

    def review_correction(self, answer: Answer, lang: str, better: Words, reason: str) -> None:
        """Let the correction stand, as a second person; the old text is kept."""
        page = self.get(f"staff/responses/{answer.id}/texts/{lang}/correct")
        self.post(page.form("/correct/review"))
        answer.corrected[lang] = (answer.texts[lang], reason)
        answer.texts[lang] = better


def _lines(page: Element) -> Iterator[Line]:
    for item in page.all("li", "case"):
        boxes = [one for one in item.all("input") if one.attributes.get("name") == "case"]
        words = item.first("a", "said").all("bdi")
        yield Line(
            boxes[0].attributes["value"],
            words[0].text() if words else "",
            words[0].lang if words else "",
        )


def _word(form: Form, words: Words) -> Form:
    return form.fill(you_said=words[0], we_did=words[1], why_not=words[2])


def _last_number(path: str) -> int:
    return int(_NUMBER.findall(path)[-1])
