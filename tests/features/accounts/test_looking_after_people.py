"""Administrators look after people: inviting, roles, leaving; and what mailed links may do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.operations.links import RESET_HOURS
from portal.accounts.operations.people import LastAdministrator, deactivate_person
from portal.accounts.operations.sign_ins import forget_ended
from portal.models.people import AccountLink, Membership, Person
from portal.models.running import Outbox
from portal.notify.account_links import prepare_account_link
from portal.notify.stationery import Letter, Nothing, Stationery
from portal.settings import Settings
from portal.store.engine import Store
from portal.store.retention import KEEP_SIGN_INS
from portal.store.secrets import Secrets
from tests.conftest import make_app
from tests.features.accounts.conftest import Knock, actions, change_roles, send
from tests.support.city import City
from tests.support.client import Page, response_page
from tests.support.desk import Desk
from tests.support.moment import this_moment

NEW = "seven herons cross the weir"


@pytest.fixture(autouse=True)
def everybody(desk_city: City) -> City:
    return desk_city


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return Desk(app, "admin").client


class Mail:
    """The mail that waits, put together as the worker would."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.stationery = Stationery(
            Secrets(settings.secret_key), replace(settings, base_url="https://city.example")
        )

    def newest(self) -> Letter | Nothing:
        with self.store.read() as session:
            links = select(Outbox.id).where(Outbox.kind == "account_link")
            job_id = session.scalar(links.order_by(Outbox.id.desc()).limit(1))
        assert job_id is not None
        return self.store.write(
            prepare_account_link, now=this_moment(), stationery=self.stationery, job_id=job_id
        )

    def path(self) -> str:
        """The address below /en/ in the newest mail."""
        letter = self.newest()
        assert isinstance(letter, Letter)
        link = str(letter.context["link"])
        assert link.startswith("https://city.example/en/sign-in/")
        return link.removeprefix("https://city.example/en/")


@pytest.fixture
def mail(store: Store, settings: Settings) -> Mail:
    return Mail(store, settings)


def words(client: FlaskClient, path: str) -> str:
    return response_page(client.get(f"/en/{path}")).words()


def invite(admin: FlaskClient, city: City, **data: object) -> int:
    form = {"email": "Nova@City.example", "name": "Nova", "role": [f"staff:{city.works}"], **data}
    return send(admin, "admin/people/invite", **form).status_code


def number_of(store: Store, email: str) -> int:
    with store.read() as session:
        return session.scalars(select(Person.id).where(Person.email == email)).one()


def test_somebody_is_invited_and_comes(
    app: Flask, store: Store, city: City, admin: FlaskClient, mail: Mail, knock: Knock
) -> None:
    assert invite(admin, city) == 303
    path, nova = mail.path(), app.test_client()
    assert knock(nova, "nova", NEW).status_code == 422
    page = nova.get(f"/en/{path}")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "nova@city.example" in response_page(page).words()
    assert send(nova, path, name="Nova N.", password="short").status_code == 422
    assert send(nova, path, name="Nova N.", password=NEW).status_code == 303
    assert knock(nova, "nova", NEW).location == "/en/staff/"
    assert send(app.test_client(), path, name="Eve", password=NEW).status_code == 410
    assert actions(store) == ["person_invited", "invitation_accepted"]
    assert "Nova N." in words(admin, "admin/people/?q=nova")


def test_without_a_mail_server_an_invitation_is_said_to_wait_and_its_link_is_not_shown(
    app: Flask, store: Store, city: City, admin: FlaskClient, mail: Mail
) -> None:
    assert not app.extensions["portal"].settings.smtp_url
    invite(admin, city)
    number = number_of(store, "nova@city.example")
    for _ in range(2):
        shown = words(admin, f"admin/people/{number}/")
        assert "It goes out as soon as this portal has a mail server." in shown
        assert "not sent yet: it waits for a mail server" in shown
        assert "on its way" not in shown
        assert mail.path() not in admin.get(f"/en/admin/people/{number}/").text
        send(admin, f"admin/people/{number}/invite-again")


def test_an_invitation_outlives_neither_its_days_nor_a_newer_one_nor_being_taken_back(
    app: Flask, store: Store, city: City, admin: FlaskClient, mail: Mail
) -> None:
    invite(admin, city)
    number = number_of(store, "nova@city.example")
    first = mail.path()
    send(admin, f"admin/people/{number}/invite-again")
    second = mail.path()
    assert first != second
    assert app.test_client().get(f"/en/{first}").status_code == 410
    assert app.test_client().get(f"/en/{second}").status_code == 200
    send(admin, f"admin/people/{number}/revoke-invitation")
    assert isinstance(mail.newest(), Nothing)
    assert send(app.test_client(), second, name="N", password=NEW).status_code == 410
    send(admin, f"admin/people/{number}/invite-again")
    third = mail.path()
    store.write(_expire)
    assert isinstance(mail.newest(), Nothing)
    assert send(app.test_client(), third, name="N", password=NEW).status_code == 410
    send(admin, f"admin/people/{number}/invite-again")
    fourth = mail.path()
    send(admin, f"admin/people/{number}/deactivate")
    assert send(app.test_client(), fourth, name="N", password=NEW).status_code == 410
    assert "has expired" not in words(admin, f"admin/people/{number}/")
    again = admin.get(send(admin, f"admin/people/{number}/invite-again").location).text
    assert "Reactivate this person first." in again
    assert "has accepted" not in again
    back = admin.get(send(admin, f"admin/people/{number}/reactivate").location).text
    assert "Invite them again" in back
    assert "can sign in again" not in back


def _expire(session: Session) -> None:
    session.execute(
        update(AccountLink).values(
            made_at=datetime(2026, 1, 1, tzinfo=UTC), expires_at=datetime(2026, 1, 2, tzinfo=UTC)
        )
    )


def test_what_an_invitation_needs(city: City, admin: FlaskClient, store: Store) -> None:
    wrong: dict[str, Any]
    for wrong in (
        {"email": "no address"}, {"email": ""}, {"name": ""}, {"role": []},
        {"role": ["staff:999"]}, {"role": ["king:1"]}, {"role": ["administrator:1"]},
        {"email": "staff@city.example"},
    ):  # fmt: skip
        assert invite(admin, city, **wrong) == 422, wrong
    assert actions(store) == []
    assert invite(admin, city, role=[f"staff:{city.works}", f"staff:0{city.works}"]) == 303
    assert _held(store, number_of(store, "nova@city.example")) == [("staff", city.works)]


def test_a_forgotten_password_is_replaced_and_nobody_learns_who_signs_in(
    app: Flask, store: Store, mail: Mail, knock: Knock
) -> None:
    staff, stranger = app.test_client(), app.test_client()
    knock(staff, "staff")
    answers = [
        send(stranger, "sign-in/reset", email=email)
        for email in ("nobody@city.example", " Staff@city.example")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    (said,) = {response_page(answer).words() for answer in answers}
    assert said.startswith("No mail can be sent")
    path = mail.path()
    assert send(stranger, path, password="tooshort").status_code == 422
    assert send(stranger, path, password=NEW).status_code == 303
    assert staff.get("/en/account/").status_code == 303
    assert knock(stranger, "staff", NEW).location == "/en/staff/"
    again = send(stranger, path, password=NEW)
    assert again.status_code == 410
    assert "Did you choose a new password with it already?" in response_page(again).words()
    assert actions(store) == ["sign_ins_ended", "password_reset"]


def test_a_link_for_a_new_password_is_said_to_be_on_its_way_where_there_is_a_mail_server(
    store: Store, settings: Settings
) -> None:
    client = make_app(
        replace(settings, smtp_url="smtp://mail.example", mail_from="a@b.example"), store
    ).test_client()
    said = response_page(send(client, "sign-in/reset", email="staff@city.example")).words()
    assert said.startswith("Look into your mail")
    assert f"valid for {RESET_HOURS} hour and works once" in said


def test_asking_for_links_is_limited(client: FlaskClient, store: Store) -> None:
    statuses = [
        send(client, "sign-in/reset", email="staff@city.example").status_code for _try in range(21)
    ]
    assert statuses == [*[200] * 20, 429]
    with store.read() as session:
        assert len(session.scalars(select(Outbox.id)).all()) == 3


def test_roles_are_changed_and_end_the_sign_ins(
    app: Flask, store: Store, city: City, admin: FlaskClient, knock: Knock
) -> None:
    staff = app.test_client()
    knock(staff, "staff")
    page, number = _person(admin, city, "staff"), city.people["staff"]
    roles = [one for one in page.all("input") if one.get("name") == "role"]
    ticked = [one.get("value") for one in roles if "checked" in one.attrib]
    assert ticked == [f"staff:{city.works}"]
    given = [f"translator:{city.parks}", f"staff:{city.works}"]
    assert change_roles(admin, number, given).status_code == 303
    assert staff.get("/en/account/").status_code == 303
    assert _held(store, number) == [("staff", city.works), ("translator", city.parks)]
    assert change_roles(admin, number, ["staff:999"]).status_code == 422
    assert actions(store) == ["sign_ins_ended", "roles_changed"]


def test_a_role_that_was_taken_away_does_not_come_back_from_an_older_page(
    store: Store, city: City, admin: FlaskClient
) -> None:
    number = city.people["manager"]
    path = f"admin/people/{number}/roles"
    manager, staff, translator = (
        f"{one}:{city.works}" for one in ("manager", "staff", "translator")
    )
    older = _person(admin, city, "manager").value("seen")
    assert change_roles(admin, number, [staff]).status_code == 303
    answer = send(admin, path, role=[manager, translator], seen=older)
    assert answer.status_code == 409
    page = response_page(answer)
    boxes = [one for one in page.all("input") if one.get("name") == "role"]
    assert [one.get("value") for one in boxes if "checked" in one.attrib] == [staff]
    assert "Somebody else has changed these roles" in page.words()
    assert _held(store, number) == [("staff", city.works)]
    # What the page says now is enough to go on with; nothing is asked of who changes nothing.
    again = send(admin, path, role=[staff, translator], seen=page.value("seen"))
    assert again.status_code == 303
    assert send(admin, path, role=[translator, staff], seen=older).status_code == 303
    assert send(admin, path, role=[staff]).status_code == 409
    assert _held(store, number) == [("staff", city.works), ("translator", city.works)]


def _held(store: Store, person_id: int) -> list[tuple[str, int | None]]:
    held = select(Membership.role, Membership.department_id).order_by(Membership.id)
    with store.read() as session:
        rows = session.execute(held.where(Membership.person_id == person_id))
        return [(row[0], row[1]) for row in rows]


def _person(admin: FlaskClient, city: City, who: str) -> Page:
    return response_page(admin.get(f"/en/admin/people/{city.people[who]}/"))


def test_whoever_leaves_is_out_at_once_and_may_come_back(
    app: Flask, store: Store, city: City, admin: FlaskClient, knock: Knock
) -> None:
    staff, number = app.test_client(), city.people["staff"]
    knock(staff, "staff")
    send(admin, f"admin/people/{number}/deactivate")
    assert staff.get("/en/staff/").status_code == 303
    assert knock(staff, "staff").status_code == 422
    assert "Deactivated" in _person(admin, city, "staff").words()
    send(admin, f"admin/people/{number}/reactivate")
    assert knock(staff, "staff").status_code == 303
    assert actions(store) == ["sign_ins_ended", "person_deactivated", "person_reactivated"]


def test_the_last_administrator_stays(
    store: Store, city: City, admin: FlaskClient, mail: Mail
) -> None:
    number = city.people["admin"]
    assert _refused_as_last(admin, number)
    send(admin, f"admin/people/{number}/deactivate")
    assert admin.get("/en/admin/people/").status_code == 200
    invite(admin, city, role=["administrator"])  # who has not come yet cannot let others in
    assert _refused_as_last(admin, number)
    with pytest.raises(LastAdministrator):
        store.write(deactivate_person, now=this_moment(), by=number, person_id=number)
    assert "roles_changed" not in actions(store)


def _refused_as_last(admin: FlaskClient, number: int) -> bool:
    answer = change_roles(admin, number, [])
    return answer.status_code == 409 and "the last administrator" in answer.text


def test_administrators_may_change_their_own_roles_and_stay_signed_in(
    city: City, admin: FlaskClient
) -> None:
    number = city.people["admin"]
    cookie = admin.get_cookie("portal")
    given = ["administrator", f"manager:{city.works}"]
    assert change_roles(admin, number, given).status_code == 303
    renewed = admin.get_cookie("portal")
    assert cookie
    assert renewed
    assert cookie.value != renewed.value
    assert admin.get("/en/manage/warnings/").status_code == 200


def test_an_administrator_who_gives_the_role_up_learns_that_it_is_done(
    store: Store, city: City, admin: FlaskClient
) -> None:
    role, number = "administrator", city.people["manager"]
    store.write(lambda session: session.add(Membership(person_id=number, role=role)))
    answer = change_roles(admin, city.people["admin"], [f"staff:{city.works}"])
    page = admin.get(answer.location)
    assert page.status_code == 200
    assert "The roles are kept." in page.text
    assert admin.get("/en/admin/people/").status_code == 403
    assert admin.get("/en/staff/").status_code == 200


def test_somebody_who_lost_everything_begins_anew(
    app: Flask, city: City, admin: FlaskClient, knock: Knock
) -> None:
    manager = Desk(app, "manager").client
    send(admin, f"admin/people/{city.people['manager']}/forget-second-factor")
    assert manager.get("/en/manage/").status_code == 303
    assert knock(manager, "manager").location == "/en/account/second-factor/"


def test_people_are_found_by_name_address_role_department_and_state(
    store: Store, city: City, admin: FlaskClient
) -> None:
    def rename(session: Session) -> None:
        session.get_one(Person, city.people["parks"]).name = "Ángel ÑÚÑEZ"

    store.write(rename)
    for query, expected in (
        ("", 5), ("q=STAFF", 1), ("q=angel", 1), ("q=ñúñez+ÁNGEL", 1),
        ("q=city.example+parks", 1), ("q=%25", 0), ("role=manager", 1),
        (f"department={city.parks}", 1), (f"department={city.works}&role=staff", 2),
        ("state=invited", 0), ("state=inactive", 0), ("page=2", 0), ("department=x&page=x", 5),
        ("q=x&department=" + "9" * 18, 0),
    ):  # fmt: skip
        page = response_page(admin.get(f"/en/admin/people/?{query}"))
        numbers = [one for one in page.links() if re.fullmatch(r"/en/admin/people/\d+/", one)]
        assert len(numbers) == expected, query
    assert admin.get(f"/en/admin/people/{2**63}/").status_code == 404
    assert admin.get("/en/admin/people/999/").status_code == 404


def test_people_are_in_the_order_of_their_names_and_whoever_left_comes_last(
    store: Store, city: City, admin: FlaskClient
) -> None:
    def rename(session: Session) -> None:
        for who, name in (("parks", "Émile"), ("staff", "Zoe"), ("reviewer", "Álvaro")):
            session.get_one(Person, city.people[who]).name = name
        session.get_one(Person, city.people["manager"]).active = False

    store.write(rename)
    page = response_page(admin.get("/en/admin/people/"))
    rows = [one for one in page.all("th") if one.get("scope") == "row"]
    names = [page.words(next(one.iter("bdi"))) for one in rows]
    assert names == ["Admin", "Álvaro", "Émile", "Zoe", "Manager"]


def test_who_was_away_for_long_is_not_said_to_have_never_come(
    app: Flask, store: Store, settings: Settings, city: City, admin: FlaskClient
) -> None:
    Desk(app, "staff")
    invite(admin, city)
    days = KEEP_SIGN_INS.days + 1
    assert settings.clock_file is not None
    settings.clock_file.write_text(str(days * 24 * 3600))
    store.write(forget_ended, now=this_moment() + timedelta(days))
    admin = Desk(app, "admin").client
    for who, said in (
        ("staff@city.example", f"Not in the last {KEEP_SIGN_INS.days} days"),
        ("nova@city.example", "Never"),
    ):
        number = number_of(store, who)
        assert said in words(admin, f"admin/people/?q={who}")
        assert said in words(admin, f"admin/people/{number}/")
