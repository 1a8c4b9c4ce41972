"""Me too: a case of its own in a theme, with a receipt, told at once, evidence for nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from portal.assess.queries_evidence import gather_evidence
from portal.assess.said import refresh_figures
from portal.domain.wording import Wording
from portal.models.loops import LoopRow
from portal.models.responses import Response, ThemeCase, ThemeText
from portal.models.said import ThemeFigure
from portal.models.submissions import Submission, Throttle
from portal.notify.rendering import make_renderer
from portal.notify.runner import run_due
from portal.respond.operations.merging import merge_themes
from portal.respond.operations.undoing import undo
from portal.respond.queries.undo import find_last_deed
from portal.settings import Settings
from portal.store.content import raise_content_version
from portal.store.coverage import list_texts
from portal.store.engine import Store
from portal.store.joining import join_theme
from portal.web.form_token import MIN_AGE
from tests.features.public.publishing import publish_response
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.cases import send_case
from tests.support.city import City
from tests.support.desk import Desk
from tests.support.moment import this_moment
from tests.support.residents import Resident, receipt_of, submission_of, words_of
from tests.support.soundness import find_problems

SAID = "The lamps by the river are dark."
DID = "We changed forty bulbs."


@pytest.fixture
def theme(store: Store, city: City) -> int:
    """A theme of street lights with a published answer in English and Spanish."""

    def publish(session: Session) -> int:
        texts = {"en": (SAID, DID, ""), "es": ("Las farolas no funcionan.", "Cambiamos.", "")}
        response_id = publish_response(
            session, city.lights, this_moment() - timedelta(days=2), texts,
            author_id=city.people["staff"],
        )  # fmt: skip
        theme_id = session.get_one(Response, response_id).theme_id or 0
        session.add(ThemeText(theme_id=theme_id, lang="en", name="Lamps by the river"))
        return theme_id

    return store.write(publish)


def path(theme: int, lang: str = "en") -> str:
    return f"/{lang}/themes/{theme}/me-too"


def work(app: Flask) -> None:
    """The worker tells whoever waits."""
    installed = app.extensions["portal"]
    run_due(
        installed.store, installed.clock, installed.secrets, installed.settings, make_renderer(app)
    )


def test_one_tap_joins_and_shows_the_answer_at_once(
    app: Flask, resident: Resident, store: Store, theme: int
) -> None:
    page = resident.get(f"/en/themes/{theme}/")
    assert path(theme) in page.links()
    assert SAID in resident.get(path(theme)).words()
    code = receipt_of(resident.post(path(theme), token=resident.token(path(theme))))
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "Thank you. We have it." in words
    assert words.index(SAID) < words.index(DID)
    with store.read() as session:
        row = submission_of(session, code)
        assert (row.q0, row.is_rating, row.wants_answer, row.joined_theme_id) == (
            None, False, True, theme,
        )  # fmt: skip
        assert session.get(ThemeCase, (theme, row.id)) is not None
    work(app)
    assert "Does it help?" in resident.get(f"/en/receipts/{code}/").words()
    answer = resident.post(f"/en/receipts/{code}/confirm", verdict="yes")
    assert answer.status_code == 303
    with store.read() as session:
        case = session.get_one(LoopRow, submission_of(session, code).id)
        assert (case.verdict, case.told_lang, case.is_joined) == ("yes", "en", True)
    assert find_problems(store) == []


def test_who_joins_a_theme_that_was_merged_hears_what_the_other_one_is_answered(
    app: Flask, resident: Resident, store: Store, city: City, theme: int
) -> None:
    office = Office(store, city)
    between, other = (
        office.group([send(store, city.lights, comment="No light at the bridge")]) for _ in range(2)
    )
    for one, into in ((theme, between), (between, other)):
        store.write(
            merge_themes, now=NOW, today=TODAY, scope=office.staff, theme_id=one, into_id=into
        )
    code = receipt_of(resident.post(path(theme), token=resident.token(path(theme))))
    assert DID in resident.get(f"/en/receipts/{code}/").words()
    work(app)
    later = office.draft(other, wording=Wording(SAID, "We put in new lamps.", ""))
    office.review(later)
    office.publish(later)
    work(app)
    words = resident.get(f"/en/receipts/{code}/").words()
    assert "You have a new answer" in words
    assert words.index("We put in new lamps.") < words.index(DID)
    with store.read() as session:
        case = submission_of(session, code).id
        themes = select(ThemeCase.theme_id).where(ThemeCase.submission_id == case)
        assert set(session.scalars(themes)) == {theme, other}
    assert find_problems(store) == []


@pytest.mark.parametrize("steps", [1, 2])
def test_undoing_a_merge_takes_those_out_who_joined_through_it(
    resident: Resident, store: Store, city: City, theme: int, steps: int
) -> None:
    office, now = Office(store, city), this_moment()
    answered, between, other = (
        office.group([send(store, city.lights, comment="No light at the bridge")]) for _ in range(3)
    )
    office.group([send(store, city.lights, comment="No light at the bend")], theme)
    draft = office.draft(answered)
    office.review(draft)
    office.publish(draft)
    way = [theme, between, other] if steps == 2 else [theme, other]
    for one, into in ((answered, other), *itertools.pairwise(way)):
        store.write(
            merge_themes, now=now, today=now.date(), scope=office.staff, theme_id=one, into_id=into
        )
    codes = [
        receipt_of(resident.post(path(one), token=resident.token(path(one))))
        for one in (theme, answered)
    ]

    def themes_of(code: str) -> set[int]:
        with store.read() as session:
            case = submission_of(session, code).id
            themes = select(ThemeCase.theme_id).where(ThemeCase.submission_id == case)
            return set(session.scalars(themes))

    assert [themes_of(code) for code in codes] == [{theme, other}, {answered, other}]
    with store.read() as session:
        deed = find_last_deed(session, office.staff, now=now)
    assert deed is not None
    store.write(undo, now=now, today=now.date(), scope=office.staff, event_id=deed.event_id)
    assert [themes_of(code) for code in codes] == [set(way[:-1]), {answered, other}]
    assert find_problems(store) == []


def test_nobody_joins_a_theme_that_does_not_exist(store: Store, city: City) -> None:
    case = send(store, city.lights, comment="No light at the bridge")
    with pytest.raises(NoResultFound):
        store.write(join_theme, 1, case, now=NOW, on=TODAY)


def test_the_desk_sees_why_there_are_no_words(
    app: Flask, resident: Resident, store: Store, theme: int
) -> None:
    code = receipt_of(resident.post(path(theme), token=resident.token(path(theme))))
    with store.read() as session:
        case = submission_of(session, code).id
    desk = Desk(app)
    line = "No words: said “me too” to what others wrote"
    for address in (f"cases/{case}/", ""):
        assert line in desk.get(address).words()


def test_it_is_said_in_the_language_of_the_page(resident: Resident, theme: int) -> None:
    assert "Las farolas no funcionan." in resident.get(path(theme, "es")).words()
    assert 'lang="en" dir="ltr"><p' not in resident.get(path(theme)).text
    korean = resident.get(path(theme, "ko"))
    assert any(one.get("lang") == "en" for one in korean.all("p"))


def test_a_translation_that_a_correction_has_overtaken_says_so(
    resident: Resident, store: Store, theme: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.cache.VERSION_SECONDS", 0)
    token = resident.token(path(theme, "es"))
    code = receipt_of(resident.post(path(theme, "es"), token=token))
    pages = (path(theme, "es"), f"/es/receipts/{code}/")
    said = "Esta respuesta se corrigió."
    assert [resident.get(one).words().count(said) for one in pages] == [0, 0]

    def correct(session: Session) -> None:
        response = session.scalars(select(Response)).one()
        list_texts(session, response.id)["en"].you_said = "The lamps in the park are dark."
        raise_content_version(session)

    store.write(correct)
    # On the receipt both stand: what people said, and what the city did about it.
    assert [resident.get(one).words().count(said) for one in pages] == [1, 2]


def test_a_form_sent_twice_is_one_case_and_one_receipt(
    resident: Resident, store: Store, theme: int
) -> None:
    token = resident.token(path(theme))
    first = receipt_of(resident.post(path(theme), token=token))
    assert receipt_of(resident.post(path(theme), token=token)) == first
    with store.read() as session:
        assert len(session.scalars(select(Submission)).all()) == 1
    other = resident.post(path(theme), token=token, district="north")
    assert other.status_code == 409
    assert "already sent" in words_of(other)


def test_tokens_of_other_forms_are_refused(
    resident: Resident, store: Store, city: City, theme: int
) -> None:
    rating = resident.token("/en/services/street-lights/rate")
    assert resident.post(path(theme), token=rating).status_code == 422
    joining = resident.token(path(theme))
    answer = resident.post("/en/services/street-lights/rate", token=joining, q0="5")
    assert answer.status_code == 422
    answer = resident.post(path(theme), {"Sec-Fetch-Site": "cross-site"}, token=joining)
    assert answer.status_code == 403
    with store.read() as session:
        assert session.scalars(select(Submission)).all() == []


def test_an_address_and_a_district_may_be_left(
    resident: Resident, store: Store, theme: int
) -> None:
    token = resident.token(path(theme))
    bad = resident.post(path(theme), token=token, email="nobody")
    assert bad.status_code == 422
    code = receipt_of(
        resident.post(path(theme), token=token, email="a@example.org", district="north")
    )
    with store.read() as session:
        assert submission_of(session, code).district == "north"
    assert "a•••@e•••.org" in resident.get(f"/en/receipts/{code}/data/").words()


def test_only_published_themes_can_be_joined(
    resident: Resident, store: Store, city: City, theme: int
) -> None:
    def hide(session: Session) -> None:
        response = session.scalars(select(Response).where(Response.theme_id == theme)).one()
        response.status, response.published_at, response.published_on = "draft", None, None

    token = resident.token(path(theme))
    store.write(hide)
    resident.get(path(theme) + "?now", 404)
    assert resident.post(path(theme), token=token).status_code == 404
    resident.get("/en/themes/999999/me-too", 404)


def test_it_is_evidence_for_nothing(
    app: Flask, new_resident: Callable[..., Resident], store: Store, city: City, theme: int
) -> None:
    today = app.extensions["portal"].clock.today()

    def evidence(days: int = 0) -> object:
        with store.read() as session:
            return gather_evidence(session, city.lights, today - timedelta(days=days))

    def others(session: Session) -> None:
        for day in range(40):
            send_case(session, city.lights, this_moment() - timedelta(days=40 + day))

    store.write(others)
    before = evidence(), evidence(1)
    for number in range(12):
        joining = new_resident(f"203.0.{number}.7")
        receipt_of(joining.post(path(theme), token=joining.token(path(theme))))
    work(app)
    assert evidence() == before[0]
    assert evidence(1) == before[1]


def test_it_opens_no_verified_rating(
    app: Flask, resident: Resident, store: Store, theme: int
) -> None:
    """One tap on an answered theme would be told at once, and its rating would guard level 3."""
    code = receipt_of(resident.post(path(theme), token=resident.token(path(theme))))
    work(app)
    page = resident.get(f"/en/receipts/{code}/")
    assert "Does it help?" in page.words()
    full = f"/en/receipts/{code}/rate"
    assert full not in page.links()
    assert "Six short questions" not in page.words()
    resident.get(full, 404)
    with store.read() as session:
        case = submission_of(session, code).id
    installed = app.extensions["portal"]
    token = installed.tokens.issue(f"invited:{case}", installed.clock.now() - MIN_AGE)
    assert resident.post(full, token=token, q0="5", q3="5", q5="5").status_code == 404
    with store.read() as session:
        assert len(session.scalars(select(Submission)).all()) == 1


def test_it_counts_among_those_who_said_so_unless_a_machine_sent_it(
    app: Flask, new_resident: Callable[..., Resident], store: Store, city: City, theme: int
) -> None:
    for number in range(14):
        joining = new_resident(f"203.0.{number}.7")
        trap = {"website": "https://spam.example"} if number > 11 else {}
        receipt_of(joining.post(path(theme), token=joining.token(path(theme)), **trap))
    today = app.extensions["portal"].clock.today()
    store.write(refresh_figures, service_id=city.lights, today=today)
    with store.read() as session:
        assert session.get_one(ThemeFigure, theme).people == 12


def test_the_same_limits_hold(
    app: Flask, resident: Resident, settings: Settings, theme: int
) -> None:
    limit = settings.prefix_hourly_limit
    token = resident.token(path(theme))
    for _ in range(limit):
        fresh = resident.token(path(theme), wait=3)
        receipt_of(resident.post(path(theme), token=fresh))
    answer = resident.post(path(theme), token=token)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert "Nothing was stored" in words_of(answer)


def test_it_makes_no_network_seem_to_have_sent_more_ratings_than_it_did(
    resident: Resident, store: Store, theme: int
) -> None:
    """Taps from one network would else cover as many ratings of a burst from everywhere."""
    for _ in range(3):
        receipt_of(resident.post(path(theme), token=resident.token(path(theme))))
    resident.send("/en/services/street-lights/rate")
    with store.read() as session:
        counted = select(func.sum(Throttle.count)).where(Throttle.scope == "rate-prefix")
        assert session.scalar(counted) == 1


def test_it_can_be_withdrawn(resident: Resident, store: Store, theme: int) -> None:
    code = receipt_of(resident.post(path(theme), token=resident.token(path(theme))))
    gone = resident.post(f"/en/receipts/{code}/withdraw")
    assert gone.status_code == 303
    assert "You withdrew" in resident.get(f"/en/receipts/{code}/").words()
