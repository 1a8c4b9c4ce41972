"""A service's name in another language than its reader's is marked as such in every mail."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.domain.wording import Wording
from portal.manage.operations import partners
from portal.models.news import NewsSubscription
from portal.models.services import District, DistrictText, ServiceText
from portal.notify.news import Subject, post_news, subscribe
from portal.notify.reminding import remind_due
from portal.store import outbox
from portal.store.engine import Store
from tests.features.notify.conftest import Mailbox, Worker
from tests.features.public.publishing import publish_response
from tests.support.answers import NOW, TODAY, Office
from tests.support.city import City
from tests.support.client import response_page
from tests.support.together import Table

ARABIC = Wording("الحفر تعود.", "رصفنا الشارع من جديد.")
MARKED = '<span lang="en" dir="ltr">Pothole repair</span>'


@pytest.fixture(autouse=True)
def only_english(store: Store, city: City) -> None:
    """Potholes and the north have no Arabic name."""
    store.write(_forget_arabic, city)


def _forget_arabic(session: Session, city: City) -> None:
    session.execute(
        delete(ServiceText).where(ServiceText.service_id == city.potholes, ServiceText.lang == "ar")
    )
    north = select(District.id).where(District.slug == "north").scalar_subquery()
    session.execute(
        delete(DistrictText).where(DistrictText.district_id == north, DistrictText.lang == "ar")
    )


def parts_of(message: EmailMessage) -> tuple[str, str]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return str(message["Subject"]) + text.get_content(), html.get_content()


def check(messages: list[EmailMessage], marked: str = MARKED, name: str = "Pothole repair") -> None:
    for message in messages:
        text, html = parts_of(message)
        assert marked in html
        assert name in text
        assert "lang=" not in text


def test_all_mail_about_a_case_marks_the_name(
    store: Store, city: City, office: Office, worker: Worker, mailbox: Mailbox,
    send: Callable[..., int],
) -> None:  # fmt: skip
    send("ar", "new@mail.example", is_confirmed=False)
    cases = [send("ar", f"p{n}@mail.example") for n in range(12)]
    store.write(_acknowledge, cases[0])
    worker.run()
    response = office.answer(cases)
    office.translate(response, "ar", ARABIC)
    office.review(response, "ar")
    worker.run()
    table = Table(store, city)
    step = table.next_step(1)
    store.write(
        partners.write_next_step, now=NOW, today=TODAY, scope=table.scope, next_step_id=step,
        lang="ar", what="جولة", place="في المدرسة", seen="",
    )  # fmt: skip
    worker.run()
    worker.wait(days=14)
    remind_due(store, worker.clock, worker.secrets)
    worker.run()
    kinds = {str(message["Subject"]) for message in mailbox.messages}
    assert len(kinds) == 5, "asked, acknowledged, told, invited and reminded"
    titled = [one for one in mailbox.messages if "Pothole" in str(one["Subject"])]
    assert len({str(one["Subject"]) for one in titled}) == 4
    check(mailbox.messages)


def _acknowledge(session: Session, case: int) -> None:
    outbox.post(session, "acknowledge", f"acknowledge:{case}", now=NOW, submission_id=case)


@pytest.mark.parametrize(
    ("district", "marked", "name"),
    [
        (None, MARKED, "Pothole repair"),
        ("north", '<span lang="en" dir="ltr">North en</span>', "North en"),
    ],
)
def test_the_news_mark_what_they_are_about(
    store: Store, city: City, worker: Worker, mailbox: Mailbox, client: FlaskClient,
    district: str | None, marked: str, name: str,
) -> None:  # fmt: skip
    subject = Subject(service_id=None if district else city.potholes, district=district)
    store.write(
        subscribe, now=NOW, email="ana@mail.example", lang="ar", subject=subject,
        prefix_key="here", secrets=worker.secrets,
    )  # fmt: skip
    worker.run()
    check(mailbox.messages, marked, name)
    (line,) = [one for one in parts_of(mailbox.messages[0])[0].splitlines() if "/news/" in one]
    path = line.removeprefix("http://localhost")
    assert marked in response_page(client.get(path)).text
    assert client.post(f"{path}confirm").status_code == 303
    assert marked in response_page(client.get(path)).text


def test_the_weeks_answers_mark_whose_they_are(
    store: Store, city: City, worker: Worker, mailbox: Mailbox
) -> None:
    store.write(
        subscribe, now=NOW, email="ana@mail.example", lang="ar", subject=Subject(),
        prefix_key="here", secrets=worker.secrets,
    )  # fmt: skip
    store.write(lambda session: session.execute(update(NewsSubscription).values(confirmed_at=NOW)))
    texts = {"en": ("The holes.", "We repaved.", ""), "ar": ("الحفر.", "رصفنا.", "")}
    store.write(lambda session: publish_response(session, city.potholes, NOW, texts))
    worker.wait(days=3)
    post_news(store, worker.clock)
    worker.run()
    assert len(mailbox.messages) == 1
    check(mailbox.messages)
