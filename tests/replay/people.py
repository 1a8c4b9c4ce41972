"""Residents with their browsers: they fetch the form, fill it in, send it, and keep the receipt."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from portal.store.secrets import period_of
from tests.replay.ledger import Letter, Person
from tests.replay.network import Network, Reply
from tests.replay.pages import Element, Form, forms_of, read_page
from tests.replay.site import Site
from tests.support.client import Page

THREADS = 6
READING_TIME = timedelta(seconds=40)
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_RECEIPT = re.compile(r"/([A-Za-z-]+)/receipts/([0-9A-Z]{25})/")
_SILENT = 3  # of those who give a verdict, one in so many adds no words
_NO_CODE = "code-of-a-receipt"
_COOKIE = re.compile(r"period=([0-9a-f]{64}); .*?Max-Age=([0-9]+)", re.IGNORECASE)

Task = TypeVar("Task")
Result = TypeVar("Result")


class Browser:
    """Requests of one person: their address through the proxy, their language, their cookie."""

    def __init__(self, network: Network, person: Person) -> None:
        """`person` keeps the cookie."""
        self.network, self.person = network, person

    def get(self, path: str) -> Reply:
        """Open a page. No page of residents sets a cookie."""
        reply = self.network.send("GET", path, self._headers())
        assert "Set-Cookie" not in reply.headers, f"{path} sets a cookie"
        return reply

    def post(self, form: Form, button: tuple[str, str] | None = None) -> Reply:
        """Send a filled form."""
        body = urlencode(form.fields(button))
        reply = self.network.send("POST", form.action, self._headers(is_post=True), body)
        self._keep_cookie(reply)
        return reply

    def post_and_go(self, form: Form) -> None:
        """Send a filled form and lose the answer."""
        body = urlencode(form.fields())
        self.network.send_and_go(form.action, self._headers(is_post=True), body)

    def _headers(self, *, is_post: bool = False) -> dict[str, str]:
        person = self.person
        # Whatever the client itself writes there stands left of what the proxy adds.
        headers = {
            "X-Forwarded-For": f"192.0.2.{person.number % 250}, {person.address}",
            "Accept-Language": person.lang,
        }
        if person.cookie and self.network.site.clock.now().timestamp() < person.cookie_until:
            headers["Cookie"] = f"period={person.cookie}"
        if is_post:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Sec-Fetch-Site"] = "same-origin"
            headers["Origin"] = self.network.site.address
        return headers

    def _keep_cookie(self, reply: Reply) -> None:
        found = _COOKIE.search(reply.headers.get("Set-Cookie", ""))
        if found:
            now = self.network.site.clock.now().timestamp()
            self.person.cookie, self.person.cookie_until = found[1], now + int(found[2])


class Residents:
    """All residents, several at a time."""

    def __init__(self, site: Site) -> None:
        """Nobody has done anything yet."""
        self.site, self.network = site, Network(site)
        self._pool = ThreadPoolExecutor(THREADS)
        self._empty_forms: dict[str, Element] = {}

    def close(self) -> None:
        """All go home."""
        self._pool.shutdown()
        self.network.close()

    def each(self, do: Callable[[Task], Result], tasks: Iterable[Task]) -> list[Result]:
        """Do something for each, several at a time; the first failure is raised."""
        return list(self._pool.map(do, tasks))

    def send(self, letters: list[Letter]) -> None:
        """Fetch all forms, let time pass, send all forms back."""
        hasty = [one for one in letters if one.way == "hasty"]
        patient = [one for one in letters if one.way != "hasty"]
        forms = self.each(self._fetch, patient)
        self.site.clock.move(READING_TIME)
        self.each(lambda pair: self._send(*pair), zip(patient, forms, strict=True))
        self.each(lambda one: self._send(one, self._fetch(one)), hasty)

    def _fetch(self, letter: Letter) -> Form:
        path = f"/{letter.lang}/services/{letter.slug}/rate"
        if letter.invited_by is not None:
            path = f"/{letter.lang}/receipts/{letter.invited_by.code}/rate"
        reply = Browser(self.network, letter.person).get(path)
        assert reply.status == 200, f"{path}: {reply.status}"
        token = _TOKEN.search(reply.text)
        assert token, f"{path} has no token"
        # Empty forms differ in nothing but token and receipt, so each is read once.
        code = letter.invited_by.code if letter.invited_by else _NO_CODE
        shape = reply.text.replace(token[1], "").replace(code, _NO_CODE)
        if shape not in self._empty_forms:
            Page(reply.text)  # checked strictly
            self._empty_forms[shape] = read_page(shape)
        forms = forms_of(self._empty_forms[shape], path)
        form = next(one for one in forms if "token" in one).fill(token=token[1])
        form.action = form.action.replace(_NO_CODE, code)
        return form

    def _send(self, letter: Letter, form: Form) -> None:
        """Send a letter in its own way, and keep the receipt."""
        browser = Browser(self.network, letter.person)
        _fill(form, letter)
        if letter.way == "twice":
            # A double click: both copies are under way together.
            second = _in_another_thread(lambda: _deliver(browser, form, letter))
            reply = _deliver(browser, form, letter)
            assert self._receipt(second(), letter) == self._receipt(reply, letter)
        elif letter.way == "lost":
            browser.post_and_go(form)
            reply = _deliver(browser, form, letter)
        elif letter.way == "forgetful":
            reply = _deliver(browser, _send_incomplete(browser, form, letter), letter)
        elif letter.way == "trapped":
            reply = _deliver(browser, form.fill(website="https://spam.example/"), letter)
        else:
            reply = _deliver(browser, form, letter)
        self._keep_receipt(browser, letter, reply)
        if letter.way == "other":
            _try_other_answers(browser, form, letter)

    def _receipt(self, reply: Reply, letter: Letter) -> str:
        where = f"letter {letter.id} ({letter.way}): {reply.status} {reply.text[:500]}"
        assert reply.status == 303, where
        found = _RECEIPT.fullmatch(reply.location)
        assert found, reply.location
        assert found[1] == letter.lang, reply.location
        return found[2]

    def _keep_receipt(self, browser: Browser, letter: Letter, reply: Reply) -> None:
        letter.on = self.site.clock.today()
        period = period_of(letter.on)
        case = letter.invited_by
        is_same_period = case is not None and period_of(case.on) == period
        letter.key = case.key if case and is_same_period else f"{browser.person.cookie}:{period}"
        letter.code = self._receipt(reply, letter)

    def judge(self, letter: Letter, verdict: str) -> None:
        """Open the receipt's page and press one of its four buttons."""
        browser = Browser(self.network, letter.person)
        page = browser.get(f"/{letter.lang}/receipts/{letter.code}/")
        form = page.form("/confirm")
        assert [value for _name, value in form.buttons] == ["yes", "partly", "no", "again"]
        reply = browser.post(form, ("verdict", verdict))
        assert reply.status == 303, reply.text[:500]
        letter.judge(verdict, self.site.clock.today())
        if letter.said and letter.id % _SILENT:
            self._say_missing(browser, letter, verdict)

    def _say_missing(self, browser: Browser, letter: Letter, verdict: str) -> None:
        """Say once more what was written at first, where the page asks what is missing."""
        page = browser.get(f"/{letter.lang}/receipts/{letter.code}/")
        forms = [form for form in page.forms() if form.action.endswith("/missing")]
        is_asked = verdict != "yes"
        assert len(forms) <= is_asked, f"letter {letter.id} is asked after a yes, or twice"
        assert forms or letter.missing or not is_asked, f"letter {letter.id} is not asked"
        for form in forms:
            reply = browser.post(form.fill(missing=letter.words))
            if reply.status == 422:
                assert letter.was_warned, f"letter {letter.id}: {reply.text[:500]}"
                reply = browser.post(reply.form("/missing"), ("confirmed", "1"))
            assert reply.status == 303, reply.text[:500]
            letter.missing.append(letter.said)

    def look_up(self, letter: Letter, typed: str) -> Reply:
        """Type the receipt's code on the page for it, and go where it leads."""
        browser = Browser(self.network, letter.person)
        form = browser.get(f"/{letter.lang}/receipts/").form("/receipts/")
        reply = browser.post(form.fill(code=typed))
        assert reply.status == 303, reply.text[:500]
        return browser.get(reply.location)


def _in_another_thread(do: Callable[[], Result]) -> Callable[[], Result]:
    """Begin it at once; what is returned waits for it to end."""
    done: list[Result] = []
    thread = threading.Thread(target=lambda: done.append(do()))
    thread.start()

    def wait() -> Result:
        thread.join()
        return done[0]

    return wait


def _fill(form: Form, letter: Letter) -> None:
    form.fill(**dict(letter.answers))
    if letter.words:
        form.fill(comment=letter.words)
    if letter.kind:
        form.fill(kind=letter.kind)
    if letter.wants_answer:
        form.fill(wants_answer="1")
    if letter.email:
        form.fill(email=letter.email)


def _send_incomplete(browser: Browser, form: Form, letter: Letter) -> Form:
    """Forget the one needed answer; the page comes back with everything else as it was typed."""
    sent = [(name, value) for name, value in form.fields() if name != "q0"]
    body = urlencode(sent)
    reply = browser.network.send("POST", form.action, browser._headers(is_post=True), body)
    assert reply.status == 422, f"{form.action}: {reply.status}"
    again = reply.form("/rate")
    kept = dict(parse_qsl(body, keep_blank_values=True)) | {"token": again.value("token")}
    shown = dict(again.fields())
    for name, value in kept.items():
        assert shown.get(name, "").strip() == value.strip(), f"{name} of letter {letter.id} is lost"
    return again.fill(q0=letter.answers["q0"])


def _deliver(browser: Browser, form: Form, letter: Letter) -> Reply:
    """Send the form. Where the portal warns of personal data, the writer means what they wrote."""
    reply, button = browser.post(form), ("confirmed", "1")
    if reply.status != 422:
        return reply
    forms = [one for one in reply.forms() if button in one.buttons]
    assert forms, f"letter {letter.id} was refused: {reply.text[:3000]}"
    letter.was_warned = True
    return browser.post(forms[0], button)


def _try_other_answers(browser: Browser, form: Form, letter: Letter) -> None:
    """Send the used form with other answers: nothing is stored, and the page says so."""
    other = "1" if letter.answers["q0"] != "1" else "2"
    reply = _deliver(browser, form.fill(q0=other), letter)
    assert reply.status == 409, f"letter {letter.id}: {reply.status}"
    fresh = reply.form("/rate")
    assert fresh.value("token") != form.value("token")
    assert fresh.value("comment").strip() == letter.said
