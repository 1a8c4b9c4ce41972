"""Two administrators in the very same moment: neither takes the other's choice back unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.admin import city as names
from portal.admin import languages, logo, operations, retention, targets
from portal.admin.contact import change_contact
from portal.domain.colours import STANDARD, Colours
from portal.domain.typed_texts import TextsMoved, TypedTexts
from portal.store.engine import Store
from portal.store.retention import Periods
from portal.store.thresholds import list_threshold_changes
from tests.support.city import City
from tests.support.moment import this_day, this_moment
from tests.support.one_moment import save_in_one_moment

SOON, LATER = this_day() + timedelta(20), this_day() + timedelta(40)

Choose = Callable[..., Any]


def _colours(session: Session, /, first: bool, **by: Any) -> None:
    wanted = Colours(accent_light="#5a0000" if first else "#00005a")
    names.change_colours(session, wanted, seen=STANDARD.key, **by)


def _name(session: Session, /, first: bool, **by: Any) -> None:
    names.name_city(session, TypedTexts({"en": "Here" if first else "There"}), **by)


def _contact(session: Session, /, first: bool, **by: Any) -> None:
    change_contact(session, TypedTexts({"phone": "311" if first else "911"}), **by)


def _periods(session: Session, /, first: bool, **by: Any) -> None:
    wanted = Periods(60 if first else 80)
    retention.change_periods(session, wanted, seen=Periods().key, **by)


def _logo(session: Session, /, first: bool, **by: Any) -> None:
    url = f"https://city.example/{'a' if first else 'b'}.png"
    logo.change_logo(session, url=url, seen="", **by)


def _day(session: Session, /, first: bool, **by: Any) -> None:
    day = SOON if first else LATER
    operations.choose_day(session, day=day, today=this_day(), seen="", **by)


def _language(session: Session, /, first: bool, **by: Any) -> None:
    day = SOON if first else LATER
    languages.switch_off(session, lang="vi", day=day, today=this_day(), seen="", **by)


def _weekdays(session: Session, /, first: bool, **by: Any) -> None:
    wanted = [0, 1] if first else [5, 6]
    targets.choose_weekdays(session, wanted, today=this_day(), seen="01234", **by)


def _target(session: Session, /, first: bool, **by: Any) -> None:
    targets.change_target(
        session, service_id=None, working_days=5 if first else 9, from_on=SOON, read_until=0,
        today=this_day(), **by,
    )  # fmt: skip


def _threshold(session: Session, /, first: bool, **by: Any) -> None:
    operations.change_threshold(
        session, criterion_id="L3.1", number="tau", value=0.85 if first else 0.8, from_on=SOON,
        reason="Theirs" if first else "Mine", today=this_day(), seen="0", **by,
    )  # fmt: skip


@pytest.mark.usefixtures("shadow")
@pytest.mark.parametrize(
    "choose",
    [_colours, _name, _contact, _periods, _logo, _day, _language, _weekdays, _target, _threshold],
)
def test_who_saves_while_another_is_saving_waits_and_looks(
    store: Store, city: City, choose: Choose
) -> None:
    by: dict[str, Any] = {"person_id": city.people["admin"], "now": this_moment()}
    with pytest.raises(TextsMoved):
        save_in_one_moment(
            store, lambda session: choose(session, True, **by),
            lambda session: choose(session, False, **by),
        )  # fmt: skip


@pytest.mark.usefixtures("shadow")
def test_the_same_threshold_sent_twice_is_decided_once(store: Store, city: City) -> None:
    by: dict[str, Any] = {"person_id": city.people["admin"], "now": this_moment()}
    store.write(_threshold, True, **by)
    store.write(_threshold, True, **by)
    with store.read() as session:
        assert len(list_threshold_changes(session)) == 1
    with pytest.raises(TextsMoved):
        store.write(_threshold, False, **by)
